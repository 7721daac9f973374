//! Somebody who has lost every passkey: the recovery code, then a new passkey, then a new code.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use zeroize::Zeroizing;

use super::desk::Guest;
use super::entered::Entered;
use super::frame::ConsoleFrame;
use super::passkeys::Ceremony;
use super::refusal::Trouble;
use super::sign_in;
use crate::directory::{Account, RecoveryCode, RecoveryTicket, Shown};
use crate::http::error::HttpError;
use crate::http::frame::page;
use crate::http::page::Problem;

/// Asks for the recovery code.
#[derive(Debug, Template)]
#[template(path = "console/recover.html")]
pub struct RecoverPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What was typed; a wrong code is not shown again.
    pub entered: Entered,
    /// Why it did not work the last time.
    pub problem: Option<Problem>,
}

/// Asks for a new passkey in place of those that were lost.
#[derive(Debug, Template)]
#[template(path = "console/recover_passkey.html")]
pub struct NewPasskeyPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Why it did not work the last time.
    pub problem: Option<Problem>,
    /// What says that the code was right.
    pub ticket: String,
    /// What the browser is asked.
    pub ceremony: Ceremony,
}

/// Shows a new recovery code, once.
#[derive(Template)]
#[template(path = "console/code_shown.html")]
pub struct CodeShownPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The code.
    pub code: Zeroizing<String>,
    /// Whether the account is new.
    pub new: bool,
}

impl CodeShownPage {
    /// The page of `code`.
    #[must_use]
    pub fn of(guest: &Guest, code: &RecoveryCode, new: bool) -> Self {
        let frame = guest.frame("recovery-code", &guest.words().say("code-shown-title"));
        Self { frame, code: code.grouped(), new }
    }
}

fn asking(guest: &Guest, trouble: Option<Trouble>) -> Result<HttpResponse, HttpError> {
    let problem = trouble.map(|trouble| Problem::explain(guest.words(), trouble.code()));
    let frame = guest.frame("recover", &guest.words().say("recover-title"));
    let content = RecoverPage { frame, entered: Entered::default(), problem };
    page(trouble.map_or(StatusCode::OK, Trouble::status), &content)
}

/// `GET /recover`: asks for the code.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(guest: Guest) -> Result<HttpResponse, HttpError> {
    asking(&guest, None)
}

/// `POST /recover`: looks at the code; a right one leads to a new passkey.
///
/// # Errors
/// None but an unexpected one; a wrong code is said on the page.
pub async fn begin(guest: Guest) -> Result<HttpResponse, HttpError> {
    let refuse = |trouble: Trouble| {
        guest.visit.refused_with(trouble.code());
        asking(&guest, Some(trouble))
    };
    let Ok(code) = RecoveryCode::parse(guest.typed().get("code")) else {
        return refuse(Trouble::WrongRecovery);
    };
    match guest.access().begin_recovery(&code, Some(guest.from())).await.map_err(HttpError::from) {
        Ok((ticket, account)) => guest.page(&renewing(&guest, &ticket, &account, None)?),
        Err(HttpError::Console(trouble)) => refuse(trouble),
        Err(error) => Err(error),
    }
}

fn renewing(
    guest: &Guest,
    ticket: &RecoveryTicket,
    account: &Account,
    trouble: Option<Trouble>,
) -> Result<NewPasskeyPage, HttpError> {
    let ceremony = guest.passkeys()?.begin_registration(guest, account.id, &account.name, None)?;
    Ok(NewPasskeyPage {
        frame: guest.frame("recover-passkey", &guest.words().say("recover-passkey-title")),
        problem: trouble.map(|trouble| Problem::explain(guest.words(), trouble.code())),
        ticket: ticket.expose().to_owned(),
        ceremony,
    })
}

/// `POST /recover/passkey`: the new passkey is there; the code is used up, and a new one is shown.
///
/// # Errors
/// [`Trouble::WrongRecovery`] where it took too long or the code was used meanwhile.
pub async fn finish(guest: Guest) -> Result<HttpResponse, HttpError> {
    let over = |_| HttpError::from(Trouble::WrongRecovery);
    let ticket = RecoveryTicket::parse(guest.typed().get("ticket")).map_err(|_| Trouble::WrongRecovery)?;
    let account = guest.access().recovering(&ticket).await.map_err(over)?;
    let passkey = match guest.passkeys()?.finish_registration(&guest, &guest.device_name()).await {
        Ok(passkey) => passkey,
        Err(HttpError::Console(trouble)) => {
            guest.visit.refused_with(trouble.code());
            return guest.page_again(&renewing(&guest, &ticket, &account, Some(trouble))?);
        }
        Err(error) => return Err(error),
    };
    let recovered = guest.access().recover(&ticket, &passkey, Some(guest.from())).await;
    let (account, code) = match recovered {
        Err(crate::directory::DirectoryError::Used) => return Err(Trouble::WrongRecovery.into()),
        other => other?,
    };
    let shown = Shown { account: account.id, credential_id: passkey.credential_id, credential: None };
    let standing = sign_in::begin(&guest, account, &shown).await?;
    let guest = guest.let_in(&standing);
    guest.page(&CodeShownPage::of(&guest, &code, false))
}
