//! The devices that the browsers pass themselves off as.

use crate::chromium::Device;

/// One row of the table.
pub struct Row {
    /// What it is called in messages and pictures.
    pub name: &'static str,
    pub device: Device<'static>,
    /// What the first page takes it for, by what the browser sends.
    pub platform: &'static str,
    /// What the ticket's page takes it for, where a script has told of fingers.
    pub with_script: &'static str,
}

const fn row(name: &'static str, device: Device<'static>, platform: &'static str) -> Row {
    Row { name, device, platform, with_script: platform }
}

/// Phones stand upright and as narrow as they come; PCs have a window of usual size.
const PHONE: (u32, u32, f64) = (320, 658, 2.0);
const TABLET: (u32, u32, f64) = (820, 1_180, 2.0);
const DESK: (u32, u32, f64) = (1_280, 900, 1.0);

/// Safari on iOS 26, whose system token is frozen at 18.
pub const IPHONE: Device<'_> = Device {
    user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/26.5.2 Mobile/15E148 Safari/604.1",
    screen: PHONE,
    hints: None,
};

/// An iPad that asks for the pages of a tablet.
const IPAD: Device<'_> = Device {
    user_agent: "Mozilla/5.0 (iPad; CPU OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.6 Mobile/15E148 Safari/604.1",
    screen: TABLET,
    hints: None,
};

/// An iPad as it comes from the factory, which passes itself off as a Mac.
pub const IPAD_AS_MAC: Device<'_> = Device { user_agent: MAC.user_agent, ..IPAD };

/// Chrome on Android 15.
pub const ANDROID: Device<'_> = Device {
    user_agent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile \
                 Safari/537.36",
    screen: PHONE,
    hints: Some(("Android", "15.0.0", "Pixel 9")),
};

/// Chrome on a tablet: without the word Mobile.
const ANDROID_TABLET: Device<'_> = Device {
    user_agent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    screen: TABLET,
    hints: Some(("Android", "13.0.0", "Pixel Tablet")),
};

/// Edge on Windows 11.
pub const WINDOWS: Device<'_> = Device {
    user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 \
                 Safari/537.36 Edg/146.0.0.0",
    screen: DESK,
    hints: Some(("Windows", "15.0.0", "")),
};

/// Safari on a Mac.
const MAC: Device<'_> = Device {
    user_agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 \
                 Safari/605.1.15",
    screen: DESK,
    hints: None,
};

/// Every device that can install.
pub const ALL: [Row; 7] = [
    row("iphone", IPHONE, "ios"),
    row("ipad", IPAD, "ipados"),
    Row { with_script: "ipados", ..row("ipad-as-mac", IPAD_AS_MAC, "macos") },
    row("android", ANDROID, "android"),
    row("android-tablet", ANDROID_TABLET, "android"),
    row("windows", WINDOWS, "windows"),
    row("mac", MAC, "macos"),
];

/// A browser that cannot install, or that nobody knows: what it is met with at the link.
pub struct Stranger {
    pub name: &'static str,
    pub device: Device<'static>,
    /// `data-page`.
    pub page: &'static str,
    /// `data-obstacle`.
    pub obstacle: Option<&'static str>,
}

const fn stranger(
    name: &'static str,
    user_agent: &'static str,
    screen: (u32, u32, f64),
    page: &'static str,
    obstacle: Option<&'static str>,
) -> Stranger {
    Stranger { name, device: Device { user_agent, screen, hints: None }, page, obstacle }
}

/// One of each kind.
pub const STRANGERS: [Stranger; 8] = [
    stranger(
        "line-iphone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 \
         Safari Line/26.5.0",
        PHONE,
        "browser",
        Some("in-app-browser"),
    ),
    stranger(
        "instagram-android",
        "Mozilla/5.0 (Linux; Android 14; SM-S921N Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
         Version/4.0 Chrome/122.0.6261.119 Mobile Safari/537.36 Instagram 324.0.0.27.50 Android",
        PHONE,
        "browser",
        Some("in-app-browser"),
    ),
    stranger(
        "firefox-iphone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 \
         Mobile/15E148 Safari/605.1.15",
        PHONE,
        "browser",
        Some("other-browser"),
    ),
    stranger(
        "ie",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
        DESK,
        "browser",
        Some("other-browser"),
    ),
    stranger(
        "old-android",
        "Mozilla/5.0 (Linux; Android 4.4.2; SO-03F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.99 Mobile \
         Safari/537.36",
        PHONE,
        "too-old",
        Some("system-too-old"),
    ),
    stranger(
        "linux",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        DESK,
        "unfit",
        Some("not-a-platform"),
    ),
    stranger("unknown", "Refrigerator/3.1 (door open)", PHONE, "choose", None),
    stranger("preview", "Twitterbot/1.0", DESK, "preview", None),
];
