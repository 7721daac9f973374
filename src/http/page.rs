//! What every page has around its content: language, contact, reference.

use jiff::Timestamp;

use super::furigana;
use super::help::topics_of;
use super::language::Language;
use super::look::LogoLink;
use super::words::{Phrase, Words};
use crate::device::{OsVersion, Platform};
use crate::directory::Contact;

/// A link to this very page in another language.
#[derive(Debug, Clone)]
pub struct LanguageLink {
    /// The language.
    pub language: Language,
    /// Where the page is in it, relative to itself.
    pub href: String,
    /// Whether it is the language shown.
    pub current: bool,
}

/// Whom to ask, as a page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactLines {
    /// A person, a desk, a department.
    pub name: Option<String>,
    /// A telephone number, as people read it.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// When somebody answers.
    pub hours: Option<String>,
}

impl ContactLines {
    /// Whether nobody is named.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.name.is_none() && self.phone.is_none() && self.email.is_none()
    }

    /// The telephone number as a `tel:` URL takes it (RFC 3966): digits, and a plus in front.
    #[must_use]
    pub fn dial(&self) -> String {
        let phone = self.phone.as_deref().unwrap_or_default();
        phone
            .chars()
            .enumerate()
            .filter_map(|(place, c)| (c.is_ascii_digit() || (place == 0 && c == '+')).then_some(c))
            .collect()
    }
}

impl From<&Contact> for ContactLines {
    fn from(contact: &Contact) -> Self {
        let Contact { name, phone, email, hours } = contact.clone();
        Self { name, phone, email, hours }
    }
}

/// What surrounds the content of a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The texts.
    pub words: Words,
    /// The page's own name, for tests and style: `data-page`.
    pub name: &'static str,
    /// The page's heading and title.
    pub title: String,
    /// Whose page it is; the site's name where nobody is known yet.
    pub from: Option<String>,
    /// Whom to ask.
    pub contact: ContactLines,
    /// The rules that put the organization's colour in place of ours.
    pub rules: Option<String>,
    /// The organization's logo.
    pub logo: Option<LogoLink>,
    /// The list of all codes: `/help`, or its whole address where it is another site's.
    pub help: String,
    /// The request's reference, which the log has as well.
    pub reference: String,
    /// Whether the page shows the reference: where something was refused.
    pub show_reference: bool,
    /// The page in each language.
    pub languages: Vec<LanguageLink>,
}

impl Frame {
    /// The text `key`.
    #[must_use]
    pub fn say<'a>(&self, key: &'a str) -> Phrase<'a> {
        self.words.say(key)
    }

    /// The page of a code or a topic.
    #[must_use]
    pub fn explanation(&self, code: &str) -> String {
        let (path, query) = self.help.split_once('?').map_or((self.help.as_str(), ""), |halves| halves);
        format!("{path}/{code}{}{query}", if query.is_empty() { "" } else { "?" })
    }

    /// The language of a part that is not in the page's own: Japanese names on an English page (WCAG 2.2, 3.1.2).
    #[must_use]
    pub fn part_language(&self, text: &str) -> Option<&'static str> {
        let is_japanese = |c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
        (self.words.0 == Language::English && text.contains(is_japanese)).then_some("ja")
    }

    /// What the browser's window and tab are called: the heading, and whose page it is.
    #[must_use]
    pub fn window_title(&self) -> String {
        let title = furigana::plain(&self.title);
        let from = self.from.clone().unwrap_or_else(|| self.say("site-name").plain());
        if title == from { title } else { format!("{title} - {from}") }
    }

    /// The same frame as a page of `organization`, whose `contact` is asked.
    #[must_use]
    pub fn of(mut self, organization: String, contact: ContactLines) -> Self {
        self.from = Some(organization);
        if !contact.is_empty() {
            self.contact = contact;
        }
        self
    }

    /// The same frame with the reference shown.
    #[must_use]
    pub fn with_reference(mut self) -> Self {
        self.show_reference = true;
        self
    }
}

/// Links to this page in every language; `query` is what else its address carries.
#[must_use]
pub fn language_links(current: Language, query: &[(&str, &str)]) -> Vec<LanguageLink> {
    Language::ALL
        .into_iter()
        .map(|language| {
            let mut pairs: Vec<_> = query.iter().copied().filter(|(name, _)| *name != "lang").collect();
            pairs.push(("lang", language.tag()));
            LanguageLink { language, href: here(&pairs), current: language == current }
        })
        .collect()
}

/// A reference to this very page with other parameters. It repeats no part of the path, so that pages for two codes are
/// the same, byte for byte.
#[must_use]
pub fn here(query: &[(&str, &str)]) -> String {
    let mut serializer = url::form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
    serializer.extend_pairs(query);
    serializer.finish()
}

/// A code with its explanation: what happened, why, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The stable code, `T-…`.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// What is true in this very case: a time, a number.
    pub fact: Option<String>,
    /// Why.
    pub why: String,
    /// What to do.
    pub todo: String,
    /// What else helps: codes of topics.
    pub topics: &'static [&'static str],
}

impl Problem {
    /// The explanation of `code`, without anything particular.
    #[must_use]
    pub fn explain(words: Words, code: &'static str) -> Self {
        let part = |part| words.explain(code, part).to_string();
        Self {
            code,
            title: part("title"),
            fact: None,
            why: part("why"),
            todo: part("todo"),
            topics: topics_of(code),
        }
    }

    /// With what is true in this case.
    #[must_use]
    pub fn with_fact(self, fact: &Phrase<'_>) -> Self {
        Self { fact: Some(fact.to_string()), ..self }
    }
}

/// A kind of device to choose.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Which.
    pub platform: Platform,
    /// Its name.
    pub name: String,
    /// This very page for it.
    pub href: String,
    /// Whether it is what was recognised or chosen.
    pub current: bool,
}

/// The kinds of device that something can be installed on, where nothing narrows them.
pub const CHOOSABLE: [Platform; 5] =
    [Platform::Ios, Platform::Ipados, Platform::Android, Platform::Windows, Platform::Macos];

impl Words {
    /// A kind of device: `iPhone`, `Android`.
    #[must_use]
    pub fn device(self, platform: Platform) -> String {
        self.say("device").with("platform", platform.as_str()).to_string()
    }

    /// A device with its version where that is known: `iPhone (iOS 18)`.
    #[must_use]
    pub fn device_with_version(self, platform: Platform, version: Option<&OsVersion>) -> String {
        match version {
            None => self.device(platform),
            // Browsers tell the two apart by a hint alone, which not all of them give.
            Some(version) if version.as_str() == "10+" => self.say("windows-10-or-11").to_string(),
            Some(version) => self
                .say("device-with-version")
                .with("platform", platform.as_str())
                .with("version", version.as_str().to_owned())
                .to_string(),
        }
    }

    /// Several kinds of device in a row.
    #[must_use]
    pub fn devices(self, platforms: &[Platform]) -> String {
        let names: Vec<_> = platforms.iter().map(|platform| self.device(*platform)).collect();
        names.join(&self.say("list-separator").to_string())
    }

    /// A moment with the present at hand.
    #[must_use]
    pub fn until(self, at: Timestamp, now: Timestamp) -> (String, String) {
        (self.moment(at, now), self.span(at.duration_since(now)))
    }
}
