//! The way out of a browser that cannot install, into one that can.

use url::Url;
use url::form_urlencoded::byte_serialize;

use super::browser::Browser;
use super::obstacle::Obstacle;
use super::platform::Platform;
use super::recognise::Device;

/// What LINE takes as the wish to open a link outside (LINE Developers, "URLを外部ブラウザで開く"). Case matters.
const OPEN_EXTERNAL: (&str, &str) = ("openExternalBrowser", "1");

/// How a link leads out of the browser that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// LINE opens the device's browser for a URL with `openExternalBrowser=1`.
    LineExternal,
    /// Android opens Chrome for an `intent:` URL, after a tap.
    AndroidIntent,
    /// iOS 17 and later open Safari for an `x-safari-https:` URL, after a tap; applications may refuse.
    SafariScheme,
    /// Nothing but the person's own hand: the menu "open in browser", or the copied address.
    Manual,
}

impl Hop {
    /// The hop that is worth trying on `device`; nothing where none is needed or none can help.
    ///
    /// `already_hopped` says that a hop was tried and led back into the same browser: then only [`Hop::Manual`] is left.
    #[must_use]
    pub fn of(device: &Device, already_hopped: bool) -> Option<Self> {
        if !matches!(device.obstacle()?, Obstacle::InApp { .. } | Obstacle::OtherBrowser { .. }) {
            return None;
        }
        Some(match device.platform {
            _ if already_hopped => Self::Manual,
            _ if device.browser == Browser::LINE => Self::LineExternal,
            Platform::Android => Self::AndroidIntent,
            Platform::Ios | Platform::Ipados if device.is_at_least(17) => Self::SafariScheme,
            _ => Self::Manual,
        })
    }
}

