//! Why a browser cannot install, decided before anything is used up.

use super::browser::Browser;
use super::platform::{OsVersion, Platform};
use super::recognise::{By, Device};

/// Why the installation cannot be completed from here, and what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// An application's built-in browser: open the page in the device's browser.
    InApp {
        /// Whose built-in browser it is; [`Browser::WEBVIEW`] when it does not say.
        app: Browser,
        /// The browser to use.
        instead: Browser,
    },
    /// A browser that cannot, or is not known to: use another one of the same device.
    OtherBrowser {
        /// The browser to use: Safari, Chrome or Edge.
        instead: Browser,
    },
    /// A system too old to use the result safely, or at all.
    TooOld {
        /// The system.
        platform: Platform,
        /// Its version, when known.
        os_version: Option<OsVersion>,
        /// The first major version that will do.
        needed: u32,
    },
    /// A system that we hand nothing to (`ChromeOS`, Linux), or an Android device set to desktop pages: use another device, or turn
    /// that setting off.
    NotAPlatform(Platform),
    /// Nothing is known: ask the person which device it is.
    Unrecognised,
}

impl Obstacle {
    /// The stable code of the obstacle, for help pages and the log.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InApp { .. } => "in-app-browser",
            Self::OtherBrowser { .. } => "other-browser",
            Self::TooOld { .. } => "system-too-old",
            Self::NotAPlatform(_) => "not-a-platform",
            Self::Unrecognised => "device-unrecognised",
        }
    }
}

/// The first major version that is served.
///
/// iOS 9 and Android 5 are the first whose own TLS (Safari, `WebView`, Wi-Fi, VPN, mail) speaks 1.2 with AES-GCM: on older ones
/// the certificate would be installed and be of no use. On Windows 7 to 8.1 the wizard opens the compatible file, but nothing
/// has protected the key since their last security update in January 2023. macOS hides its version, so that none is refused.
const fn needed(platform: Platform) -> u32 {
    match platform {
        Platform::Ios | Platform::Ipados => 9,
        Platform::Android => 5,
        Platform::Windows => 10,
        Platform::Macos | Platform::Chromeos | Platform::Linux | Platform::Unknown => 0,
    }
}

/// The browser whose way to install is described, by platform.
fn recommended(platform: Platform) -> Browser {
    match platform {
        Platform::Ios | Platform::Ipados | Platform::Macos => Browser::SAFARI,
        Platform::Windows => Browser::EDGE,
        Platform::Android | Platform::Chromeos | Platform::Linux | Platform::Unknown => Browser::CHROME,
    }
}

/// The reason why `device` cannot install; nothing when it can, and nothing for a bot, which is told nothing.
#[must_use]
pub fn obstacle(device: &Device) -> Option<Obstacle> {
    let platform = device.platform;
    if device.bot {
        return None;
    }
    match platform {
        Platform::Unknown => return Some(Obstacle::Unrecognised),
        Platform::Chromeos | Platform::Linux => return Some(Obstacle::NotAPlatform(platform)),
        Platform::Ios | Platform::Ipados | Platform::Android | Platform::Windows | Platform::Macos => {}
    }
    let needed = needed(platform);
    if device.os_version.as_ref().is_some_and(|version| version.major() < needed) {
        return Some(Obstacle::TooOld { platform, os_version: device.os_version.clone(), needed });
    }
    let instead = recommended(platform);
    if device.in_app {
        return Some(Obstacle::InApp { app: device.browser.clone(), instead });
    }
    if installs(device) { None } else { Some(Obstacle::OtherBrowser { instead }) }
}

/// Whether a browser completes the platform's installation.
fn installs(device: &Device) -> bool {
    let browser = device.browser.as_str();
    if device.platform_by == By::Person && browser == "unknown" {
        // Who told the device and has a browser that nobody knows is not sent in circles.
        return true;
    }
    match device.platform {
        // Chrome hands a profile to Safari's engine since version 95, by asking for it a second time.
        Platform::Ios | Platform::Ipados => {
            browser == "safari"
                || (browser == "chrome" && device.browser_major.is_some_and(|major| major >= 95))
        }
        // Those built from Chrome's whole source open the installer as Chrome does. What device makers build on a WebView does
        // not, and Firefox could not use the certificate afterwards.
        Platform::Android => {
            matches!(browser, "chrome" | "edge" | "samsung" | "brave" | "opera" | "vivaldi" | "yandex")
        }
        // A PC opens the file whoever saved it. Internet Explorer's mode is left for Edge, where the pages are made for.
        Platform::Windows => !matches!(browser, "ie" | "opera-mini" | "unknown"),
        Platform::Macos => browser != "unknown",
        Platform::Chromeos | Platform::Linux | Platform::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Hints;

    fn of(user_agent: &str) -> Option<Obstacle> {
        obstacle(&Device::recognise(&Hints::of(user_agent)))
    }

    fn windows(system: &str, rest: &str) -> Option<Obstacle> {
        of(&format!(
            "Mozilla/5.0 (Windows NT {system}; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) {rest}"
        ))
    }

    #[test]
    fn each_obstacle_names_what_to_do_instead() {
        let line = "Mozilla/5.0 (iPad; CPU OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/15.5.2";
        assert_eq!(of(line), Some(Obstacle::InApp { app: Browser::LINE, instead: Browser::SAFARI }));
        let firefox = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0";
        assert_eq!(of(firefox), Some(Obstacle::OtherBrowser { instead: Browser::CHROME }));
        let ie = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko";
        assert_eq!(of(ie), Some(Obstacle::OtherBrowser { instead: Browser::EDGE }));
        assert_eq!(
            of(
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36"
            ),
            Some(Obstacle::NotAPlatform(Platform::Chromeos))
        );
        assert_eq!(of("手形"), Some(Obstacle::Unrecognised));
        assert_eq!(of("Twitterbot/1.0"), None);
        assert_eq!(windows("10.0", "Chrome/142.0.0.0 Safari/537.36"), None);
    }

    #[test]
    fn a_system_that_is_too_old_is_told_before_its_browser() {
        for (told, version) in [("6.1", "7"), ("6.2", "8"), ("6.3", "8.1"), ("5.1", "xp")] {
            let found = windows(told, "Chrome/109.0.0.0 Safari/537.36 Electron/1.0");
            let Some(Obstacle::TooOld { platform: Platform::Windows, os_version, needed: 10 }) = found else {
                panic!("{told}: {found:?}");
            };
            assert_eq!(os_version.map(|version| version.as_str().to_owned()).as_deref(), Some(version));
        }
    }

    #[test]
    fn chrome_of_an_iphone_installs_since_95() {
        let chrome = |version| {
            of(&format!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/{version}.0.4638.50 Mobile/15E148 Safari/604.1"
            ))
        };
        assert_eq!(chrome(94), Some(Obstacle::OtherBrowser { instead: Browser::SAFARI }));
        assert_eq!(chrome(95), None);
    }

    #[test]
    fn every_obstacle_has_its_own_code() {
        let all = [
            Obstacle::InApp { app: Browser::LINE, instead: Browser::SAFARI },
            Obstacle::OtherBrowser { instead: Browser::SAFARI },
            Obstacle::TooOld { platform: Platform::Windows, os_version: None, needed: 10 },
            Obstacle::NotAPlatform(Platform::Linux),
            Obstacle::Unrecognised,
        ];
        let codes: std::collections::BTreeSet<_> = all.iter().map(Obstacle::code).collect();
        assert_eq!(codes.len(), all.len());
    }
}
