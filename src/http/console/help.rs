//! Every code that the console shows, with its explanation.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::desk::Guest;
use super::frame::ConsoleFrame;
use super::refusal::ALL;
use crate::http::error::HttpError;
use crate::http::page::Problem;

/// The codes that every site can show and the console does too.
const SHARED: [&str; 10] =
    ["T-203", "T-204", "T-205", "T-206", "T-207", "T-208", "T-209", "T-211", "T-290", "T-291"];

/// One line of the list.
#[derive(Debug, Clone)]
pub struct HelpEntry {
    /// The code.
    pub code: &'static str,
    /// What happened.
    pub title: String,
}

/// The list of codes.
#[derive(Debug, Template)]
#[template(path = "console/help.html")]
pub struct HelpPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The codes.
    pub entries: Vec<HelpEntry>,
}

/// One code.
#[derive(Debug, Template)]
#[template(path = "console/code.html")]
pub struct CodePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Its explanation.
    pub problem: Problem,
}

/// Every code of the console, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    SHARED.into_iter().chain(ALL.into_iter().map(super::refusal::Trouble::code))
}

/// `GET /help`: every code.
///
/// # Errors
/// None but an unexpected one.
pub async fn list(guest: Guest) -> Result<HttpResponse, HttpError> {
    let words = guest.words();
    let entry = |code| HelpEntry { code, title: words.explain(code, "title").to_string() };
    let entries = codes().map(entry).collect();
    guest.page(&HelpPage { frame: guest.frame("help", &words.say("console-help-title")), entries })
}

/// `GET /help/{code}`: one code, in either case.
///
/// # Errors
/// [`HttpError::NotFound`].
pub async fn explain(guest: Guest, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let asked = request.match_info().get("code").unwrap_or_default();
    let code = codes().find(|code| code.eq_ignore_ascii_case(asked)).ok_or(HttpError::NotFound)?;
    let problem = Problem::explain(guest.words(), code);
    let list = guest.words().say("console-help-title").to_string();
    let frame = guest.frame("code", &problem.title).under(&list, "/help");
    guest.page(&CodePage { frame, problem })
}
