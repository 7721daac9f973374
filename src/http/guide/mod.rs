//! What to do on this very device: its steps, each with a picture of the system's own screen.
//!
//! One source per system (`apple`, `android`, `windows`, `mac`, `computer`) says which steps there are, what their texts are
//! called and what the screens consist of, as data. A new version of a system is an edition more there and its texts in
//! `locales/`. `draw` makes a picture of any screen; nothing in it knows a system.

mod android;
mod apple;
mod computer;
mod draw;
mod edition;
mod leave;
mod mac;
mod measure;
mod pen;
mod scene;
#[cfg(test)]
mod tests;
mod windows;

pub use draw::Picture;
pub use edition::named;
pub use leave::Leaving;
pub use pen::Names;

use edition::{Edition, Step, When, edition, editions};

use super::language::Language;
use super::words::{Phrase, Words};
use crate::device::Platform;

/// What the steps depend on.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Situation {
    /// The system.
    pub platform: Platform,
    /// Its major version, where that is known.
    pub major: Option<u32>,
    /// The edition that the person chose.
    pub chosen: Option<&'static str>,
    /// Whether the device asks for the bundle password.
    pub asks_password: bool,
    /// Whether the file brings a text to agree to.
    pub has_consent: bool,
    /// Whether the file brings a root that the person must trust by hand.
    pub has_trust_anchor: bool,
    /// Whether the file can still be downloaded; else the page has no button for it.
    pub downloads: bool,
    /// What the pictures fill in.
    pub names: Names,
}

/// One step, ready to be shown.
#[derive(Debug, Clone)]
pub struct DrawnStep {
    /// What to do.
    pub text: Phrase<'static>,
    /// What the screen looks like.
    pub pictures: Vec<Picture>,
    /// What to do where the screen does not look like that.
    pub otherwise: Option<(Phrase<'static>, Picture)>,
}

/// An edition that the person can choose in place of the one shown.
#[derive(Debug, Clone)]
pub struct OtherEdition {
    /// Its name in an address.
    pub name: &'static str,
    /// What people call it.
    pub label: String,
}

impl Words {
    /// The language of the systems' own screens.
    #[must_use]
    pub const fn of_screens(self) -> Self {
        match self.0 {
            // No system speaks easy Japanese.
            Language::Japanese | Language::EasyJapanese => Self(Language::Japanese),
            Language::English => self,
        }
    }
}

impl Situation {
    /// Where nothing is known but the system: for the removal of what may still be there.
    #[must_use]
    pub fn of_system(platform: Platform, major: Option<u32>) -> Self {
        Self {
            platform,
            major,
            chosen: None,
            asks_password: false,
            has_consent: false,
            has_trust_anchor: false,
            downloads: false,
            names: Names::default(),
        }
    }

    fn edition(&self) -> &'static Edition {
        edition(self.platform, self.major, self.chosen)
    }

    fn needs(&self, step: &Step) -> bool {
        match step.when {
            When::Always => true,
            When::Downloads => self.downloads,
            When::UsedUp => !self.downloads,
            When::Password => self.asks_password,
            When::Consent => self.has_consent,
            When::Root => self.has_trust_anchor,
        }
    }

    fn drawn(&self, steps: &[Step], words: Words) -> Vec<DrawnStep> {
        let screen = words.of_screens();
        let names = Names { tablet: self.platform == Platform::Ipados, ..self.names.clone() };
        let say = |key| words.say(key).with("name", names.file.clone());
        let step = |step: &Step| DrawnStep {
            text: say(step.text),
            pictures: step.scenes.iter().map(|scene| scene.draw(words, screen, &names)).collect(),
            otherwise: step.otherwise.map(|(key, scene)| (say(key), scene.draw(words, screen, &names))),
        };
        steps.iter().filter(|step| self.needs(step)).map(step).collect()
    }

    /// The steps, from the tap on the download to the end.
    #[must_use]
    pub fn steps(&self, words: Words) -> Vec<DrawnStep> {
        self.drawn(self.edition().steps, words)
    }

    /// What helps where nothing happens after the download.
    #[must_use]
    pub fn prompt(&self, words: Words) -> Phrase<'static> {
        words.say(self.edition().nothing).with("name", self.names.file.clone())
    }

    /// How an old certificate is removed.
    #[must_use]
    pub fn removal(&self, words: Words) -> Vec<DrawnStep> {
        self.drawn(self.edition().removal, words)
    }

    /// How the browser is brought to ask for a certificate again.
    #[must_use]
    pub fn asking(&self, words: Words) -> Vec<DrawnStep> {
        self.drawn(self.edition().asking, words)
    }

    /// What to do where the certificate is of a kind that no browser uses; empty where the system has no such kind.
    #[must_use]
    pub fn other_kind(&self, words: Words) -> Vec<DrawnStep> {
        self.drawn(self.edition().kind, words)
    }

    /// What else the system may look like.
    #[must_use]
    pub fn others(&self, words: Words) -> Vec<OtherEdition> {
        let shown = self.edition().name;
        let others = editions(self.platform).iter().filter(|edition| edition.name != shown);
        let named = |key| words.say(key).with("platform", self.platform.as_str()).to_string();
        let other =
            |edition: &Edition| Some(OtherEdition { name: edition.name, label: named(edition.label?) });
        others.filter_map(other).collect()
    }

    /// Whether the version is a guess, so that the others should stand where they are seen.
    #[must_use]
    pub const fn is_a_guess(&self) -> bool {
        self.major.is_none() && self.chosen.is_none()
    }
}
