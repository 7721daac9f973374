//! Refusals, checks, and the explanation of every code.

use super::super::check::{CheckPage, Onward};
use super::super::guide::{DrawnStep, Situation};
use super::super::help::{CODES, CodePage, HelpPage, Probe, groups};
use super::super::page::Problem;
use super::super::refusal::{Action, RefusalPage, Unfinished};
use super::super::words::Words;
use super::{Sampled, frame, now};
use crate::device::Platform;

/// What a refusal knows in its case: a time, a length, a number.
fn fact(words: Words, code: &'static str) -> Option<String> {
    let key = match code {
        "T-112" => "t-112-fact-unfetched".to_owned(),
        _ => format!("{}-fact", code.to_ascii_lowercase()),
    };
    said(words, &key)
}

/// A text with every value that a refusal may know; nothing where there is no such text.
fn said(words: Words, key: &str) -> Option<String> {
    let at = words.moment(now(), now());
    let text = words
        .say(key)
        .with("at", at.clone())
        .with("until", at)
        .with("span", words.span(jiff::SignedDuration::from_secs(900)))
        .with("device", words.device(Platform::Ios))
        .with("devices", words.devices(&[Platform::Windows, Platform::Macos]))
        .with("limit", 5)
        .with("reason", "key-compromise")
        .to_string();
    (text != key).then_some(text)
}

/// Whether the check page itself says so; codes of the change to another device have pages of their own.
fn of_check_page(code: &&str) -> bool {
    code.starts_with("T-3") && !code.starts_with("T-31")
}

impl Sampled for RefusalPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let refusals = CODES.into_iter().filter(|code| !of_check_page(code));
        let mut pages: Vec<(&str, Self)> = refusals
            .map(|code| {
                let problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
                let action = (code == "T-106")
                    .then(|| Action { href: "/".to_owned(), text: words.say("t-106-action").to_string() });
                let page = Self {
                    frame: frame(words, "refusal", &problem.title).with_reference(),
                    problem,
                    action,
                    help: Some(format!("/help/{code}")),
                    unfinished: None,
                };
                (code, page)
            })
            .collect();
        let problem = Problem { fact: said(words, "t-112-fact-fetched"), ..Problem::explain(words, "T-112") };
        let fetched = Self {
            frame: frame(words, "refusal", &problem.title).with_reference(),
            problem,
            action: None,
            help: Some("/help/T-112".to_owned()),
            unfinished: Some(Unfinished {
                steps: Situation::of_system(Platform::Ios, Some(18)).steps(words),
                check: "https://check.example.jp/check".to_owned(),
            }),
        };
        pages.push(("T-112-fetched", fetched));
        pages
    }
}

impl Sampled for CheckPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let details = |keys: [(&str, String); 2]| {
            keys.map(|(key, value)| (words.say(key).to_string(), value)).into_iter().collect::<Vec<_>>()
        };
        let ok = Self {
            frame: frame(words, "check", &words.say("check-ok-title")),
            outcome: "ok",
            problem: None,
            soon: None,
            details: details([
                ("check-ok-name", "田中 花子".to_owned()),
                ("check-ok-until", words.date(now())),
            ]),
            again: "?".to_owned(),
            asking: Vec::new(),
            kind: Vec::new(),
            removal: Situation::of_system(Platform::Android, None).removal(words),
            change: Some(Onward { href: "/change".to_owned(), begun: false }),
        };
        let left = words.span(jiff::SignedDuration::from_hours(12 * 24));
        let soon = Self {
            frame: ok.frame.clone(),
            soon: Some(words.say("check-ok-soon").with("span", left).to_string()),
            details: ok.details.clone(),
            again: ok.again.clone(),
            removal: Vec::new(),
            asking: Vec::new(),
            kind: Vec::new(),
            outcome: ok.outcome,
            problem: None,
            change: Some(Onward { href: "/change".to_owned(), begun: true }),
        };
        let mut pages = vec![("check-ok", ok), ("check-ok-soon", soon)];
        let problem = |code: &'static str, platform: Platform| {
            let mut problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
            if code == "T-301" {
                problem.todo = words.say("t-301-todo-here").with("platform", platform.as_str()).to_string();
            }
            let issuers = [
                ("check-issuer-shown", "CN=Other CA".to_owned()),
                ("check-issuer-expected", "CN=Midori CA".to_owned()),
            ];
            let situation = Situation::of_system(platform, None);
            let steps = |codes: &[&str], steps: fn(&Situation, Words) -> Vec<DrawnStep>| {
                if codes.contains(&code) { steps(&situation, words) } else { Vec::new() }
            };
            Self {
                frame: frame(words, "check", &problem.title).with_reference(),
                outcome: "problem",
                problem: Some(problem),
                soon: None,
                details: if code == "T-302" { details(issuers) } else { Vec::new() },
                again: "?".to_owned(),
                asking: steps(&["T-301", "T-302", "T-306"], Situation::asking),
                kind: steps(&["T-301"], Situation::other_kind),
                removal: steps(&["T-306"], Situation::removal),
                change: None,
            }
        };
        for code in CODES.into_iter().filter(of_check_page) {
            pages.push((code, problem(code, Platform::Windows)));
        }
        for (name, platform) in [
            ("T-301-iphone", Platform::Ios),
            ("T-301-android", Platform::Android),
            ("T-301-mac", Platform::Macos),
            ("T-301-other", Platform::Linux),
        ] {
            pages.push((name, problem("T-301", platform)));
        }
        pages
    }
}

impl Sampled for HelpPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let frame = frame(words, "help", &words.say("help-title"));
        let groups = groups(&frame);
        vec![("help", Self { frame, groups })]
    }
}

impl Sampled for CodePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |code| {
            let problem = Problem::explain(words, code);
            let frame = frame(words, "code", &problem.title);
            let facts = match code {
                "T-406" => vec![("topic-fingerprint", vec!["AB:".repeat(31) + "AB"])],
                "T-402" => {
                    vec![("topic-hosts", vec!["cert.example.jp".to_owned(), "check.example.jp".to_owned()])]
                }
                _ => vec![],
            };
            let probe = (code == "T-402").then(|| Probe {
                address: "https://check.example.jp/probe".to_owned(),
                check: "https://check.example.jp/check".to_owned(),
            });
            Self { frame, problem, facts, probe, all: "/help".to_owned() }
        };
        vec![("code", page("T-108")), ("code-topic", page("T-406")), ("code-hosts", page("T-402"))]
    }
}
