//! One operator: what they may do, changed on condition that nobody was quicker, and what happened to it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use jiff::Timestamp;

use super::invite::{RoleChoice, post, roles};
use super::list::{Known, known};
use super::picker::Picker;
use crate::directory::{About, Changed, DirectoryError, Version};
use crate::http::console::audit::{HistoryLine, history, told};
use crate::http::console::desk::Desk;
use crate::http::console::entered::Entered;
use crate::http::console::flash::Flash;
use crate::http::console::frame::{ConsoleFrame, role_name};
use crate::http::console::refusal::Trouble;
use crate::http::error::HttpError;

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/operator.html")]
pub struct OperatorPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The role.
    pub role: String,
    /// The facilities: code and name.
    pub facilities: Vec<(String, String)>,
    /// Whether it is a program with a token.
    pub is_program: bool,
    /// Whether it is who looks at the page.
    pub is_self: bool,
    /// Since when, where it is known.
    pub since: Option<Timestamp>,
    /// When they last signed in.
    pub seen: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Whether the account itself has ended.
    pub account_ended: bool,
    /// What somebody else did since the page was shown.
    pub changed: Vec<HistoryLine>,
    /// What was typed.
    pub entered: Entered,
    /// The roles to choose from; none where nothing can be changed.
    pub roles: Vec<RoleChoice>,
    /// The facilities to choose from.
    pub picker: Picker,
    /// The version that is shown.
    pub version: u64,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
    /// Its own address.
    pub here: String,
    /// What they did, in the log.
    pub deeds: String,
}

/// The operator that an address names.
pub(super) async fn named(desk: &Desk, name: &str) -> Result<Known, HttpError> {
    let found = desk.access().find_operator(desk.organization_id()?, name).await?;
    known(desk, found.ok_or(HttpError::NotFound)?).await
}

async fn page(
    desk: &Desk,
    name: &str,
    typed: Option<Entered>,
    changed: Vec<HistoryLine>,
) -> Result<OperatorPage, HttpError> {
    let (words, it) = (desk.words(), named(desk, name).await?);
    let organization = desk.organization_id()?;
    let operator = it.listed.operator;
    let entered = typed.unwrap_or_else(|| {
        let entered = Entered::default().with("role", &operator.role.name());
        operator.facilities.iter().fold(entered, |entered, code| entered.with("facilities", code))
    });
    let mut facilities = Vec::new();
    for code in &operator.facilities {
        let found = desk.directory().find_facility(organization, code).await?;
        facilities.push((code.to_string(), found.map(|facility| facility.name).unwrap_or_default()));
    }
    let events = desk.access().history_of(organization, &About::Operator(operator.name.clone())).await?;
    // A program shows a token, and there are no tokens for less than everything.
    let can_change = operator.ended_at.is_none() && operator.account.is_some();
    let who: String = url::form_urlencoded::byte_serialize(
        operator.account.map_or_else(|| operator.name.clone(), |id| id.to_string()).as_bytes(),
    )
    .collect();
    Ok(OperatorPage {
        frame: desk.frame("operator", &it.name).under(&words.say("nav-operators"), desk.at("operators")),
        role: role_name(words, operator.role),
        facilities,
        is_program: operator.account.is_none(),
        is_self: operator.account == Some(desk.account().id),
        since: operator.since,
        seen: it.seen,
        ended: operator.ended_at,
        account_ended: it.account_ended,
        changed,
        picker: Picker::of(desk, &entered).await?,
        entered,
        roles: if can_change { roles(words) } else { Vec::new() },
        version: it.listed.version.0,
        history: history(words, events.iter()),
        here: desk.at(&format!("operators/{}", operator.name)),
        deeds: desk.at(&format!("audit?who={who}")),
    })
}

/// `GET /o/{organization}/operators/{operator}`.
///
/// # Errors
/// [`HttpError::NotFound`] where there is none.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    desk.page(&page(&desk, &path.1, None, Vec::new()).await?)
}

/// `POST /o/{organization}/operators/{operator}`: another role, or other facilities; or a search for facilities.
///
/// # Errors
/// As [`show`]; [`Trouble::LastOne`].
pub async fn change(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (words, mut entered, name) = (desk.words(), Entered::of(desk.typed()), path.1.as_str());
    if entered.has("find", "yes") {
        return desk.page(&page(&desk, name, Some(entered), Vec::new()).await?);
    }
    let wanted = post(&mut entered, words);
    let seen = entered.value("version").parse().ok().map(Version);
    let (Some((role, facilities)), Some(seen)) = (wanted, seen) else {
        return desk.page_again(&page(&desk, name, Some(entered), Vec::new()).await?);
    };
    let called = named(&desk, name).await?.name;
    let organization = desk.organization_id()?;
    match desk.access().change_operator(organization, name, seen, role, facilities, &desk.doer()).await {
        Ok(()) => {
            let here = desk.at(&format!("operators/{name}"));
            Ok(desk.done(&here, &Flash::good("operator-changed").with("name", called)))
        }
        Err(DirectoryError::Unfit(unfit)) => {
            entered.unfit(&unfit, words);
            desk.page_again(&page(&desk, name, Some(entered), Vec::new()).await?)
        }
        Err(DirectoryError::Changed(changed)) => {
            desk.visit.refused_with(Trouble::Changed.code());
            let Changed { news, .. } = *changed;
            let news = news.iter().map(|event| told(words, event)).collect();
            desk.page_again(&page(&desk, name, Some(entered), news).await?)
        }
        Err(error) => Err(error.into()),
    }
}
