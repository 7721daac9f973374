//! What must hold for the catalogues: complete in every language, and nothing in them that no page shows.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use scraper::Html;

use super::furigana::{self, Piece};
use super::help::{CODES, TOPICS};
use super::language::Language;
use super::samples::{all, selector};

fn catalogue(language: Language) -> String {
    catalogue_of(language.tag())
}

/// A catalogue by its file's name: `ja`, `console/ja`.
pub(super) fn catalogue_of(name: &str) -> String {
    let path = format!("{}/locales/{name}.ftl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    keys_of(&catalogue(language))
}

/// Every key of a catalogue with the variables that its text names.
pub(super) fn keys_of(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    FluentResource::try_new(text.to_owned()).unwrap();
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) =
            line.split_once(" = ").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            current = key.to_owned();
            assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{current} stands twice");
        }
        for part in line.split('$').skip(1) {
            let variable = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            keys.get_mut(&current).unwrap().insert(variable);
        }
    }
    keys
}

#[test]
fn the_catalogues_have_the_same_keys_and_variables() {
    let master = keys(Language::Japanese);
    assert!(master.len() > 200);
    for language in Language::ALL {
        let mut found = keys(language);
        // How a number of minutes is read follows its last digit; nothing else differs.
        if language == Language::EasyJapanese {
            // What systems write on their screens is the same as in Japanese.
            assert!(found.keys().all(|key| !key.starts_with("screen-")));
            found.extend(master.clone().into_iter().filter(|(key, _)| key.starts_with("screen-")));
            assert!(found.get_mut("span-minutes").unwrap().remove("last"));
        }
        assert_eq!(found, master, "{}", language.tag());
    }
}

#[test]
fn names_of_things_on_the_screen_are_opened_and_closed() {
    for (language, open, close) in [
        (Language::Japanese, '「', '」'),
        (Language::EasyJapanese, '「', '」'),
        (Language::English, '“', '”'),
    ] {
        for line in catalogue(language).lines().filter(|line| !line.starts_with('#')) {
            let mut depth = 0;
            for c in line.chars() {
                depth += i32::from(c == open) - i32::from(c == close);
                assert!((0..=1).contains(&depth), "{line}");
            }
            assert_eq!(depth, 0, "{line}");
        }
    }
}

/// What a catalogue says, line by line, without keys, comments and choices.
fn told(language: Language) -> Vec<String> {
    let text = catalogue(language);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(" = ").map_or(line, |(_, said)| said).trim().to_owned()).collect()
}

#[test]
fn every_chinese_character_of_easy_japanese_has_its_reading() {
    let is_kanji = |c: char| matches!(c, '々'..='〇' | '一'..='鿿');
    for line in told(Language::EasyJapanese) {
        for piece in furigana::pieces(&line) {
            if let Piece::Plain(text) = piece {
                assert!(!text.contains(|c| is_kanji(c) || "《》｜".contains(c)), "{text:?} in {line}");
            }
        }
    }
}

#[test]
fn only_easy_japanese_carries_readings() {
    for language in [Language::Japanese, Language::English] {
        for line in told(language) {
            assert!(!line.contains(['《', '》', '｜']), "{line}");
        }
    }
}

#[test]
fn sentences_of_easy_japanese_are_short() {
    for line in told(Language::EasyJapanese) {
        for sentence in furigana::plain(&line).split('。') {
            // A path through settings is one sentence, as long as the system makes it.
            let longest = if sentence.contains('→') { 120 } else { 60 };
            assert!(sentence.chars().count() <= longest, "{sentence}");
        }
    }
}

#[test]
fn japanese_stands_in_full_width_parentheses() {
    for language in [Language::Japanese, Language::EasyJapanese] {
        for line in told(language) {
            let ours = line.replace("Yahoo! JAPAN", "");
            assert!(!ours.contains(['(', ')', '!', '?', ';']), "{line}");
        }
    }
}

/// The sources that may name a key.
fn sources() -> String {
    sources_below(&["templates", "src/http", "src/letter", "src/words"])
}

/// The same of some folders.
pub(super) fn sources_below(folders: &[&str]) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("samples") || path.to_string_lossy().ends_with("samples.rs") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("catalogues.rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

#[test]
fn every_key_is_used_and_every_used_key_exists() {
    let keys = keys(Language::Japanese);
    let console = keys_of(&catalogue_of("console/ja"));
    let sources = sources();
    for key in keys.keys() {
        // The parts of an explanation are asked for by their code.
        let explained = CODES.iter().chain(&TOPICS).any(|code| {
            ["title", "why", "todo"]
                .iter()
                .any(|part| *key == format!("{}-{part}", code.to_ascii_lowercase()))
        });
        assert!(explained || sources.contains(&format!("\"{key}\"")), "{key} is not used");
    }
    for used in sources.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(keys.contains_key(used) || console.contains_key(used), "{used} is in no catalogue");
    }
    for code in CODES.into_iter().chain(TOPICS) {
        for part in ["title", "why", "todo"] {
            let key = format!("{}-{part}", code.to_ascii_lowercase());
            assert!(keys.contains_key(&key), "{key} is in no catalogue");
        }
    }
}

#[test]
fn no_page_shows_a_key_in_place_of_its_text() {
    let keys = keys(Language::Japanese);
    for page in all() {
        let html = Html::parse_document(&page.html);
        // Readings show as ruby where an element can stand, and nowhere else.
        assert_eq!(
            html.select(&selector("svg ruby, title ruby, textarea ruby, option ruby")).count(),
            0,
            "{}",
            page.name
        );
        for element in html.select(&selector("*")) {
            for (name, value) in element.value().attrs() {
                assert!(!value.contains(['《', '<']), "{}: {name}={value}", page.name);
            }
        }
        for node in html.select(&selector("body, title")).flat_map(|element| element.text()) {
            let text = node.trim();
            assert!(!keys.contains_key(text), "{}: {text}", page.name);
            assert!(!text.contains("{$") && !text.contains("{ $"), "{}: {text}", page.name);
            assert!(!text.contains(['《', '》', '｜']) && !text.contains("<ruby"), "{}: {text}", page.name);
        }
    }
}
