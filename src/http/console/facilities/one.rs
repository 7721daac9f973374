//! One facility: what it is, whose it is, what it may hand out, and what happened to it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::list::{people, people_of};
use super::named;
use crate::directory::{About, Act, Facility, Role};
use crate::http::console::audit::{HistoryLine, history};
use crate::http::console::desk::Desk;
use crate::http::console::enrollments::offers;
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/facility.html")]
pub struct FacilityPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The facility.
    pub facility: Facility,
    /// The offers that its people may get, where it says so.
    pub offers: Option<Vec<String>>,
    /// How many people it has.
    pub people: String,
    /// The list of them.
    pub people_href: String,
    /// The list of what was issued for it.
    pub enrollments_href: String,
    /// Where something is issued for it.
    pub issue_href: String,
    /// Those who look after it and no others, with their pages; none where the role may not know.
    pub managers: Option<Vec<(String, String)>>,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
    /// Its own address.
    pub here: String,
}

async fn managers(desk: &Desk, facility: &Facility) -> Result<Option<Vec<(String, String)>>, HttpError> {
    if !desk.may(Act::ReadOperators) {
        return Ok(None);
    }
    let all = desk.access().operators(desk.organization_id()?).await?.into_iter().map(|it| it.operator);
    let own = all.filter(|it| {
        it.ended_at.is_none() && it.role == Role::FacilityManager && it.facilities.contains(&facility.code)
    });
    let shown = own.map(|it| {
        let href = desk.at(&format!("operators/{}", it.name));
        (it.display, href)
    });
    Ok(Some(shown.collect()))
}

/// `GET /o/{organization}/facilities/{facility}`.
///
/// # Errors
/// [`HttpError::NotFound`] for one that is not within reach.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (facility, _) = named(&desk, &path.1).await?;
    let words = desk.words();
    let events =
        desk.access().history_of(desk.organization_id()?, &About::Facility(facility.code.clone())).await?;
    let titles = offers(&desk);
    let title = |name: &String| {
        titles.iter().find(|(own, _)| own == name).map_or_else(|| name.clone(), |(_, title)| title.clone())
    };
    desk.page(&FacilityPage {
        frame: desk
            .frame("facility", &facility.name)
            .under(&words.say("nav-facilities"), desk.at("facilities")),
        offers: facility.offers.as_ref().map(|offers| offers.iter().map(title).collect()),
        people: people(&desk, &facility).await?,
        people_href: people_of(&desk, &facility),
        enrollments_href: desk.at(&format!("enrollments?facility={}", facility.code)),
        issue_href: desk.at(&format!("issue?facility={}", facility.code)),
        managers: managers(&desk, &facility).await?,
        history: history(words, events.iter()),
        here: desk.at(&format!("facilities/{}", facility.code)),
        facility,
    })
}
