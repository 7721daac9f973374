//! The page behind TLS client authentication: does the certificate work, and if not, why?

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use jiff::{SignedDuration, Timestamp};

use super::between;
use super::change;
use super::client_certificate::{self, ClientCert};
use super::error::HttpError;
use super::frame::page;
use super::guide::{DrawnStep, Situation};
use super::page::{Frame, Problem};
use super::visit::Visit;
use super::words::Words;
use crate::device::{OsVersion, Platform};
use crate::directory::Organization;
use crate::enrollment::CheckOutcome;

/// The outcome of a check.
#[derive(Debug, Template)]
#[template(path = "check.html")]
pub struct CheckPage {
    /// What stands around it.
    pub frame: Frame,
    /// The outcome's stable name, for `data-outcome`.
    pub outcome: &'static str,
    /// What is wrong; nothing when all is well.
    pub problem: Option<Problem>,
    /// How soon it ends, where that is soon.
    pub soon: Option<String>,
    /// What is known of the certificate: names and values.
    pub details: Vec<(String, String)>,
    /// This very page.
    pub again: String,
    /// How the browser is brought to ask again, where another choice would help.
    pub asking: Vec<DrawnStep>,
    /// What to do where the certificate was installed as one of a kind that no browser uses.
    pub kind: Vec<DrawnStep>,
    /// How an older certificate is removed; empty where there is none.
    pub removal: Vec<DrawnStep>,
    /// The way to another device, where all is well and the person may go it alone, or is going it.
    pub change: Option<Onward>,
}

/// The way to another device.
#[derive(Debug)]
pub struct Onward {
    /// Where it is.
    pub href: String,
    /// Whether somebody has begun it.
    pub begun: bool,
}

/// What was shown, as bytes that should be a certificate.
pub(super) fn shown(visit: &Visit, request: &HttpRequest) -> Option<Vec<u8>> {
    let settings = &visit.site().settings;
    let carried = client_certificate::read(request.headers());
    if settings.client_certificate_by_proxy && settings.proxies.trusts(visit.ends().peer) {
        return match carried {
            ClientCert::Absent => None,
            ClientCert::Der(der) => Some(der),
            // No bytes are no certificate: the page says that it is not registered.
            ClientCert::Malformed => {
                tracing::warn!(reference = visit.reference(), peer = %visit.ends().peer, "a proxy sent a malformed Client-Cert");
                Some(Vec::new())
            }
        };
    }
    if carried != ClientCert::Absent {
        tracing::warn!(
            reference = visit.reference(),
            peer = %visit.ends().peer,
            "Client-Cert from an address that is no listed proxy was ignored"
        );
    }
    visit.connection()?.client_certificate.as_deref().map(<[u8]>::to_vec)
}

/// `GET /check`: what the certificate that was shown is worth. The first good one proves the installation.
///
/// # Errors
/// None but an unexpected one.
pub async fn check(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let shown = shown(&visit, &request);
    let outcome = visit.site().authority.check(shown.as_deref()).await;
    answer(&visit, &request, outcome, StatusCode::OK).await
}

/// The organization of the certificate that was shown, for one that was found to be ours.
pub(super) async fn home(visit: &Visit, request: &HttpRequest) -> Option<Organization> {
    visit.site().authority.organization_behind_certificate(&shown(visit, request)?).await
}

/// The page of an outcome.
pub(super) async fn answer(
    visit: &Visit,
    request: &HttpRequest,
    outcome: CheckOutcome,
    status: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let found =
        Found { between: outcome == CheckOutcome::NoneShown && between::is_seen(visit, request), outcome };
    let mut change = None;
    if found.is_ours()
        && let Some(home) = home(visit, request).await
    {
        visit.belongs_to(&home);
        if let CheckOutcome::Ok { enrollment, .. } = &found.outcome {
            let begun = visit.site().authority.change_is_under_way(&home.id, enrollment).await;
            let may = home.policy.change_alone && home.closed_at.is_none();
            change = (may || begun).then(|| Onward { href: visit.there(change::PATH), begun });
        }
    }
    if let CheckOutcome::Ok { enrollment, .. } = &found.outcome {
        visit.is_about(enrollment);
    }
    visit.site().metrics.checked(found.name());
    if let Some(code) = found.code() {
        visit.refused_with(code);
    }
    let status = match found.outcome {
        CheckOutcome::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
        _ => status,
    };
    page(status, &CheckPage { change, ..draw(visit, &found) })
}

/// What a check found.
struct Found {
    outcome: CheckOutcome,
    /// Whether it is likely that a certificate was shown, and stopped on the way.
    between: bool,
}

impl Found {
    const fn code(&self) -> Option<&'static str> {
        if self.between { Some("T-308") } else { self.outcome.code() }
    }

    /// Whether the certificate that was shown is one of ours, whatever it is worth.
    const fn is_ours(&self) -> bool {
        matches!(
            self.outcome,
            CheckOutcome::Ok { .. } | CheckOutcome::Revoked { .. } | CheckOutcome::Superseded { .. }
        )
    }

    const fn name(&self) -> &'static str {
        if self.between { "in-between" } else { name(&self.outcome) }
    }
}

