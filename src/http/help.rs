//! Every code with its explanation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::error::HttpError;
use super::frame::page;
use super::page::{Frame, Problem};
use super::visit::Visit;

/// Every code that a page can show, in order. Never renumbered, never used again.
pub const CODES: [&str; 37] = [
    "T-101", "T-102", "T-103", "T-104", "T-105", "T-106", "T-107", "T-108", "T-109", "T-110", "T-111",
    "T-112", "T-113", "T-114", "T-115", "T-116", "T-190", "T-201", "T-202", "T-203", "T-204", "T-205",
    "T-206", "T-207", "T-208", "T-209", "T-211", "T-290", "T-291", "T-301", "T-302", "T-303", "T-304",
    "T-305", "T-306", "T-307", "T-390",
];

/// One line of the list.
#[derive(Debug, Clone)]
pub struct HelpEntry {
    /// The code.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// Its own page.
    pub href: String,
}

/// The list of codes.
#[derive(Debug, Template)]
#[template(path = "help.html")]
pub struct HelpPage {
    /// What stands around it.
    pub frame: Frame,
    /// Every code.
    pub entries: Vec<HelpEntry>,
}

/// One code.
#[derive(Debug, Template)]
#[template(path = "code.html")]
pub struct CodePage {
    /// What stands around it.
    pub frame: Frame,
    /// Its explanation.
    pub problem: Problem,
    /// The list.
    pub all: String,
}

/// `GET /help`: every code.
///
/// # Errors
/// None but an unexpected one.
pub async fn list(visit: Visit) -> Result<HttpResponse, HttpError> {
    let words = visit.words();
    let entries = CODES.into_iter().map(|code| HelpEntry {
        code,
        title: words.explain(code, "title").to_string(),
        href: visit.there(&format!("/help/{code}")),
    });
    let frame = visit.frame("help", &words.say("help-title"));
    page(StatusCode::OK, &HelpPage { frame, entries: entries.collect() })
}

/// `GET /help/{code}`: one code, in either case.
///
/// # Errors
/// [`HttpError::NotFound`].
pub async fn explain(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let asked = request.match_info().get("code").unwrap_or_default();
    let code = CODES.into_iter().find(|code| code.eq_ignore_ascii_case(asked)).ok_or(HttpError::NotFound)?;
    let problem = Problem::explain(visit.words(), code);
    let frame = visit.frame("code", &problem.title);
    page(StatusCode::OK, &CodePage { frame, problem, all: visit.there("/help") })
}
