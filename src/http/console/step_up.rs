//! A passkey once more, before something that cannot be undone.

use actix_web::HttpResponse;
use askama::Template;

use super::desk::{Desk, Guest};
use super::frame::ConsoleFrame;
use super::interrupted::{Kept, is_local};
use super::refusal::Trouble;
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::page::Problem;

/// The page that asks for a passkey once more.
#[derive(Debug, Template)]
#[template(path = "console/step_up.html")]
pub struct StepUpPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The code, where a form was interrupted.
    pub problem: Option<Problem>,
    /// Where to go then.
    pub back: String,
    /// A form that is carried along.
    pub kept: Option<String>,
}

fn draw(guest: &Guest, problem: Option<Problem>, back: &str, kept: Option<&Kept>) -> StepUpPage {
    let title = guest.words().say("step-up-title").to_string();
    let back = if is_local(back) { back.to_owned() } else { "/".to_owned() };
    StepUpPage { frame: guest.frame("step-up", &title), problem, back, kept: kept.map(Kept::to_field) }
}

/// `GET /step-up`: asks for a passkey once more.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&draw(&desk, None, desk.query().get("back"), None))
}

/// The same in answer to a form that needs it.
///
/// # Errors
/// None but an unexpected one.
pub fn interrupted(
    guest: &Guest,
    trouble: Trouble,
    problem: Problem,
    kept: Option<&Kept>,
) -> Result<HttpResponse, HttpError> {
    page(trouble.status(), &draw(guest, Some(problem), guest.path(), kept))
}
