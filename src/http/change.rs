//! A person changes to another device alone: the page on the old device, behind TLS client authentication.
//!
//! The old device's certificate is sent with every request that any site makes the browser send, so that nothing here is done
//! but by a form whose nonce was signed for this very certificate, and that no other site sent.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;

use super::check;
use super::entry::received;
use super::error::HttpError;
use super::frame::page;
use super::guide::{DrawnStep, Situation};
use super::nonce::NonceProblem;
use super::page::{Frame, Problem};
use super::refusal::RefusalPage;
use super::scan::Scan;
use super::visit::Visit;
use super::words::Words;
use crate::device::OsVersion;
use crate::enrollment::{ChangeRefusal, ChangeStanding, DeviceChange, IssuedInvitation, Once};
use crate::pki::SerialNumber;

/// Where the change is.
pub const PATH: &str = "/change";

/// What the new device needs.
pub struct Handed {
    /// The link as a picture to scan.
    pub scan: Option<Scan>,
    /// Where it is typed, without the scheme.
    pub address: String,
    /// The retrieval number, in its groups.
    pub number: String,
    /// The secret, in its groups.
    pub secret: String,
    /// The bundle password, where the offer has it travel apart.
    pub separate: Option<String>,
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handed(..)")
    }
}

/// The change as it stands. `data-stage` is `idle`, `shown`, `hidden`, `late`, `taken` or `done`.
#[derive(Debug, Template)]
#[template(path = "change.html")]
pub struct ChangePage {
    /// What stands around it.
    pub frame: Frame,
    /// How far it has come.
    pub stage: &'static str,
    /// What is true in this case: a time, a device.
    pub fact: Option<String>,
    /// Why a form is shown again.
    pub problem: Option<Problem>,
    /// What the new device needs, while it is shown.
    pub handed: Option<Handed>,
    /// Whether an operator's invitation would end.
    pub invited_otherwise: bool,
    /// The nonce of the form that begins or renews, where that can be done.
    pub begin: Option<String>,
    /// The nonce of the form that stops, where that can be done.
    pub stop: Option<String>,
    /// Where those forms are sent.
    pub begin_action: String,
    /// As above.
    pub stop_action: String,
    /// Where a script asks how far it has come, while it is under way.
    pub watch: Option<String>,
    /// This very page.
    pub again: String,
    /// The check page.
    pub check: String,
    /// How the old certificate is removed, once the new one is proven.
    pub removal: Vec<DrawnStep>,
}

/// The names of the two forms for the certificate that was shown: a form of one opens nothing for another.
fn begin_form(serial: &SerialNumber) -> String {
    format!("change {serial}")
}

fn stop_form(serial: &SerialNumber) -> String {
    format!("stop change {serial}")
}

/// The key of the form that drew what the page shows, as its address has it. Without the certificate it opens nothing.
fn once_of(request: &HttpRequest) -> Option<Once> {
    let text = request.match_info().get("form").unwrap_or_default();
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok().map(Once)
}

async fn followed(visit: &Visit, request: &HttpRequest) -> Result<DeviceChange, ChangeRefusal> {
    let shown = check::shown(visit, request);
    let change = visit.site().authority.follow_change(shown.as_deref(), once_of(request)).await?;
    visit.is_about(&change.enrollment);
    visit.belongs_to(&change.organization);
    Ok(change)
}

/// `GET /change` and `GET /change/{form}`: how far the change has come. Changes nothing.
///
/// # Errors
/// None but an unexpected one.
pub async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    match followed(&visit, &request).await {
        Ok(change) => page(StatusCode::OK, &draw(&visit, &change, None)?),
        Err(refusal) => refused(&visit, &request, refusal, StatusCode::OK).await,
    }
}

/// What the script is told.
#[derive(Debug, Serialize)]
struct Told {
    /// The stage, as the page has it in `data-stage`.
    state: &'static str,
}

/// `GET /change/state` and `GET /change/{form}/state`: how far it has come, for the script of the page. Changes nothing.
pub async fn tell(visit: Visit, request: HttpRequest) -> HttpResponse {
    let state = match followed(&visit, &request).await {
        Ok(change) => change.standing.name(),
        Err(ChangeRefusal::TryAgain) => return HttpResponse::ServiceUnavailable().finish(),
        // The page itself says what it is.
        Err(_) => "over",
    };
    HttpResponse::Ok().json(Told { state })
}

