//! The lists whose letters can be printed.

use actix_web::HttpResponse;
use askama::Template;

use crate::enrollment::{JobStanding, JobWork};
use crate::http::console::bulk::{JobLine, trouble};
use crate::http::console::desk::Desk;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::error::HttpError;

/// Lists on a page.
const PAGE: usize = 20;

/// The lists whose letters can be printed.
#[derive(Debug, Template)]
#[template(path = "console/letters.html")]
pub struct LettersPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What the address asks for.
    pub query: Query,
    /// The lists.
    pub jobs: Vec<JobLine>,
    /// The cursor behind them.
    pub next: Option<String>,
}

/// `GET /o/{organization}/letters`
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let after = desk.query().filled("after").map(ToOwned::to_owned);
    let listed = desk.authority().jobs(&desk.caller()?, after, PAGE).await.map_err(trouble)?;
    let has_letters = |job: &&crate::enrollment::Job| {
        matches!(job.work, JobWork::Issue(_)) && job.standing != JobStanding::Draft && job.done > 0
    };
    desk.page(&LettersPage {
        frame: desk.frame("letters", &desk.words().say("nav-letters")),
        query: desk.query().clone(),
        jobs: listed.jobs.iter().filter(has_letters).map(|job| JobLine::of(&desk, job)).collect(),
        next: listed.next,
    })
}
