//! What became of the rows of a selection.

use crate::enrollment::{EnrollmentSummary, Job, OperatorError, Outcome, Refused, Task, TaskRow};
use crate::http::console::bulk::{refused, trouble};
use crate::http::console::desk::Desk;
use crate::http::console::flash::Tone;
use crate::http::error::HttpError;
use crate::roster::SafeSheet;

/// A row, and what became of it.
#[derive(Debug, Clone)]
pub struct OutcomeLine {
    /// The enrollment's page.
    pub href: String,
    /// The person; the enrollment's name where it is not there any more.
    pub name: String,
    /// The person's identifier.
    pub subscriber: String,
    /// For tests.
    pub mark: &'static str,
    /// What became of it, in a word.
    pub word: &'static str,
    /// How that is meant.
    pub tone: Tone,
    /// Why it was refused, and what would do.
    pub why: Option<String>,
}

/// What became of a row, in a word.
const fn word(outcome: Option<&Outcome>) -> (&'static str, &'static str, Tone) {
    match outcome {
        None => ("open", "outcome-open", Tone::Plain),
        Some(Outcome::Issued { .. } | Outcome::Acted { .. }) => ("acted", "outcome-acted", Tone::Good),
        Some(Outcome::Known { .. }) => ("known", "outcome-known", Tone::Plain),
        Some(Outcome::Refused(_)) => ("refused", "outcome-refused", Tone::Bad),
    }
}

async fn summary(desk: &Desk, row: &TaskRow) -> Result<Option<EnrollmentSummary>, HttpError> {
    let Task::Enrollment(id) = &row.task else { return Ok(None) };
    match desk.authority().summary_of(&desk.caller()?, id).await {
        Ok(summary) => Ok(Some(summary)),
        Err(OperatorError::NoSuchEnrollment(_)) => Ok(None),
        Err(error) => Err(HttpError::internal(error)),
    }
}

fn why(row: &TaskRow) -> Option<&Refused> {
    match &row.outcome {
        Some(Outcome::Refused(refused)) => Some(refused),
        _ => None,
    }
}

fn id(row: &TaskRow) -> String {
    match &row.task {
        Task::Enrollment(id) => id.to_string(),
        Task::Invite(_) => String::new(),
    }
}

/// The rows of a selection with what became of them, those that were refused first; `most` at most.
pub(in crate::http::console) async fn outcomes(
    desk: &Desk,
    job: &Job,
    most: usize,
) -> Result<Vec<OutcomeLine>, HttpError> {
    let (caller, words) = (desk.caller()?, desk.words());
    let mut rows = Vec::new();
    for part in 0..job.parts() {
        rows.extend(desk.authority().job_rows(&caller, &job.id, part).await.map_err(trouble)?);
    }
    rows.sort_by_key(|row| why(row).is_none());
    let mut lines = Vec::new();
    for row in rows.into_iter().take(most) {
        let summary = summary(desk, &row).await?;
        let (mark, word, tone) = word(row.outcome.as_ref());
        lines.push(OutcomeLine {
            href: desk.at(&format!("enrollments/{}", id(&row))),
            name: summary.as_ref().map_or_else(|| id(&row), |it| it.name.clone()),
            subscriber: summary.map(|it| it.subscriber.to_string()).unwrap_or_default(),
            mark,
            word,
            tone,
            why: why(&row).map(|why| refused(words, why)),
        });
    }
    Ok(lines)
}

/// The same for a spreadsheet, every row.
pub(in crate::http::console) async fn sheet(desk: &Desk, job: &Job) -> Result<Vec<u8>, HttpError> {
    let (caller, words) = (desk.caller()?, desk.words());
    let mut sheet =
        SafeSheet::new(["row", "outcome", "code", "why", "enrollment", "subscriber_id", "name", "facility"]);
    for part in 0..job.parts() {
        for row in desk.authority().job_rows(&caller, &job.id, part).await.map_err(trouble)? {
            let it = summary(desk, &row).await?;
            let of = |read: fn(&EnrollmentSummary) -> String| it.as_ref().map(read).unwrap_or_default();
            let refusal = why(&row);
            let cells = [
                row.row.to_string(),
                word(row.outcome.as_ref()).0.to_owned(),
                refusal.map(|why| why.code.clone()).unwrap_or_default(),
                refusal.map(|why| refused(words, why)).unwrap_or_default(),
                id(&row),
                of(|it| it.subscriber.to_string()),
                of(|it| it.name.clone()),
                of(|it| it.facility.as_ref().map(ToString::to_string).unwrap_or_default()),
            ];
            sheet.row(cells.iter().map(String::as_str));
        }
    }
    Ok(sheet.finish())
}