/// The URL to link (never to redirect) to, so that `url` opens in the browser that can install. Nothing where only the
/// person's hand helps, where no hop is needed, and where `url` is no `http` or `https` URL with a host.
///
/// `url` must carry all that the page needs: no cookie crosses. In LINE a URL that already has the parameter is not tried
/// again, whatever `already_hopped` says.
#[must_use]
pub fn hop(device: &Device, url: &str, already_hopped: bool) -> Option<String> {
    let mut url =
        Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    url.set_fragment(None);
    match Hop::of(device, already_hopped)? {
        Hop::LineExternal => {
            if url.query_pairs().any(|(name, _)| name == OPEN_EXTERNAL.0) {
                return None;
            }
            url.query_pairs_mut().append_pair(OPEN_EXTERNAL.0, OPEN_EXTERNAL.1);
            Some(url.into())
        }
        Hop::AndroidIntent => {
            let fallback: String = byte_serialize(url.as_str().as_bytes()).collect();
            let (scheme, rest) = url.as_str().split_once("://")?;
            Some(format!(
                "intent://{rest}#Intent;scheme={scheme};package=com.android.chrome;S.browser_fallback_url={fallback};end"
            ))
        }
        Hop::SafariScheme if url.scheme() == "https" => Some(format!("x-safari-{url}")),
        Hop::SafariScheme | Hop::Manual => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Hints;

    const URL: &str = "https://cert.example.jp/C/7K3W9XQ2M5TRB4YH8NPCDVFGJA?l=ja";

    fn device(user_agent: &str) -> Device {
        Device::recognise(&Hints::of(user_agent))
    }

    fn iphone(system: &str, rest: &str) -> Device {
        device(&format!(
            "Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {rest}"
        ))
    }

    fn android(rest: &str) -> Device {
        device(&format!(
            "Mozilla/5.0 (Linux; Android 14; XQ-ES72; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/129.0.6668.71 Mobile Safari/537.36 {rest}"
        ))
    }

    #[test]
    fn line_opens_the_devices_browser_once_and_does_not_loop() {
        for line in [iphone("18_3_2", "Mobile/15E148 Safari Line/26.2.0"), android("Line/14.16.0/IAB")] {
            let outside = hop(&line, URL, false);
            assert_eq!(outside.as_deref(), Some(format!("{URL}&openExternalBrowser=1").as_str()));
            assert_eq!(outside.and_then(|url| hop(&line, &url, false)), None);
            assert_eq!(hop(&line, URL, true), None);
            assert_eq!(Hop::of(&line, true), Some(Hop::Manual));
        }
        let plain = hop(&android("Line/14.16.0/IAB"), "https://cert.example.jp/C/7K3W#now", false);
        assert_eq!(plain.as_deref(), Some("https://cert.example.jp/C/7K3W?openExternalBrowser=1"));
    }

    #[test]
    fn android_applications_hand_over_to_chrome() {
        assert_eq!(
            hop(&android("Instagram 324.0.0.27.50 Android (34/14; 420dpi)"), URL, false).as_deref(),
            Some(
                "intent://cert.example.jp/C/7K3W9XQ2M5TRB4YH8NPCDVFGJA?l=ja#Intent;scheme=https;package=com.android.chrome;\
                 S.browser_fallback_url=https%3A%2F%2Fcert.example.jp%2FC%2F7K3W9XQ2M5TRB4YH8NPCDVFGJA%3Fl%3Dja;end"
            )
        );
        let firefox = device("Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0");
        assert_eq!(Hop::of(&firefox, false), Some(Hop::AndroidIntent));
    }

    #[test]
    fn a_url_cannot_smuggle_anything_into_the_intent() {
        let hostile = "https://cert.example.jp/C/x;package=evil;end?q=a b;S.x=\"<>#Intent;package=evil;end";
        let intent = hop(&android("GSA/15.1"), hostile, false);
        let (link, extras) = intent.as_deref().and_then(|intent| intent.split_once('#')).unzip();
        assert!(!extras.is_some_and(|extras| extras.contains("evil;")), "{intent:?}");
        assert_eq!(extras.map(|extras| extras.matches(';').count()), Some(4), "{intent:?}");
        assert_eq!(link, Some("intent://cert.example.jp/C/x;package=evil;end?q=a%20b;S.x=%22%3C%3E"));
    }

    #[test]
    fn safari_is_asked_for_from_ios_17() {
        let scheme = |system| hop(&iphone(system, "Mobile/15E148 Instagram 296.0.0.18.107"), URL, false);
        assert_eq!(scheme("17_5").as_deref(), Some(format!("x-safari-{URL}").as_str()));
        assert_eq!(
            scheme("18_7").as_deref(),
            Some(format!("x-safari-{URL}").as_str()),
            "frozen, but at least 18"
        );
        assert_eq!(scheme("16_6"), None);
        let old = iphone("16_6", "Mobile/15E148 Instagram 296.0.0.18.107");
        assert_eq!(Hop::of(&old, false), Some(Hop::Manual));
        let new = iphone("18_5", "FxiOS/139.0 Mobile/15E148 Safari/605.1.15");
        assert_eq!(hop(&new, "http://192.168.0.7:8080/c/x", false), None, "there is no such scheme for http");
    }

    #[test]
    fn who_can_install_or_cannot_be_helped_is_not_sent_anywhere() {
        let teams = device(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 Edg/132.0.0.0 Teams/25072.1611.3570.2461 (50)",
        );
        assert_eq!((Hop::of(&teams, false), hop(&teams, URL, false)), (Some(Hop::Manual), None));
        let safari = iphone("17_5_1", "Version/17.5.1 Mobile/15E148 Safari/604.1");
        for other in [safari, device("Twitterbot/1.0"), device(""), device("Mozilla/5.0 (X11; Linux x86_64)")]
        {
            assert_eq!((Hop::of(&other, false), hop(&other, URL, false)), (None, None), "{other:?}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_page_is_refused() {
        let line = iphone("17_5", "Mobile/15E148 Safari Line/14.8.0");
        for url in ["", "javascript:alert(1)", "file:///etc/passwd", "/c/x", "https://", "intent://x"] {
            assert_eq!(hop(&line, url, false), None, "{url}");
        }
    }
}
