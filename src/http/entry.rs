//! The first screen: number and secret, or the secret alone where a link brought the person here.

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::entry_form::{EntryForm, NUMBER_FORM, Wrong, link_form, shows_form};
use super::error::{HttpError, refusal_status};
use super::facility;
use super::form::{self, Form};
use super::frame::page;
use super::limits::Kind;
use super::obstacle;
use super::origin;
use super::page::Frame;
use super::visit::Visit;
use crate::device::{Device, Hop};
use crate::directory::FirstPage;
use crate::enrollment::{ClaimRequest, Code, Credential, Refusal, Secret, Ticket};
use crate::pki::pkcs12::BundlePassword;

/// What previewers and crawlers get in place of the form: nothing to press, nothing to learn.
#[derive(Debug, Template)]
#[template(path = "preview.html")]
pub struct PreviewPage {
    /// What stands around it.
    pub frame: Frame,
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
    if let Some(organization) = visit.site().authority.organization_behind_code(code).await {
        visit.belongs_to(&organization);
    }
    refusal.into()
}

/// Counts a facility's code that leads nowhere.
pub(super) fn missed_facility(visit: &Visit) -> Result<(), HttpError> {
    visit.count(Kind::Miss)
}

/// What a request gets before anything is looked up: previewers a page without a form, LINE the way out.
pub(super) fn before(visit: &Visit, device: &Device) -> Option<Result<HttpResponse, HttpError>> {
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
    visit.wears(&opened.look);
    if let Some(answer) = obstacle::before(&visit, &device, Some(&opened)) {
        return answer;
    }
    let form = EntryForm { link: Some((&code, opened)), ..EntryForm::default() };
    page(StatusCode::OK, &form.draw(&visit, &device)?)
}

/// `GET /`: the form for number and secret, or for the facility's code where the organization wants that first.
///
/// # Errors
/// None but an unexpected one.
pub async fn first(visit: Visit) -> Result<HttpResponse, HttpError> {
    if let Some(answer) = before(&visit, &visit.device(None)) {
        return answer;
    }
    match facility::first_page(&visit).await? {
        FirstPage::Facility => facility::as_first_page(&visit),
        FirstPage::Number | FirstPage::Either => by_number(visit).await,
    }
}

/// `GET /n`: the form for number and secret.
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
    let by_facility = facility::first_page(&visit).await? != FirstPage::Number;
    page(StatusCode::OK, &EntryForm { by_facility, ..EntryForm::default() }.draw(&visit, &device)?)
}

fn code_of(visit: &Visit, request: &HttpRequest) -> Result<Code, HttpError> {
    let text = request.match_info().get("code").unwrap_or_default();
    visit.site().stand_ins.code(text).ok_or_else(|| HttpError::internal("no stand-in for a code"))
}

/// Reads a form that one of our pages may have sent.
pub(super) async fn received(
    visit: &Visit,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Form, HttpError> {
    // Not counted: any site that a visitor looks at could use up the allowance of the visitor's whole office.
    if origin::is_foreign(request.headers(), &visit.site().url) {
        return Err(HttpError::ForeignOrigin);
    }
    visit.count(Kind::Form)?;
    form::read(request, payload).await
}

/// What was typed, as far as it can be used; nothing was counted where it cannot.
fn typed(form: &Form) -> Result<(Secret, Option<BundlePassword>), Refusal> {
    let secret = Secret::parse(form.get("secret")).map_err(|_| Refusal::MalformedSecret)?;
    let password = form.filled("password").map(BundlePassword::parse).transpose();
    Ok((secret, password.map_err(|_| Refusal::WeakPassword)?))
}

/// Claims, and counts it.
async fn claim(visit: &Visit, claim: ClaimRequest) -> Result<Ticket, Refusal> {
    let begun = Instant::now();
    let outcome = visit.site().authority.claim(claim).await;
    visit.site().metrics.claimed(outcome.is_ok(), begun.elapsed());
    outcome
}

fn to_ticket(visit: &Visit, ticket: &Ticket) -> HttpResponse {
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
                let request = ClaimRequest {
                    by: Credential::Code(code.clone()),
                    secret,
                    device: device.clone(),
                    chosen_password,
                    language: visit.words().0.bcp47().to_owned(),
                };
                match claim(&visit, request).await {
                    Ok(ticket) => return Ok(to_ticket(&visit, &ticket)),
                    Err(refusal) => Wrong::Refused(refusal),
                }
            }
        },
    };
    visit.refused_with(wrong.code());
    let opened = match wrong {
        Wrong::Refused(refusal) if !shows_form(&refusal) => {
            return Err(refused(&visit, &code, refusal).await);
        }
        _ => authority.open(&code).await,
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(refusal) => return Err(refused(&visit, &code, refusal).await),
    };
    visit.is_about(&opened.enrollment);
    visit.wears(&opened.look);
    if let Wrong::Refused(refusal @ Refusal::OtherDevice { meant_for }) = &wrong {
        return obstacle::other_device(&visit, &device, meant_for, refusal_status(refusal), Some(&opened));
    }
    let again = EntryForm { link: Some((&code, opened)), wrong: Some(&wrong), ..EntryForm::default() };
    page(wrong.status(), &again.draw(&visit, &device)?)
}

/// `POST /`, `/n` or `/f/{facility}`: number and secret. Right: 303 to the ticket.
///
/// # Errors
/// The refusal that applies, where the form cannot be shown again.
pub async fn claim_by_number(
    visit: Visit,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, HttpError> {
    let form = received(&visit, &request, payload).await?;
    let facility = facility::behind(&visit, &request).await?;
    let device = visit.device(Some(&form));
    let wrong = match visit.site().nonces.open(NUMBER_FORM, form.get("form")) {
        Err(problem) => Wrong::Nonce(problem),
        Ok(random) => match typed(&form) {
            Err(refusal) => Wrong::Refused(refusal),
            Ok((secret, chosen_password)) => {
                let number = visit.site().stand_ins.number(form.get("number"));
                let number = number.ok_or_else(|| HttpError::internal("no stand-in for a number"))?;
                let request = ClaimRequest {
                    by: Credential::Number { number, form: random },
                    secret,
                    device: device.clone(),
                    chosen_password,
                    language: visit.words().0.bcp47().to_owned(),
                };
                match claim(&visit, request).await {
                    Ok(ticket) => return Ok(to_ticket(&visit, &ticket)),
                    Err(refusal) => Wrong::Refused(refusal),
                }
            }
        },
    };
    visit.refused_with(wrong.code());
    if let Wrong::Refused(refusal) = &wrong
        && !shows_form(refusal)
    {
        return Err(missed(&visit, refusal.clone()));
    }
    if let Wrong::Refused(refusal @ Refusal::OtherDevice { meant_for }) = &wrong {
        return obstacle::other_device(&visit, &device, meant_for, refusal_status(refusal), None);
    }
    let asks_password =
        form.filled("password").is_some() || matches!(wrong, Wrong::Refused(Refusal::WeakPassword));
    let again = EntryForm {
        number: form.get("number"),
        facility,
        asks_password,
        wrong: Some(&wrong),
        ..EntryForm::default()
    };
    page(wrong.status(), &again.draw(&visit, &device)?)
}
