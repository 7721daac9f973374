//! `GET /probe` on the check site: what the page about networks asks by script, to find out whether the way to here is open.
//!
//! It is asked as a person's navigation is, certificate and all: the handshake that asks for one is what some proxies cannot bear, and
//! whether one arrives is what the person wants to know. A browser may ask which to show (Chromium does, whatever a script says of
//! credentials), so that the page asks only when it was told to.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, VARY};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::visit::Visit;
use super::{between, check};

/// Its path.
pub const PATH: &str = "/probe";

/// What is told: nothing of the device, and nothing of any certificate but that there is one.
#[derive(Debug, Serialize)]
struct Told {
    /// Whether a certificate arrived.
    certificate: bool,
    /// Whether somebody in between opens the connection, as far as can be seen.
    between: bool,
}

/// `GET /probe`. Changes nothing. Only pages of the landing site may read the answer.
pub async fn answer(visit: Visit, request: HttpRequest) -> HttpResponse {
    let landing = visit.site().settings.public_url.origin().ascii_serialization();
    let mut response = HttpResponse::Ok();
    response.insert_header((VARY, "Origin"));
    if request.headers().get(ORIGIN).is_some_and(|origin| origin.as_bytes() == landing.as_bytes()) {
        response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, landing));
        response.insert_header((ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"));
    }
    let certificate = check::shown(&visit, &request).is_some();
    response.json(Told { certificate, between: !certificate && between::is_seen(&visit, &request) })
}
