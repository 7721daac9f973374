//! One person: who they are, what they have, and what happened to their record.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::{named, page_of};
use crate::directory::About;
use crate::enrollment::Person;
use crate::http::console::audit::{HistoryLine, history};
use crate::http::console::desk::Desk;
use crate::http::console::enrollments::{Row, row};
use crate::http::console::frame::ConsoleFrame;
use crate::http::error::HttpError;

/// The page.
#[derive(Debug, Template)]
#[template(path = "console/subscriber.html")]
pub struct SubscriberPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The person, with what they have.
    pub person: Person,
    /// What the facility is called.
    pub facility: Option<String>,
    /// Enrollments, newest first.
    pub rows: Vec<Row>,
    /// The list of all of them.
    pub enrollments_href: String,
    /// Where something is issued to the person.
    pub issue_href: String,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
    /// Its own address.
    pub here: String,
}

/// `GET /o/{organization}/subscribers/{subscriber}`.
///
/// # Errors
/// [`HttpError::NotFound`] for one who is not within reach.
pub async fn show(desk: Desk, path: Path<(String, String)>) -> Result<HttpResponse, HttpError> {
    let (person, words) = (named(&desk, &path.1).await?, desk.words());
    let id = &person.subscriber.id;
    let organization = desk.organization_id()?;
    let events = desk.access().history_of(organization, &About::Subscriber(id.clone())).await?;
    let facility = match &person.subscriber.facility {
        Some(code) => desk.directory().find_facility(organization, code).await?.map(|facility| facility.name),
        None => None,
    };
    let frame = desk
        .frame("subscriber", &person.subscriber.name)
        .under(&words.say("nav-subscribers"), desk.at("subscribers"));
    desk.page(&SubscriberPage {
        rows: person.enrollments.iter().map(|it| row(&desk, &frame, it)).collect(),
        frame,
        facility,
        enrollments_href: desk.at(&format!("enrollments?q={}", encoded(id.as_str()))),
        issue_href: desk.at(&format!("issue?subscriber={}", encoded(id.as_str()))),
        history: history(words, events.iter()),
        here: page_of(&desk, id),
        person,
    })
}

/// A text as part of an address.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
