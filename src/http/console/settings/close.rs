//! The end of an organization, and its beginning again.

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;

use crate::directory::DirectoryError;
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// Says what happens, and asks by name.
#[derive(Debug, Template)]
#[template(path = "console/close.html")]
pub struct ClosePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The organization's name, which is typed.
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

fn page(desk: &Desk, entered: Entered) -> Result<ClosePage, HttpError> {
    let (words, organization) = (desk.words(), desk.organization()?);
    let back = desk.at("settings");
    Ok(ClosePage {
        frame: desk
            .frame("settings-close", &words.say("settings-close"))
            .under(&words.say("nav-settings"), back.clone()),
        name: organization.name.clone(),
        closed: organization.closed_at,
        entered,
        reopen: desk.at("settings/reopen"),
        back,
    })
}

/// `GET /o/{organization}/settings/close`.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.page(&page(&desk, Entered::default())?)
}

/// `POST /o/{organization}/settings/close`.
///
/// # Errors
/// When the store fails.
pub async fn close(desk: Desk) -> Result<HttpResponse, HttpError> {
    let mut entered = Entered::of(desk.typed());
    entered.must_confirm(&desk.organization()?.name, desk.words());
    if !entered.is_sound() {
        return desk.page_again(&page(&desk, entered)?);
    }
    let said = match desk.access().close_organization(desk.organization_id()?, &desk.doer()).await {
        Ok(()) => Flash::good("organization-closed"),
        Err(DirectoryError::Ended) => Flash::warning("organization-closed-before"),
        Err(error) => return Err(error.into()),
    };
    Ok(desk.done(&desk.at("settings"), &said))
}

/// `POST /o/{organization}/settings/reopen`.
///
/// # Errors
/// When the store fails.
pub async fn reopen(desk: Desk) -> Result<HttpResponse, HttpError> {
    desk.access().reopen_organization(desk.organization_id()?, &desk.doer()).await?;
    Ok(desk.done(&desk.at("settings"), &Flash::good("organization-reopened")))
}
