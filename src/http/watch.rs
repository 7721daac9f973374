//! `GET /t/{ticket}/state`: how far a delivery is, for the script of the ticket's page. It changes nothing, opens nothing and
//! names nobody.

use actix_web::{HttpRequest, HttpResponse};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::entry::missed;
use super::error::HttpError;
use super::furigana;
use super::ticket::ticket_of;
use super::visit::Visit;
use super::words::Words;
use crate::device::{BundleKind, BundleTarget};
use crate::enrollment::{Refusal, TicketProgress};

/// How long an Apple device keeps a profile that nobody installs (Apple HT209435).
const PROFILE_WAITS: SignedDuration = SignedDuration::from_mins(8);

/// Until when a profile that was downloaded must be installed.
#[derive(Debug, Clone, Serialize)]
pub struct Deadline {
    /// As a sentence with a time of day, which stays true while the person is in the settings.
    pub text: String,
    /// The moment itself, where the profile has been downloaded (RFC 3339).
    pub ends: Option<Timestamp>,
}

impl Deadline {
    /// The deadline for what `target` says; none where nothing disappears.
    #[must_use]
    pub fn of(
        words: Words,
        target: BundleTarget,
        fetched: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        if target.kind != BundleKind::Profile {
            return None;
        }
        let ends = fetched.unwrap_or(now).saturating_add(PROFILE_WAITS).unwrap_or(now);
        let key = match fetched {
            None => "ticket-deadline-ahead",
            Some(_) if ends > now => "ticket-deadline",
            Some(_) => "ticket-deadline-over",
        };
        let text = words.say(key).with("until", words.time_of_day(ends)).to_string();
        Some(Self { text, ends: fetched.map(|_| ends).filter(|ends| *ends > now) })
    }

    /// Without readings over Chinese characters, which a script cannot show.
    fn plain(self) -> Self {
        Self { text: furigana::plain(&self.text), ..self }
    }
}

/// What the script is told.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum Told {
    /// The file can be fetched.
    Open {
        /// How often.
        fetches_left: u32,
        /// Whether it was fetched whole.
        fetched: bool,
        /// Until when a profile must be installed.
        deadline: Option<Deadline>,
    },
    /// The certificate is proven: the page has another form now.
    Installed,
    /// The file is gone.
    Over,
}

/// `GET /t/{ticket}/state`.
///
/// # Errors
/// Where the ticket leads nowhere.
pub async fn tell(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let ticket = ticket_of(&visit, &request)?;
    let told = match visit.site().authority.progress(&ticket).await {
        Ok(TicketProgress::Open { target, fetches_left, fetched_at }) => Told::Open {
            fetches_left,
            fetched: fetched_at.is_some(),
            deadline: Deadline::of(visit.words(), target, fetched_at, visit.site().now())
                .map(Deadline::plain),
        },
        Ok(TicketProgress::Installed) => Told::Installed,
        Err(refusal @ (Refusal::Unknown | Refusal::TryAgain)) => return Err(missed(&visit, refusal)),
        Err(_) => Told::Over,
    };
    Ok(HttpResponse::Ok().json(told))
}
