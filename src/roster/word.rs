//! The words of lists: what they may be called, from `locales/roster.toml`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::words::nearest;

/// The file with the words.
const WORDS: &str = include_str!("../../locales/roster.toml");

/// The language that headings are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordLanguage {
    /// Japanese.
    Japanese,
    /// English.
    English,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    ja: Vec<String>,
    en: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    columns: BTreeMap<String, Names>,
    devices: BTreeMap<String, Names>,
    handovers: BTreeMap<String, Names>,
}

/// Which kind of word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Column,
    Device,
    Handover,
}

/// The words of one kind.
#[derive(Debug, Default)]
struct Words {
    names: BTreeMap<String, Names>,
    /// Every word as it is compared, with what it means.
    meanings: HashMap<String, String>,
}

impl Words {
    fn of(names: BTreeMap<String, Names>) -> Self {
        let mut meanings = HashMap::new();
        for (meaning, names) in &names {
            let own = std::iter::once(meaning);
            for word in own.chain(&names.ja).chain(&names.en) {
                meanings.entry(plain(word)).or_insert_with(|| meaning.clone());
            }
        }
        Self { names, meanings }
    }
}

// A test reads the file; it is a part of the program.
static ALL: LazyLock<[Words; 3]> = LazyLock::new(|| {
    let file: File = toml::from_str(WORDS).unwrap_or_default();
    [Words::of(file.columns), Words::of(file.devices), Words::of(file.handovers)]
});

fn words(kind: Kind) -> &'static Words {
    match kind {
        Kind::Column => &ALL[0],
        Kind::Device => &ALL[1],
        Kind::Handover => &ALL[2],
    }
}

/// A full-width sign as its ASCII twin, where it has one.
pub(super) const fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(narrow) => narrow,
            None => c,
        },
        '\u{3000}' => ' ',
        // Hyphens and dashes that input methods put where a hyphen is meant.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

/// A word as it is compared: narrow, in lower case, without spaces and ornament.
fn plain(word: &str) -> String {
    let ornament = |c: char| {
        matches!(
            c,
            '_' | '-' | '.' | ':' | '*' | '#' | '/' | '\u{203b}' | '\u{30fb}' | '\u{25cf}' | '\u{25cb}'
        )
    };
    let kept = |c: &char| !c.is_whitespace() && !ornament(*c);
    word.chars().map(narrow).filter(kept).flat_map(char::to_lowercase).collect()
}

/// What a word means, where it is known.
pub(super) fn meaning(kind: Kind, word: &str) -> Option<&'static str> {
    words(kind).meanings.get(&plain(word)).map(String::as_str)
}

/// What a word that is not known probably means.
pub(super) fn guess(kind: Kind, word: &str) -> Option<&'static str> {
    let words = words(kind);
    // In a fixed order, so that the same slip always leads to the same guess.
    let mut known: Vec<&str> = words.meanings.keys().map(String::as_str).collect();
    known.sort_unstable();
    let meant = nearest(&plain(word), known)?;
    words.meanings.get(meant).map(String::as_str)
}

/// How Tegata writes it.
pub(super) fn written(kind: Kind, meaning: &str, language: WordLanguage) -> Option<&'static str> {
    let names = words(kind).names.get(meaning)?;
    let list = match language {
        WordLanguage::Japanese => &names.ja,
        WordLanguage::English => &names.en,
    };
    list.first().map(String::as_str)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_file_has_one_meaning() {
        let file: File = toml::from_str(WORDS).unwrap();
        for (kind, names) in
            [(Kind::Column, file.columns), (Kind::Device, file.devices), (Kind::Handover, file.handovers)]
        {
            assert!(!names.is_empty());
            for (own, names) in names {
                assert!(!names.ja.is_empty() && !names.en.is_empty(), "{own}");
                for word in names.ja.iter().chain(&names.en) {
                    assert_eq!(meaning(kind, word), Some(own.as_str()), "{word}");
                }
            }
        }
    }
}
