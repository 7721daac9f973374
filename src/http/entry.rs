//! The first screen: number and secret, or the secret alone where a link brought the person here.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::error::{HttpError, refusal_status};
use super::form::{self, Form};
use super::frame::page;
use super::limits::Kind;
use super::nonce::NonceProblem;
use super::obstacle;
use super::origin;
use super::page::{CHOOSABLE, Choice, Frame, Problem};
use super::refusal::explain;
use super::visit::Visit;
use crate::device::{Device, Hop, Platform};
use crate::enrollment::{ClaimRequest, Code, Credential, OpenedInvitation, Refusal, Secret};
use crate::pki::pkcs12::BundlePassword;
use crate::profile::PasswordMode;

/// The device as the form names it.
#[derive(Debug, Clone)]
pub struct RecognisedDevice {
    /// Its kind.
    pub platform: Platform,
    /// Its name with the version where that is known.
    pub name: String,
    /// Whether the person chose it; then the form repeats the choice.
    pub chosen: bool,
}

/// The form that claims. `data-page` is `number` or `secret`.
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// What stands around it.
    pub frame: Frame,
    /// Where the form is sent, relative to the page.
    pub action: String,
    /// The form's nonce.
    pub nonce: String,
    /// What is handed out, where a link told it.
    pub offer: Option<String>,
    /// Whether the number is asked for.
    pub asks_number: bool,
    /// The number that was typed before, so that nobody types it twice.
    pub number: String,
    /// Whether the person chooses the bundle password.
    pub asks_password: bool,
    /// Why the form is shown again.
    pub problem: Option<Problem>,
    /// How many wrong secrets are left, where that should be told.
    pub attempts: Option<u32>,
    /// Until when a claim that was made already can be taken up again.
    pub resumable_until: Option<String>,
    /// Until when the invitation is open.
    pub open_until: Option<String>,
    /// The device; nothing where the form cannot know it.
    pub device: Option<RecognisedDevice>,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

impl EntryPage {
    /// Whether the form is shown again for this reason; then the fields that it is about are marked.
    fn is_wrong(&self, code: &str) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.code == code)
    }
}

/// What previewers and crawlers get in place of the form: nothing to press, nothing to learn.
#[derive(Debug, Template)]
#[template(path = "preview.html")]
pub struct PreviewPage {
    /// What stands around it.
    pub frame: Frame,
}

/// The form's name where no link names an invitation.
const NUMBER_FORM: &str = "number";
/// From how many attempts on a mistake is announced before it happens.
const FEW_ATTEMPTS: u32 = 3;

/// The form's name for the invitation behind a link.
fn link_form(code: &Code) -> String {
    format!("code {}", code.expose())
}

/// A refusal on the way to an error; what leads nowhere is counted, so that nobody tries for long.
pub(super) fn missed(visit: &Visit, refusal: Refusal) -> HttpError {
    if refusal == Refusal::Unknown
        && let Err(limited) = visit.count(Kind::Miss)
    {
        return limited;
    }
    refusal.into()
}

/// A refusal of what a link leads to, with whom to ask there.
async fn refused(visit: &Visit, code: &Code, refusal: Refusal) -> HttpError {
    if refusal == Refusal::Unknown {
        return missed(visit, refusal);
    }
    HttpError::refused(refusal, visit.site().authority.organization_behind_code(code).await)
}

/// What a request gets before anything is looked up: previewers a page without a form, LINE the way out.
fn before(visit: &Visit, device: &Device) -> Option<Result<HttpResponse, HttpError>> {
    if device.bot {
        return Some(preview(visit));
    }
    let parameters = visit.parameters();
    if Hop::of(device, parameters.hopped) == Some(Hop::LineExternal) && !parameters.external {
        let outside = visit.here(|parameters| parameters.external = true);
        return Some(Ok(HttpResponse::Found().insert_header((LOCATION, outside)).finish()));
    }
    None
}

/// The page for previewers.
pub(super) fn preview(visit: &Visit) -> Result<HttpResponse, HttpError> {
    let frame = visit.frame("preview", &visit.words().say("site-name"));
    page(StatusCode::OK, &PreviewPage { frame })
}

/// `GET /c/{code}`: what stands behind a link. Changes nothing.
///
/// # Errors
/// The refusal that applies.
pub async fn by_code(visit: Visit, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let device = visit.device(None);
    if let Some(answer) = before(&visit, &device) {
        return answer;
    }
    let code = code_of(&visit, &request)?;
    let opened = match visit.site().authority.open(&code).await {
        Ok(opened) => opened,
        Err(refusal) => return Err(refused(&visit, &code, refusal).await),
    };
    visit.is_about(&opened.enrollment);
    if let Some(answer) = obstacle::before(&visit, &device, Some(&opened)) {
        return answer;
    }
    let form = EntryForm { link: Some((&code, opened)), ..EntryForm::default() };
    page(StatusCode::OK, &form.draw(&visit, &device)?)
}

