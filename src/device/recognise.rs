//! The one question: what device is this, and can it take what we hand over?

use serde::Serialize;

use super::agent::{Agent, bounded};
use super::bots;
use super::browser::Browser;
use super::hints::Hints;
use super::obstacle::{Obstacle, obstacle};
use super::platform::{OsVersion, Platform};
use super::software::{self, Software};
use super::system::{self, Version};

/// A device as far as a request tells. Serializes to exactly its public fields, which are those of `tegata device --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// The operating system.
    pub platform: Platform,
    /// Its version, only when it is sure.
    pub os_version: Option<OsVersion>,
    /// What shows the page.
    pub browser: Browser,
    /// Whether that is a browser built into another application, which can install nothing.
    pub in_app: bool,
    /// Whether nobody is looking: a previewer, a crawler, a scanner, a tool.
    pub bot: bool,
    /// Whether the installation can be completed from here. A "no" never hides the way on: a User-Agent is only a hint.
    pub can_install: bool,
    /// The number before the first point of the browser's version.
    #[serde(skip)]
    pub(super) browser_major: Option<u32>,
    /// The major version that the system has at the least; 0 when nothing is known.
    #[serde(skip)]
    pub(super) os_at_least: u32,
    #[serde(skip)]
    pub(super) platform_by: By,
    /// How many touches at once the screen takes, where a script reported it.
    #[serde(skip)]
    pub(super) touch_points: Option<u8>,
}

/// Who said which platform it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Request,
    Person,
}

impl Device {
    /// Recognises a device. Takes any bytes, in time linear in the first 1,024 of each; what it does not know is
    /// [`Platform::Unknown`] and [`Browser::UNKNOWN`], never an error.
    #[must_use]
    pub fn recognise(hints: &Hints<'_>) -> Self {
        let text = bounded(hints.user_agent);
        let agent = Agent::read(&text);
        let brands = hints.brands();
        let headless =
            || brands.iter().any(|brand| brand == "headlesschrome").then_some(Browser::of("headlesschrome"));
        if let Some(name) = bots::recognise(&agent).or_else(headless) {
            return Self::bot(name);
        }
        if text == "profile/1.0" {
            let software = Software { browser: Browser::APPLE_PROFILE_SERVICE, in_app: false, major: None };
            return Self::judged(Platform::Ios, By::Request, Version::default(), software);
        }
        let told = system::platform(&agent);
        let software = unmasked(software::recognise(&agent, told), &brands);
        let (platform, by) = match hints.chosen {
            Some(chosen) if chosen != Platform::Unknown => (chosen, By::Person),
            _ => (corrected(told, hints, &software), By::Request),
        };
        let version = match hints.version(platform) {
            Some(version) => Version::of(Some(version)),
            // What was told of another system's version is no news of this one; but an iPad may say that it is a Mac.
            None if platform == told || (told, platform) == (Platform::Macos, Platform::Ipados) => {
                system::version(&agent, platform, &software.browser)
            }
            None => Version::default(),
        };
        Self { touch_points: hints.touch_points, ..Self::judged(platform, by, version, software) }
    }

    fn bot(name: Browser) -> Self {
        let software = Software { browser: name, in_app: false, major: None };
        let device = Self::judged(Platform::Unknown, By::Request, Version::default(), software);
        Self { bot: true, ..device }
    }

    fn judged(platform: Platform, platform_by: By, version: Version, software: Software) -> Self {
        let device = Self {
            platform,
            os_version: version.known,
            browser: software.browser,
            in_app: software.in_app,
            bot: false,
            can_install: false,
            browser_major: software.major,
            os_at_least: version.at_least,
            platform_by,
            touch_points: None,
        };
        Self { can_install: obstacle(&device).is_none(), ..device }
    }

    /// Whether the system's major version is surely at least this.
    #[must_use]
    pub fn is_at_least(&self, major: u32) -> bool {
        self.os_at_least >= major
    }

    /// Whether this is a Mac and no iPad that says so: the person chose it, a script reported a screen without touch, or it
    /// is a browser whose iPad edition has another name (only Safari says the same on both).
    #[must_use]
    pub fn is_surely_a_mac(&self) -> bool {
        let named = [Browser::CHROME, Browser::EDGE, Browser::FIREFOX].contains(&self.browser);
        let untouchable = self.touch_points.is_some_and(|points| points <= 1);
        self.platform == Platform::Macos && (self.platform_by == By::Person || untouchable || named)
    }

