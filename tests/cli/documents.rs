//! What the documents say of commands and settings is so.

use crate::ground::tegata;

const PAGES: [(&str, &str); 2] = [
    ("docs/operations.md", include_str!("../../docs/operations.md")),
    ("README.md", include_str!("../../README.md")),
];

/// The commands in the fenced blocks of a page, continued lines joined.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let joined: String = blocks.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    joined.lines().filter(|line| line.starts_with("tegata ")).map(ToOwned::to_owned).collect()
}

/// The words of a command as a shell would split them.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

#[test]
fn every_command_in_the_documents_is_understood() {
    let mut tried = 0;
    for (name, page) in PAGES {
        for line in commands(page) {
            let output = tegata().args(&words(&line)[1..]).arg("--help").output().unwrap();
            assert!(output.status.success(), "{name}: {line}\n{}", String::from_utf8_lossy(&output.stderr));
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn every_setting_in_the_documents_is_one() {
    let settings: Vec<(String, String)> = tegata::config::SECTIONS
        .iter()
        .flat_map(|section| section.settings)
        .flat_map(|setting| {
            let secret = setting.secret_variable().map(|variable| (setting.key(), variable));
            [Some((setting.key(), setting.variable())), secret]
        })
        .flatten()
        .collect();
    let sections: Vec<&str> = tegata::config::SECTIONS.iter().map(|section| section.name).collect();
    for (name, page) in PAGES {
        for code in page.split('`').skip(1).step_by(2) {
            let key = code.split(" = ").next().unwrap_or_default();
            if key.split_once('.').is_some_and(|(section, rest)| {
                sections.contains(&section)
                    && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
            }) {
                assert!(settings.iter().any(|(known, _)| known == key), "{name}: {key}");
            }
            if code.starts_with("TEGATA_") && code != "TEGATA_CONFIG" {
                assert!(settings.iter().any(|(_, variable)| variable == code), "{name}: {code}");
            }
        }
    }
}
