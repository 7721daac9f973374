//! Checks one value of an offer against the description of its key.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use toml::de::DeValue;

use super::localized::{Localized, is_language_tag};
use super::problem::Problems;
use super::schema::{Key, Kind};
use super::template::Template;
use super::text::{Lines, closest, excerpt, forbidden_character};
use super::variable::Variable;

/// One value on its way from the file.
pub(super) struct Reading<'a> {
    pub(super) key: &'static Key,
    pub(super) at: Range<usize>,
    pub(super) path: String,
    pub(super) problems: &'a Problems<'a>,
}

impl Reading<'_> {
    /// Notes what is wrong, with an example of what would be right.
    pub(super) fn wrong<R>(&self, wrong: String) -> Option<R> {
        self.problems.report(
            &self.at,
            &self.path,
            wrong,
            format!("write for example: {}", self.key.example()),
        );
        None
    }

    /// Notes that the value is not what its key must have.
    pub(super) fn wrong_kind<R>(&self, value: &DeValue<'_>) -> Option<R> {
        self.wrong(format!("must be {}, but is {}", self.key.kind, shown(value)))
    }

    /// A text.
    pub(super) fn text(&self, value: &DeValue<'_>, longest: usize, lines: Lines) -> Option<String> {
        let DeValue::String(text) = value else { return self.wrong_kind(value) };
        self.check_text(&unified(text), longest, lines)?;
        Some(unified(text))
    }

    fn check_text(&self, text: &str, longest: usize, lines: Lines) -> Option<()> {
        if text.trim().is_empty() {
            return self.wrong("is empty".into());
        }
        self.check_length(text, longest)?;
        self.check_characters(text, lines)
    }

    fn check_length(&self, text: &str, longest: usize) -> Option<()> {
        let length = text.chars().count();
        if length > longest {
            return self
                .wrong(format!("has {length} characters, but at most {longest} fit: {}", excerpt(text, 30)));
        }
        Some(())
    }

    fn check_characters(&self, text: &str, lines: Lines) -> Option<()> {
        match forbidden_character(text, lines) {
            None => Some(()),
            Some('\n') => self.wrong(format!("must be on one line: {}", excerpt(text, 30))),
            Some(character) => self.wrong(format!(
                "contains the character U+{:04X}, which a device cannot show",
                u32::from(character)
            )),
        }
    }

    /// A template that may name `variables`.
    pub(super) fn template(
        &self,
        value: &DeValue<'_>,
        longest: usize,
        variables: &[Variable],
    ) -> Option<Template> {
        let DeValue::String(text) = value else { return self.wrong_kind(value) };
        self.check_length(text, longest)?;
        self.check_characters(text, Lines::One)?;
        match Template::parse(text, variables) {
            Ok(template) => Some(template),
            Err(fault) => {
                self.problems.report(&self.at, &self.path, fault.wrong, fault.right);
                None
            }
        }
    }

    /// One of `words`.
    pub(super) fn choice(&self, value: &DeValue<'_>, words: &[&'static str]) -> Option<&'static str> {
        let DeValue::String(text) = value else { return self.wrong_kind(value) };
        if let Some(word) = words.iter().find(|word| *word == text) {
            return Some(word);
        }
        let Some(meant) = closest(text, words.iter().copied()) else { return self.wrong_kind(value) };
        let wrong = format!("must be {}, but is {}", self.key.kind, shown(value));
        self.problems.report(&self.at, &self.path, wrong, format!("did you mean \"{meant}\"?"));
        None
    }

    /// A text by language.
    pub(super) fn localized(&self, value: &DeValue<'_>) -> Option<Localized> {
        let Kind::Localized { longest, lines } = self.key.kind else { return None };
        let DeValue::Table(table) = value else { return self.wrong_kind(value) };
        let lines = if lines { Lines::Many } else { Lines::One };
        let mut texts = BTreeMap::new();
        for (language, text) in table {
            let tag = language.get_ref();
            let path = format!("{}.{tag}", self.path);
            if !is_language_tag(tag) {
                self.problems.report(
                    &language.span(),
                    &path,
                    "is no language",
                    "write a language tag such as ja, en or pt-BR",
                );
                continue;
            }
            let reading = Reading { key: self.key, at: text.span(), path, problems: self.problems };
            let DeValue::String(words) = text.get_ref() else {
                reading.wrong::<()>(format!("must be a text, but is {}", shown(text.get_ref())));
                continue;
            };
            if reading.check_text(&unified(words), longest, lines).is_some() {
                texts.insert(tag.to_string(), unified(words));
            }
        }
        if !table.contains_key("ja") {
            return self.wrong("has no Japanese text (ja), which every other language falls back to".into());
        }
        Some(Localized::from_texts(texts))
    }

    /// A span of time, within the bounds of its key.
    pub(super) fn time(&self, value: &DeValue<'_>) -> Option<SignedDuration> {
        let Kind::Time { least, most } = self.key.kind else { return None };
        let DeValue::String(text) = value else { return self.wrong_kind(value) };
        let duration = (text.len() <= 64)
            .then(|| text.parse::<Span>().ok())
            .flatten()
            .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
            .filter(|duration| (least..=most).contains(duration) && duration.subsec_nanos() == 0);
        duration.or_else(|| self.wrong_kind(value))
    }
}

/// A text with the line ends of Unix, for files that were written on Windows.
fn unified(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// A value as the report shows it: short, on one line.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{}\"", excerpt(text, 40)),
        DeValue::Integer(digits) => excerpt(&digits.to_string(), 40),
        DeValue::Float(digits) => excerpt(&digits.to_string(), 40),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}
