//! What was just issued, for the person beside the desk: shown once, since only hashes are kept.

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;

use super::desk::Desk;
use super::frame::ConsoleFrame;
use crate::enrollment::IssuedInvitation;
use crate::http::error::HttpError;
use crate::http::scan::Scan;

/// Link, number and secret.
#[derive(Template)]
#[template(path = "console/handover.html")]
pub struct HandoverPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The person.
    pub person: String,
    /// The link to scan.
    pub scan: Option<Scan>,
    /// The link as text.
    pub link: String,
    /// The number for who cannot scan.
    pub number: String,
    /// What the person types.
    pub secret: String,
    /// The bundle password, where it travels apart.
    pub separate: Option<String>,
    /// When the link ends.
    pub link_ends: Timestamp,
    /// When number and secret end.
    pub ends: Timestamp,
    /// The enrollment's page.
    pub enrollment: String,
    /// A new link for the same invitation.
    pub renew: String,
}

/// The page of what was just issued.
pub(super) fn page(desk: &Desk, issued: &IssuedInvitation, person: &str) -> Result<HttpResponse, HttpError> {
    let here = desk.at(&format!("enrollments/{}", issued.enrollment));
    let words = desk.words();
    desk.page(&HandoverPage {
        frame: desk
            .frame("handover", &words.say("handover-title"))
            .under(&words.say("nav-enrollments"), desk.at("enrollments"))
            .under(&person, here.clone()),
        person: person.to_owned(),
        scan: Scan::of(&issued.link),
        link: issued.link.to_string(),
        number: issued.number.grouped().to_string(),
        secret: issued.secret.grouped().to_string(),
        separate: issued.separate_password.as_ref().map(|password| password.to_string()),
        link_ends: issued.link_expires_at,
        ends: issued.expires_at,
        renew: format!("{here}/renew"),
        enrollment: here,
    })
}
