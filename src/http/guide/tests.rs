//! What must hold for every guide: in every edition, in every language.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;

use askama::Template;

use super::edition::{Step, editions, named};
use super::scene::{Label, Mark, Scene};
use super::*;
use crate::http::language::Language;

fn situation(platform: Platform, major: Option<u32>) -> Situation {
    Situation {
        platform,
        major,
        chosen: None,
        asks_password: true,
        has_consent: true,
        has_trust_anchor: true,
        downloads: true,
        names: Names {
            certificate: "田中 花子".to_owned(),
            file: "a.p12".to_owned(),
            offer: "接続用証明書".to_owned(),
            tablet: false,
        },
    }
}

fn keys(situation: &Situation) -> Vec<&'static str> {
    situation.edition().steps.iter().filter(|step| situation.needs(step)).map(|step| step.text).collect()
}

/// Every step of every guide, whoever needs it.
fn all_steps() -> Vec<(&'static str, &'static Step)> {
    let all = Platform::ALL.into_iter().flat_map(editions);
    all.flat_map(|edition| {
        edition
            .steps
            .iter()
            .chain(edition.removal)
            .chain(edition.asking)
            .chain(edition.kind)
            .map(|step| (edition.name, step))
    })
    .collect()
}

#[test]
fn each_version_gets_its_own_steps() {
    for (platform, major, name) in [
        (Platform::Ios, Some(12), "ios-14"),
        (Platform::Ios, Some(14), "ios-14"),
        (Platform::Ios, Some(15), "ios-15"),
        (Platform::Ios, Some(17), "ios-15"),
        (Platform::Ios, Some(18), "ios-18"),
        (Platform::Ipados, Some(26), "ios-18"),
        (Platform::Ios, None, "ios-18"),
        (Platform::Android, Some(10), "android-10"),
        (Platform::Android, Some(11), "android-11"),
        (Platform::Android, Some(16), "android-11"),
        (Platform::Android, None, "android-11"),
        (Platform::Windows, Some(10), "windows-10"),
        (Platform::Windows, Some(11), "windows-10"),
        (Platform::Macos, Some(12), "macos-12"),
        (Platform::Macos, Some(13), "macos-13"),
        (Platform::Macos, Some(14), "macos-13"),
        (Platform::Macos, Some(15), "macos-15"),
        (Platform::Macos, None, "macos-15"),
        (Platform::Linux, None, "computer"),
    ] {
        assert_eq!(situation(platform, major).edition().name, name, "{platform} {major:?}");
    }
    let of = |platform, major| keys(&situation(platform, Some(major)));
    assert!(of(Platform::Android, 10).contains(&"step-android-lock"));
    assert!(!of(Platform::Android, 11).contains(&"step-android-lock"));
    assert_ne!(of(Platform::Macos, 12), of(Platform::Macos, 13));
    assert_ne!(of(Platform::Macos, 13), of(Platform::Macos, 15));
}

#[test]
fn the_person_can_choose_another_version_and_only_of_the_same_system() {
    let chosen = |platform, name| Situation { chosen: named(name), ..situation(platform, None) };
    assert_eq!(chosen(Platform::Android, "android-10").edition().name, "android-10");
    assert_eq!(chosen(Platform::Android, "ios-14").edition().name, "android-11");
    assert_eq!(named("android-9"), None);
    for platform in Platform::ALL {
        let situation = situation(platform, None);
        let others = situation.others(Words(Language::Japanese));
        assert_eq!(others.len() + 1, editions(platform).len(), "{platform}");
        assert!(others.iter().all(|other| other.name != situation.edition().name));
    }
}

#[test]
fn nobody_is_told_of_a_password_a_text_or_a_root_that_is_not_there() {
    for platform in Platform::ALL {
        let full = keys(&situation(platform, None));
        let bare = Situation {
            asks_password: false,
            has_consent: false,
            has_trust_anchor: false,
            ..situation(platform, None)
        };
        let bare = keys(&bare);
        assert!(full.iter().any(|key| key.ends_with("-password")), "{platform}");
        for part in ["-password", "-consent", "-trust", "-root"] {
            assert!(bare.iter().all(|key| !key.contains(part)), "{platform}: {part}");
        }
    }
}

#[test]
fn nobody_is_sent_to_a_button_that_is_gone() {
    for platform in Platform::ALL {
        for language in Language::ALL {
            let words = Words(language);
            let button = words.say("ticket-download").plain();
            let told = |downloads| {
                let steps = Situation { downloads, ..situation(platform, None) }.steps(words);
                steps.iter().any(|step| step.text.plain().contains(&button))
            };
            assert!(told(true) && !told(false), "{platform}");
        }
    }
}

/// What stands in 「」 or “”.
fn named_in(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in text.split(['「', '“']).skip(1) {
        names.extend(part.split(['」', '”']).next().map(str::to_owned));
    }
    names
}

#[test]
fn every_text_names_what_its_picture_marks() {
    for language in Language::ALL {
        let words = Words(language);
        let holds = |edition: &str, key: &'static str, scenes: &[Scene<'_>]| {
            let named = named_in(&words.say(key).plain());
            for label in scenes.iter().flat_map(|scene| scene.marked(Mark::Tap)) {
                if let Label::Word(word) = label {
                    let word = words.of_screens().say(word).to_string();
                    assert!(
                        named.contains(&word),
                        "{edition} {key} in {language:?}: {word} is not in {named:?}"
                    );
                }
            }
        };
        for (edition, step) in all_steps() {
            holds(edition, step.text, step.scenes);
            if let Some((key, scene)) = step.otherwise {
                holds(edition, key, &[scene]);
            }
        }
    }
}

#[test]
fn what_must_not_be_chosen_is_crossed_out_and_named() {
    let words = Words(Language::Japanese);
    for (name, step) in all_steps().into_iter().filter(|(_, step)| step.text.starts_with("step-android-kind"))
    {
        let never: Vec<_> = step.scenes.iter().flat_map(|scene| scene.marked(Mark::Never)).collect();
        let [Label::Word(key)] = never[..] else { panic!("{name}: {never:?}") };
        let text = words.say(step.text).plain();
        assert!(named_in(&text).contains(&words.say(key).to_string()), "{text}");
    }
}

#[test]
fn every_picture_is_told_in_words_and_stays_small_and_inside_its_frame() {
    for language in Language::ALL {
        for platform in Platform::ALL {
            for edition in editions(platform) {
                let situation = Situation { chosen: Some(edition.name), ..situation(platform, None) };
                let words = Words(language);
                for step in situation
                    .steps(words)
                    .into_iter()
                    .chain(situation.removal(words))
                    .chain(situation.asking(words))
                {
                    let otherwise = step.otherwise.map(|(_, picture)| picture);
                    for picture in step.pictures.into_iter().chain(otherwise) {
                        let svg = picture.render().unwrap();
                        assert!(svg.len() < 3_600, "{platform} {}: {} bytes", edition.name, svg.len());
                        assert!(svg.contains("role=\"img\" aria-label=\""), "{svg}");
                        assert!(!svg.contains("aria-label=\"\"") && !svg.contains("screen-"), "{svg}");
                        assert_eq!(
                            picture.beyond_its_frame(),
                            Vec::<String>::new(),
                            "{} {language:?}",
                            edition.name
                        );
                    }
                }
            }
        }
    }
}
