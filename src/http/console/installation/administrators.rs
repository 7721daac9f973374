//! Who administers the installation: listed, invited, ended; never nobody is left.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use jiff::Timestamp;

use super::found::person;
use super::organization::TenantInvitePage;
use crate::directory::{Account, AccountId, Invited};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::operators::{InvitedRow, LinkPage, invited_row, joining};
use crate::http::error::HttpError;

const LIST: &str = "/installation/administrators";

/// An administrator.
#[derive(Debug)]
pub struct AdministratorRow {
    /// Where it is ended.
    pub href: String,
    /// The name.
    pub name: String,
    /// The e-mail address, where there is one.
    pub email: Option<String>,
    /// Whether it is who looks at the list.
    pub is_self: bool,
    /// Since when there is the account.
    pub since: Timestamp,
    /// When they last signed in.
    pub seen: Option<Timestamp>,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "console/administrators.html")]
pub struct AdministratorsPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The rows.
    pub rows: Vec<AdministratorRow>,
    /// Those who are invited.
    pub invited: Vec<InvitedRow>,
    /// Where an invitation is withdrawn.
    pub withdraw: String,
}

/// Asks by name.
#[derive(Debug, Template)]
#[template(path = "console/administrator_end.html")]
pub struct AdministratorEndPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Who shall be ended.
    pub name: String,
    /// Whether it is who asks.
    pub is_self: bool,
    /// What was typed.
    pub entered: Entered,
    /// The list.
    pub back: String,
}

/// `GET /installation/administrators`.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let words = desk.words();
    let row = |it: Account| AdministratorRow {
        href: format!("{LIST}/{}/end", it.id),
        is_self: it.id == desk.account().id,
        seen: it.passkeys.iter().filter_map(|passkey| passkey.last_used_at).max(),
        since: it.created_at,
        name: it.name,
        email: it.email,
    };
    let page = AdministratorsPage {
        frame: desk.frame("administrators", &words.say("nav-administrators")),
        rows: desk.access().administrators().await?.into_iter().map(row).collect(),
        invited: desk
            .access()
            .welcomes(None)
            .await?
            .into_iter()
            .map(|open| invited_row(words, open))
            .collect(),
        withdraw: format!("{LIST}/withdraw"),
    };
    desk.page(&page)
}

fn invite_page(desk: &Desk, entered: Entered) -> TenantInvitePage {
    let words = desk.words();
    TenantInvitePage {
        frame: desk
            .frame("administrator-invite", &words.say("administrator-invite"))
            .under(&words.say("nav-administrators"), LIST),
        lead: "administrator-invite-lead",
        entered,
        back: LIST.to_owned(),
    }
}

/// `GET /installation/administrators/invite`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show_invite(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&invite_page(&desk, Entered::default()))
}

/// `POST /installation/administrators/invite`.
///
/// # Errors
/// When the store fails.
pub async fn invite(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (words, mut entered) = (desk.words(), Entered::of(desk.typed()));
    let (name, email) = person(&mut entered, "name", words);
    if !entered.is_sound() {
        return desk.page_again(&invite_page(&desk, entered));
    }
    let (token, welcome) = desk
        .access()
        .invite_once(&desk.key(), Invited::Administrator, &name, email.as_deref(), &desk.doer())
        .await?;
    desk.page(&LinkPage {
        frame: desk
            .frame("operator-link", &words.say("link-title"))
            .under(&words.say("nav-administrators"), LIST),
        link: joining(&desk, &token, &welcome),
        back: LIST.to_owned(),
    })
}

/// `POST /installation/administrators/withdraw`.
///
/// # Errors
/// [`HttpError::NotFound`] where it has been used, or its time is over.
pub async fn withdraw(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.access().withdraw(None, desk.typed().get("invitation"), &desk.doer()).await?;
    Ok(desk.done(LIST, &Flash::good("invitation-withdrawn")))
}

async fn named(desk: &Desk, id: &str) -> Result<Account, HttpError> {
    let id: AccountId = id.parse().map_err(|_| HttpError::NotFound)?;
    let found = desk.access().account(&id).await?.map(|(account, _)| account);
    found.filter(|account| account.administrator && account.ended_at.is_none()).ok_or(HttpError::NotFound)
}

fn end_page(desk: &Desk, it: &Account, entered: Entered) -> AdministratorEndPage {
    let words = desk.words();
    AdministratorEndPage {
        frame: desk
            .frame("administrator-end", &words.say("administrator-end"))
            .under(&words.say("nav-administrators"), LIST),
        name: it.name.clone(),
        is_self: it.id == desk.account().id,
        entered,
        back: LIST.to_owned(),
    }
}

/// `GET /installation/administrators/{account}/end`.
///
/// # Errors
/// [`HttpError::NotFound`] where there is none.
pub async fn show_end(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let it = named(&desk, &path).await?;
    desk.page(&end_page(&desk, &it, Entered::default()))
}

/// `POST /installation/administrators/{account}/end`: the account stays.
///
/// # Errors
/// As [`show_end`]; [`crate::http::console::Trouble::LastOne`].
pub async fn end(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let (it, mut entered) = (named(&desk, &path).await?, Entered::of(desk.typed()));
    entered.must_confirm(&it.name, desk.words());
    if !entered.is_sound() {
        return desk.page_again(&end_page(&desk, &it, entered));
    }
    desk.access().end_administrator(&it.id, &desk.doer()).await?;
    let next = if it.id == desk.account().id { "/" } else { LIST };
    Ok(desk.done(next, &Flash::good("administrator-ended").with("name", it.name)))
}
