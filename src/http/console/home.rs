//! Where somebody lands who has signed in.

use actix_web::HttpResponse;
use askama::Template;

use super::desk::Desk;
use super::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// The home of an organization.
#[derive(Debug, Template)]
#[template(path = "console/home.html")]
pub struct HomePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
}

/// `GET /`: the one organization that somebody works for, or the choice among several.
///
/// # Errors
/// None but an unexpected one.
pub async fn first(desk: Desk) -> Result<HttpResponse, HttpError> {
    let frame = desk.frame("home", &desk.words().say("console-name"));
    desk.page(&HomePage { frame })
}

/// `GET /o/{organization}`: what needs a hand now.
///
/// # Errors
/// None but an unexpected one.
pub async fn organization(desk: Desk) -> Result<HttpResponse, HttpError> {
    let frame = desk.frame("home", &desk.organization()?.name);
    desk.page(&HomePage { frame })
}
