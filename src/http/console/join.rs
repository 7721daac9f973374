//! A one-time link: somebody who was invited makes a first passkey, or takes the place with the account that they have. Looking at
//! it changes nothing.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::desk::Guest;
use super::entered::Entered;
use super::flash::Flash;
use super::frame::{ConsoleFrame, role_name};
use super::passkeys::Ceremony;
use super::recover::CodeShownPage;
use super::refusal::Trouble;
use super::sign_in;
use crate::directory::{DirectoryError, Invited, Shown, Welcome, WelcomeToken};
use crate::http::error::HttpError;
use crate::http::limits::Kind;
use crate::http::page::Problem;

/// What somebody is invited to.
#[derive(Debug, Template)]
#[template(path = "console/join.html")]
pub struct JoinPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// As what.
    pub role: String,
    /// Where; none for an administrator of the installation.
    pub organization: Option<String>,
    /// Until when the link is open.
    pub until: jiff::Timestamp,
    /// What was typed: the name.
    pub entered: Entered,
    /// Why it did not work the last time.
    pub problem: Option<Problem>,
    /// What the browser is asked.
    pub ceremony: Ceremony,
}

fn token(guest: &Guest, request: &HttpRequest) -> Result<WelcomeToken, HttpError> {
    let shown = request.match_info().get("token").unwrap_or_default();
    WelcomeToken::parse(shown).map_err(|_| missed(guest))
}

/// A link that leads nowhere is counted, so that nobody tries for long.
fn missed(guest: &Guest) -> HttpError {
    guest.visit.count(Kind::Miss).err().unwrap_or_else(|| Trouble::NoSuchWelcome.into())
}

async fn welcome(guest: &Guest, token: &WelcomeToken) -> Result<Welcome, HttpError> {
    match guest.access().welcome(token).await {
        Err(DirectoryError::UnknownLink) => Err(missed(guest)),
        other => Ok(other?),
    }
}

async fn draw(
    guest: &Guest,
    welcome: &Welcome,
    entered: Entered,
    trouble: Option<Trouble>,
) -> Result<JoinPage, HttpError> {
    let words = guest.words();
    let (role, organization) = match &welcome.invited {
        Invited::Administrator => (words.say("role-administrator").to_string(), None),
        Invited::Founder { organization } => {
            let found = guest.directory().find_organization(organization).await?;
            (words.say("role-administrator").to_string(), found.map(|organization| organization.name))
        }
        Invited::Operator { organization, role, .. } => {
            let found = guest.directory().find_organization(organization).await?;
            (role_name(words, *role), found.map(|organization| organization.name))
        }
    };
    let ceremony = guest.passkeys()?.begin_registration(guest, welcome.account, &welcome.name, None)?;
    Ok(JoinPage {
        frame: guest.frame("join", &words.say("join-title")),
        role,
        organization,
        until: welcome.until,
        entered,
        problem: trouble.map(|trouble| Problem::explain(words, trouble.code())),
        ceremony,
    })
}

/// `GET /join/{token}`: what the link offers.
///
/// # Errors
/// [`Trouble::NoSuchWelcome`].
pub async fn show(guest: Guest, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let welcome = welcome(&guest, &token(&guest, &request)?).await?;
    let entered = Entered::default().with("name", &welcome.name);
    guest.page(&draw(&guest, &welcome, entered, None).await?)
}

/// `POST /join/{token}`: takes it, with a first passkey or with the account of whoever is signed in.
///
/// # Errors
/// [`Trouble::NoSuchWelcome`].
pub async fn take(guest: Guest, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let token = token(&guest, &request)?;
    let welcome = welcome(&guest, &token).await?;
    if let Some(standing) = guest.standing() {
        guest.access().join_as(&token, &standing.account.id, Some(guest.from())).await?;
        return Ok(guest.done("/", &Flash::good("join-done")));
    }
    let mut entered = Entered::of(guest.typed());
    if guest.typed().filled("name").is_none() {
        entered.wrong("name", &guest.words().say("flaw-empty"));
        return guest.page_again(&draw(&guest, &welcome, entered, None).await?);
    }
    let passkey = match guest.passkeys()?.finish_registration(&guest, &guest.device_name()).await {
        Ok(passkey) => passkey,
        Err(HttpError::Console(trouble)) => {
            guest.visit.refused_with(trouble.code());
            return guest.page_again(&draw(&guest, &welcome, entered, Some(trouble)).await?);
        }
        Err(error) => return Err(error),
    };
    let (name, language) = (guest.typed().get("name"), guest.words().0.tag());
    let joined = guest.access().join(&token, name, &passkey, Some(language), Some(guest.from())).await;
    let (account, code) = match joined {
        Err(DirectoryError::Unfit(unfit)) => {
            entered.unfit(&unfit, guest.words());
            return guest.page_again(&draw(&guest, &welcome, entered, None).await?);
        }
        other => other?,
    };
    let shown = Shown { account: account.id, credential_id: passkey.credential_id, credential: None };
    let standing = sign_in::begin(&guest, account, &shown).await?;
    let guest = guest.let_in(&standing);
    guest.page(&CodeShownPage::of(&guest, &code, true))
}
