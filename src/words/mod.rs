//! The texts for people, on pages and on paper: one catalogue per language in `locales/`, and one for the operators' console in
//! `locales/console/`, embedded in the binary. No key stands in both.

pub mod furigana;
pub mod language;
mod moment;
mod nearest;

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use askama::filters::{Escaper, Safe};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use furigana::Furigana;
use language::Language;

pub use nearest::nearest;

type Catalogue = FluentBundle<FluentResource>;

/// The texts of a language. The console has no easy Japanese.
const fn texts(language: Language) -> [&'static str; 2] {
    const CONSOLE: &str = include_str!("../../locales/console/ja.ftl");
    match language {
        Language::Japanese => [include_str!("../../locales/ja.ftl"), CONSOLE],
        Language::EasyJapanese => [include_str!("../../locales/ja-easy.ftl"), CONSOLE],
        Language::English => {
            [include_str!("../../locales/en.ftl"), include_str!("../../locales/console/en.ftl")]
        }
    }
}

static CATALOGUES: LazyLock<[Catalogue; 3]> = LazyLock::new(|| Language::ALL.map(catalogue));

fn catalogue(language: Language) -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    // The marks that keep right-to-left names apart show as boxes on old Android; none of ours needs them.
    bundle.set_use_isolating(false);
    for text in texts(language) {
        // A test holds that no text is unsound and that no key stands twice; of one that did, the rest would still show.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
    }
    bundle
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

/// A text of a catalogue with its values. It may carry readings ([`furigana`]): a page shows them, [`Self::plain`] leaves them
/// out.
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
        let place = Language::ALL.into_iter().position(|language| language == self.language)?;
        let bundle = CATALOGUES.get(place)?;
        let pattern = bundle.get_message(&self.key)?.value()?;
        let values: FluentArgs<'_> = self.values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }

    /// The text without readings, for attributes, titles and drawings.
    #[must_use]
    pub fn plain(&self) -> String {
        furigana::plain(&self.to_string())
    }

    /// The text as HTML: what stands in 「」 or “” is the name of something on the screen, and is marked as such.
    #[must_use]
    pub fn marked(&self) -> Safe<String> {
        let text = self.to_string();
        let mut html = String::with_capacity(text.len() + 64);
        let mut rest = text.as_str();
        // Writing to a text never fails.
        while let Some((place, c)) = rest.char_indices().find(|(_, c)| opens(*c) || closes(*c)) {
            let (before, after) = rest.split_at(place);
            let _ = Furigana.write_escaped_str(&mut html, before);
            html.push_str(if opens(c) { "<b>" } else { "" });
            html.push(c);
            html.push_str(if closes(c) { "</b>" } else { "" });
            rest = &after[c.len_utf8()..];
        }
        let _ = Furigana.write_escaped_str(&mut html, rest);
        Safe(html)
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

/// Whether the name of something on the screen begins here.
const fn opens(c: char) -> bool {
    matches!(c, '「' | '“')
}

/// Whether it ends here.
const fn closes(c: char) -> bool {
    matches!(c, '」' | '”')
}
