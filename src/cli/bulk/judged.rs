//! A list with what would become of its rows.

use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::app::Office;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::list_file::{bytes, unreadable};
use crate::cli::style::plain;
use crate::enrollment::{Duplicates, EnrollmentId, IssueOptions, Judgement, LeftOut, NewFacilities, Refused};
use crate::roster::{Column, Handover, Listed, Person, people};

/// So many faults are told.
const TOLD: usize = 40;
/// Of so many rows with the same fault the numbers are told.
const SAME: usize = 8;
/// What this command can be told to do about a fault.
const REMEDIES: [(&str, &str); 2] = [
    ("no-such-facility", "--create-facilities makes the facilities that are not known"),
    ("duplicate", "--duplicates issues another one beside the enrollment that somebody has"),
];

/// How invitations are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HandoverArgument {
    /// By letter
    Letter,
    /// By mail
    Mail,
    /// By hand
    None,
}

/// What holds for every row that does not say otherwise.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Options {
    /// What is handed out, where the list does not say; `tegata offer list` shows the offers
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    offer: String,
    /// How it is handed over, where the list does not say: letter, mail or none. On letters the link lives as long as the number
    #[arg(long, value_enum, value_name = "WAY", default_value = "letter", hide_possible_values = true)]
    handover: HandoverArgument,
    /// Create facilities whose code is not known; without it they are faults
    #[arg(long)]
    create_facilities: bool,
    /// Issue also for people who have an enrollment for such a device already; without it they are faults
    #[arg(long)]
    duplicates: bool,
}

impl Options {
    fn options(&self) -> IssueOptions {
        IssueOptions {
            offer: self.offer.clone(),
            handover: match self.handover {
                HandoverArgument::Letter => Handover::Letter,
                HandoverArgument::Mail => Handover::Mail,
                HandoverArgument::None => Handover::None,
            },
            new_facilities: if self.create_facilities {
                NewFacilities::Create
            } else {
                NewFacilities::Refuse
            },
            duplicates: if self.duplicates { Duplicates::Issue } else { Duplicates::Refuse },
        }
    }
}

/// A row that cannot be issued.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Faulty {
    row: u64,
    column: Option<Column>,
    code: String,
    why: String,
    enrollment: Option<EnrollmentId>,
}

impl Faulty {
    fn of(left_out: &LeftOut) -> Self {
        let Refused { code, column, why, enrollment, .. } = left_out.refused.clone();
        Self { row: left_out.row, column, code, why, enrollment }
    }
}

/// What would become of a list.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    rows: usize,
    new: usize,
    known: usize,
    encoding: &'static str,
    pub(super) faults: Vec<Faulty>,
    more_faults: usize,
}

/// A list, judged.
pub(super) struct JudgedList {
    pub(super) report: Report,
    pub(super) judgement: Judgement,
    pub(super) options: IssueOptions,
    /// The rows that can be issued, or have been.
    pub(super) good: Vec<Listed<Person>>,
}

/// Reads a list and judges every row. Nothing is written.
///
/// # Errors
/// When it is no list, or the store fails.
pub(super) fn judge(
    session: &Session,
    office: &Office,
    list: &Path,
    options: &Options,
) -> Result<JudgedList, Failure> {
    let roster = people(&bytes(list)?).map_err(|error| unreadable(list, &error))?;
    let options = options.options();
    let progress = session.progress("judging the rows");
    let total = roster.rows.len() as u64;
    let mut tell = |done: usize| progress.at(done as u64, total);
    let checking = office.authority.check_rows(&office.caller, &options, &roster.rows, &mut tell);
    let verdicts = session.block_on(checking)??;
    drop(progress);
    let encoding = roster.encoding.name();
    let (judgement, good) = Judgement::of(roster, verdicts);
    let faults = judgement.left_out.iter().map(Faulty::of).collect();
    let report = Report {
        rows: judgement.rows,
        new: judgement.new,
        known: judgement.known,
        encoding,
        faults,
        more_faults: judgement.more,
    };
    Ok(JudgedList { report, judgement, options, good })
}

impl Report {
    pub(super) const fn is_faultless(&self) -> bool {
        self.faults.is_empty() && self.more_faults == 0
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// How many rows cannot be issued. One may have several faults.
    pub(super) const fn left_out(&self) -> usize {
        self.rows.saturating_sub(self.new + self.known)
    }

    /// The faults, those of many rows that are the same as one.
    fn grouped(&self) -> Vec<(Vec<u64>, &Faulty)> {
        let mut groups: Vec<(Vec<u64>, &Faulty)> = Vec::new();
        for fault in &self.faults {
            let alike = |(_, first): &&mut (Vec<u64>, &Faulty)| {
                (first.column, &first.code, &first.why) == (fault.column, &fault.code, &fault.why)
            };
            match groups.iter_mut().find(alike) {
                Some((rows, _)) => rows.push(fault.row),
                None => groups.push((vec![fault.row], fault)),
            }
        }
        groups
    }

    /// The report for people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let groups = self.grouped();
        for (rows, fault) in groups.iter().take(TOLD) {
            let column = fault.column.map_or_else(String::new, |column| format!(", {}", column.name()));
            let _ = writeln!(text, "{}{column}: {}", named(rows), plain(&fault.why));
        }
        let left = groups.len().saturating_sub(TOLD) + self.more_faults;
        if left > 0 {
            let _ = writeln!(text, "and {left} more");
        }
        for (code, remedy) in REMEDIES {
            if self.faults.iter().any(|fault| fault.code == code) {
                let _ = writeln!(text, "{remedy}");
            }
        }
        let _ = writeln!(
            text,
            "{} rows ({}): {} would be issued, {} were issued before, {} cannot be issued",
            self.rows,
            self.encoding,
            self.new,
            self.known,
            self.left_out()
        );
        text
    }
}

/// Rows by their numbers, the first of them where there are many.
fn named(rows: &[u64]) -> String {
    let told: Vec<String> = rows.iter().take(SAME).map(ToString::to_string).collect();
    let left = rows.len() - told.len();
    let more = if left > 0 { format!(" and {left} more") } else { String::new() };
    format!("{} {}{more}", if rows.len() == 1 { "row" } else { "rows" }, told.join(", "))
}
