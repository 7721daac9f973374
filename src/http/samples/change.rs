//! The change to another device, at every stage.

use super::super::change::{ChangePage, Handed};
use super::super::guide::Situation;
use super::super::page::Problem;
use super::super::scan::Scan;
use super::super::words::Words;
use super::{Sampled, frame, from_clinic, now, with_look};
use crate::device::Platform;

impl Sampled for ChangePage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let (at, span) = (words.moment(now(), now()), words.span(jiff::SignedDuration::from_mins(59)));
        let page = |stage: &'static str, title: &str, fact: Option<String>| Self {
            frame: from_clinic(frame(words, "change", &words.say(title))),
            stage,
            fact,
            problem: None,
            handed: None,
            invited_otherwise: false,
            begin: None,
            stop: None,
            begin_action: "/change".to_owned(),
            stop_action: "/change/stop".to_owned(),
            watch: None,
            again: "?".to_owned(),
            check: "/check".to_owned(),
            removal: Vec::new(),
        };
        let nonce = || Some("nonce".to_owned());
        let watch = || Some("/change/AAAAAAAAAAAAAAAAAAAAAA/state".to_owned());
        let said = |key: &str| {
            let text = words.say(key).with("at", at.clone()).with("device", "iPhone");
            Some(text.with("until", words.time_of_day(now())).with("span", span.clone()).to_string())
        };
        let handed = |separate: Option<&str>| Handed {
            scan: Scan::of("HTTPS://CERT.EXAMPLE.JP/C/0123456789ABCDEFGHJKMNPQRS"),
            address: "cert.example.jp/n".to_owned(),
            number: "1234 5678".to_owned(),
            secret: "abcde-fghjk".to_owned(),
            separate: separate.map(str::to_owned),
        };
        let shown = |separate| Self {
            handed: Some(handed(separate)),
            stop: nonce(),
            watch: watch(),
            ..page("shown", "change-shown-title", said("change-until"))
        };
        let apart = shown(Some("abcde-fghjk-mnpqr"));
        let idle = |fact| Self { begin: nonce(), ..page("idle", "change-title", fact) };
        let again = Problem {
            title: words.say("change-again-title").to_string(),
            todo: words.say("change-again").to_string(),
            ..Problem::explain(words, "T-202")
        };
        let taken = || Self {
            stop: nonce(),
            watch: watch(),
            ..page("taken", "change-taken-title", said("change-taken-fact"))
        };
        let done = |platform, fact| Self {
            removal: Situation::of_system(platform, None).removal(words),
            ..page("done", "change-done-title", fact)
        };
        vec![
            ("change", idle(None)),
            ("change-stopped", idle(said("change-stopped"))),
            ("change-invited-otherwise", Self { invited_otherwise: true, ..idle(None) }),
            ("change-again", Self { problem: Some(again), ..idle(None) }),
            ("change-shown", shown(None)),
            ("change-shown-look", Self { frame: with_look(apart.frame.clone()), ..apart }),
            (
                "change-hidden",
                Self {
                    begin: nonce(),
                    stop: nonce(),
                    watch: watch(),
                    ..page("hidden", "change-hidden-title", said("change-until"))
                },
            ),
            (
                "change-late",
                Self { begin: nonce(), ..page("late", "change-late-title", said("change-late-fact")) },
            ),
            ("change-taken", taken()),
            ("change-taken-by-operator", Self { stop: None, ..taken() }),
            ("change-done", done(Platform::Ios, said("installed-fact"))),
            ("change-done-android", done(Platform::Android, said("t-306-fact"))),
        ]
    }
}
