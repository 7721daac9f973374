//! What would become of a selection, row by row.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::title;
use crate::enrollment::{BulkAct, EnrollmentId, Job, JobStanding, JobWork, OperatorError, Preview, Task};
use crate::http::console::bulk::{named, trouble};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::console::telling;
use crate::http::error::HttpError;
use crate::ledger::RevocationReason;

/// So many rows are looked at beforehand; the others are judged when they are done.
const FORESEEN: usize = 1_000;
/// Rows on a page.
const ROWS: usize = 50;
/// How many are looked at at a time.
const AT_ONCE: usize = 16;

/// A row, and what would become of it.
#[derive(Debug, Clone)]
pub struct ForeseenLine {
    /// The enrollment's page.
    pub href: String,
    /// The person.
    pub name: String,
    /// The person's identifier.
    pub subscriber: String,
    /// The state, as an element.
    pub state: String,
    /// What would be done; or else why nothing would.
    pub told: Result<String, &'static str>,
}

/// A selection that waits to be begun.
#[derive(Debug, Template)]
#[template(path = "console/selection.html")]
pub struct SelectionPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What the address asks for.
    pub query: Query,
    /// The act's word.
    pub act: &'static str,
    /// How many are chosen.
    pub total: usize,
    /// How many were looked at, to how many of them it would be done, and to how many not.
    pub foreseen: (usize, usize, usize),
    /// Rows of this page.
    pub rows: Vec<ForeseenLine>,
    /// The next page.
    pub next: Option<String>,
    /// What is asked for by name before certificates end.
    pub confirm: Option<String>,
    /// The reasons for a revocation.
    pub reasons: Vec<(&'static str, String)>,
    /// What was typed.
    pub entered: Entered,
    /// Where it begins.
    pub begins: String,
    /// Where it is thrown away.
    pub cancels: String,
    /// Back to the list.
    pub back: String,
}

/// The selection of this name; none where the job is a list's.
pub(super) async fn load(desk: &Desk, name: &str) -> Result<(Job, BulkAct), HttpError> {
    let job = desk.authority().job(&desk.caller()?, &named(name)?).await.map_err(trouble)?;
    match job.work.clone() {
        JobWork::Act { act } => Ok((job, act)),
        JobWork::Issue(_) => Err(HttpError::NotFound),
    }
}

/// The enrollments of a selection, the first [`FORESEEN`] of them.
async fn chosen(desk: &Desk, job: &Job) -> Result<Vec<EnrollmentId>, HttpError> {
    let mut chosen = Vec::new();
    for part in 0..job.parts() {
        if chosen.len() >= FORESEEN {
            break;
        }
        let rows = desk.authority().job_rows(&desk.caller()?, &job.id, part).await.map_err(trouble)?;
        chosen.extend(rows.into_iter().filter_map(|row| match row.task {
            Task::Enrollment(id) => Some(id),
            Task::Invite(_) => None,
        }));
    }
    chosen.truncate(FORESEEN);
    Ok(chosen)
}

fn line(desk: &Desk, frame: &ConsoleFrame, act: &BulkAct, preview: &Preview) -> ForeseenLine {
    let words = desk.words();
    let it = &preview.summary;
    let (state, tone) = telling::standing(it.state);
    // The note is yet to be written, and the reason yet to be chosen.
    let told = match (&preview.effects, act) {
        (_, BulkAct::Note { .. }) => Ok(words.say("effect-note").to_string()),
        (Err(hint), _) => Err(telling::hint(*hint)),
        (Ok(_), BulkAct::Revoke { .. }) => Ok(words.say("selection-revokes").to_string()),
        (Ok(effects), _) => {
            Ok(effects.iter().map(|effect| telling::effect(words, effect)).collect::<Vec<_>>().join(" "))
        }
    };
    ForeseenLine {
        href: desk.at(&format!("enrollments/{}", it.enrollment)),
        name: it.name.clone(),
        subscriber: it.subscriber.to_string(),
        state: frame.badge(state, tone).0,
        told,
    }
}

/// What must be typed before certificates end: the person's name where it is one, else the organization's.
pub(super) async fn expected(desk: &Desk, job: &Job, act: &BulkAct) -> Result<Option<String>, HttpError> {
    if !act.ends() {
        return Ok(None);
    }
    if job.total == 1
        && let Some(only) = chosen(desk, job).await?.first()
    {
        let found = desk.authority().summary_of(&desk.caller()?, only).await;
        if let Ok(summary) = found {
            return Ok(Some(summary.name));
        }
    }
    Ok(Some(desk.organization()?.name.clone()))
}

pub(super) async fn draw(
    desk: &Desk,
    job: &Job,
    act: &BulkAct,
    entered: Entered,
) -> Result<SelectionPage, HttpError> {
    let (words, caller, here) = (desk.words(), desk.caller()?, desk.at(&format!("selection/{}", job.id)));
    let single = act.single();
    let previews = chosen(desk, job).await?.into_iter().map(|id| {
        let (caller, single) = (&caller, &single);
        async move {
            match desk.authority().preview(caller, &id, single).await {
                Ok(preview) => Ok(Some(preview)),
                Err(OperatorError::NoSuchEnrollment(_)) => Ok(None),
                Err(error) => Err(HttpError::internal(error)),
            }
        }
    });
    let previews: Vec<_> = futures_util::stream::iter(previews).buffered(AT_ONCE).try_collect().await?;
    let looked_at = previews.len();
    let previews: Vec<_> = previews.into_iter().flatten().collect();
    let is_note = matches!(act, BulkAct::Note { .. });
    let would = previews.iter().filter(|it| is_note || it.effects.is_ok()).count();
    let frame = desk
        .frame("selection", &words.say(title(act.name())))
        .under(&words.say("nav-enrollments"), desk.at("enrollments"));
    let page: usize = desk.query().get("after").parse().unwrap_or(0);
    let from = page.saturating_mul(ROWS);
    let shown = previews.iter().skip(from).take(ROWS);
    let rows: Vec<_> = shown.map(|preview| line(desk, &frame, act, preview)).collect();
    Ok(SelectionPage {
        query: Query::read(&here, desk.query().filled("after").map_or("", |_| "after=1")),
        act: act.name(),
        total: job.total,
        foreseen: (looked_at, would, looked_at - would),
        next: (from.saturating_add(ROWS) < previews.len()).then(|| (page + 1).to_string()),
        rows,
        confirm: expected(desk, job, act).await?,
        reasons: RevocationReason::ALL
            .map(|reason| (reason.name(), words.say(telling::reason(reason)).plain()))
            .into(),
        entered,
        begins: format!("{here}/{}", if act.ends() { "end" } else { "begin" }),
        cancels: desk.at(&format!("bulk/{}/cancel", job.id)),
        back: desk.at("enrollments"),
        frame,
    })
}

/// `GET /o/{organization}/selection/{job}`: what would become of each; once it was begun, the job's page says what did.
///
/// # Errors
/// [`HttpError::NotFound`] where there is no such selection.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (job, act) = load(&desk, &path.1).await?;
    if job.standing != JobStanding::Draft {
        return Ok(desk.go(&desk.at(&format!("bulk/{}", job.id))));
    }
    desk.page(&draw(&desk, &job, &act, Entered::default()).await?)
}
