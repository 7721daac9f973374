//! One's own account: passkeys, recovery code, sessions.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::desk::Desk;
use super::entered::Entered;
use super::flash::Flash;
use super::frame::ConsoleFrame;
use super::passkeys::Ceremony;
use super::recover::CodeShownPage;
use super::refusal::Trouble;
use crate::directory::{DirectoryError, ListedSession, Passkey};
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::page::Problem;

/// One's own account.
#[derive(Debug, Template)]
#[template(path = "console/account.html")]
pub struct AccountPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The passkeys.
    pub passkeys: Vec<Passkey>,
    /// The sessions, and whether each is this one.
    pub sessions: Vec<(ListedSession, bool)>,
    /// When the recovery code was made.
    pub code_made: Option<jiff::Timestamp>,
    /// Name and e-mail address.
    pub entered: Entered,
    /// Why something did not work.
    pub problem: Option<Problem>,
    /// What the browser is asked for a further passkey.
    pub ceremony: Ceremony,
}

async fn draw(
    desk: &Desk,
    entered: Option<Entered>,
    trouble: Option<Trouble>,
) -> Result<HttpResponse, HttpError> {
    let account = desk.account();
    let here = desk.access().session_name(desk.token())?;
    let sessions = desk.access().sessions(&account.id).await?;
    let sessions = sessions.into_iter().rev().map(|listed| {
        let is_this = listed.id == here;
        (listed, is_this)
    });
    let ceremony = desk.passkeys()?.begin_registration(desk, account.id, &account.name, Some(account))?;
    let was_wrong = entered.as_ref().is_some_and(|entered| !entered.is_sound());
    let content = AccountPage {
        frame: desk.frame("account", &desk.words().say("account-title")),
        passkeys: account.passkeys.clone(),
        sessions: sessions.collect(),
        code_made: account.recovery.as_ref().map(|recovery| recovery.made_at),
        entered: entered.unwrap_or_else(|| {
            let email = account.email.clone().unwrap_or_default();
            Entered::default().with("name", &account.name).with("email", &email)
        }),
        problem: trouble.map(|trouble| Problem::explain(desk.words(), trouble.code())),
        ceremony,
    };
    let status = if was_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(trouble.map_or(status, Trouble::status), &content)
}

/// `GET /account`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    draw(&desk, None, None).await
}

/// `POST /account`: name and e-mail address.
///
/// # Errors
/// None but an unexpected one.
pub async fn edit(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (typed, account) = (desk.typed(), desk.account());
    let (name, email) = (typed.get("name"), typed.filled("email"));
    let language = Some(desk.words().0.tag());
    match desk.access().edit_account(&account.id, name, email, language, &desk.doer()).await {
        Ok(()) => Ok(desk.done("/account", &Flash::good("account-saved"))),
        Err(DirectoryError::Unfit(unfit)) => {
            let mut entered = Entered::of(typed);
            entered.unfit(&unfit, desk.words());
            draw(&desk, Some(entered), None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/passkeys`: a further passkey was made.
///
/// # Errors
/// None but an unexpected one.
pub async fn add_passkey(desk: Desk) -> Result<HttpResponse, HttpError> {
    let named = desk.typed().filled("passkey").map_or_else(|| desk.device_name(), str::to_owned);
    match desk.passkeys()?.finish_registration(&desk, &named).await {
        Ok(passkey) => match desk.access().add_passkey(&desk.account().id, &passkey, &desk.doer()).await {
            Ok(()) => {
                let said = Flash::good("passkey-added").with("name", &passkey.name);
                Ok(desk.done("/account", &said))
            }
            Err(DirectoryError::Unfit(unfit)) => {
                let mut entered = Entered::of(desk.typed());
                entered.unfit(&unfit, desk.words());
                draw(&desk, Some(entered), None).await
            }
            Err(error) => Err(error.into()),
        },
        Err(HttpError::Console(trouble)) => {
            desk.visit.refused_with(trouble.code());
            draw(&desk, None, Some(trouble)).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /account/passkeys/name`: another name for a passkey.
///
/// # Errors
/// [`HttpError::NotFound`] where there is no such passkey.
pub async fn rename_passkey(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (id, name) = (desk.typed().get("id"), desk.typed().get("passkey"));
    match desk.access().rename_passkey(&desk.account().id, id, name, &desk.doer()).await {
        Ok(()) => Ok(desk.done("/account", &Flash::good("passkey-renamed").with("name", name))),
        Err(DirectoryError::Unfit(unfit)) => {
            let mut entered = Entered::of(desk.typed());
            entered.unfit(&unfit, desk.words());
            draw(&desk, Some(entered), None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/passkeys/remove`.
///
/// # Errors
/// [`Trouble::LastPasskey`].
pub async fn remove_passkey(desk: Desk) -> Result<HttpResponse, HttpError> {
    let id = desk.typed().get("id");
    let name = desk.account().passkey(id).map(|passkey| passkey.name.clone()).unwrap_or_default();
    desk.access().remove_passkey(&desk.account().id, id, &desk.doer()).await?;
    Ok(desk.done("/account", &Flash::good("passkey-removed").with("name", name)))
}

/// `POST /account/recovery-code`: a new code; the one before is dead.
///
/// # Errors
/// When the store fails.
pub async fn renew_code(desk: Desk) -> Result<HttpResponse, HttpError> {
    let code = desk.access().renew_recovery_code(&desk.account().id, &desk.doer()).await?;
    desk.page(&CodeShownPage::of(&desk, &code, false))
}

/// `POST /account/sessions/end`: one session, or every other one.
///
/// # Errors
/// [`HttpError::NotFound`] where there is no such session.
pub async fn end_sessions(desk: Desk) -> Result<HttpResponse, HttpError> {
    let id = desk.account().id;
    match desk.typed().filled("session") {
        Some(session) => desk.access().end_listed_session(&id, session, &desk.doer()).await?,
        None => desk.access().end_other_sessions(&id, Some(desk.token()), &desk.doer()).await.map(drop)?,
    }
    Ok(desk.done("/account", &Flash::good("sessions-ended")))
}
