//! The list of facilities.

use actix_web::HttpResponse;
use askama::Template;
use futures_util::future::try_join_all;

use crate::directory::Facility;
use crate::http::console::desk::Desk;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::error::HttpError;

/// Rows of a page.
const ROWS: usize = 50;
/// People of a facility are counted so far.
const COUNTED: usize = 100;
/// The longest cursor and the longest text that are looked at.
const LONGEST: usize = 400;

/// A row.
#[derive(Debug)]
pub struct Row {
    /// The facility's page.
    pub href: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it is closed.
    pub closed: bool,
    /// How many people it has.
    pub people: String,
    /// The list of them.
    pub people_href: String,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "console/facilities.html")]
pub struct FacilitiesPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// The rows.
    pub rows: Vec<Row>,
    /// The next page.
    pub next: Option<String>,
}

/// How many people a facility has, as a page says it.
pub(super) async fn people(desk: &Desk, facility: &Facility) -> Result<String, HttpError> {
    let organization = desk.organization_id()?;
    let count = desk.access().count_people(organization, &facility.code, COUNTED + 1).await?;
    Ok(if count > COUNTED { format!("{COUNTED}+") } else { count.to_string() })
}

/// The list of the people of a facility.
pub(super) fn people_of(desk: &Desk, facility: &Facility) -> String {
    desk.at(&format!("subscribers?facility={}", facility.code))
}

/// `GET /o/{organization}/facilities`.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let (caller, words, query) = (desk.caller()?, desk.words(), desk.query().clone());
    let text: String = query.get("q").chars().take(LONGEST).collect();
    let after = query.filled("after").filter(|after| after.len() <= LONGEST);
    let page = desk.access().find_facilities(&caller.organization, &caller.reach, &text, after, ROWS).await?;
    let counting = page.found.iter().map(|(facility, _)| people(&desk, facility));
    let counts = try_join_all(counting).await?;
    let row = |((facility, _), people): (&(Facility, _), String)| Row {
        href: desk.at(&format!("facilities/{}", facility.code)),
        code: facility.code.to_string(),
        name: facility.name.clone(),
        closed: facility.closed_at.is_some(),
        people,
        people_href: people_of(&desk, facility),
    };
    desk.page(&FacilitiesPage {
        frame: desk.frame("facilities", &words.say("nav-facilities")),
        rows: page.found.iter().zip(counts).map(row).collect(),
        next: page.next,
        query,
    })
}
