//! What must hold for the catalogues of the console: complete in both languages, apart from the other pages' catalogues, and
//! nothing in them that no page shows.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;

use super::refusal::ALL;
use crate::http::catalogues::{catalogue_of, keys_of, sources_below};

const LANGUAGES: [&str; 2] = ["ja", "en"];

fn catalogue(tag: &str) -> String {
    catalogue_of(&format!("console/{tag}"))
}

#[test]
fn the_catalogues_of_the_console_have_the_same_keys_and_variables() {
    let [japanese, english] = LANGUAGES.map(|tag| keys_of(&catalogue(tag)));
    assert_eq!(japanese, english);
}

#[test]
fn no_key_stands_in_two_catalogues() {
    for tag in LANGUAGES {
        let pages: BTreeSet<_> = keys_of(&catalogue_of(tag)).into_keys().collect();
        let console: BTreeSet<_> = keys_of(&catalogue(tag)).into_keys().collect();
        assert_eq!(pages.intersection(&console).collect::<Vec<_>>(), Vec::<&String>::new(), "{tag}");
    }
}

#[test]
fn every_key_of_the_console_is_used_and_every_code_is_explained() {
    let keys = keys_of(&catalogue("ja"));
    let sources = sources_below(&["templates/console", "src/http/console"]);
    let explained: BTreeSet<_> = ALL
        .into_iter()
        .flat_map(|trouble| {
            ["title", "why", "todo"].map(|part| format!("{}-{part}", trouble.code().to_ascii_lowercase()))
        })
        .collect();
    for key in keys.keys() {
        assert!(explained.contains(key) || sources.contains(&format!("\"{key}\"")), "{key} is not used");
    }
    for key in explained {
        assert!(keys.contains_key(&key), "{key} is in no catalogue");
    }
}

#[test]
fn the_console_writes_as_the_other_pages_do() {
    for line in catalogue("ja").lines().filter(|line| !line.starts_with('#')) {
        let said = line.split_once(" = ").map_or(line, |(_, said)| said);
        assert!(!said.contains(['(', ')', '!', '?', ';', '\u{300a}', '\u{300b}', '\u{ff5c}']), "{line}");
    }
    let quotes = |text: &str| text.chars().filter(|c| matches!(c, '「' | '“')).count();
    let closed = |text: &str| text.chars().filter(|c| matches!(c, '」' | '”')).count();
    for tag in LANGUAGES {
        let text = catalogue(tag);
        assert_eq!(quotes(&text), closed(&text), "{tag}");
    }
    assert!(catalogue("en").lines().next().unwrap().starts_with('#'));
}
