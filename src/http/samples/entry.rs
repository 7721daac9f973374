//! The first screen, and what may stand before it.

use super::super::entry::PreviewPage;
use super::super::entry_form::{EntryPage, RecognisedDevice};
use super::super::facility::FacilityPage;
use super::super::guide::Leaving;
use super::super::obstacle::{BrowserPage, ChoosePage, UnfitPage};
use super::super::page::{Problem, here};
use super::super::scan::Scan;
use super::super::words::Words;
use super::{Sampled, choices, frame, from_clinic, now, with_look};
use crate::device::Platform;

const ADDRESS: &str = "https://cert.example.jp/c/0123456789ABCDEFGHJKMNPQRS";

impl Sampled for EntryPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let version = crate::device::OsVersion::parse("18.1");
        let titled = |problem: Option<&'static str>, name, title| {
            let frame = frame(words, name, &words.say(title));
            if problem.is_some() { frame.with_reference() } else { frame }
        };
        let secret = |problem: Option<&'static str>, attempts| Self {
            frame: from_clinic(titled(problem, "secret", "secret-title")),
            action: "?".to_owned(),
            nonce: "A".repeat(75),
            offer: Some("医療介護連携システム 接続用証明書".to_owned()),
            asks_number: false,
            facility: None,
            by_facility: None,
            number: String::new(),
            asks_password: false,
            problem: problem.map(|code| Problem::explain(words, code)),
            attempts,
            resumable: None,
            claimed_elsewhere: false,
            open_until: Some(words.until("2026-11-23T09:05:00Z".parse().unwrap(), now())),
            device: Some(RecognisedDevice {
                platform: Platform::Ios,
                name: words.device_with_version(Platform::Ios, version.as_ref()),
                chosen: false,
            }),
            choices: choices(words, Some(Platform::Ios)),
        };
        let number = |problem: Option<&'static str>| Self {
            frame: titled(problem, "number", "number-title"),
            offer: None,
            asks_number: true,
            number: problem.map(|_| "1234 5678".to_owned()).unwrap_or_default(),
            problem: problem.map(|code| Problem::explain(words, code)),
            open_until: None,
            ..secret(None, None)
        };
        let claimed = |key, device| {
            let said =
                words.say(key).with("at", words.moment(now(), now())).with("device", words.device(device));
            let said = said.with("here", words.device(Platform::Ios)).with("until", words.time_of_day(now()));
            Self { resumable: Some(said.to_string()), ..secret(None, None) }
        };
        let resumed = claimed("secret-resume", Platform::Ios);
        let elsewhere =
            Self { claimed_elsewhere: true, ..claimed("secret-resume-elsewhere", Platform::Android) };
        let chosen = Self { asks_password: true, ..secret(Some("T-114"), None) };
        vec![
            ("secret", secret(None, None)),
            ("secret-look", Self { frame: with_look(secret(None, None).frame), ..secret(None, None) }),
            ("secret-wrong", secret(Some("T-102"), Some(3))),
            ("secret-last", secret(Some("T-102"), Some(1))),
            ("secret-expired-form", secret(Some("T-202"), None)),
            ("secret-resumed", resumed),
            ("secret-elsewhere", elsewhere),
            ("secret-password", chosen),
            ("number", number(None)),
            ("number-look", Self { frame: with_look(number(None).frame), ..number(None) }),
            (
                "number-facility",
                Self {
                    frame: from_clinic(number(None).frame),
                    facility: Some("みどり薬局".to_owned()),
                    by_facility: Some("/f".to_owned()),
                    ..number(None)
                },
            ),
            ("number-wrong", number(Some("T-102"))),
        ]
    }
}

impl Sampled for FacilityPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |problem: Option<&'static str>| {
            let frame = frame(words, "facility", &words.say("facility-title"));
            Self {
                frame: if problem.is_some() { frame.with_reference() } else { frame },
                carried: vec![("lang", words.0.tag())],
                typed: problem.map(|_| "G13C".to_owned()).unwrap_or_default(),
                problem: problem.map(|code| Problem::explain(words, code)),
                by_number: "/n".to_owned(),
            }
        };
        vec![("facility", page(None)), ("facility-unknown", page(Some("T-116")))]
    }
}

impl Sampled for PreviewPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        vec![("preview", Self { frame: frame(words, "preview", &words.say("site-name")) })]
    }
}

impl Sampled for ChoosePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let frame = from_clinic(frame(words, "choose", &words.say("choose-title")));
        vec![("choose", Self { frame, choices: choices(words, None) })]
    }
}

impl Sampled for BrowserPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |platform: Platform, instead: &str, app: Option<&str>, hop: Option<&str>| Self {
            frame: from_clinic(frame(
                words,
                "browser",
                &words.say("browser-title").with("browser", instead.to_owned()),
            )),
            platform,
            obstacle: if app.is_some() { "in-app-browser" } else { "other-browser" },
            in_app: app.is_some(),
            by_menu: Leaving { platform, app, to: instead }.by_menu(words),
            by_address: Leaving { platform, app, to: instead }.by_address(words),
            instead: instead.to_owned(),
            hop: hop.map(str::to_owned),
            address: ADDRESS.to_owned(),
            scan: Scan::of(ADDRESS).filter(|_| platform == Platform::Windows),
            anyway: here(&[("anyway", "1")]),
            choices: choices(words, Some(platform)),
        };
        let safari = Some("x-safari-https://cert.example.jp/c/X");
        vec![
            ("browser-line", page(Platform::Ios, "safari", Some("line"), safari)),
            ("browser-instagram", page(Platform::Ipados, "safari", Some("instagram"), safari)),
            ("browser-yahoo", page(Platform::Android, "chrome", Some("yahoo-japan"), None)),
            ("browser-app", page(Platform::Android, "chrome", Some("webview"), None)),
            ("browser-firefox", page(Platform::Ios, "safari", None, safari)),
            ("browser-teams", page(Platform::Windows, "edge", Some("teams"), None)),
            ("browser-ie", page(Platform::Windows, "edge", None, None)),
        ]
    }
}

impl Sampled for UnfitPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let old = Self {
            frame: from_clinic(frame(words, "too-old", &words.say("old-title"))),
            platform: Platform::Android,
            obstacle: "system-too-old",
            code: None,
            fact: words
                .say("old-fact")
                .with("device", "Android 4.4")
                .with("platform", "android")
                .with("needed", 5)
                .to_string(),
            todo: words.say("old-todo").to_string(),
            anyway: Some(here(&[("anyway", "1")])),
            scan: None,
            choices: choices(words, Some(Platform::Android)),
        };
        let other = Self {
            frame: from_clinic(frame(words, "unfit", &words.say("other-title"))),
            platform: Platform::Linux,
            obstacle: "not-a-platform",
            code: None,
            fact: words.say("other-fact").with("device", "Linux").to_string(),
            todo: words.say("other-todo").to_string(),
            anyway: None,
            scan: Scan::of(ADDRESS),
            choices: choices(words, None),
        };
        vec![("too-old", old), ("unfit", other)]
    }
}
