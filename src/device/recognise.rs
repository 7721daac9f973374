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
            return Self::judged(
                Platform::Ios,
                Version::default(),
                Software { browser: Browser::APPLE_PROFILE_SERVICE, in_app: false, major: None },
            );
        }
        let told = system::platform(&agent);
        let software = unmasked(software::recognise(&agent, told), &brands);
        let platform = corrected(told, hints, &software);
        let version = match hints.version(platform) {
            Some(version) => Version::of(Some(version)),
            None if platform == told || is_ipad_behind_mac(told, platform) => {
                system::version(&agent, platform, &software.browser)
            }
            None => Version::default(),
        };
        let device = Self::judged(platform, version, software);
        match hints.chosen {
            Some(chosen) if chosen != Platform::Unknown => device.chosen(chosen),
            _ => device,
        }
    }

    fn bot(name: Browser) -> Self {
        let software = Software { browser: name, in_app: false, major: None };
        Self {
            bot: true,
            can_install: false,
            ..Self::judged(Platform::Unknown, Version::default(), software)
        }
    }

    fn judged(platform: Platform, version: Version, software: Software) -> Self {
        let device = Self {
            platform,
            os_version: version.known,
            browser: software.browser,
            in_app: software.in_app,
            bot: false,
            can_install: false,
            browser_major: software.major,
            os_at_least: version.at_least,
            platform_by: By::Request,
        };
        Self { can_install: obstacle(&device).is_none(), ..device }
    }

    /// The same device with the platform that the person chose. What is known of another system's version is dropped.
    fn chosen(self, platform: Platform) -> Self {
        let known = if self.platform == platform { (self.os_version, self.os_at_least) } else { (None, 0) };
        let device =
            Self { platform, os_version: known.0, os_at_least: known.1, platform_by: By::Person, ..self };
        Self { can_install: obstacle(&device).is_none(), ..device }
    }

    /// Whether the system's major version is surely at least this.
    #[must_use]
    pub fn is_at_least(&self, major: u32) -> bool {
        self.os_at_least >= major
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

fn is_ipad_behind_mac(told: Platform, platform: Platform) -> bool {
    told == Platform::Macos && platform == Platform::Ipados
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