    /// Whether installing may need a screen lock, and removing the lock may lose the key: Android 10 and older, or an Android
    /// that does not tell.
    #[must_use]
    pub fn may_need_screen_lock(&self) -> bool {
        self.platform == Platform::Android && !self.is_at_least(11)
    }

    /// Why this browser cannot install, and what would help.
    #[must_use]
    pub fn obstacle(&self) -> Option<Obstacle> {
        obstacle(self)
    }
}

/// The platform with what client hints and touch know better than the User-Agent.
fn corrected(told: Platform, hints: &Hints<'_>, software: &Software) -> Platform {
    let hinted = match (told, hints.platform()) {
        // No browser of an iPhone or iPad sends client hints; "Linux" is also what Android says for desktop pages.
        (Platform::Unknown, Some(platform)) => platform,
        (Platform::Ios | Platform::Ipados, _) | (_, None | Some(Platform::Linux)) => told,
        (_, Some(platform)) => platform,
    };
    let touch = hints.touch_points.is_some_and(|points| points > 1);
    match hinted {
        // No Mac has a touch screen. Chrome of a Mac may be told to pretend one, Safari not.
        Platform::Macos if touch && software.browser != Browser::CHROME => Platform::Ipados,
        // A PC with Linux can install nothing, an Android tablet that asks for desktop pages can.
        Platform::Linux if hints.is_handheld() => Platform::Android,
        platform => platform,
    }
}

