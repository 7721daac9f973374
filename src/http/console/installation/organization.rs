//! One organization as an administrator of the installation sees it: from outside.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use jiff::Timestamp;

use super::found::{LIST, person};
use crate::directory::{
    About, Actor, DirectoryError, Invited, OpenWelcome, Organization, OrganizationId, Role, WelcomeToken,
};
use crate::http::console::audit::{HistoryLine, history};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::operators::{InvitedRow, LinkPage, invited_row, joining};
use crate::http::error::HttpError;

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/tenant.html")]
pub struct TenantPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Its identifier.
    pub id: String,
    /// When it was closed, where it is.
    pub closed: Option<Timestamp>,
    /// How many people may do everything in it.
    pub operators: usize,
    /// Those whom administrators have invited.
    pub invited: Vec<InvitedRow>,
    /// What happened to it, newest first.
    pub history: Vec<HistoryLine>,
    /// Its own address.
    pub here: String,
    /// Where an invitation is withdrawn.
    pub withdraw: String,
    /// Where it is opened again.
    pub reopen: String,
}

/// Somebody shall be its operator.
#[derive(Debug, Template)]
#[template(path = "console/installation_invite.html")]
pub struct TenantInvitePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What it is for.
    pub lead: &'static str,
    /// What was typed.
    pub entered: Entered,
    /// Where to go back.
    pub back: String,
}

/// Says what happens when it is closed, and asks by name.
#[derive(Debug, Template)]
#[template(path = "console/close.html")]
pub struct TenantClosePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// Its name.
    pub name: String,
    /// When it was closed, where it is.
    pub closed: Option<Timestamp>,
    /// What was typed.
    pub entered: Entered,
    /// Where it is opened again.
    pub reopen: String,
    /// Where to go back.
    pub back: String,
}

async fn named(desk: &Desk, id: &str) -> Result<Organization, HttpError> {
    let id: OrganizationId = id.parse().map_err(|_| HttpError::NotFound)?;
    desk.directory().find_organization(&id).await?.ok_or(HttpError::NotFound)
}

/// The open invitations of people whom an administrator has invited.
async fn open(desk: &Desk, id: &OrganizationId) -> Result<Vec<OpenWelcome>, HttpError> {
    let mut found = Vec::new();
    for open in desk.access().welcomes(Some(id)).await? {
        let Actor::Account { id: by, .. } = &open.welcome.by else { continue };
        let account = desk.access().account(by).await?;
        if account.is_some_and(|(account, _)| account.administrator) {
            found.push(open);
        }
    }
    Ok(found)
}

fn frame(desk: &Desk, name: &'static str, title: &dyn ToString, it: &Organization) -> ConsoleFrame {
    let list = desk.words().say("nav-organizations").to_string();
    desk.frame(name, title).under(&list, LIST).under(&it.name, format!("{LIST}/{}", it.id))
}

/// `GET /installation/organizations/{tenant}`.
///
/// # Errors
/// [`HttpError::NotFound`] where there is none.
pub async fn show(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let (words, it) = (desk.words(), named(&desk, &path).await?);
    let operators = desk.access().operators(&it.id).await?;
    let whole = operators.iter().filter(|listed| {
        let operator = &listed.operator;
        operator.role == Role::Operator && operator.ended_at.is_none() && operator.account.is_some()
    });
    let events = desk.access().installation_history_of(&About::Organization(it.id.clone())).await?;
    let here = format!("{LIST}/{}", it.id);
    let page = TenantPage {
        frame: desk.frame("tenant", &it.name).under(&words.say("nav-organizations"), LIST),
        id: it.id.to_string(),
        closed: it.closed_at,
        operators: whole.count(),
        invited: open(&desk, &it.id).await?.into_iter().map(|open| invited_row(words, open)).collect(),
        history: history(words, events.iter()),
        withdraw: format!("{here}/withdraw"),
        reopen: format!("{here}/reopen"),
        here,
    };
    desk.page(&page)
}

