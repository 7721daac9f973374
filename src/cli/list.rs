//! `tegata list`.

use jiff::Timestamp;

use super::Session;
use super::failure::Failure;
use super::moment::{day, short, zone};
use super::output::Output;
use super::style::faint;
use super::table::Table;
use crate::app::Office;
use crate::device::Platform;
use crate::directory::FacilityCode;
use crate::enrollment::{Ends, EnrollmentSummary, ListQuery, Listed, Need, Sort, Standing};
use crate::roster::SafeSheet;

/// Rows of a page where nothing is said.
const ROWS: u16 = 50;
/// Rows that are read at once for a file.
const FILE_ROWS: usize = 500;

/// List enrollments, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
States: invited, locked, expired, claimed, fetched, installed, replaced, revoked, cancelled.
Needs: not-installed, not-fetched, locked, expiring, ended, change-unfinished, change-given-up.

Examples:
  tegata list --state invited
  tegata list --facility G13B --limit 200
  tegata list --search 10234
  tegata list --ends-from 2027-04-01 --ends-before 2027-05-01 --csv > april.csv
  tegata list --state claimed --json | jq -r '.enrollments[].name'
  tegata list --after CURSOR
      the next page; the page before says the cursor")]
pub(super) struct Arguments {
    /// Only those that stand so
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<Standing>,
    /// Only those of this facility
    #[arg(long, value_name = "CODE")]
    facility: Option<FacilityCode>,
    /// Only those claimed on this kind of device, or meant for it alone
    #[arg(long, value_name = "KIND", value_parser = kind)]
    device: Option<Platform>,
    /// Only those of this offer
    #[arg(long, value_name = "NAME")]
    offer: Option<String>,
    /// Only those whose certificate in use ends on this day (in Japan, or where TZ says) or later
    #[arg(long, value_name = "DATE", value_parser = day)]
    ends_from: Option<Timestamp>,
    /// Only those whose certificate in use ends before this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    ends_before: Option<Timestamp>,
    /// Only those that need a hand in this
    #[arg(long, value_name = "NEED")]
    need: Option<Need>,
    /// Only those that this text finds: an enrollment, a serial number, a retrieval number, a link, the beginning of a person's
    /// identifier, else a part of a name or note
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// newest, last-change, certificate-end, or (with --need) waiting; what is found quickest where nothing is said
    #[arg(long, value_name = "ORDER")]
    sort: Option<Sort>,
    /// At most so many, 1 to 1000; 50 where nothing is said
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: Option<u16>,
    /// Go on after the page that said this
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    after: Option<String>,
    /// Print the whole list as CSV for a spreadsheet, however long it is; with --after the rest of it, without headings
    #[arg(long, conflicts_with_all = ["limit", "json"])]
    csv: bool,
    #[arg(long, help = "Print JSON: enrollments, next")]
    pub(super) json: bool,
}

fn state(word: &str) -> Result<Standing, String> {
    let found = Standing::ALL.into_iter().find(|standing| standing.name() == word.to_ascii_lowercase());
    found.ok_or_else(|| {
        let names: Vec<_> = Standing::ALL.iter().map(|standing| standing.name()).collect();
        format!("a state is one of {}", names.join(", "))
    })
}

/// By the word of an invitation, or as lists show it.
fn kind(word: &str) -> Result<Platform, String> {
    super::invite::device(word).or_else(|why| word.to_ascii_lowercase().parse().map_err(|_| why))
}

fn cursor(text: &str) -> Result<String, String> {
    if ListQuery::is_cursor(text) { Ok(text.to_owned()) } else { Err("no page says this".to_owned()) }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let query = ListQuery {
        state: arguments.state,
        facility: arguments.facility.clone(),
        platform: arguments.device,
        offer: arguments.offer.clone(),
        ends: Ends { from: arguments.ends_from, before: arguments.ends_before },
        need: arguments.need,
        text: arguments.search.clone(),
        sort: arguments.sort,
        after: arguments.after.clone(),
        limit: usize::from(arguments.limit.unwrap_or(ROWS)),
    };
    if arguments.csv {
        return sheet(session, &office, ListQuery { limit: FILE_ROWS, ..query });
    }
    let progress = session.progress("looking through the enrollments");
    let listed = session.block_on(office.authority.list(&office.caller, query))??;
    drop(progress);
    if listed.people_left_out {
        session.output.note(LEFT_OUT);
    }
    session.output.result(&text(session, &listed), &listed)
}

