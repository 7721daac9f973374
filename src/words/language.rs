//! The language of a page: what the person chose by a link, else what the browser prefers, else Japanese.

use unic_langid::{LanguageIdentifier, langid};

/// A language that every page exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Japanese, the master: every other catalogue says what this one says.
    Japanese,
    /// Easy Japanese: short sentences in plain words, with a reading over every Chinese character.
    EasyJapanese,
    /// English.
    English,
}

/// No header longer than this is looked at.
const LONGEST_HEADER: usize = 500;

impl Language {
    /// Every language, in the order in which pages offer them.
    pub const ALL: [Self; 3] = [Self::Japanese, Self::EasyJapanese, Self::English];

    /// The short name, for `?lang=` and the catalogue's file.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::EasyJapanese => "ja-easy",
            Self::English => "en",
        }
    }

    /// The BCP 47 tag (RFC 5646), for `lang` attributes and for whoever chooses among texts by language. Easy Japanese has
    /// no registered tag, hence the private use part; whatever knows nothing of it takes the text for Japanese.
    #[must_use]
    pub const fn bcp47(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::EasyJapanese => "ja-x-easy",
            Self::English => "en",
        }
    }

    /// The key of the language's name, which reads the same in every catalogue.
    #[must_use]
    pub const fn name_key(self) -> &'static str {
        match self {
            Self::Japanese => "language-ja",
            Self::EasyJapanese => "language-ja-easy",
            Self::English => "language-en",
        }
    }

    /// The catalogue's identifier, as its file is called.
    #[must_use]
    pub const fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::Japanese => langid!("ja"),
            Self::EasyJapanese => langid!("ja-easy"),
            Self::English => langid!("en"),
        }
    }

    /// The language that `?lang=` or a browser names: by its whole tag, else by the part before the first hyphen.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        [tag, primary].into_iter().find_map(|wanted| {
            Self::ALL.into_iter().find(|language| {
                [language.tag(), language.bcp47()].iter().any(|own| own.eq_ignore_ascii_case(wanted))
            })
        })
    }

    /// The best of `Accept-Language` (RFC 9110 §12.5.4); `None` where the browser names none of ours.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        if header.len() > LONGEST_HEADER {
            return None;
        }
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(|tag| Self::from_tag(tag.trim())) else {
                continue;
            };
            let weight = match parts.next().map(str::trim) {
                None => 1000,
                Some(parameter) => parameter.strip_prefix("q=").and_then(thousandths).unwrap_or(0),
            };
            // The first of equals wins: browsers list in the order of preference.
            if weight > best.map_or(0, |(weight, _)| weight) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// A quality value (RFC 9110 §12.4.2) in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let value: f32 = text.trim().parse().ok()?;
    if !(0.0..=1.0).contains(&value) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 1000 by the check above"
    )]
    let thousandths = (value * 1000.0).round() as u16;
    Some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easy_japanese_is_what_asks_for_it_and_nothing_else() {
        for (tag, expected) in [
            ("ja-easy", Some(Language::EasyJapanese)),
            ("JA-Easy", Some(Language::EasyJapanese)),
            ("ja-x-easy", Some(Language::EasyJapanese)),
            ("ja", Some(Language::Japanese)),
            ("ja-JP", Some(Language::Japanese)),
            ("ja-easy-going", Some(Language::Japanese)),
            ("easy", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expected, "{tag}");
        }
    }

    #[test]
    fn the_browsers_preference_is_followed() {
        for (header, expected) in [
            ("ja", Some(Language::Japanese)),
            ("ja-JP,ja;q=0.9,en;q=0.8", Some(Language::Japanese)),
            ("en-GB,en;q=0.9,ja;q=0.8", Some(Language::English)),
            ("EN", Some(Language::English)),
            ("ja-x-easy, ja;q=0.9", Some(Language::EasyJapanese)),
            ("zh-CN,zh;q=0.9,en;q=0.5,ja;q=0.6", Some(Language::Japanese)),
            ("en;q=0, ja;q=0.1", Some(Language::Japanese)),
            ("zh-CN", None),
            ("en;q=NaN", None),
            ("en;q=-1, ja;q=7", None),
            ("", None),
            (";;;,,,", None),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
        assert_eq!(Language::accepted(&"en,".repeat(1000)), None);
    }
}