/// `POST /change`: begins, or renews. Then 303 to the page that shows what the new device needs.
///
/// # Errors
/// Where the form is none that our page sent.
pub async fn begin(visit: Visit, request: HttpRequest, payload: Payload) -> Result<HttpResponse, HttpError> {
    let form = received(&visit, &request, payload).await?;
    let change = match followed(&visit, &request).await {
        Ok(change) => change,
        Err(refusal) => return refused(&visit, &request, refusal, StatusCode::FORBIDDEN).await,
    };
    let random = match visit.site().nonces.open(&begin_form(&change.serial), form.get("form")) {
        Ok(random) => random,
        Err(problem) => return again(&visit, &change, problem),
    };
    let shown = check::shown(&visit, &request);
    let from = Some(visit.ends().client);
    match visit.site().authority.begin_change(shown.as_deref(), Once(random), from).await {
        Ok(_) => Ok(go_on(&visit, &format!("{PATH}/{}", BASE64URL_NOPAD.encode(&random)))),
        // The page says how things stand.
        Err(refusal @ ChangeRefusal::NotNow(_)) => {
            visit.refused_with(refusal.code());
            Ok(go_on(&visit, PATH))
        }
        Err(refusal) => refused(&visit, &request, refusal, StatusCode::FORBIDDEN).await,
    }
}

/// `POST /change/stop`: stops it. Then 303 to the page that says so.
///
/// # Errors
/// Where the form is none that our page sent.
pub async fn stop(visit: Visit, request: HttpRequest, payload: Payload) -> Result<HttpResponse, HttpError> {
    let form = received(&visit, &request, payload).await?;
    let change = match followed(&visit, &request).await {
        Ok(change) => change,
        Err(refusal) => return refused(&visit, &request, refusal, StatusCode::FORBIDDEN).await,
    };
    if let Err(problem) = visit.site().nonces.open(&stop_form(&change.serial), form.get("form")) {
        return again(&visit, &change, problem);
    }
    let shown = check::shown(&visit, &request);
    match visit.site().authority.stop_change(shown.as_deref(), Some(visit.ends().client)).await {
        Ok(()) => Ok(go_on(&visit, PATH)),
        Err(refusal) => refused(&visit, &request, refusal, StatusCode::FORBIDDEN).await,
    }
}

fn go_on(visit: &Visit, path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, visit.there(path))).finish()
}

/// The page once more, with a fresh form, where the form was too old or none of ours.
fn again(visit: &Visit, change: &DeviceChange, problem: NonceProblem) -> Result<HttpResponse, HttpError> {
    let code = match problem {
        NonceProblem::Forged => "T-201",
        NonceProblem::Expired => "T-202",
    };
    visit.refused_with(code);
    let words = visit.words();
    // Nothing was typed that could be typed again.
    let problem = Problem {
        title: words.say("change-again-title").to_string(),
        todo: words.say("change-again").to_string(),
        ..Problem::explain(words, code)
    };
    page(StatusCode::BAD_REQUEST, &draw(visit, change, Some(problem))?)
}

/// The page of a refusal; of a certificate that proves nothing it is the check page, which says what it is worth.
async fn refused(
    visit: &Visit,
    request: &HttpRequest,
    refusal: ChangeRefusal,
    unproven: StatusCode,
) -> Result<HttpResponse, HttpError> {
    let status = match &refusal {
        ChangeRefusal::Unproven(outcome) => {
            return check::answer(visit, request, outcome.clone(), unproven).await;
        }
        ChangeRefusal::TooOften => StatusCode::TOO_MANY_REQUESTS,
        ChangeRefusal::NotNow(_) => StatusCode::CONFLICT,
        ChangeRefusal::NotOffered | ChangeRefusal::NothingIssued => StatusCode::FORBIDDEN,
        ChangeRefusal::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
    };
    // Whom to ask is what such a page is for. Of a certificate that could not be looked at, nothing is told.
    if refusal != ChangeRefusal::TryAgain
        && let Some(organization) = check::home(visit, request).await
    {
        visit.belongs_to(&organization);
    }
    let code = refusal.code();
    visit.refused_with(code);
    let problem = Problem::explain(visit.words(), code);
    let frame = visit.frame("refusal", &problem.title).with_reference();
    page(status, &RefusalPage { frame, problem, action: None, help: None, unfinished: None })
}