/// What is said where a text finds too many people.
const LEFT_OUT: &str = "the text fits more people than were looked for; a longer one finds the others";

/// Prints page after page, until all is said or nobody reads on.
fn sheet(session: &Session, office: &Office, mut query: ListQuery) -> Result<(), Failure> {
    let mut sheet = if query.after.is_none() { SafeSheet::new(HEADINGS) } else { SafeSheet::further() };
    loop {
        let listed = session.block_on(office.authority.list(&office.caller, query.clone()));
        let listed = listed.and_then(|listed| listed.map_err(Failure::from));
        let listed = listed.map_err(|failure| match &query.after {
            Some(after) => {
                failure.hint(format!("what was printed is whole; --after {after} prints the rest"))
            }
            None => failure,
        })?;
        for it in &listed.enrollments {
            let cells = cells(it);
            sheet.row(cells.iter().map(String::as_str));
        }
        let bytes = std::mem::replace(&mut sheet, SafeSheet::further()).finish();
        if !Output::stream(&String::from_utf8_lossy(&bytes))? {
            return Ok(());
        }
        if listed.people_left_out && query.after.is_none() {
            session.output.note(LEFT_OUT);
        }
        let Some(next) = listed.next else { return Ok(()) };
        query.after = Some(next);
    }
}

/// The fields of the JSON, which they are called as well.
const HEADINGS: [&str; 19] = [
    "enrollment",
    "state",
    "subscriber",
    "name",
    "facility",
    "offer",
    "platform",
    "note",
    "invited_at",
    "link_expires_at",
    "expires_at",
    "locked_until",
    "claimed_at",
    "fetched_at",
    "installed_at",
    "serial",
    "not_after",
    "predecessor",
    "successor",
];

fn cells(it: &EnrollmentSummary) -> [String; HEADINGS.len()] {
    fn said<T: ToString>(value: Option<&T>) -> String {
        value.map(T::to_string).unwrap_or_default()
    }
    [
        it.enrollment.to_string(),
        it.state.to_string(),
        it.subscriber.to_string(),
        it.name.clone(),
        said(it.facility.as_ref()),
        it.offer.clone(),
        said(it.platform.as_ref()),
        said(it.note.as_ref()),
        it.invited_at.to_string(),
        it.link_expires_at.to_string(),
        it.expires_at.to_string(),
        said(it.locked_until.as_ref()),
        said(it.claimed_at.as_ref()),
        said(it.fetched_at.as_ref()),
        said(it.installed_at.as_ref()),
        said(it.serial.as_ref()),
        said(it.not_after.as_ref()),
        said(it.predecessor.as_ref()),
        said(it.successor.as_ref()),
    ]
}

fn text(session: &Session, listed: &Listed) -> String {
    let invited = format!("INVITED ({})", zone(session.clock.now()));
    let mut table =
        Table::new(["ENROLLMENT", "STATE", &invited, "FACILITY", "DEVICE", "OFFER", "NAME", "NOTE"]);
    for enrollment in &listed.enrollments {
        row(&mut table, enrollment);
    }
    let mut text = match (listed.enrollments.is_empty(), &listed.next) {
        (true, None) => "There is none.\n".to_owned(),
        (true, Some(_)) => "There is none so far, but not all were looked at.\n".to_owned(),
        (false, _) => table.text(),
    };
    if let Some(next) = &listed.next
        && !session.output.quiet
    {
        text += &faint(&format!("more: add --after {next}\n"));
    }
    text
}

fn row(table: &mut Table, enrollment: &EnrollmentSummary) {
    let dash = || "-".to_owned();
    table.row([
        enrollment.enrollment.as_str(),
        enrollment.state.name(),
        &short(enrollment.invited_at),
        &enrollment.facility.as_ref().map_or_else(dash, ToString::to_string),
        &enrollment.platform.map_or_else(dash, |platform| platform.to_string()),
        &enrollment.offer,
        &enrollment.name,
        enrollment.note.as_deref().unwrap_or_default(),
    ]);
}