/// What Chrome's words hide and its brands tell.
fn unmasked(software: Software, brands: &[String]) -> Software {
    if software.in_app || (software.browser != Browser::CHROME && software.browser != Browser::UNKNOWN) {
        return software;
    }
    let says = |name: &str| brands.iter().any(|brand| brand == name);
    if says("android webview") || says("microsoft edge webview2") {
        return Software::app(Browser::WEBVIEW);
    }
    let named = [
        ("brave", Browser::BRAVE),
        ("microsoft edge", Browser::EDGE),
        ("samsung internet", Browser::SAMSUNG),
        ("opera", Browser::OPERA),
        ("operamobile", Browser::OPERA),
        ("opera gx", Browser::OPERA),
        ("vivaldi", Browser::VIVALDI),
        ("duckduckgo", Browser::DUCKDUCKGO),
        ("yabrowser", Browser::YANDEX),
        ("yandex", Browser::YANDEX),
        ("google chrome", Browser::CHROME),
        ("chromium", Browser::CHROME),
    ];
    match named.into_iter().find(|(brand, _)| says(brand)) {
        Some((_, browser)) => Software { browser, ..software },
        None => software,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC_SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15";
    const MAC_CHROME: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    const LINUX_CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    const FROZEN: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
    const LINE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/26.2.0";

    fn version(device: &Device) -> Option<&str> {
        device.os_version.as_ref().map(OsVersion::as_str)
    }

    #[test]
    fn a_safari_is_a_mac_only_where_somebody_says_so() {
        let safari = Hints::of(MAC_SAFARI);
        assert!(!Device::recognise(&safari).is_surely_a_mac());
        assert!(Device::recognise(&Hints { touch_points: Some(0), ..safari }).is_surely_a_mac());
        assert!(!Device::recognise(&Hints { touch_points: Some(5), ..safari }).is_surely_a_mac());
        assert!(Device::recognise(&Hints { chosen: Some(Platform::Macos), ..safari }).is_surely_a_mac());
        assert!(!Device::recognise(&Hints { chosen: Some(Platform::Windows), ..safari }).is_surely_a_mac());
        assert!(!Device::recognise(&Hints { chosen: Some(Platform::Ipados), ..safari }).is_surely_a_mac());
    }

    #[test]
    fn touch_tells_an_ipad_from_a_mac() {
        let with = |agent, touch_points| Device::recognise(&Hints { touch_points, ..Hints::of(agent) });
        assert_eq!(with(MAC_SAFARI, None).platform, Platform::Macos);
        assert_eq!(with(MAC_SAFARI, Some(0)).platform, Platform::Macos);
        let ipad = with(MAC_SAFARI, Some(5));
        assert_eq!((ipad.platform, version(&ipad)), (Platform::Ipados, Some("18.3")));
        assert!(ipad.can_install);
        assert_eq!(
            with(MAC_CHROME, Some(5)).platform,
            Platform::Macos,
            "an emulation in the developer's tools"
        );
    }

    #[test]
    fn client_hints_tell_the_version_that_the_agent_hides() {
        let hints = |agent, platform, version| {
            Device::recognise(&Hints {
                ch_platform: Some(platform),
                ch_platform_version: Some(version),
                ..Hints::of(agent)
            })
        };
        assert_eq!(version(&hints(FROZEN, "\"Android\"", "\"16.0.0\"")), Some("16"));
        assert_eq!(version(&hints(MAC_CHROME, "\"macOS\"", "\"15.6.1\"")), Some("15.6.1"));
        let tablet = hints(LINUX_CHROME, "\"Android\"", "\"15.0.0\"");
        assert_eq!((tablet.platform, version(&tablet)), (Platform::Android, Some("15")));
        let iphone = hints(LINE, "\"Windows\"", "\"15.0.0\"");
        assert_eq!(
            (iphone.platform, version(&iphone)),
            (Platform::Ios, Some("18.3.2")),
            "no iPhone sends hints"
        );
    }

    #[test]
    fn an_android_tablet_that_asks_for_desktop_pages_is_told_by_its_touch_screen() {
        assert_eq!(Device::recognise(&Hints::of(LINUX_CHROME)).platform, Platform::Linux);
        let hints = Hints { touch_points: Some(10), ..Hints::of(LINUX_CHROME) };
        let tablet = Device::recognise(&hints);
        assert_eq!((tablet.platform, tablet.can_install), (Platform::Android, true));
        let said = Hints {
            ch_platform: Some("\"Linux\""),
            ch_model: Some("\"Pixel Tablet\""),
            ..Hints::of(LINUX_CHROME)
        };
        assert_eq!(Device::recognise(&said).platform, Platform::Android);
    }

    #[test]
    fn brands_unmask_what_says_that_it_is_chrome() {
        for (brands, browser, in_app, can_install) in [
            (r#""Chromium";v="142", "Brave";v="142", "Not_A Brand";v="99""#, "brave", false, true),
            (r#""Chromium";v="142", "Android WebView";v="142""#, "webview", true, false),
            (r#""Microsoft Edge";v="142", "Chromium";v="142""#, "edge", false, true),
            (r#""Google Chrome";v="142", "Chromium";v="142""#, "chrome", false, true),
            (r#""Something New";v="1", "Chromium";v="142""#, "chrome", false, true),
            ("\"broken", "chrome", false, true),
        ] {
            let device = Device::recognise(&Hints { ch_ua: Some(brands), ..Hints::of(FROZEN) });
            assert_eq!(
                (device.browser.as_str(), device.in_app, device.can_install),
                (browser, in_app, can_install),
                "{brands}"
            );
        }
        let headless =
            Device::recognise(&Hints { ch_ua: Some(r#""HeadlessChrome";v="142""#), ..Hints::of(FROZEN) });
        assert!(headless.bot && !headless.can_install);
    }

    #[test]
    fn the_persons_choice_overrules_the_platform_alone() {
        let choose = |agent, chosen| Device::recognise(&Hints { chosen: Some(chosen), ..Hints::of(agent) });
        let ipad = choose(MAC_SAFARI, Platform::Ipados);
        assert_eq!((ipad.platform, version(&ipad), ipad.can_install), (Platform::Ipados, Some("18.3"), true));
        let tablet = choose(LINUX_CHROME, Platform::Android);
        assert_eq!((tablet.platform, version(&tablet), tablet.can_install), (Platform::Android, None, true));
        let line = choose(LINE, Platform::Android);
        assert_eq!((line.platform, line.in_app, line.can_install), (Platform::Android, true, false));
        assert_eq!(version(&line), None, "the version was another system's");
        let bot = choose("Twitterbot/1.0", Platform::Ios);
        assert_eq!((bot.platform, bot.bot, bot.can_install), (Platform::Unknown, true, false));
        assert_eq!(choose(FROZEN, Platform::Unknown).platform, Platform::Android, "no choice");
    }

    #[test]
    fn who_chose_a_device_in_an_unknown_browser_is_let_through() {
        let asked = Device::recognise(&Hints::of("Something/1.0"));
        assert_eq!((asked.can_install, asked.obstacle()), (false, Some(Obstacle::Unrecognised)));
        let chosen =
            Device::recognise(&Hints { chosen: Some(Platform::Windows), ..Hints::of("Something/1.0") });
        assert!(chosen.can_install);
    }

    #[test]
    fn android_may_need_a_screen_lock_until_it_says_11() {
        let lock = |agent: &str| Device::recognise(&Hints::of(agent)).may_need_screen_lock();
        assert!(lock(FROZEN));
        assert!(lock(&FROZEN.replace("10; K", "9; SO-02K")));
        assert!(!lock(&FROZEN.replace("10; K", "11; Pixel 4a")));
        assert!(!lock(LINE));
    }
}
