//! Which organizations there are.

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;

use crate::directory::Organization;
use crate::http::console::desk::Desk;
use crate::http::console::frame::ConsoleFrame;
use crate::http::console::query::Query;
use crate::http::error::HttpError;

/// Rows of a page.
const ROWS: usize = 50;

/// An organization.
#[derive(Debug)]
pub struct TenantRow {
    /// Its page here.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub id: String,
    /// When it was closed, where it is.
    pub closed: Option<Timestamp>,
}

impl From<Organization> for TenantRow {
    fn from(it: Organization) -> Self {
        let href = format!("/installation/organizations/{}", it.id);
        Self { href, name: it.name, id: it.id.to_string(), closed: it.closed_at }
    }
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "console/organizations.html")]
pub struct OrganizationsPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The address.
    pub query: Query,
    /// The rows.
    pub rows: Vec<TenantRow>,
    /// The next page.
    pub next: Option<String>,
    /// Whether there may be more behind `next` although the page is not full.
    pub cut_short: bool,
    /// Whether anything narrows the list.
    pub narrowed: bool,
}

/// `GET /installation/organizations`.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: Desk) -> Result<HttpResponse, HttpError> {
    let query = desk.query().clone();
    let text: String = query.get("q").chars().take(100).collect();
    let found = desk.access().find_organizations(&text, query.filled("after"), ROWS).await?;
    let page = OrganizationsPage {
        frame: desk.frame("organizations", &desk.words().say("nav-organizations")),
        cut_short: found.next.is_some() && found.found.len() < ROWS,
        rows: found.found.into_iter().map(Into::into).collect(),
        next: found.next,
        narrowed: query.filters(&["q"]),
        query,
    };
    desk.page(&page)
}
