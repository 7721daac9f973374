//! Refusals, checks, and the explanation of every code.

use super::super::check::CheckPage;
use super::super::help::{CODES, CodePage, HelpEntry, HelpPage};
use super::super::page::Problem;
use super::super::refusal::{Action, RefusalPage};
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
        };
        let mut pages = vec![("check-ok", ok)];
        for code in CODES.into_iter().filter(|code| code.starts_with("T-3")) {
            let problem = Problem { fact: fact(words, code), ..Problem::explain(words, code) };
            let issuers = [("check-issuer-shown", "CN=Other CA"), ("check-issuer-expected", "CN=Midori CA")];
            let page = Self {
                frame: frame(words, "check", &problem.title).with_reference(),
                outcome: "problem",
                problem: Some(problem),
                details: if code == "T-302" { details(issuers) } else { Vec::new() },
                again: "?".to_owned(),
            };
            pages.push((code, page));
        }
        pages
    }
}

impl Sampled for HelpPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let entries = CODES.into_iter().map(|code| HelpEntry {
            code,
            title: words.explain(code, "title").to_string(),
            href: format!("/help/{code}"),
        });
        let frame = frame(words, "help", &words.say("help-title"));
        vec![("help", Self { frame, entries: entries.collect() })]
    }
}

impl Sampled for CodePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let problem = Problem::explain(words, "T-108");
        let frame = frame(words, "code", &problem.title);
        vec![("code", Self { frame, problem, all: "/help".to_owned() })]
    }
}
