//! The pages of letters in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use super::{LettersPage, OrderPage, PrintingPage};
use crate::directory::Role;
use crate::enrollment::JobStanding;
use crate::http::console::bulk::sample_line;
use crate::http::console::entered::Entered;
use crate::http::console::query::Query;
use crate::http::console::samples::{Sampled, now, within};
use crate::http::words::Words;
use crate::operations::{PrintState, Printed};

impl Sampled for LettersPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |jobs| Self {
            frame: within(words, Role::Operator, "letters", &words.say("nav-letters")),
            query: Query::read("/o/midori/letters", ""),
            jobs,
            next: None,
        };
        vec![("letters-empty", page(Vec::new())), ("letters", page(vec![sample_line(JobStanding::Done)]))]
    }
}

impl Sampled for OrderPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |count, entered| Self {
            frame: within(words, Role::Operator, "order", &words.say("letters-order")),
            entered,
            count,
            facilities: vec![(String::new(), "500".to_owned()), ("G13B".to_owned(), "みどり医院".to_owned())],
            languages: vec![("ja".to_owned(), words.say("language-ja").plain())],
        };
        let mut wrong = Entered::default();
        wrong.wrong("facility", &words.say("letters-unfit").with("detail", "no font"));
        vec![
            ("order", page(500, Entered::default())),
            ("order-refused", page(500, wrong)),
            ("order-none", page(0, Entered::default())),
        ]
    }
}

impl Sampled for PrintingPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |state| Self {
            frame: within(words, Role::Operator, "printing", &words.say("letters-printing")),
            printed: Printed {
                job: "7q2k9x4m1a".parse().unwrap(),
                by: None,
                letters: 500,
                done: 700,
                until: now(),
                state,
            },
        };
        let ready = PrintState::Ready { sheets: [503, 503], missing: "Ă".to_owned(), chunks: [3, 2] };
        vec![
            ("printing", page(PrintState::Drawing)),
            ("printing-ready", page(ready)),
            ("printing-failed", page(PrintState::Failed { why: "the disk is full".to_owned() })),
        ]
    }
}
