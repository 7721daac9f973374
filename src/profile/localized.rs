//! Texts in several languages.

use std::collections::BTreeMap;

/// One text in several languages; Japanese is always among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Localized(BTreeMap<String, String>);

impl Localized {
    /// From language tags (BCP 47, `ja`, `en`, `en-GB`) and texts. The caller has seen to it that `ja` is there.
    pub(super) fn from_texts(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }

    /// The text in `language` (BCP 47; case does not matter), else in its plain form (`en` for `en-GB`), else in
    /// Japanese.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        let plain = language.split('-').next().unwrap_or(language);
        [language, plain, "ja"].into_iter().find_map(|wanted| self.find(wanted)).unwrap_or_default()
    }

    fn find(&self, wanted: &str) -> Option<&str> {
        self.iter().find(|(language, _)| language.eq_ignore_ascii_case(wanted)).map(|(_, text)| text)
    }

    /// Every language tag with its text, ordered by tag.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }
}

/// Whether `tag` has the form of a language tag: two or three small letters, then subtags of letters and digits (RFC
/// 5646 §2.1, the part that web pages use).
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && tag.len() <= 35
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title() -> Localized {
        Localized::from_texts(
            [("ja", "証明書"), ("en", "Certificate")].map(|(tag, text)| (tag.into(), text.into())).into(),
        )
    }

    #[test]
    fn a_language_that_is_not_there_gets_japanese() {
        assert_eq!(title().get("en"), "Certificate");
        assert_eq!(title().get("fr"), "証明書");
        assert_eq!(title().get(""), "証明書");
    }

    #[test]
    fn a_variety_of_a_language_gets_the_plain_language() {
        assert_eq!(title().get("en-GB"), "Certificate");
        assert_eq!(title().get("EN-us"), "Certificate");
        assert_eq!(title().get("ja-x-easy"), "証明書");
    }

    #[test]
    fn a_tag_is_told_from_any_other_word() {
        for tag in ["ja", "en", "en-GB", "zh-Hant-TW", "ja-x-easy"] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for word in ["", "j", "japanese", "JA", "ja-", "ja--x", "日本", "default"] {
            assert!(!is_language_tag(word), "{word}");
        }
    }
}