fn draw(visit: &Visit, found: &Found) -> CheckPage {
    let outcome = &found.outcome;
    let words = visit.words();
    let device = visit.device(None);
    let problem = problem(words, found, device.platform, visit.site().now());
    let frame = match &problem {
        None => visit.frame("check", &words.say("check-ok-title")),
        Some(problem) => visit.frame("check", &problem.title).with_reference(),
    };
    let situation = Situation::of_system(device.platform, device.os_version.as_ref().map(OsVersion::major));
    let is_none = *outcome == CheckOutcome::NoneShown && !found.between;
    let asks_again =
        is_none || matches!(outcome, CheckOutcome::OtherIssuer { .. } | CheckOutcome::Superseded { .. });
    let old =
        matches!(outcome, CheckOutcome::Ok { has_predecessor: true, .. } | CheckOutcome::Superseded { .. });
    let steps = |wanted: bool, steps: fn(&Situation, Words) -> Vec<DrawnStep>| {
        if wanted { steps(&situation, words) } else { Vec::new() }
    };
    CheckPage {
        frame,
        outcome: found.name(),
        problem,
        soon: soon(words, outcome, visit.site().now()),
        details: details(words, outcome),
        again: visit.here(|_| {}),
        asking: steps(asks_again, Situation::asking),
        kind: steps(is_none, Situation::other_kind),
        removal: steps(old, Situation::removal),
        change: None,
    }
}

/// The stable name of an outcome.
const fn name(outcome: &CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Ok { .. } => "ok",
        CheckOutcome::NoneShown => "none-shown",
        CheckOutcome::OtherIssuer { .. } => "other-issuer",
        CheckOutcome::Expired { .. } => "expired",
        CheckOutcome::NotYetValid { .. } => "not-yet-valid",
        CheckOutcome::Revoked { .. } => "revoked",
        CheckOutcome::Superseded { .. } => "superseded",
        CheckOutcome::Unknown => "unknown",
        CheckOutcome::TryAgain => "try-again",
    }
}

fn problem(words: Words, found: &Found, platform: Platform, now: Timestamp) -> Option<Problem> {
    let problem = Problem::explain(words, found.code()?);
    let moment = |at: &Timestamp| words.moment(*at, now);
    let fact = match &found.outcome {
        _ if found.between => return Some(problem),
        CheckOutcome::Expired { at } => words.say("t-303-fact").with("at", moment(at)),
        CheckOutcome::NotYetValid { at } => words.say("t-304-fact").with("at", moment(at)),
        CheckOutcome::Revoked { at, reason } => {
            words.say("t-305-fact").with("at", moment(at)).with("reason", reason.name())
        }
        CheckOutcome::NoneShown => {
            let todo = words.say("t-301-todo-here").with("platform", platform.as_str()).to_string();
            return Some(Problem { todo, ..problem });
        }
        CheckOutcome::Superseded { at } => words.say("t-306-fact").with("at", moment(at)),
        _ => return Some(problem),
    };
    Some(problem.with_fact(&fact))
}

/// From how long before its end on a certificate that works is said to end: who opens the page once more can still ask for a new
/// one in time.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

fn soon(words: Words, outcome: &CheckOutcome, now: Timestamp) -> Option<String> {
    let CheckOutcome::Ok { not_after, .. } = outcome else { return None };
    let left = not_after.duration_since(now);
    (left <= SOON).then(|| words.say("check-ok-soon").with("span", words.span(left)).to_string())
}

/// The name by which a person knows the certificate, in a subject such as `O=Midori, CN=Hanako Tanaka`; the whole of it where
/// there is none.
fn common_name(subject: &str) -> &str {
    let Some(begin) = subject.strip_prefix("CN=").or_else(|| Some(subject.split_once(", CN=")?.1)) else {
        return subject;
    };
    // A name may have commas of its own: it ends where the next attribute begins.
    let is_attribute = |rest: &str| {
        let name = rest.split('=').next().unwrap_or_default();
        name.len() < rest.len() && !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let end = begin.match_indices(", ").find(|(at, comma)| is_attribute(&begin[at + comma.len()..]));
    end.map_or(begin, |(at, _)| &begin[..at])
}

fn details(words: Words, outcome: &CheckOutcome) -> Vec<(String, String)> {
    let line = |key: &str, value: String| (words.say(key).to_string(), value);
    match outcome {
        CheckOutcome::Ok { subject, not_after, .. } => {
            vec![
                line("check-ok-name", common_name(subject).to_owned()),
                line("check-ok-until", words.date(*not_after)),
            ]
        }
        CheckOutcome::OtherIssuer { issuer, expected } => {
            vec![line("check-issuer-shown", issuer.clone()), line("check-issuer-expected", expected.clone())]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::common_name;

    #[test]
    fn a_person_is_shown_the_name_and_not_the_whole_subject() {
        for (subject, name) in [
            ("O=Tegata Demo, CN=Hanako Yamada", "Hanako Yamada"),
            ("CN=Tanaka, Hanako, serialNumber=7", "Tanaka, Hanako"),
            ("C=JP, O=Midori, Inc., CN=a = b", "a = b"),
            ("CN=", ""),
            ("O=Midori", "O=Midori"),
            ("", ""),
        ] {
            assert_eq!(common_name(subject), name, "{subject}");
        }
    }
}
