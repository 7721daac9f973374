//! The texts of the pages: one catalogue per language in `locales/`, embedded in the binary.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::static_loader;

use super::language::Language;

static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "ja",
        // The marks that keep right-to-left names apart show as boxes on old Android; neither language needs them.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The texts in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(pub Language);

impl Words {
    /// The text `key`, to be shown as it is or filled in by [`Phrase::with`].
    #[must_use]
    pub fn say(self, key: &str) -> Phrase<'_> {
        Phrase { language: self.0, key: Cow::Borrowed(key), values: Vec::new() }
    }

    /// The text of a page that explains the code `T-…`: `part` is `title`, `why` or `todo`.
    #[must_use]
    pub fn explain(self, code: &str, part: &str) -> Phrase<'static> {
        let key = format!("{}-{part}", code.to_ascii_lowercase());
        Phrase { language: self.0, key: Cow::Owned(key), values: Vec::new() }
    }
}

/// A text of a catalogue with its values.
#[derive(Debug, Clone)]
pub struct Phrase<'a> {
    language: Language,
    key: Cow<'a, str>,
    values: Vec<(&'static str, FluentValue<'static>)>,
}

impl Phrase<'_> {
    /// Fills `name` in. Whole numbers choose plurals; everything else is shown as it is.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<FluentValue<'static>>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    fn find(&self) -> Option<String> {
        let values: HashMap<&str, FluentValue<'_>> =
            self.values.iter().map(|(name, value)| (*name, value.clone())).collect();
        CATALOGUES.lookup_single_language(&self.language.identifier(), &self.key, Some(&values)).ok()
    }

    /// The text as HTML: what stands in 「」 or “” is the name of something on the screen, and is marked as such.
    #[must_use]
    pub fn marked(&self) -> Marked {
        let plain = self.to_string();
        let mut html = String::with_capacity(plain.len() + 64);
        for c in plain.chars() {
            match c {
                '「' | '“' => {
                    html.push_str("<b>");
                    html.push(c);
                }
                '」' | '”' => {
                    html.push(c);
                    html.push_str("</b>");
                }
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                other => html.push(other),
            }
        }
        Marked(html)
    }
}

impl fmt::Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.find() {
            Some(text) => f.write_str(&text),
            // A test proves that every key exists in every language; the key itself is still better than a broken page.
            None => f.write_str(&self.key),
        }
    }
}

/// Escaped HTML with names of things on the screen in `<b>`.
#[derive(Debug, Clone)]
pub struct Marked(String);

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Marked {}
