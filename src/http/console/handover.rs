//! What was just issued, for the person beside the desk: shown once, since only hashes are kept. The page follows the person from
//! the scan to the proof, and makes the code anew by one click.

use actix_web::HttpResponse;
use askama::Template;
use jiff::Timestamp;

use super::desk::Desk;
use super::enrollment::failed;
use super::frame::ConsoleFrame;
use super::progress::ProgressView;
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
    /// Up to where the log had been read: whoever was quicker is not undone by a new link.
    pub seen: u64,
    /// How far the person is.
    pub progress: ProgressView,
    /// Where that is told as it happens.
    pub live: String,
    /// The form that led here: sent again it issues nothing more, and shows the same with how far the person is now.
    pub again: Vec<(String, String)>,
}

/// The page of what was just issued.
pub(super) async fn page(
    desk: &Desk,
    issued: &IssuedInvitation,
    person: &str,
) -> Result<HttpResponse, HttpError> {
    let here = desk.at(&format!("enrollments/{}", issued.enrollment));
    let (words, caller) = (desk.words(), desk.caller()?);
    let seen = desk.authority().seen(&caller).await.map_err(failed)?;
    let progress = desk.authority().progress_of(&caller, &issued.enrollment).await.map_err(failed)?;
    let ends = issued.link_expires_at;
    let again = desk.typed().fields().map(|(name, value)| (name.to_owned(), value.to_owned()));
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
        link_ends: ends,
        ends: issued.expires_at,
        renew: format!("{here}/renew"),
        seen: seen.0,
        progress: ProgressView::of(words, &progress, Some(ends), desk.now()),
        live: format!("{here}/live?link={}", ends.as_millisecond()),
        again: again.collect(),
        enrollment: here,
    })
}
