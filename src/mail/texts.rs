//! The catalogue of mails. Its master is Japanese; English says the same.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;

use crate::words::Words;
use crate::words::language::Language;

type Catalogue = FluentBundle<FluentResource>;

static JAPANESE: LazyLock<Catalogue> =
    LazyLock::new(|| catalogue(Language::Japanese, include_str!("../../locales/mail/ja.ftl")));
static ENGLISH: LazyLock<Catalogue> =
    LazyLock::new(|| catalogue(Language::English, include_str!("../../locales/mail/en.ftl")));

fn catalogue(language: Language, text: &str) -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    bundle.set_use_isolating(false);
    // A test holds that the text is sound and that no key stands twice; of one that did, the rest would still show.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

/// A value that is filled in.
pub(super) type Value<'a> = (&'static str, Cow<'a, str>);

/// The texts of mails in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts(pub(super) Language);

impl Texts {
    /// The text `key`.
    pub(super) fn say(self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// The text `key` with its values.
    pub(super) fn fill(self, key: &str, values: &[Value<'_>]) -> String {
        // A test proves that every key exists in both languages; the key itself is still better than no mail.
        self.find(key, values).unwrap_or_else(|| key.to_owned())
    }

    fn find(self, key: &str, values: &[Value<'_>]) -> Option<String> {
        let bundle: &Catalogue = match self.0 {
            Language::Japanese | Language::EasyJapanese => &JAPANESE,
            Language::English => &ENGLISH,
        };
        let pattern = bundle.get_message(key)?.value()?;
        let values: FluentArgs<'_> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_ref()))).collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }

    /// A moment with its year.
    pub(super) fn moment(self, at: Timestamp) -> String {
        Words(self.0).moment_with_year(at)
    }

    /// A date with its year.
    pub(super) fn date(self, at: Timestamp) -> String {
        Words(self.0).date(at)
    }

    /// The BCP 47 tag.
    pub(super) const fn tag(self) -> &'static str {
        self.0.bcp47()
    }
}
