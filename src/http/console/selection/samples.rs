//! A selection in the states that matter.

use super::SelectionPage;
use super::outcome::OutcomeLine;
use super::show::ForeseenLine;
use super::title;
use crate::directory::Role;
use crate::enrollment::{Hint, Standing};
use crate::http::console::entered::Entered;
use crate::http::console::flash::Tone;
use crate::http::console::query::Query;
use crate::http::console::samples::{Sampled, within};
use crate::http::console::telling;
use crate::http::words::Words;
use crate::ledger::RevocationReason;

const HERE: &str = "/o/midori/selection/7q2k9x4m1a";

/// What became of some rows.
pub(in crate::http::console) fn outcome_lines(words: Words) -> Vec<OutcomeLine> {
    let line = |mark, word, tone, why: Option<Hint>| OutcomeLine {
        href: "/o/midori/enrollments/7q2k9x4m1abc".to_owned(),
        name: "田中 花子".to_owned(),
        subscriber: "10234".to_owned(),
        mark,
        word,
        tone,
        why: why.map(|hint| words.say(telling::hint(hint)).to_string()),
    };
    vec![
        line("refused", "outcome-refused", Tone::Bad, Some(Hint::NoAddress)),
        line("acted", "outcome-acted", Tone::Good, None),
        line("known", "outcome-known", Tone::Plain, None),
        line("open", "outcome-open", Tone::Plain, None),
    ]
}

impl Sampled for SelectionPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |act: &'static str, told: &[(Standing, Result<String, &'static str>)]| {
            let frame = within(words, Role::Operator, "selection", &words.say(title(act)))
                .under(&words.say("nav-enrollments"), "/o/midori/enrollments");
            let row = |(state, told): &(Standing, Result<String, &'static str>)| {
                let (key, tone) = telling::standing(*state);
                ForeseenLine {
                    href: "/o/midori/enrollments/7q2k9x4m1abc".to_owned(),
                    name: "田中 花子".to_owned(),
                    subscriber: "10234".to_owned(),
                    state: frame.badge(key, tone).0,
                    told: told.clone(),
                }
            };
            Self {
                query: Query::read(HERE, ""),
                act,
                total: 1_320,
                foreseen: (1_000, 980, 20),
                rows: told.iter().map(row).collect(),
                next: Some("1".to_owned()),
                confirm: None,
                reasons: Vec::new(),
                entered: Entered::default(),
                begins: format!("{HERE}/begin"),
                cancels: "/o/midori/bulk/7q2k9x4m1a/cancel".to_owned(),
                back: "/o/midori/enrollments".to_owned(),
                frame,
            }
        };
        let says = |key: &str| Ok(words.say(key).to_string());
        let resend = page(
            "resend",
            &[
                (Standing::Invited, says("effect-link-replaced")),
                (Standing::Locked, Err(telling::hint(Hint::NoAddress))),
                (Standing::Expired, Err(telling::hint(Hint::Expired))),
                (Standing::Invited, Err(telling::hint(Hint::NoMail))),
            ],
        );
        let mut wrong = Entered::default().with("confirm", &"みどり");
        wrong.must_confirm("みどり医療介護連携センター", words);
        let revoke = Self {
            confirm: Some("みどり医療介護連携センター".to_owned()),
            reasons: RevocationReason::ALL
                .map(|reason| (reason.name(), words.say(telling::reason(reason)).plain()))
                .into(),
            entered: wrong,
            begins: format!("{HERE}/end"),
            ..page("revoke", &[(Standing::Installed, says("selection-revokes"))])
        };
        let note = page("note", &[(Standing::Installed, says("effect-note"))]);
        let note = Self { total: 2, foreseen: (2, 2, 0), next: None, ..note };
        vec![("selection-resend", resend), ("selection-revoke", revoke), ("selection-note", note)]
    }
}
