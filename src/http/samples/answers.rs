//! Refusals, checks, and the explanation of every code.

use super::super::check::CheckPage;
use super::super::guide::{DrawnStep, Situation};
use super::super::help::{CODES, CodePage, HelpPage, groups};
use super::super::page::Problem;
use super::super::refusal::{Action, RefusalPage, Unfinished};
use super::super::words::Words;
use super::{Sampled, frame, now};
use crate::device::Platform;

/// What a refusal knows in its case: a time, a length, a number.
fn fact(words: Words, code: &'static str) -> Option<String> {
    let at = words.moment(now(), now());
    let key = match code {
        "T-112" => "t-112-fact-unfetched".to_owned(),
        _ => format!("{}-fact", code.to_ascii_lowercase()),
    };
    let text = words
        .say(&key)
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

impl Sampled for RefusalPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let refusals = CODES.into_iter().filter(|code| !code.starts_with("T-3"));
        refusals
            .map(|code| {
                let problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
                let action = (code == "T-106")
                    .then(|| Action { href: "/".to_owned(), text: words.say("t-106-action").to_string() });
                let page = Self {
                    frame: frame(words, "refusal", &problem.title).with_reference(),
                    problem,
                    action,
                    help: Some(format!("/help/{code}")),
                    unfinished: (code == "T-112").then(|| Unfinished {
                        steps: Situation::of_system(Platform::Ios, Some(18)).steps(words),
                        check: "https://check.example.jp/check".to_owned(),
                    }),
                };
                (code, page)
            })
            .collect()
    }
}

impl Sampled for CheckPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let details = |keys: [(&str, &str); 2]| {
            keys.map(|(key, value)| (words.say(key).to_string(), value.to_owned())).to_vec()
        };
        let ok = Self {
            frame: frame(words, "check", &words.say("check-ok-title")),
            outcome: "ok",
            problem: None,
            details: details([("check-ok-name", "田中 花子"), ("check-ok-until", "2030-02-17")]),
            again: "?".to_owned(),
            asking: Vec::new(),
            kind: Vec::new(),
            removal: Situation::of_system(Platform::Android, None).removal(words),
        };
        let mut pages = vec![("check-ok", ok)];
        let problem = |code: &'static str, platform| {
            let problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
            let issuers = [("check-issuer-shown", "CN=Other CA"), ("check-issuer-expected", "CN=Midori CA")];
            let situation = Situation::of_system(platform, None);
            let steps = |codes: &[&str], steps: fn(&Situation, Words) -> Vec<DrawnStep>| {
                if codes.contains(&code) { steps(&situation, words) } else { Vec::new() }
            };
            Self {
                frame: frame(words, "check", &problem.title).with_reference(),
                outcome: "problem",
                problem: Some(problem),
                details: if code == "T-302" { details(issuers) } else { Vec::new() },
                again: "?".to_owned(),
                asking: steps(&["T-301", "T-302", "T-306"], Situation::asking),
                kind: steps(&["T-301"], Situation::other_kind),
                removal: steps(&["T-306"], Situation::removal),
            }
        };
        for code in CODES.into_iter().filter(|code| code.starts_with("T-3")) {
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
            let values = vec!["AB:".repeat(31) + "AB", "cert.example.jp".to_owned()];
            let facts = if code == "T-108" { vec![] } else { vec![("topic-fingerprint", values)] };
            Self { frame, problem, facts, all: "/help".to_owned() }
        };
        vec![("code", page("T-108")), ("code-topic", page("T-406")), ("code-hosts", page("T-402"))]
    }
}