/// `GET /`: the form for number and secret.
///
/// # Errors
/// None but an unexpected one.
pub async fn by_number(visit: Visit) -> Result<HttpResponse, HttpError> {
    let device = visit.device(None);
    if let Some(answer) = before(&visit, &device) {
        return answer;
    }
    if let Some(answer) = obstacle::before(&visit, &device, None) {
        return answer;
    }
    page(StatusCode::OK, &EntryForm::default().draw(&visit, &device)?)
}

fn code_of(visit: &Visit, request: &HttpRequest) -> Result<Code, HttpError> {
    let text = request.match_info().get("code").unwrap_or_default();
    visit.site().stand_ins.code(text).ok_or_else(|| HttpError::internal("no stand-in for a code"))
}

/// Reads a form that one of our pages may have sent.
async fn received(visit: &Visit, request: &HttpRequest, payload: Payload) -> Result<Form, HttpError> {
    visit.count(Kind::Form)?;
    if origin::is_foreign(request.headers(), &visit.site().settings.public_url) {
        return Err(HttpError::ForeignOrigin);
    }
    form::read(request, payload).await
}

/// What was typed, as far as it can be used; nothing was counted where it cannot.
fn typed(form: &Form) -> Result<(Secret, Option<BundlePassword>), Refusal> {
    let secret = Secret::parse(form.get("secret")).map_err(|_| Refusal::MalformedSecret)?;
    let password = form.filled("password").map(BundlePassword::parse).transpose();
    Ok((secret, password.map_err(|_| Refusal::WeakPassword)?))
}

fn to_ticket(visit: &Visit, ticket: &crate::enrollment::Ticket) -> HttpResponse {
    let there = visit.there(&format!("/t/{}", ticket.expose()));
    HttpResponse::SeeOther().insert_header((LOCATION, there)).finish()
}

