//! The browsers that the simulated devices have: what they call themselves, and which headers they send.

/// A browser on a device.
#[derive(Debug, Clone, Copy)]
pub struct Browser {
    /// `User-Agent`.
    pub user_agent: &'static str,
    /// Client hints that come with every request (`Sec-CH-UA…`).
    pub hints: &'static [(&'static str, &'static str)],
    /// Client hints that come once a page has asked for them by `Accept-CH`.
    pub asked_hints: &'static [(&'static str, &'static str)],
    /// How many fingers its screen tells a script about, where scripts run.
    pub touch_points: Option<u8>,
}

const fn without_hints(user_agent: &'static str) -> Browser {
    Browser { user_agent, hints: &[], asked_hints: &[], touch_points: None }
}

/// Safari on an iPhone with iOS 26, whose system token is frozen at 18.
pub const IPHONE: Browser = without_hints(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
     Version/26.5.2 Mobile/15E148 Safari/604.1",
);

/// Safari on an iPhone with iOS 16, which reads no AES in PKCS#12.
pub const OLD_IPHONE: Browser = without_hints(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 \
     Mobile/15E148 Safari/604.1",
);

/// Chrome on an iPhone: downloads nothing itself, and opens the file's address in a Safari view without its cookies.
pub const CHROME_ON_IPHONE: Browser = without_hints(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
     CriOS/146.0.7680.55 Mobile/15E148 Safari/604.1",
);

/// Safari on an iPad as it comes from the factory: passes itself off as a Mac, but for its fingers.
pub const IPAD: Browser = Browser { touch_points: Some(5), ..MAC };

/// Safari on a Mac, version 18 on an unknown system.
pub const MAC: Browser = Browser {
    user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Safari/605.1.15",
    hints: &[],
    asked_hints: &[],
    touch_points: Some(0),
};

/// Chrome on Android 15, which says so when it is asked.
pub const ANDROID: Browser = Browser {
    asked_hints: &[("sec-ch-ua-platform-version", "\"15.0.0\""), ("sec-ch-ua-model", "\"Pixel 9\"")],
    ..OLD_ANDROID
};

/// Chrome on an Android whose version nobody learns.
pub const OLD_ANDROID: Browser = Browser {
    user_agent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                 Mobile Safari/537.36",
    hints: &[
        ("sec-ch-ua", "\"Chromium\";v=\"142\", \"Google Chrome\";v=\"142\", \"Not_A Brand\";v=\"99\""),
        ("sec-ch-ua-mobile", "?1"),
        ("sec-ch-ua-platform", "\"Android\""),
    ],
    asked_hints: &[],
    touch_points: Some(5),
};

/// Edge on Windows 11.
pub const WINDOWS: Browser = Browser {
    user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 \
                 Safari/537.36 Edg/146.0.0.0",
    hints: &[
        ("sec-ch-ua", "\"Chromium\";v=\"146\", \"Microsoft Edge\";v=\"146\", \"Not_A Brand\";v=\"99\""),
        ("sec-ch-ua-mobile", "?0"),
        ("sec-ch-ua-platform", "\"Windows\""),
    ],
    asked_hints: &[("sec-ch-ua-platform-version", "\"15.0.0\"")],
    touch_points: Some(0),
};

/// LINE's own browser on an iPhone, which can install nothing.
pub const LINE_ON_IPHONE: Browser = without_hints(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 \
     Safari Line/26.5.0",
);

/// What fetches a link to draw its preview in a LINE chat.
pub const LINE_PREVIEW: Browser = without_hints("facebookexternalhit/1.1;line-poker/1.0");

/// Something that nobody knows.
pub const UNKNOWN: Browser = without_hints("Refrigerator/3.1 (door open)");
