//! "No", with what happened, why, what to do, and whom to ask.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use super::error::HttpError;
use super::guide::DrawnStep;
use super::page::{Frame, Problem};
use super::settings::SiteKind;
use super::visit::Visit;
use super::words::Words;
use crate::enrollment::Refusal;

/// A way on from a refusal.
#[derive(Debug, Clone)]
pub struct Action {
    /// Where to.
    pub href: String,
    /// What the button says.
    pub text: String,
}

/// An installation that may be under way while the page says no.
#[derive(Debug, Clone)]
pub struct Unfinished {
    /// The steps after the download.
    pub steps: Vec<DrawnStep>,
    /// The check page.
    pub check: String,
}

/// A refusal. `data-page` is `refusal`, or `error` where the request itself was at fault.
#[derive(Debug, Template)]
#[template(path = "refusal.html")]
pub struct RefusalPage {
    /// What stands around it.
    pub frame: Frame,
    /// What happened.
    pub problem: Problem,
    /// The way on, where there is one.
    pub action: Option<Action>,
    /// The code's own page, where this site has it.
    pub help: Option<String>,
    /// What can go on all the same.
    pub unfinished: Option<Unfinished>,
}

/// The page of an error.
#[must_use]
pub fn of(visit: &Visit, error: &HttpError) -> RefusalPage {
    let words = visit.words();
    let now = visit.site().now();
    let (problem, name) = match error {
        HttpError::Refused { refusal } => (explain(words, refusal, now), "refusal"),
        HttpError::UnknownFacility => (Problem::explain(words, error.code()), "refusal"),
        HttpError::RateLimited(wait) => {
            let wait = SignedDuration::try_from(*wait).unwrap_or_default();
            let fact = words.say("t-207-fact").with("span", words.span(wait.saturating_add(ONE_SECOND)));
            (Problem::explain(words, error.code()).with_fact(&fact), "error")
        }
        _ => (Problem::explain(words, error.code()), "error"),
    };
    let frame = visit.frame(name, &problem.title).with_reference();
    let landing = visit.site().kind == SiteKind::Landing;
    let way = |path, key| Some(Action { href: visit.there(path), text: words.say(key).to_string() });
    let action = match error {
        // Number and secret still work.
        HttpError::Refused { refusal: Refusal::LinkExpired { .. } } => way("/n", "t-106-action"),
        HttpError::UnknownFacility => way("/f", "t-116-action"),
        HttpError::NotFound if landing => way("/", "back-to-start"),
        _ => None,
    };
    let help = landing.then(|| visit.there(&format!("/help/{}", problem.code)));
    RefusalPage { frame, problem, action, help, unfinished: None }
}

const ONE_SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A refusal with what is true in its case.
#[must_use]
pub fn explain(words: Words, refusal: &Refusal, now: Timestamp) -> Problem {
    let problem = Problem::explain(words, refusal.code());
    let moment = |at: &Timestamp| words.moment(*at, now);
    let fact = match refusal {
        Refusal::Locked { until } => {
            let (until, span) = words.until(*until, now);
            words.say("t-104-fact").with("until", until).with("span", span)
        }
        Refusal::ClaimedTooOften { until } => {
            let (until, span) = words.until(*until, now);
            words.say("t-118-fact").with("until", until).with("span", span)
        }
        Refusal::InvitationExpired { at } => words.say("t-105-fact").with("at", moment(at)),
        Refusal::LinkExpired { at } => words.say("t-106-fact").with("at", moment(at)),
        Refusal::Cancelled { at } => words.say("t-107-fact").with("at", moment(at)),
        Refusal::OrganizationClosed { at } => words.say("t-117-fact").with("at", moment(at)),
        Refusal::AlreadyFetched { at, platform } => {
            words.say("t-108-fact").with("at", moment(at)).with("device", words.device(*platform))
        }
        Refusal::AlreadyInstalled { at, platform } => {
            words.say("t-109-fact").with("at", moment(at)).with("device", words.device(*platform))
        }
        Refusal::Revoked { at } => words.say("t-110-fact").with("at", moment(at)),
        Refusal::Superseded { at } => words.say("t-111-fact").with("at", moment(at)),
        Refusal::WindowOver { at, fetched: true } => words.say("t-112-fact-fetched").with("at", moment(at)),
        Refusal::WindowOver { at, fetched: false } => {
            words.say("t-112-fact-unfetched").with("at", moment(at))
        }
        Refusal::FetchesUsedUp { limit } => words.say("t-113-fact").with("limit", *limit),
        Refusal::OtherDevice { meant_for } => {
            words.say("t-115-fact").with("devices", words.devices(meant_for))
        }
        Refusal::Unknown
        | Refusal::WrongSecret { .. }
        | Refusal::MalformedSecret
        | Refusal::WeakPassword
        | Refusal::TryAgain => return problem,
    };
    problem.with_fact(&fact)
}