/// `POST /c/{code}`: the secret. Right: 303 to the ticket.
///
/// # Errors
/// The refusal that applies, where the form cannot be shown again.
pub async fn claim_by_code(
    visit: Visit,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, HttpError> {
    let form = received(&visit, &request, payload).await?;
    let code = code_of(&visit, &request)?;
    let device = visit.device(Some(&form));
    let authority = &visit.site().authority;
    let wrong = match visit.site().nonces.open(&link_form(&code), form.get("form")) {
        Err(problem) => Wrong::Nonce(problem),
        Ok(_) => match typed(&form) {
            Err(refusal) => Wrong::Refused(refusal),
            Ok((secret, chosen_password)) => {
                let claim = ClaimRequest {
                    by: Credential::Code(code.clone()),
                    secret,
                    device: device.clone(),
                    chosen_password,
                    language: visit.words().0.tag().to_owned(),
                };
                match authority.claim(claim).await {
                    Ok(ticket) => return Ok(to_ticket(&visit, &ticket)),
                    Err(refusal) => Wrong::Refused(refusal),
                }
            }
        },
    };
    let opened = match wrong {
        Wrong::Refused(refusal) if !refusal_shows_form(&refusal) => {
            return Err(refused(&visit, &code, refusal).await);
        }
        _ => authority.open(&code).await,
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(refusal) => return Err(refused(&visit, &code, refusal).await),
    };
    visit.is_about(&opened.enrollment);
    if let Wrong::Refused(refusal @ Refusal::OtherDevice { meant_for }) = &wrong {
        return obstacle::other_device(&visit, &device, meant_for, refusal_status(refusal), Some(&opened));
    }
    let again = EntryForm { link: Some((&code, opened)), wrong: Some(&wrong), ..EntryForm::default() };
    page(wrong.status(), &again.draw(&visit, &device)?)
}

/// `POST /`: number and secret. Right: 303 to the ticket.
///
/// # Errors
/// The refusal that applies, where the form cannot be shown again.
pub async fn claim_by_number(
    visit: Visit,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, HttpError> {
    let form = received(&visit, &request, payload).await?;
    let device = visit.device(Some(&form));
    let wrong = match visit.site().nonces.open(NUMBER_FORM, form.get("form")) {
        Err(problem) => Wrong::Nonce(problem),
        Ok(random) => match typed(&form) {
            Err(refusal) => Wrong::Refused(refusal),
            Ok((secret, chosen_password)) => {
                let number = visit.site().stand_ins.number(form.get("number"));
                let number = number.ok_or_else(|| HttpError::internal("no stand-in for a number"))?;
                let claim = ClaimRequest {
                    by: Credential::Number { number, form: random },
                    secret,
                    device: device.clone(),
                    chosen_password,
                    language: visit.words().0.tag().to_owned(),
                };
                match visit.site().authority.claim(claim).await {
                    Ok(ticket) => return Ok(to_ticket(&visit, &ticket)),
                    Err(refusal) => Wrong::Refused(refusal),
                }
            }
        },
    };
    if let Wrong::Refused(refusal) = &wrong
        && !refusal_shows_form(refusal)
    {
        return Err(missed(&visit, refusal.clone()));
    }
    if let Wrong::Refused(refusal @ Refusal::OtherDevice { meant_for }) = &wrong {
        return obstacle::other_device(&visit, &device, meant_for, refusal_status(refusal), None);
    }
    let asks_password =
        form.filled("password").is_some() || matches!(wrong, Wrong::Refused(Refusal::WeakPassword));
    let again =
        EntryForm { number: form.get("number"), asks_password, wrong: Some(&wrong), ..EntryForm::default() };
    page(wrong.status(), &again.draw(&visit, &device)?)
}

/// Whether trying again on the same form is the way on.
const fn refusal_shows_form(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::WrongSecret { .. }
            | Refusal::MalformedSecret
            | Refusal::WeakPassword
            | Refusal::OtherDevice { .. }
    )
}

/// Why a form did not lead on.
#[derive(Debug)]
enum Wrong {
    /// The form itself.
    Nonce(NonceProblem),
    /// What was typed, or how things stand.
    Refused(Refusal),
}

impl Wrong {
    fn status(&self) -> StatusCode {
        match self {
            Self::Nonce(_) => StatusCode::BAD_REQUEST,
            Self::Refused(refusal) => refusal_status(refusal),
        }
    }

    fn problem(&self, visit: &Visit, asks_number: bool) -> Problem {
        match self {
            Self::Nonce(NonceProblem::Forged) => Problem::explain(visit.words(), "T-201"),
            Self::Nonce(NonceProblem::Expired) => Problem::explain(visit.words(), "T-202"),
            Self::Refused(refusal) => {
                let problem = explain(visit.words(), refusal, visit.site().now());
                match refusal {
                    Refusal::WrongSecret { .. } if asks_number => {
                        Problem { title: visit.words().say("number-wrong").to_string(), ..problem }
                    }
                    _ => problem,
                }
            }
        }
    }
}

/// What the form is drawn from.
#[derive(Debug, Default)]
struct EntryForm<'a> {
    link: Option<(&'a Code, OpenedInvitation)>,
    number: &'a str,
    asks_password: bool,
    wrong: Option<&'a Wrong>,
}

impl EntryForm<'_> {
    fn draw(self, visit: &Visit, device: &Device) -> Result<EntryPage, HttpError> {
        let words = visit.words();
        let now = visit.site().now();
        let asks_number = self.link.is_none();
        let scope = self.link.as_ref().map_or_else(|| NUMBER_FORM.to_owned(), |(code, _)| link_form(code));
        let nonce = visit.site().nonces.issue(&scope).map_err(HttpError::internal)?;
        let frame = if asks_number {
            visit.frame("number", &words.say("number-title"))
        } else {
            visit.frame("secret", &words.say("secret-title"))
        };
        let opened = self.link.map(|(_, opened)| opened);
        let told = match self.wrong {
            Some(Wrong::Refused(Refusal::WrongSecret { attempts_left })) => Some(*attempts_left),
            _ => opened.as_ref().map(|opened| opened.attempts_left).filter(|left| *left <= FEW_ATTEMPTS),
        };
        let platforms = opened.as_ref().map_or(&[][..], |opened| &opened.platforms);
        Ok(EntryPage {
            frame: match &opened {
                None => frame,
                Some(opened) => frame.of(opened.organization.clone(), (&opened.contact).into()),
            },
            action: visit.here(|_| {}),
            nonce,
            offer: opened.as_ref().map(|opened| opened.offer.get(words.0.tag()).to_owned()),
            asks_number,
            number: self.number.chars().take(LONGEST_NUMBER).collect(),
            asks_password: self.asks_password
                || opened.as_ref().is_some_and(|opened| opened.password == PasswordMode::Chosen),
            problem: self.wrong.map(|wrong| wrong.problem(visit, asks_number)),
            attempts: told,
            resumable_until: opened
                .as_ref()
                .and_then(|opened| opened.resumable_until)
                .map(|until| words.time_of_day(until)),
            open_until: opened.as_ref().map(|opened| words.moment(opened.open_until, now)),
            choices: choices(visit, device, platforms),
            device: (device.platform != Platform::Unknown).then(|| RecognisedDevice {
                platform: device.platform,
                name: words.device_with_version(device.platform, device.os_version.as_ref()),
                chosen: visit.parameters().device == Some(device.platform),
            }),
        })
    }
}

/// No more of a typed number comes back in the form.
const LONGEST_NUMBER: usize = 40;

/// What the device can be corrected to: the kinds that the invitation is for, else all that something is made for.
pub(super) fn choices(visit: &Visit, device: &Device, meant_for: &[Platform]) -> Vec<Choice> {
    let offered = if meant_for.is_empty() { &CHOOSABLE[..] } else { meant_for };
    offered
        .iter()
        .map(|platform| Choice {
            platform: *platform,
            name: visit.words().device(*platform),
            href: visit.here(|parameters| {
                parameters.device = Some(*platform);
                parameters.anyway = false;
            }),
            current: *platform == device.platform,
        })
        .collect()
}
