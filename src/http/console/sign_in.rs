//! The way in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::desk::Guest;
use super::frame::ConsoleFrame;
use super::interrupted::{Kept, is_local};
use super::refusal::Trouble;
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::page::Problem;

/// The page to sign in on.
#[derive(Debug, Template)]
#[template(path = "console/sign_in.html")]
pub struct SignInPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Why the page is shown, where something was refused.
    pub problem: Option<Problem>,
    /// Where to go then.
    pub back: String,
    /// A form that is carried along.
    pub kept: Option<String>,
}

fn draw(guest: &Guest, problem: Option<Problem>, back: &str, kept: Option<&Kept>) -> SignInPage {
    let title = guest.words().say("sign-in-title").to_string();
    let back = if is_local(back) { back.to_owned() } else { "/".to_owned() };
    SignInPage { frame: guest.frame("sign-in", &title), problem, back, kept: kept.map(Kept::to_field) }
}

/// `GET /sign-in`: asks for a passkey.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(guest: Guest) -> Result<HttpResponse, HttpError> {
    guest.page(&draw(&guest, None, guest.query().get("back"), None))
}

/// The same in answer to a form that came without a session.
///
/// # Errors
/// None but an unexpected one.
pub fn interrupted(
    guest: &Guest,
    trouble: Trouble,
    problem: Problem,
    kept: Option<&Kept>,
) -> Result<HttpResponse, HttpError> {
    answer(trouble.status(), &draw(guest, Some(problem), guest.path(), kept))
}

fn answer(status: StatusCode, content: &SignInPage) -> Result<HttpResponse, HttpError> {
    page(status, content)
}
