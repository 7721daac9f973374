//! The way in and out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::desk::{Desk, Guest};
use super::frame::ConsoleFrame;
use super::interrupted::{self, Kept, is_local};
use super::passkeys::Ceremony;
use super::refusal::Trouble;
use super::standing::{Standing, let_in, let_out};
use crate::directory::{Account, DirectoryError, Shown};
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
    let title = guest.words().say("sign-in-title").to_string();
    let content = SignInPage {
        frame: guest.frame("sign-in", &title),
        problem: trouble.map(|trouble| Problem::explain(guest.words(), trouble.code())),
        ceremony: guest.passkeys()?.begin_sign_in(guest)?,
        back: if is_local(back) { back.to_owned() } else { "/".to_owned() },
        kept: kept.map(Kept::to_field),
    };
    page(trouble.map_or(StatusCode::OK, Trouble::status), &content)
}

/// `GET /sign-in`: asks for a passkey.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(guest: Guest) -> Result<HttpResponse, HttpError> {
    let back = guest.query().get("back");
    if guest.standing().is_some() {
        return Ok(guest.go(if is_local(back) { back } else { "/" }));
    }
    draw(&guest, None, back, None)
}

/// The same in answer to a form that came without a session.
///
/// # Errors
/// None but an unexpected one.
pub fn interrupted(guest: &Guest, kept: Option<&Kept>) -> Result<HttpResponse, HttpError> {
    draw(guest, Some(Trouble::SignedOut), guest.path(), kept)
}

/// `POST /sign-in`: a passkey was shown.
///
/// # Errors
/// None but an unexpected one; what is refused is said on the page.
pub async fn enter(guest: Guest) -> Result<HttpResponse, HttpError> {
    let (back, kept) = (guest.typed().get("back").to_owned(), Kept::from_field(guest.typed()));
    match guest.passkeys()?.finish_sign_in(&guest).await {
        Ok((account, shown)) => {
            let standing = match begin(&guest, account, &shown).await {
                // It was shown somewhere else at the same moment.
                Err(HttpError::Console(Trouble::PasskeyRefused)) => {
                    guest.visit.refused_with(Trouble::PasskeyRefused.code());
                    return draw(&guest, Some(Trouble::PasskeyRefused), &back, kept.as_ref());
                }
                other => other?,
            };
            match kept {
                Some(kept) => interrupted::resume(&guest.let_in(&standing), kept),
                None => Ok(guest.go(if is_local(&back) { &back } else { "/" })),
            }
        }
        Err(HttpError::Console(trouble)) => {
            guest.access().sign_in_failed(None, trouble.code(), Some(guest.from())).await;
            guest.visit.refused_with(trouble.code());
            draw(&guest, Some(trouble), &back, kept.as_ref())
        }
        Err(error) => Err(error),
    }
}

/// A passkey that was shown somewhere else at the same moment is not taken.
pub(super) fn shown_twice(error: DirectoryError) -> HttpError {
    match error {
        DirectoryError::Used => Trouble::PasskeyRefused.into(),
        other => other.into(),
    }
}

/// Begins the session of somebody who has just shown this passkey; one that the browser had before ends.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    guest: &Guest,
    account: Account,
    shown: &Shown,
) -> Result<std::rc::Rc<Standing>, HttpError> {
    if let Some(before) = guest.standing() {
        guest.access().end_session(&before.token, Some(guest.from())).await?;
    }
    let begun = guest.access().begin_session(shown, Some(guest.from()), Some(guest.device_name())).await;
    let begun = begun.map_err(shown_twice)?;
    Ok(let_in(&guest.visit, account, begun.0))
}

/// `POST /sign-out`.
///
/// # Errors
/// When the store fails.
pub async fn leave(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.access().end_session(desk.token(), Some(desk.from())).await?;
    let_out(&desk.visit);
    Ok(desk.go("/sign-in"))
}
