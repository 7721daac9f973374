//! `tegata list`.

use super::Session;
use super::failure::Failure;
use super::moment::{short, zone};
use super::style::faint;
use super::table::Table;
use crate::directory::FacilityCode;
use crate::enrollment::{EnrollmentSummary, ListQuery, Listed, Standing};

/// List enrollments, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
States: invited, locked, expired, claimed, fetched, installed, replaced, revoked, cancelled.

Examples:
  tegata list --state invited
  tegata list --facility G13B --limit 200
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
    /// At most so many, 1 to 1000
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on after the page that said this
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
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

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let query = ListQuery {
        state: arguments.state,
        facility: arguments.facility.clone(),
        after: arguments.after.clone(),
        limit: usize::from(arguments.limit),
        ..ListQuery::default()
    };
    let progress = session.progress("looking through the enrollments");
    let listed = session.block_on(office.authority.list(&office.caller, query))??;
    drop(progress);
    session.output.result(&text(session, &listed), &listed)
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
