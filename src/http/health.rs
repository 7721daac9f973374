//! For machines that watch: does the process live, and does what lies behind it work?

use actix_web::HttpResponse;

use super::error::HttpError;
use super::visit::Visit;

/// `GET /healthz`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: everything behind it works. What does not stands in a word in the header `X-Unready`, and in full in the log.
///
/// # Errors
/// [`HttpError::NotReady`].
pub async fn ready(visit: Visit) -> Result<HttpResponse, HttpError> {
    (visit.site().ready)().await.map_err(|unready| {
        tracing::error!(
            reference = visit.reference(),
            reason = unready.reason,
            cause = unready.cause,
            "not ready"
        );
        HttpError::NotReady(unready.reason)
    })?;
    Ok(live().await)
}