fn invite_page(desk: &Desk, it: &Organization, entered: Entered) -> TenantInvitePage {
    TenantInvitePage {
        frame: frame(desk, "tenant-invite", &desk.words().say("tenant-invite"), it),
        lead: "tenant-invite-lead",
        entered,
        back: format!("{LIST}/{}", it.id),
    }
}

/// `GET /installation/organizations/{tenant}/invite`.
///
/// # Errors
/// As [`show`].
pub async fn show_invite(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let it = named(&desk, &path).await?;
    desk.page(&invite_page(&desk, &it, Entered::default()))
}

/// `POST /installation/organizations/{tenant}/invite`: a link for an operator who may do everything there.
///
/// # Errors
/// As [`show`].
pub async fn invite(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let (words, it) = (desk.words(), named(&desk, &path).await?);
    let mut entered = Entered::of(desk.typed());
    let (name, email) = person(&mut entered, "name", words);
    if !entered.is_sound() {
        return desk.page_again(&invite_page(&desk, &it, entered));
    }
    let invited =
        Invited::Operator { organization: it.id.clone(), role: Role::Operator, facilities: BTreeSet::new() };
    let made: (WelcomeToken, _) =
        desk.access().invite_once(&desk.key(), invited, &name, email.as_deref(), &desk.doer()).await?;
    desk.page(&LinkPage {
        frame: frame(&desk, "operator-link", &words.say("link-title"), &it),
        link: joining(&desk, &made.0, &made.1),
        back: format!("{LIST}/{}", it.id),
    })
}

/// `POST /installation/organizations/{tenant}/withdraw`: takes back what an administrator gave out.
///
/// # Errors
/// [`HttpError::NotFound`] where it has been used, or somebody else invited.
pub async fn withdraw(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let (it, id) = (named(&desk, &path).await?, desk.typed().get("invitation"));
    if open(&desk, &it.id).await?.iter().all(|open| open.id != id) {
        return Err(HttpError::NotFound);
    }
    desk.access().withdraw(Some(&it.id), id, &desk.doer()).await?;
    Ok(desk.done(&format!("{LIST}/{}", it.id), &Flash::good("invitation-withdrawn")))
}

fn close_page(desk: &Desk, it: &Organization, entered: Entered) -> TenantClosePage {
    let key = if it.closed_at.is_some() { "settings-reopen" } else { "settings-close" };
    TenantClosePage {
        frame: frame(desk, "tenant-close", &desk.words().say(key), it),
        name: it.name.clone(),
        closed: it.closed_at,
        entered,
        reopen: format!("{LIST}/{}/reopen", it.id),
        back: format!("{LIST}/{}", it.id),
    }
}

/// `GET /installation/organizations/{tenant}/close`.
///
/// # Errors
/// As [`show`].
pub async fn show_close(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let it = named(&desk, &path).await?;
    desk.page(&close_page(&desk, &it, Entered::default()))
}

/// `POST /installation/organizations/{tenant}/close`.
///
/// # Errors
/// As [`show`].
pub async fn close(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let (it, mut entered) = (named(&desk, &path).await?, Entered::of(desk.typed()));
    entered.must_confirm(&it.name, desk.words());
    if !entered.is_sound() {
        return desk.page_again(&close_page(&desk, &it, entered));
    }
    let said = match desk.access().close_organization(&it.id, &desk.doer()).await {
        Ok(()) => Flash::good("organization-closed"),
        Err(DirectoryError::Ended) => Flash::warning("organization-closed-before"),
        Err(error) => return Err(error.into()),
    };
    Ok(desk.done(&format!("{LIST}/{}", it.id), &said))
}

/// `POST /installation/organizations/{tenant}/reopen`.
///
/// # Errors
/// As [`show`].
pub async fn reopen(desk: Desk, path: Path<String>) -> Result<HttpResponse, HttpError> {
    let it = named(&desk, &path).await?;
    desk.access().reopen_organization(&it.id, &desk.doer()).await?;
    Ok(desk.done(&format!("{LIST}/{}", it.id), &Flash::good("organization-reopened")))
}
