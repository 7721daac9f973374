//! `tegata facility`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::Session;
use super::failure::Failure;
use super::list_file::faultless;
use super::style::plain;
use crate::directory::FacilityCode;
use crate::enrollment::FacilityVerdict;
use crate::roster::facilities;

/// So many changes are told one by one.
const TOLD: usize = 40;

/// Facilities: bring them from a list
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(ImportArguments),
}

/// Make and rename facilities as a list says
///
/// A facility that is not there is made, one with another name is renamed, everything else is left as it is; nothing is closed.
/// The whole list is judged first: where anything in it is wrong, nothing is changed. Brought again, it changes nothing more.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A list is a file as a spreadsheet saves it, with the columns facility (the code) and facility_name;
`tegata bulk template FILE --facilities` writes an empty one.

Examples:
  tegata facility import facilities.csv --dry-run
  tegata facility import facilities.csv")]
struct ImportArguments {
    /// The list
    #[arg(value_name = "LIST")]
    list: PathBuf,
    /// Tell what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[arg(long, help = "Print JSON: rows, new, renamed, same, closed, changes")]
    json: bool,
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Import(arguments) => arguments.json,
        }
    }
}

/// A facility that changes.
#[derive(Debug, Serialize)]
struct ToldFacility {
    row: u64,
    facility: FacilityCode,
    change: &'static str,
    name: String,
    before: Option<String>,
}

/// What `facility import --json` prints.
#[derive(Debug, Default, Serialize)]
struct Report {
    rows: usize,
    new: usize,
    renamed: usize,
    same: usize,
    closed: usize,
    changes: Vec<ToldFacility>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let Command::Import(arguments) = &arguments.command;
    let roster = faultless(&arguments.list, facilities)?;
    let office = session.office()?;
    let (authority, caller) = (&office.authority, &office.caller);
    let verdicts = if arguments.dry_run {
        session.block_on(authority.check_facilities(caller, &roster.rows))??
    } else {
        let progress = session.progress("bringing the facilities");
        let total = roster.rows.len() as u64;
        let mut tell = |done: usize| progress.at(done as u64, total);
        session.block_on(authority.import_facilities(caller, &roster.rows, &mut tell))??
    };
    let mut report = Report { rows: roster.rows.len(), ..Report::default() };
    for (listed, verdict) in roster.rows.into_iter().zip(verdicts) {
        let change = verdict.name();
        let before = match verdict {
            FacilityVerdict::New => {
                report.new += 1;
                None
            }
            FacilityVerdict::Renamed { from } => {
                report.renamed += 1;
                Some(from)
            }
            FacilityVerdict::Same => {
                report.same += 1;
                continue;
            }
            FacilityVerdict::Closed => {
                report.closed += 1;
                None
            }
        };
        let (facility, name) = (listed.value.code, listed.value.name);
        report.changes.push(ToldFacility { row: listed.row, facility, change, name, before });
    }
    session.output.result(&text(&report, arguments.dry_run), &report)
}

fn text(report: &Report, dry: bool) -> String {
    let mut text = String::new();
    for change in report.changes.iter().take(TOLD) {
        let before =
            change.before.as_ref().map_or_else(String::new, |before| format!(" (was {})", plain(before)));
        let _ = writeln!(text, "{:8} {} {}{before}", change.change, change.facility, plain(&change.name));
    }
    if report.changes.len() > TOLD {
        let _ = writeln!(text, "and {} more", report.changes.len() - TOLD);
    }
    let _ = writeln!(
        text,
        "{} rows: {} new, {} renamed, {} as they are, {} closed and left alone{}",
        report.rows,
        report.new,
        report.renamed,
        report.same,
        report.closed,
        if dry { "; nothing was changed" } else { "" }
    );
    text
}