/// Where the number is typed, without the scheme: what a person types into a browser.
fn typed_address(visit: &Visit) -> String {
    let url = visit.site().settings.public_url.join("n");
    let address = url.map_or_else(|_| visit.site().settings.public_url.to_string(), String::from);
    address.split_once("://").map_or(address.clone(), |(_, rest)| rest.to_owned())
}

fn handed(visit: &Visit, issued: &IssuedInvitation) -> Handed {
    Handed {
        scan: Scan::of(&issued.link),
        address: typed_address(visit),
        number: issued.number.grouped().to_string(),
        secret: issued.secret.grouped().to_string(),
        separate: issued.separate_password.as_ref().map(|password| password.to_string()),
    }
}

fn fact(words: Words, standing: &ChangeStanding, now: jiff::Timestamp) -> Option<String> {
    let moment = |at| words.moment(at, now);
    Some(match standing {
        ChangeStanding::Idle { stopped_at: None, .. } => return None,
        ChangeStanding::Idle { stopped_at: Some(at), .. } => {
            words.say("change-stopped").with("at", moment(*at)).to_string()
        }
        ChangeStanding::Open { until, .. } => {
            let (_, span) = words.until(*until, now);
            words.say("change-until").with("until", words.time_of_day(*until)).with("span", span).to_string()
        }
        ChangeStanding::Late { at } => words.say("change-late-fact").with("at", moment(*at)).to_string(),
        ChangeStanding::Taken { at, platform, .. } => words
            .say("change-taken-fact")
            .with("at", moment(*at))
            .with("device", words.device(*platform))
            .to_string(),
        ChangeStanding::Done { at, platform } => match platform {
            Some(platform) => words
                .say("installed-fact")
                .with("at", moment(*at))
                .with("device", words.device(*platform))
                .to_string(),
            None => words.say("t-306-fact").with("at", moment(*at)).to_string(),
        },
    })
}

const fn title(stage: &ChangeStanding) -> &'static str {
    match stage {
        ChangeStanding::Idle { .. } => "change-title",
        ChangeStanding::Open { issued: Some(_), .. } => "change-shown-title",
        ChangeStanding::Open { issued: None, .. } => "change-hidden-title",
        ChangeStanding::Late { .. } => "change-late-title",
        ChangeStanding::Taken { .. } => "change-taken-title",
        ChangeStanding::Done { .. } => "change-done-title",
    }
}

fn draw(visit: &Visit, change: &DeviceChange, problem: Option<Problem>) -> Result<ChangePage, HttpError> {
    let (words, now, standing) = (visit.words(), visit.site().now(), &change.standing);
    let nonce = |scope: String| visit.site().nonces.issue(&scope).map_err(HttpError::internal);
    let (begins, stops) = match standing {
        ChangeStanding::Idle { .. } | ChangeStanding::Late { .. } => (true, false),
        ChangeStanding::Open { issued, .. } => (issued.is_none(), true),
        ChangeStanding::Taken { by_operator, .. } => (false, !by_operator),
        ChangeStanding::Done { .. } => (false, false),
    };
    let under_way = matches!(standing, ChangeStanding::Open { .. } | ChangeStanding::Taken { .. });
    let device = visit.device(None);
    let frame = visit.frame("change", &words.say(title(standing)));
    Ok(ChangePage {
        frame: if problem.is_some() { frame.with_reference() } else { frame },
        stage: standing.name(),
        fact: fact(words, standing, now),
        problem,
        handed: match standing {
            ChangeStanding::Open { issued: Some(issued), .. } => Some(handed(visit, issued)),
            _ => None,
        },
        invited_otherwise: matches!(standing, ChangeStanding::Idle { invited_otherwise: true, .. }),
        begin: begins.then(|| nonce(begin_form(&change.serial))).transpose()?,
        stop: stops.then(|| nonce(stop_form(&change.serial))).transpose()?,
        begin_action: visit.there(PATH),
        stop_action: visit.there(&format!("{PATH}/stop")),
        watch: under_way.then(|| format!("{}/state", visit.path().trim_end_matches('/'))),
        again: visit.here(|_| {}),
        check: visit.there("/check"),
        removal: match standing {
            ChangeStanding::Done { .. } => {
                let major = device.os_version.as_ref().map(OsVersion::major);
                Situation::of_system(device.platform, major).removal(words)
            }
            _ => Vec::new(),
        },
    })
}
