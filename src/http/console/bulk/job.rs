//! One job: what would become of its rows, how far it is, what became of them.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Path;
use askama::Template;
use jiff::Timestamp;

use super::list::SHOWN;
use super::reason::{LeftOutLine, left_out};
use crate::enrollment::{
    BulkAct, Job, JobId, JobStanding, JobWork, Judgement, LeftOut, OperatorError, Outcome,
};
use crate::http::console::desk::Desk;
use crate::http::console::flash::Tone;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::selection::{self, OutcomeLine};
use crate::http::error::HttpError;

/// A page that shows progress asks again after so many seconds; browsers do that without a script.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

/// A job in a list.
#[derive(Debug, Clone)]
pub struct JobLine {
    /// Where it is shown.
    pub href: String,
    /// Its name.
    pub id: String,
    /// What it does, in a word.
    pub work: &'static str,
    /// The file that it came from.
    pub source: Option<String>,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub made_at: Timestamp,
    /// Where it stands.
    pub standing: &'static str,
    /// The colour of that.
    pub tone: Tone,
    /// How many rows it has.
    pub total: usize,
    /// How many have an outcome.
    pub done: usize,
    /// How many did what was asked.
    pub succeeded: usize,
    /// How many had been done before.
    pub known: usize,
    /// How many were refused.
    pub refused: usize,
}

impl JobLine {
    pub(in crate::http::console) fn of(desk: &Desk, job: &Job) -> Self {
        let (standing, tone) = standing_of(job.standing);
        Self {
            href: desk.at(&format!("bulk/{}", job.id)),
            id: job.id.to_string(),
            work: work_of(&job.work),
            source: job.source.clone(),
            by: job.by.to_string(),
            made_at: job.made_at,
            standing,
            tone,
            total: job.total,
            done: job.done,
            succeeded: job.succeeded,
            known: job.known,
            refused: job.refused,
        }
    }
}

pub(super) const fn standing_of(standing: JobStanding) -> (&'static str, Tone) {
    match standing {
        JobStanding::Draft => ("job-draft", Tone::Plain),
        JobStanding::Running => ("job-running", Tone::Busy),
        JobStanding::Done => ("job-done", Tone::Good),
        JobStanding::Cancelled => ("job-cancelled", Tone::Bad),
    }
}

const fn work_of(work: &JobWork) -> &'static str {
    match work {
        JobWork::Issue(_) => "job-issue",
        JobWork::Act { act } => match act {
            BulkAct::Unlock => "job-unlock",
            BulkAct::Resend => "job-resend",
            BulkAct::Note { .. } => "job-note",
            BulkAct::Cancel => "job-cancel",
            BulkAct::Revoke { .. } => "job-revoke",
            BulkAct::Reissue { .. } => "job-reissue",
        },
    }
}

/// A job. `data-standing` says where it stands.
#[derive(Debug, Template)]
#[template(path = "console/job.html")]
pub struct JobPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The job.
    pub job: JobLine,
    /// Where it stands, for tests and style.
    pub mark: &'static str,
    /// What its list was found to be.
    pub rows: usize,
    /// Rows that would be issued.
    pub new: usize,
    /// Rows that were issued before.
    pub before: usize,
    /// Rows that are left out.
    pub left_out: usize,
    /// The faults of the list.
    pub faults: Vec<LeftOutLine>,
    /// The rows that were refused when they were done.
    pub refused: Vec<LeftOutLine>,
    /// Until when the rows are kept.
    pub kept_until: Option<Timestamp>,
    /// What became of the rows of a selection; nothing where the job is a list's.
    pub outcomes: Option<Vec<OutcomeLine>>,
}

/// The job that an address names.
pub(in crate::http::console) fn named(text: &str) -> Result<JobId, HttpError> {
    text.parse().map_err(|_| HttpError::NotFound)
}

/// What an operator's refusal is on a page that has no field for it.
pub(in crate::http::console) fn trouble(error: OperatorError) -> HttpError {
    match error {
        OperatorError::NoSuchJob(_) | OperatorError::NoSuchEnrollment(_) | OperatorError::BeyondReach(_) => {
            HttpError::NotFound
        }
        // A job that has ended, or rows that somebody else changed.
        OperatorError::Unfit { .. } | OperatorError::NotNow { .. } | OperatorError::Busy => {
            crate::http::console::Trouble::Changed.into()
        }
        other => HttpError::internal(other),
    }
}

/// `GET /o/{organization}/bulk/{job}`
///
/// # Errors
/// When there is no such job, or the store fails.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (id, caller, words) = (named(&path.1)?, desk.caller()?, desk.words());
    let job = desk.authority().job(&caller, &id).await.map_err(trouble)?;
    let is_selection = matches!(job.work, JobWork::Act { .. });
    if is_selection && job.standing == JobStanding::Draft {
        return Ok(desk.go(&desk.at(&format!("selection/{id}"))));
    }
    let outcomes = match job.standing {
        JobStanding::Done | JobStanding::Cancelled if is_selection => {
            Some(selection::outcomes(&desk, &job, SHOWN).await?)
        }
        _ => is_selection.then(Vec::new),
    };
    let judgement: Judgement = desk.authority().job_judgement(&caller, &id).await.map_err(trouble)?;
    let mut refused = Vec::new();
    let has_ended = matches!(job.standing, JobStanding::Done | JobStanding::Cancelled);
    if !is_selection && has_ended && job.refused > 0 {
        for part in 0..job.parts() {
            for row in desk.authority().job_rows(&caller, &id, part).await.map_err(trouble)? {
                if let Some(Outcome::Refused(why)) = row.outcome
                    && refused.len() < SHOWN
                {
                    refused.push(left_out(words, &LeftOut { row: row.row, refused: why }));
                }
            }
        }
    }
    let line = JobLine::of(&desk, &job);
    let title = words.say(line.work);
    let page = JobPage {
        frame: desk.frame("job", &title).under(&words.say("nav-bulk"), desk.at("bulk")),
        mark: job.standing.name(),
        rows: judgement.rows,
        new: judgement.new,
        before: judgement.known,
        left_out: judgement.faults(),
        faults: judgement.left_out.iter().take(SHOWN).map(|fault| left_out(words, fault)).collect(),
        refused,
        outcomes,
        kept_until: job.ended_at.and_then(|at| at.checked_add(crate::enrollment::JOBS_KEPT).ok()),
        job: line,
    };
    let mut response = desk.page(&page)?;
    if job.standing == JobStanding::Running {
        response.headers_mut().insert(HeaderName::from_static("refresh"), AGAIN);
    }
    Ok(response)
}
