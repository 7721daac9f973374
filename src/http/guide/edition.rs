//! What there is to choose from: the versions of each system that look alike, and their steps.

use super::scene::Scene;
use super::{android, apple, computer, mac, windows};
use crate::device::Platform;

/// When a step is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// Where the page has a button for the download.
    Downloads,
    /// Where it has none any more.
    UsedUp,
    /// Where the device asks for the bundle password.
    Password,
    /// Where the file brings a text to agree to.
    Consent,
    /// Where the file brings a root.
    Root,
}

/// One thing to do.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The key of its text.
    pub text: &'static str,
    /// When it is needed.
    pub when: When,
    /// What the screen looks like.
    pub scenes: &'static [Scene<'static>],
    /// What to do where the screen does not look like that: the key of a text, and a picture.
    pub otherwise: Option<(&'static str, Scene<'static>)>,
}

/// Versions of a system that look alike.
#[derive(Debug, Clone, Copy)]
pub struct Edition {
    /// Its name in an address: `android-10`.
    pub name: &'static str,
    /// Its first major version; 0 for everything that is older than the next edition.
    pub from: u32,
    /// The key of what people call it, where there are several.
    pub label: Option<&'static str>,
    /// The steps from the download on.
    pub steps: &'static [Step],
    /// The key of what helps where nothing happens after the download.
    pub nothing: &'static str,
    /// How an old certificate is removed.
    pub removal: &'static [Step],
    /// How the browser is brought to ask for a certificate again.
    pub asking: &'static [Step],
    /// What to do where the certificate was installed as one of a kind that no browser uses; empty where there is none.
    pub kind: &'static [Step],
}

/// The editions of a system, the newest first.
#[must_use]
pub fn editions(platform: Platform) -> &'static [Edition] {
    match platform {
        Platform::Ios | Platform::Ipados => &apple::EDITIONS,
        Platform::Android => &android::EDITIONS,
        Platform::Windows => &windows::EDITIONS,
        Platform::Macos => &mac::EDITIONS,
        Platform::Chromeos | Platform::Linux | Platform::Unknown => &computer::EDITIONS,
    }
}

/// The name of an edition in an address, as we know it.
#[must_use]
pub fn named(name: &str) -> Option<&'static str> {
    let all = Platform::ALL.into_iter().flat_map(editions);
    all.map(|edition| edition.name).find(|known| *known == name)
}

/// The edition of a device: the one that the person chose, else that of its version, else the newest.
///
/// What hides its version is most likely new: Chrome on Android, Safari on a Mac.
#[must_use]
pub fn edition(platform: Platform, major: Option<u32>, chosen: Option<&str>) -> &'static Edition {
    let all = editions(platform);
    let chosen = chosen.and_then(|name| all.iter().find(|edition| edition.name == name));
    let known = || all.iter().find(|edition| major.is_some_and(|major| major >= edition.from));
    // Every list ends with an edition from 0 on, and none is empty.
    chosen.or_else(known).unwrap_or(&all[0])
}
