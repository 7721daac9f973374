//! `tegata bulk status`, `tegata bulk cancel`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::app::Office;
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::cli::moment::{short, zone};
use crate::cli::prompt::confirm;
use crate::cli::style::{faint, plain};
use crate::cli::table::Table;
use crate::enrollment::{Job, JobId, JobWork, Outcome, TaskRow};
use crate::roster::SafeSheet;

/// So many refused rows are told one by one.
const TOLD: usize = 40;
/// Jobs on a page.
const PAGE: usize = 50;

/// Show jobs, or one job and what became of its rows
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata bulk status
  tegata bulk status 7q2k9x4m1a
  tegata bulk status 7q2k9x4m1a --result result.csv")]
pub(super) struct StatusArguments {
    /// The job; without it, the newest jobs are listed
    #[arg(value_name = "JOB")]
    job: Option<JobId>,
    /// Write what became of every row to this file, as CSV
    #[arg(long, value_name = "FILE", requires = "job")]
    result: Option<PathBuf>,
    /// Go on after the page that said this
    #[arg(long, value_name = "CURSOR", conflicts_with = "job")]
    after: Option<String>,
    #[arg(long, help = "Print JSON: jobs and next, or job and refused")]
    pub(super) json: bool,
}

/// Stop a job that runs, or throw away one that was not begun
///
/// What was issued stays issued. The same list can be brought again: who was issued is not issued twice.
#[derive(Debug, clap::Args)]
pub(super) struct CancelArguments {
    /// The job
    #[arg(value_name = "JOB")]
    job: JobId,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[arg(long, help = "Print JSON: job, work, standing, source, by, times and counts")]
    pub(super) json: bool,
}

/// A job as `--json` tells it.
#[derive(Debug, Serialize)]
pub(super) struct ToldJob<'a> {
    job: &'a JobId,
    work: &'static str,
    standing: &'static str,
    source: Option<&'a str>,
    by: String,
    made_at: Timestamp,
    begun_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    total: usize,
    done: usize,
    succeeded: usize,
    known: usize,
    refused: usize,
}

impl<'a> ToldJob<'a> {
    pub(super) fn of(job: &'a Job) -> Self {
        Self {
            job: &job.id,
            work: work(job),
            standing: job.standing.name(),
            source: job.source.as_deref(),
            by: job.by.to_string(),
            made_at: job.made_at,
            begun_at: job.begun_at,
            ended_at: job.ended_at,
            total: job.total,
            done: job.done,
            succeeded: job.succeeded,
            known: job.known,
            refused: job.refused,
        }
    }
}

const fn work(job: &Job) -> &'static str {
    match &job.work {
        JobWork::Issue(_) => "issue",
        JobWork::Act { act } => act.name(),
    }
}

/// A row that was refused.
#[derive(Debug, Serialize)]
struct RefusedRow {
    row: u64,
    code: String,
    why: String,
}

/// What `bulk status --json` prints of jobs.
#[derive(Debug, Serialize)]
struct ToldJobs<'a> {
    jobs: Vec<ToldJob<'a>>,
    next: Option<&'a str>,
}

/// What `bulk status JOB --json` prints.
#[derive(Debug, Serialize)]
struct ToldRows<'a> {
    job: ToldJob<'a>,
    refused: Vec<RefusedRow>,
}

/// One line on a job.
pub(super) fn summary(job: &Job) -> String {
    let mut text = format!(
        "job {} is {}: {} of {} rows; {} done now, {} known before, {} refused\n",
        job.id,
        job.standing.name(),
        job.done,
        job.total,
        job.succeeded,
        job.known,
        job.refused
    );
    if job.refused > 0 {
        let _ = writeln!(text, "`tegata bulk status {}` shows the refused rows", job.id);
    }
    text
}

pub(super) fn status(session: &Session, arguments: &StatusArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let Some(id) = &arguments.job else { return list(session, &office, arguments.after.clone()) };
    let job = session.block_on(office.authority.job(&office.caller, id))??;
    let mut refused = Vec::new();
    let mut sheet = SafeSheet::new(TaskRow::HEADINGS);
    for part in 0..job.parts() {
        for row in session.block_on(office.authority.job_rows(&office.caller, id, part))?? {
            if let Some(Outcome::Refused(why)) = &row.outcome {
                refused.push(RefusedRow { row: row.row, code: why.code.clone(), why: why.why.clone() });
            }
            sheet.row(row.cells().iter().map(String::as_str));
        }
    }
    if let Some(path) = &arguments.result {
        write(path, &sheet.finish())?;
    }
    let mut text = summary(&job);
    for row in refused.iter().take(TOLD) {
        let _ = writeln!(text, "row {}: {}", row.row, plain(&row.why));
    }
    if refused.len() > TOLD {
        let _ = writeln!(text, "and {} more; --result FILE writes them all", refused.len() - TOLD);
    }
    session.output.result(&text, &ToldRows { job: ToldJob::of(&job), refused })
}

/// Writes a file that appears under its name when it is whole.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| Failure::file(path, "written", error);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file =
        NamedTempFile::new_in(directory.unwrap_or_else(|| Path::new("."))).map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    if path.symlink_metadata().is_ok() {
        let message = format!("{} exists", path.display());
        return Err(Failure::new(Exit::Failed, "exists", message).hint("name another file"));
    }
    file.persist_noclobber(path).map(|_| ()).map_err(|error| failed(&error.error))
}

fn list(session: &Session, office: &Office, after: Option<String>) -> Result<(), Failure> {
    let page = session.block_on(office.authority.jobs(&office.caller, after, PAGE))??;
    let made = format!("MADE ({})", zone(session.clock.now()));
    let mut table = Table::new(["JOB", "WORK", "STATE", &made, "ROWS", "DONE", "KNOWN", "REFUSED", "LIST"]);
    for job in &page.jobs {
        table.row([
            job.id.as_str(),
            work(job),
            job.standing.name(),
            &short(job.made_at),
            &job.total.to_string(),
            &job.succeeded.to_string(),
            &job.known.to_string(),
            &job.refused.to_string(),
            job.source.as_deref().unwrap_or_default(),
        ]);
    }
    let mut text = if page.jobs.is_empty() { "There is none.\n".to_owned() } else { table.text() };
    if let Some(next) = page.next.as_ref().filter(|_| !session.output.quiet) {
        text += &faint(&format!("more: add --after {next}\n"));
    }
    let told = ToldJobs { jobs: page.jobs.iter().map(ToldJob::of).collect(), next: page.next.as_deref() };
    session.output.result(&text, &told)
}

pub(super) fn cancel(session: &Session, arguments: &CancelArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let job = session.block_on(office.authority.job(&office.caller, &arguments.job))??;
    confirm(&format!("Stop job {} after {} of {} rows?", job.id, job.done, job.total), arguments.yes)?;
    let job = session.block_on(office.authority.cancel_job(&office.caller, &arguments.job))??;
    session.output.result(&summary(&job), &ToldJob::of(&job))
}
