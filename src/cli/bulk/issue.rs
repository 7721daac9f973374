//! `tegata bulk check`, `tegata bulk issue`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::judged::{Faulty, JudgedList, Options, judge};
use super::status::{ToldJob, summary};
use crate::app::Office;
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::enrollment::{Advance, Job, JobId, JobStanding};

/// How long it is waited for a node that does the job.
const PATIENCE: Duration = Duration::from_millis(300);

/// Judge every row of a list, and issue nothing
///
/// Tells what is wrong with each row, by row and column as a spreadsheet counts, and what would be right; who was issued
/// before; who has such an enrollment already. Exit code 1 when a row cannot be issued.
#[derive(Debug, clap::Args)]
#[command(after_help = super::template::COLUMNS)]
pub(super) struct CheckArguments {
    /// The list
    #[arg(value_name = "LIST")]
    list: PathBuf,
    #[command(flatten)]
    options: Options,
    #[arg(long, help = "Print JSON: rows, new, known, encoding, faults, more_faults")]
    pub(super) json: bool,
}

/// Issue an enrollment for every row of a list
///
/// Nothing is issued where a row has a fault, unless --partly is given. The job goes on where it stopped, by itself where a
/// node runs. A row that was issued before leads to the enrollment that it has.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata bulk issue people.csv
  tegata bulk issue people.csv --partly --create-facilities
  tegata bulk issue people.csv --no-wait --json | jq -r .job.job")]
pub(super) struct IssueArguments {
    /// The list
    #[arg(value_name = "LIST")]
    list: PathBuf,
    #[command(flatten)]
    options: Options,
    /// Issue the rows without fault, and leave the others out
    #[arg(long)]
    partly: bool,
    /// Do not wait until it is done; a node that runs does it
    #[arg(long)]
    no_wait: bool,
    #[arg(long, help = "Print JSON: job, faults")]
    pub(super) json: bool,
}

/// What `bulk issue --json` prints.
#[derive(Debug, Serialize)]
struct Told<'a> {
    job: ToldJob<'a>,
    faults: &'a [Faulty],
}

fn faulty(list: &JudgedList) -> Failure {
    let message = match (list.report.left_out(), list.report.rows()) {
        (0, _) => "the list cannot be used".to_owned(),
        (left_out, rows) => format!("{left_out} of {rows} rows cannot be issued"),
    };
    Failure::new(Exit::Failed, "list", message)
        .hint("nothing was issued; mend the rows and bring the list again")
}

pub(super) fn check(session: &Session, arguments: &CheckArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let judged = judge(session, &office, &arguments.list, &arguments.options)?;
    session.output.result(&judged.report.text(), &judged.report)?;
    if judged.report.is_faultless() { Ok(()) } else { Err(faulty(&judged)) }
}

pub(super) fn issue(session: &Session, arguments: &IssueArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let judged = judge(session, &office, &arguments.list, &arguments.options)?;
    let faultless = judged.report.is_faultless();
    if !faultless && (!arguments.partly || judged.good.is_empty()) {
        session.output.note(judged.report.text().trim_end());
        return Err(faulty(&judged));
    }
    let source = arguments.list.file_name().and_then(|name| name.to_str());
    let (authority, caller) = (&office.authority, &office.caller);
    let drafting = authority.draft_issue(caller, judged.options, source, &judged.judgement, &judged.good);
    let draft = session.block_on(drafting)??;
    let mut job = session.block_on(authority.begin_job(caller, &draft.id))??;
    if !arguments.no_wait {
        job = follow(session, &office, &job.id)?;
    }
    if !faultless {
        session.output.note(judged.report.text().trim_end());
    }
    let mut text = summary(&job);
    if !session.block_on(authority.job_letters(caller, &job.id))??.is_empty() {
        let _ = writeln!(text, "`tegata bulk letters {}` prints their letters", job.id);
    }
    session.output.result(&text, &Told { job: ToldJob::of(&job), faults: &judged.report.faults })
}

/// Does a job here, or watches another node do it, until it has ended.
fn follow(session: &Session, office: &Office, id: &JobId) -> Result<Job, Failure> {
    let progress = session.progress("issuing");
    loop {
        let turn = office.jobs.turn(&office.caller.organization, id);
        let turn = session.block_on(turn)??;
        let job = session.block_on(office.authority.job(&office.caller, id))??;
        progress.at(job.done as u64, job.total as u64);
        match turn {
            _ if job.standing != JobStanding::Running => return Ok(job),
            Some(Advance::More { .. } | Advance::Rest) => {}
            None => session.block_on(tokio::time::sleep(PATIENCE))?,
        }
    }
}
