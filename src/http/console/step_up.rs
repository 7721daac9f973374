//! A passkey once more, before something that cannot be undone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::desk::{Desk, Guest};
use super::frame::ConsoleFrame;
use super::interrupted::{self, Kept, is_local};
use super::passkeys::Ceremony;
use super::refusal::Trouble;
use super::sign_in::shown_twice;
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::page::Problem;

/// The page that asks for a passkey once more.
#[derive(Debug, Template)]
#[template(path = "console/step_up.html")]
pub struct StepUpPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Why it is shown, where a form was interrupted or a passkey refused.
    pub problem: Option<Problem>,
    /// What the browser is asked.
    pub ceremony: Ceremony,
    /// Where to go then.
    pub back: String,
    /// A form that is carried along.
    pub kept: Option<String>,
}

fn draw(
    guest: &Guest,
    trouble: Option<Trouble>,
    back: &str,
    kept: Option<&Kept>,
) -> Result<HttpResponse, HttpError> {
    let standing = guest.standing().ok_or(Trouble::SignedOut)?;
    let content = StepUpPage {
        frame: guest.frame("step-up", &guest.words().say("step-up-title")),
        problem: trouble.map(|trouble| Problem::explain(guest.words(), trouble.code())),
        ceremony: guest.passkeys()?.begin_step_up(guest, &standing.account)?,
        back: if is_local(back) { back.to_owned() } else { "/".to_owned() },
        kept: kept.map(Kept::to_field),
    };
    page(trouble.map_or(StatusCode::OK, Trouble::status), &content)
}

/// `GET /step-up`: asks for a passkey once more.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    draw(&desk, None, desk.query().get("back"), None)
}

/// The same in answer to a form that needs it.
///
/// # Errors
/// None but an unexpected one.
pub fn interrupted(guest: &Guest, kept: Option<&Kept>) -> Result<HttpResponse, HttpError> {
    draw(guest, Some(Trouble::StepUp), guest.path(), kept)
}

/// `POST /step-up`: the passkey was shown.
///
/// # Errors
/// None but an unexpected one; what is refused is said on the page.
pub async fn confirm(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (back, kept) = (desk.typed().get("back").to_owned(), Kept::from_field(desk.typed()));
    let shown = match desk.passkeys()?.finish_step_up(&desk, desk.account()).await {
        Ok(shown) => {
            let noted = desk.access().step_up(desk.token(), &shown, Some(desk.from())).await;
            noted.map_err(shown_twice)
        }
        Err(error) => Err(error),
    };
    match shown {
        Ok(()) => match kept {
            Some(kept) => interrupted::resume(&desk, kept),
            None => Ok(desk.go(if is_local(&back) { &back } else { "/" })),
        },
        Err(HttpError::Console(trouble)) => {
            desk.access().sign_in_failed(Some(desk.account().id), trouble.code(), Some(desk.from())).await;
            desk.visit.refused_with(trouble.code());
            draw(&desk, Some(trouble), &back, kept.as_ref())
        }
        Err(error) => Err(error),
    }
}
