//! `tegata store check`.

use serde::Serialize;

use super::super::Session;
use super::super::failure::{Exit, Failure};
use super::super::style::{error, good, hint, plain};
use super::rows::Rows;
use super::{grouped, whole};
use crate::enrollment::{Audit, Finding};
use std::fmt::Write as _;

/// What `store check --json` prints.
#[derive(Debug, Serialize)]
struct Checked<'a> {
    ok: bool,
    rows: u64,
    enrollments: u64,
    certificates: u64,
    leftovers: u64,
    findings: Vec<Found<'a>>,
    more: u64,
}

#[derive(Debug, Serialize)]
struct Found<'a> {
    fault: &'static str,
    partition: &'a str,
    row: &'a str,
    what: &'a str,
    remedy: &'static str,
}

impl<'a> Found<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            fault: finding.fault.code(),
            partition: finding.partition.as_str(),
            row: &finding.row,
            what: &finding.what,
            remedy: finding.fault.remedy(),
        }
    }
}

pub(super) fn check(session: &Session) -> Result<(), Failure> {
    let store = whole(session)?;
    let mut rows = Rows::start(session.output);
    let audit = session.block_on(store.check(&mut |done, total| rows.at("checking", done, total)))??;
    drop(rows);
    let Audit { rows, enrollments, certificates, leftovers, .. } = audit;
    let checked = Checked {
        ok: audit.is_clean(),
        rows,
        enrollments,
        certificates,
        leftovers,
        findings: audit.findings.iter().map(Found::of).collect(),
        more: audit.more,
    };
    session.output.result(&text(&audit), &checked)?;
    if audit.is_clean() {
        return Ok(());
    }
    let faults = audit.findings.len() as u64 + audit.more;
    let message = if faults == 1 {
        "the store has a fault".to_owned()
    } else {
        format!("the store has {} faults", grouped(faults))
    };
    Err(Failure::new(Exit::Store, "unsound", message))
}

fn text(audit: &Audit) -> String {
    let mut text = String::new();
    let mut last = None;
    for finding in &audit.findings {
        if last.is_some_and(|fault| fault != finding.fault) {
            remedy(&mut text, last);
        }
        let (partition, row, what) = (&finding.partition, plain(&finding.row), plain(&finding.what));
        let _ = writeln!(text, "{} {partition}: {row}: {what}", error(&format!("{}:", finding.fault.code())));
        last = Some(finding.fault);
    }
    remedy(&mut text, last);
    if audit.more > 0 {
        let _ = writeln!(text, "and {} more", grouped(audit.more));
    }
    if audit.is_clean() {
        let _ = writeln!(text, "{}", good("The store is sound."));
    }
    let _ = writeln!(
        text,
        "{} rows, {} enrollments, {} certificates",
        grouped(audit.rows),
        grouped(audit.enrollments),
        grouped(audit.certificates)
    );
    if audit.leftovers > 0 {
        let _ = writeln!(
            text,
            "{} rows were left behind by interrupted steps; nothing leads to them, and they do no harm",
            grouped(audit.leftovers)
        );
    }
    text
}

fn remedy(text: &mut String, fault: Option<crate::enrollment::Fault>) {
    if let Some(fault) = fault {
        let _ = writeln!(text, "{} {}", hint("hint:"), fault.remedy());
    }
}
