//! What every page of the console has around its content.

use askama::filters::{Escaper as _, Html, Safe};
use jiff::{SignedDuration, Timestamp};

use super::cookies::offered;
use super::desk::Guest;
use super::flash::Tone;
use super::navigation::{self, NavigationGroup};
use super::standing::Standing;
use crate::directory::{Act, Role};
use crate::http::furigana::{self, Furigana};
use crate::http::language::Language;
use crate::http::look::LogoLink;
use crate::http::nonce::FormNonces;
use crate::http::page::LanguageLink;
use crate::http::visit::Visit;
use crate::http::words::{Phrase, Words};

/// A step of the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub text: String,
}

/// What the page before this one has to say.
#[derive(Debug, Clone)]
pub struct Said {
    /// How it is meant.
    pub tone: Tone,
    /// The text.
    pub text: String,
}

/// A moment, behind however many references a template has put it.
pub trait Moment {
    /// The moment.
    fn at(&self) -> Timestamp;
}

impl Moment for Timestamp {
    fn at(&self) -> Timestamp {
        *self
    }
}

impl<T: Moment> Moment for &T {
    fn at(&self) -> Timestamp {
        (**self).at()
    }
}

/// Makes the nonces of the forms on a page.
#[derive(Clone)]
pub(super) struct Nonces {
    pub(super) nonces: FormNonces,
    pub(super) scope: String,
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonces(..)")
    }
}

/// What surrounds the content of a page of the console.
#[derive(Debug, Clone)]
pub struct ConsoleFrame {
    /// The texts.
    pub words: Words,
    /// The page's own name, for tests and style: `data-page`.
    pub name: &'static str,
    /// The page's heading and title.
    pub title: String,
    /// The name of whoever is signed in.
    pub person: Option<String>,
    /// The organization's name, on its pages.
    pub organization: Option<String>,
    /// The role in it.
    pub role: Option<Role>,
    /// The ways through the console, for this role.
    pub navigation: Vec<NavigationGroup>,
    /// The way back.
    pub crumbs: Vec<Crumb>,
    /// What was done.
    pub said: Option<Said>,
    /// The page in each language.
    pub languages: Vec<LanguageLink>,
    /// The organization's colour.
    pub rules: Option<String>,
    /// The organization's logo.
    pub logo: Option<LogoLink>,
    /// The request's reference, which the log has as well.
    pub reference: String,
    /// Whether the page shows it: where something was refused.
    pub show_reference: bool,
    /// The path of the page.
    pub path: String,
    /// The list of all codes.
    pub help: String,
    pub(super) start: String,
    pub(super) may: Vec<Act>,
    pub(super) nonces: Option<Nonces>,
    pub(super) now: Timestamp,
}

impl ConsoleFrame {
    pub(super) fn of(guest: &Guest, name: &'static str, title: String) -> Self {
        let visit = &guest.visit;
        let nonces = visit.site().nonces.clone();
        let languages = [Language::Japanese, Language::English].map(|language| LanguageLink {
            language,
            href: guest.query().in_language(language.tag()),
            current: language == offered(visit.words().0),
        });
        Self {
            said: guest.said().map(|flash| Said { tone: flash.tone, text: flash.text(visit.words()) }),
            languages: languages.into(),
            nonces: Some(Nonces { nonces, scope: guest.scope().to_owned() }),
            path: guest.path().to_owned(),
            ..Self::bare(visit, name, title)
        }
    }

    /// A frame with nothing in it.
    pub(super) fn empty(words: Words, name: &'static str, title: String, now: Timestamp) -> Self {
        Self {
            words,
            name,
            title,
            person: None,
            organization: None,
            role: None,
            navigation: Vec::new(),
            crumbs: Vec::new(),
            said: None,
            languages: Vec::new(),
            rules: None,
            logo: None,
            reference: String::new(),
            show_reference: false,
            path: String::new(),
            help: "/help".to_owned(),
            start: "/".to_owned(),
            may: Vec::new(),
            nonces: None,
            now,
        }
    }

    /// The same frame for somebody who may do these.
    #[cfg(test)]
    pub(super) fn allowing(self, may: Vec<Act>) -> Self {
        Self { may, ..self }
    }

    /// A page of which nothing is known but who asks, such as an error's.
    pub(super) fn bare(visit: &Visit, name: &'static str, title: String) -> Self {
        let standing = visit.standing();
        let standing = standing.as_deref();
        let place = standing.and_then(|standing| standing.place.as_ref());
        Self {
            person: standing.map(|standing| standing.account.name.clone()),
            organization: place.map(|place| place.organization.name.clone()),
            role: place.map(|place| place.operator.role),
            navigation: standing.map(|standing| navigation::of(standing, visit)).unwrap_or_default(),
            rules: visit.rules(),
            logo: place.and_then(|place| LogoLink::of(&place.organization.look)),
            reference: visit.reference().to_owned(),
            start: place.map_or_else(|| "/".to_owned(), |place| format!("/o/{}", place.organization.id)),
            may: standing.map(acts).unwrap_or_default(),
            ..Self::empty(visit.words(), name, title, visit.site().now())
        }
    }

