//! What happens around every request: a reference, security headers, the page of an error, one line of the log. A panic
//! becomes a page as well.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{ALLOW, CONTENT_RANGE, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use askama::Template;
use futures_util::FutureExt;
use tracing::Instrument as _;

use super::console;
use super::error::HttpError;
use super::headers::{REQUEST_ID, UNREADY};
use super::refusal;
use super::settings::SiteKind;
use super::site::Site;
use super::unread::Held;
use super::visit::Visit;
use crate::device::is_prefetch;
use crate::telemetry::{RequestSeen, TRACEPARENT, continue_trace, known_method};

/// How soon it is worth trying again where something does not work, in seconds.
const TRY_AGAIN_AFTER: &str = "5";

/// A page as a response.
///
/// # Errors
/// When it cannot be rendered, which no page of ours does.
pub fn page(status: StatusCode, page: &impl Template) -> Result<HttpResponse, HttpError> {
    let html = page.render().map_err(HttpError::internal)?;
    let mut response = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((RETRY_AFTER, TRY_AGAIN_AFTER));
    }
    Ok(response.content_type("text/html; charset=utf-8").body(html))
}

/// Whether nobody asked for this request yet: a browser that guesses where a tap will go.
fn is_guess(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    is_prefetch(text("sec-purpose"), text("purpose"), text("x-purpose"), text("x-moz"))
}

/// The response to an error: its page, in the request's language.
fn draw(visit: &Visit, error: &HttpError) -> HttpResponse {
    let status = error.status_code();
    visit.refused_with(error.code());
    if status.is_server_error() {
        tracing::error!(reference = visit.reference(), code = error.code(), %error, "a request failed");
    }
    let drawn = match visit.site().kind {
        SiteKind::Landing | SiteKind::Check => page(status, &refusal::of(visit, error)),
        SiteKind::Console => page(status, &console::refusal_of(visit, error)),
    };
    let mut response = drawn.unwrap_or_else(|_| HttpResponse::build(status).body(error.code()));
    let mut set = |name, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    match error {
        // Rounded up, so that who waits exactly that long is not refused again.
        HttpError::RateLimited(wait) => set(RETRY_AFTER, (wait.as_secs() + 1).to_string()),
        HttpError::MethodNotAllowed(allow) => set(ALLOW, allow.clone()),
        HttpError::RangeNotSatisfiable(length) => set(CONTENT_RANGE, format!("bytes */{length}")),
        HttpError::NotReady(reason) => set(UNREADY, (*reason).to_owned()),
        _ => {}
    }
    response
}

fn finish(site: &Site, visit: &Visit, headers: &mut HeaderMap) {
    site.headers.set(headers, visit.rules().as_deref(), visit.asks().as_deref());
    if let Ok(reference) = HeaderValue::from_str(visit.reference()) {
        headers.insert(REQUEST_ID, reference);
    }
    for cookie in visit.cookies() {
        if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
            headers.append(SET_COOKIE, cookie);
        }
    }
}

/// The frame around every request of a site.
///
/// # Errors
/// None: every error becomes a response, and a panic one with the page of an unexpected error.
pub async fn around(
    site: Arc<Site>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let visit = Visit::of(&site, &request);
    let begun = Instant::now();
    let method = request.method().clone();
    if site.settings.proxies.trusts(visit.ends().peer)
        && let Some(parent) = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok())
    {
        continue_trace(visit.span(), parent);
    }
    let held = Held::of(&mut request);
    request.extensions_mut().insert(visit.clone());
    if is_guess(request.headers()) {
        // Nothing is done and nothing kept, so that the tap itself is the first request.
        let mut response = HttpResponse::ServiceUnavailable().finish();
        finish(&site, &visit, response.headers_mut());
        note(&site, &visit, &method, "prefetch", response.status(), begun);
        return Ok(request.into_response(response.map_body(|_, body| held.until_sent(body))));
    }
    let handling = next.call(request).instrument(visit.span().clone());
    let outcome = AssertUnwindSafe(handling).catch_unwind().await;
    let mut response = match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(unexpected(&site, &visit, &method, begun, held, &error.to_string())),
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
            let detail = format!("panic: {}", said.unwrap_or_default());
            return Err(unexpected(&site, &visit, &method, begun, held, &detail));
        }
    };
    let drawn = response.response().error().map(|error| match error.as_error::<HttpError>() {
        Some(error) => draw(&visit, error),
        None => draw(&visit, &by_status(error)),
    });
    if let Some(drawn) = drawn {
        response = response.into_response(drawn);
    }
    finish(&site, &visit, response.headers_mut());
    // The route, never the path: codes and tickets stand in it.
    let route = response.request().match_pattern().unwrap_or_else(|| "-".to_owned());
    note(&site, &visit, &method, &route, response.status(), begun);
    Ok(response.map_body(|_, body| held.until_sent(body)))
}

/// The one line that the log has of every request, and its place in the metrics.
fn note(site: &Site, visit: &Visit, method: &Method, route: &str, status: StatusCode, begun: Instant) {
    let took = begun.elapsed();
    site.metrics.answered(&RequestSeen {
        site: site.kind.name(),
        method: method.as_str(),
        route,
        status: status.as_u16(),
        code: visit.code(),
        took,
    });
    traced(visit, method, route, status);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                reference = visit.reference(),
                client = %visit.ends().client,
                %method,
                route,
                status = status.as_u16(),
                enrollment = visit.about().map(|enrollment| enrollment.to_string()),
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "request"
            )
        };
    }
    // Whoever watches asks every few seconds.
    let is_asked_often = matches!(
        route,
        "/healthz"
            | "/readyz"
            | "/t/{ticket}/state"
            | "/change/state"
            | "/change/{form}/state"
            | "/o/{organization}/enrollments/{enrollment}/live"
    );
    if is_asked_often && status.is_success() {
        line!(debug);
    } else {
        line!(info);
    }
}

/// What the trace of a request says of its end.
fn traced(visit: &Visit, method: &Method, route: &str, status: StatusCode) {
    let span = visit.span();
    span.record("http.request.method", known_method(method.as_str()));
    if route != "-" {
        span.record("http.route", route);
    }
    span.record("http.response.status_code", status.as_u16());
    span.record("tegata.code", visit.code());
    if let Some(enrollment) = visit.about() {
        span.record("tegata.enrollment", enrollment.as_str());
    }
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// What actix itself found wrong with a request.
fn by_status(error: &Error) -> HttpError {
    match error.as_response_error().status_code().as_u16() {
        404 => HttpError::NotFound,
        413 => HttpError::TooLarge,
        415 => HttpError::UnsupportedMediaType,
        400..=499 => HttpError::BadForm,
        _ => HttpError::internal(error),
    }
}

/// The request is gone with what failed, so that its response travels as an error.
fn unexpected(
    site: &Site,
    visit: &Visit,
    method: &Method,
    begun: Instant,
    held: Held,
    detail: &str,
) -> Error {
    let mut response = draw(visit, &HttpError::internal(detail));
    note(site, visit, method, "-", response.status(), begun);
    finish(site, visit, response.headers_mut());
    let response = response.map_body(|_, body| held.until_sent(body));
    InternalError::from_response("unexpected", response).into()
}
