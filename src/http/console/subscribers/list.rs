//! The list of people: found by the beginning of an identifier, a name or a reading.

use actix_web::HttpResponse;
use askama::Template;

use super::page_of;
use crate::directory::{PeopleQuery, Subscriber};
use crate::http::console::desk::Desk;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::error::HttpError;

/// Rows of a page.
const ROWS: usize = 50;
/// The longest cursor and the longest text that are looked at.
const LONGEST: usize = 400;
/// What the list can be narrowed by.
const FILTERS: [&str; 3] = ["q", "facility", "state"];

/// A row.
#[derive(Debug)]
pub struct Row {
    /// The person's page.
    pub href: String,
    /// The name.
    pub name: String,
    /// How it is read.
    pub kana: String,
    /// The identifier.
    pub id: String,
    /// The facility's code, if any.
    pub facility: String,
    /// The facility's page.
    pub facility_href: String,
    /// Whether the person was retired.
    pub retired: bool,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "console/subscribers.html")]
pub struct SubscribersPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// The rows.
    pub rows: Vec<Row>,
    /// The next page.
    pub next: Option<String>,
    /// Whether there may be more behind `next` although the page is not full.
    pub cut_short: bool,
    /// Whether anything narrows the list.
    pub narrowed: bool,
}

fn row(desk: &Desk, it: &Subscriber) -> Row {
    let facility = it.facility.as_ref().map(ToString::to_string).unwrap_or_default();
    Row {
        href: page_of(desk, &it.id),
        name: it.name.clone(),
        kana: it.kana.clone().unwrap_or_default(),
        id: it.id.to_string(),
        facility_href: desk.at(&format!("facilities/{facility}")),
        facility,
        retired: it.retired_at.is_some(),
    }
}

/// `GET /o/{organization}/subscribers`. A filter that cannot be read narrows nothing.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (caller, words, query) = (desk.caller()?, desk.words(), desk.query().clone());
    let asked = PeopleQuery {
        text: query.get("q").chars().take(LONGEST).collect(),
        facility: query.filled("facility").and_then(|code| code.parse().ok()),
        retired: match query.get("state") {
            "active" => Some(false),
            "retired" => Some(true),
            _ => None,
        },
        after: query.filled("after").filter(|after| after.len() <= LONGEST).map(str::to_owned),
        limit: ROWS,
    };
    let page = desk.access().find_people(&caller.organization, &caller.reach, &asked).await?;
    desk.page(&SubscribersPage {
        frame: desk.frame("subscribers", &words.say("nav-subscribers")),
        rows: page.found.iter().map(|(subscriber, _)| row(&desk, subscriber)).collect(),
        cut_short: page.next.is_some() && page.found.len() < ROWS,
        next: page.next,
        narrowed: query.filters(&FILTERS),
        query,
    })
}
