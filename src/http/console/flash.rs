//! What the next page says once: that something was done. It travels in a cookie that the browser gives back once, since a
//! page that was posted ends in a redirection.

use std::fmt::Display;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use url::Url;

use super::cookies;
use crate::http::visit::Visit;
use crate::http::words::Words;

/// How long it waits for the next page.
const LASTS: Duration = Duration::minutes(2);
/// The longest that is shown; a cookie has 4 KB.
const LONGEST: usize = 2_000;

/// How something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// As a matter of fact.
    Plain,
    /// Done, or well.
    Good,
    /// Under way.
    Busy,
    /// Somebody should look.
    Warning,
    /// Refused, ended or failed.
    Bad,
}

impl Tone {
    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// What the next page says: a text of the catalogue with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub tone: Tone,
    key: String,
    values: Vec<(String, String)>,
}

/// The names that a value may have; a catalogue's text takes them as constants.
const NAMES: [&str; 8] = ["name", "count", "role", "code", "at", "id", "email", "failed"];

impl Flash {
    /// Something was done: the text `key`.
    #[must_use]
    pub fn good(key: &'static str) -> Self {
        Self::of(Tone::Good, key)
    }

    /// Something that should be looked at.
    #[must_use]
    pub fn warning(key: &'static str) -> Self {
        Self::of(Tone::Warning, key)
    }

    fn of(tone: Tone, key: &'static str) -> Self {
        Self { tone, key: key.to_owned(), values: Vec::new() }
    }

    /// Fills one of [`NAMES`] in.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        debug_assert!(NAMES.contains(&name), "{name} is not among the names that a flash has");
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    /// The text.
    #[must_use]
    pub fn text(&self, words: Words) -> String {
        let mut phrase = words.say(&self.key);
        for (name, value) in &self.values {
            if let Some(name) = NAMES.into_iter().find(|own| own == name) {
                phrase = match value.parse::<i64>() {
                    Ok(number) if name == "count" || name == "failed" => phrase.with(name, number),
                    _ => phrase.with(name, value.clone()),
                };
            }
        }
        phrase.to_string()
    }

    /// As a cookie.
    #[must_use]
    pub fn cookie(&self, site: &Url) -> Cookie<'static> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        cookies::set(site, cookies::FLASH, BASE64URL_NOPAD.encode(&text), Some(LASTS))
    }

    /// What the browser brought along, which is then said and gone.
    #[must_use]
    pub fn take(visit: &Visit, request: &HttpRequest) -> Option<Self> {
        let site = &visit.site().url;
        let value = cookies::find(request, site, cookies::FLASH)?;
        visit.keeps(cookies::removed(site, cookies::FLASH));
        let bytes = BASE64URL_NOPAD.decode(value.as_bytes()).ok().filter(|_| value.len() <= LONGEST)?;
        serde_json::from_slice(&bytes).ok()
    }
}