    /// The same frame below these pages: each a text of the catalogue or a name, and its address.
    #[must_use]
    pub fn under(mut self, text: &impl ToString, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { href: href.into(), text: text.to_string() });
        self
    }

    /// The same frame with the reference shown.
    #[must_use]
    pub fn with_reference(mut self) -> Self {
        self.show_reference = true;
        self
    }

    /// Where the console begins for this page.
    #[must_use]
    pub fn start(&self) -> &str {
        &self.start
    }

    /// The role's name for tests and style, and in a word for people.
    #[must_use]
    pub fn role_shown(&self) -> Option<(&'static str, String)> {
        self.role.map(|role| (role.name(), role_name(self.words, role)))
    }

    /// A text that somebody typed, for an attribute, an option or a text area: nothing in it is a reading.
    #[must_use]
    #[expect(clippy::unused_self, reason = "templates reach it through their frame")]
    pub fn attribute(&self, text: &str) -> Safe<String> {
        attribute(text)
    }

    /// The text `key`.
    #[must_use]
    pub fn say<'a>(&self, key: &'a str) -> Phrase<'a> {
        self.words.say(key)
    }

    /// The page of a code or a topic.
    #[must_use]
    pub fn explanation(&self, code: &str) -> String {
        format!("{}/{code}", self.help)
    }

    /// Whether the role may do this here.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.may.contains(&act)
    }

    /// What the browser's window and tab are called.
    #[must_use]
    pub fn window_title(&self) -> String {
        let title = furigana::plain(&self.title);
        let from = self.organization.clone().unwrap_or_else(|| self.say("console-name").plain());
        if title == from { title } else { format!("{title} - {from}") }
    }

    /// The language of a part that is not in the page's own: Japanese names on an English page (WCAG 2.2, 3.1.2).
    #[must_use]
    pub fn part_language(&self, text: &str) -> Option<&'static str> {
        let is_japanese = |c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
        (self.words.0 == Language::English && text.contains(is_japanese)).then_some("ja")
    }

    /// The nonce of a form that is sent to `path`; empty where there is no randomness, and then the form is not taken.
    #[must_use]
    pub fn nonce(&self, path: &str) -> String {
        let Some(Nonces { nonces, scope }) = &self.nonces else { return String::new() };
        nonces.issue(&nonce_scope(scope, path)).unwrap_or_default()
    }

    /// A moment as an element: the time in Japan, with its distance from now as a hint, and exactly for machines.
    #[must_use]
    pub fn time(&self, at: &impl Moment) -> Safe<String> {
        let at = at.at();
        let shown = self.words.moment(at, self.now);
        Safe(format!(
            "<time datetime=\"{at:.0}\" title=\"{}\">{}</time>",
            escaped(&self.distance(at)),
            escaped(&shown)
        ))
    }

    /// A date as an element.
    #[must_use]
    pub fn date(&self, at: &impl Moment) -> Safe<String> {
        let at = at.at();
        let shown = self.words.date(at);
        let distance = self.distance(at);
        Safe(format!(
            "<time datetime=\"{at:.0}\" title=\"{}\">{}</time>",
            escaped(&distance),
            escaped(&shown)
        ))
    }

    /// A moment as a text.
    #[must_use]
    pub fn moment(&self, at: &impl Moment) -> String {
        self.words.moment(at.at(), self.now)
    }

    /// The time of day of a moment, as a text.
    #[must_use]
    pub fn time_of_day(&self, at: &impl Moment) -> String {
        self.words.time_of_day(at.at())
    }

    /// How far from now: "3 days ago", "in 2 hours".
    #[must_use]
    pub fn distance(&self, at: Timestamp) -> String {
        let length = at.duration_since(self.now);
        let key = if length < SignedDuration::ZERO { "time-ago" } else { "time-ahead" };
        self.say(key).with("span", self.words.span(length.abs())).plain()
    }

    /// A state in a word, with the colour of its tone.
    #[must_use]
    pub fn badge(&self, key: &str, tone: Tone) -> Safe<String> {
        Safe(format!("<span class=\"badge {}\">{}</span>", tone.class(), escaped(&self.say(key).to_string())))
    }
}

/// What a nonce of a form that is sent to `path` is bound to.
pub(super) fn nonce_scope(scope: &str, path: &str) -> String {
    format!("console {scope} {path}")
}

fn acts(standing: &Standing) -> Vec<Act> {
    let place = standing.place.iter();
    place.flat_map(|place| Act::ALL.into_iter().filter(|act| place.operator.may(*act))).collect()
}

/// A role in a word.
#[must_use]
pub fn role_name(words: Words, role: Role) -> String {
    let key = match role {
        Role::Operator => "role-operator",
        Role::FacilityManager => "role-facility-manager",
        Role::HelpDesk => "role-help-desk",
        Role::Auditor => "role-auditor",
    };
    words.say(key).to_string()
}

/// Escaped as it is, without readings.
pub(super) fn attribute(text: &str) -> Safe<String> {
    let mut html = String::with_capacity(text.len());
    // Writing to a text never fails.
    let _ = Html.write_escaped_str(&mut html, text);
    Safe(html)
}

fn escaped(text: &str) -> String {
    let mut html = String::new();
    // Writing to a text never fails.
    let _ = Furigana.write_escaped_str(&mut html, text);
    html
}
