//! The pages of lists in the states that matter.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use super::job::{JobLine, standing_of};
use super::reason::{LeftOutLine, left_out};
use super::{BulkPage, JobPage};
use crate::directory::Role;
use crate::enrollment::{JobStanding, LeftOut};
use crate::http::console::entered::Entered;
use crate::http::console::query::Query;
use crate::http::console::samples::{Sampled, now, within};
use crate::http::console::selection::outcome_lines;
use crate::http::words::Words;
use crate::roster::people;

/// Faults as a bad list has them.
fn faults(words: Words) -> Vec<LeftOutLine> {
    let list = "利用者ID,氏名,端末,メモ,渡し方,郵便番号,住所,行キー\n\
        1.23E+10,,fax,=1+1,x,12,\"a\nb\nc\nd\ne\",あ\n\
        あ,\u{202e}花子,iPhone,#REF!,メール,,,\n\
        1,花子\n";
    let roster = people(list.as_bytes()).unwrap();
    assert!(roster.faults.len() > 8, "{:?}", roster.faults);
    roster.faults.iter().map(|fault| left_out(words, &LeftOut::from(fault))).collect()
}

/// A job in a list.
pub fn line(standing: JobStanding) -> JobLine {
    let (word, tone) = standing_of(standing);
    JobLine {
        href: "/o/midori/bulk/7q2k9x4m1a".to_owned(),
        id: "7q2k9x4m1a".to_owned(),
        work: "job-issue",
        source: Some("利用者一覧《2026年》.csv".to_owned()),
        by: "佐藤 明子".to_owned(),
        made_at: now(),
        standing: word,
        tone,
        total: 500,
        done: if standing == JobStanding::Draft { 0 } else { 320 },
        succeeded: 310,
        known: 8,
        refused: 2,
    }
}

impl Sampled for BulkPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |name: &'static str, entered: Entered| {
            let page = Self {
                frame: within(words, Role::Operator, "bulk", &words.say("nav-bulk")),
                query: Query::read("/o/midori/bulk", ""),
                entered,
                offers: vec![("minimal".to_owned(), "証明書".to_owned())],
                handovers: vec![("letter".to_owned(), words.say("bulk-by-letter").plain())],
                faults: Vec::new(),
                more: 0,
                jobs: Vec::new(),
                next: None,
            };
            (name, page)
        };
        let mut wrong = Entered::default();
        wrong.wrong_but("file", &words.say("list-all-wrong"), &words.say("list-mend"));
        let (name, refused) = page("bulk-refused", wrong);
        let refused = Self { faults: faults(words), more: 12, ..refused };
        let (full_name, full) = page("bulk", Entered::default());
        let standings = [JobStanding::Draft, JobStanding::Running, JobStanding::Done, JobStanding::Cancelled];
        let full = Self { jobs: standings.map(line).into(), next: Some("000-x".to_owned()), ..full };
        vec![page("bulk-empty", Entered::default()), (name, refused), (full_name, full)]
    }
}

impl Sampled for JobPage {
    fn samples(words: Words) -> Vec<(&'static str, Self)> {
        let page = |standing: JobStanding| Self {
            frame: within(words, Role::Operator, "job", &words.say("job-issue")),
            job: line(standing),
            mark: standing.name(),
            rows: 512,
            new: 492,
            before: 8,
            left_out: 12,
            faults: if standing == JobStanding::Draft { faults(words) } else { Vec::new() },
            refused: if standing == JobStanding::Done { faults(words) } else { Vec::new() },
            kept_until: (standing == JobStanding::Done).then(now),
            outcomes: None,
        };
        let selection = |standing: JobStanding| Self {
            frame: within(words, Role::Operator, "job", &words.say("job-resend")),
            job: JobLine { work: "job-resend", source: None, ..line(standing) },
            rows: 0,
            left_out: 0,
            refused: Vec::new(),
            outcomes: Some(outcome_lines(words)),
            ..page(standing)
        };
        vec![
            ("job-draft", page(JobStanding::Draft)),
            ("job-running", page(JobStanding::Running)),
            ("job-done", page(JobStanding::Done)),
            ("job-cancelled", page(JobStanding::Cancelled)),
            ("job-selection", selection(JobStanding::Done)),
        ]
    }
}
