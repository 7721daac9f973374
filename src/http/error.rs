//! The one mapping from what went wrong to a status. Its default hides the detail.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::console::Trouble;
use crate::enrollment::Refusal;

/// Why a request was not done. The page is drawn by [`super::frame`], in the request's language.
#[derive(Debug)]
pub enum HttpError {
    /// The registration authority refused.
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// A form that another site sent.
    ForeignOrigin,
    /// A body beyond the limit.
    TooLarge,
    /// A body that is not a form.
    UnsupportedMediaType,
    /// A form that cannot be read, or that has a field twice.
    BadForm,
    /// Too many requests from one address; how long to wait.
    RateLimited(Duration),
    /// No such page.
    NotFound,
    /// No organization that asks for it has a facility with this code.
    UnknownFacility,
    /// The page does not take this method; what it takes.
    MethodNotAllowed(String),
    /// A part of a file that does not exist; the file's length.
    RangeNotSatisfiable(usize),
    /// The console does not do it.
    Console(Trouble),
    /// What lies behind does not work; in a word, and the log has the cause.
    NotReady(&'static str),
    /// Everything unexpected; the text is for the log alone.
    Internal(String),
}

impl HttpError {
    /// Whatever the machinery says, for the log.
    pub fn internal(error: impl fmt::Display) -> Self {
        Self::Internal(error.to_string())
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { refusal } => refusal.code(),
            Self::ForeignOrigin => "T-203",
            Self::TooLarge => "T-204",
            Self::UnsupportedMediaType => "T-205",
            Self::BadForm => "T-206",
            Self::RateLimited(_) => "T-207",
            Self::NotFound => "T-208",
            Self::UnknownFacility => "T-116",
            Self::MethodNotAllowed(_) => "T-209",
            Self::RangeNotSatisfiable(_) => "T-211",
            Self::Console(trouble) => trouble.code(),
            Self::NotReady(_) => "T-291",
            Self::Internal(_) => "T-290",
        }
    }
}

/// The status of a refusal.
#[must_use]
pub const fn refusal_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Unknown => StatusCode::NOT_FOUND,
        Refusal::MalformedSecret | Refusal::WeakPassword => StatusCode::BAD_REQUEST,
        Refusal::WrongSecret { .. }
        | Refusal::Locked { .. }
        | Refusal::ClaimedTooOften { .. }
        | Refusal::OtherDevice { .. } => StatusCode::FORBIDDEN,
        Refusal::InvitationExpired { .. }
        | Refusal::LinkExpired { .. }
        | Refusal::Cancelled { .. }
        | Refusal::OrganizationClosed { .. }
        | Refusal::AlreadyFetched { .. }
        | Refusal::AlreadyInstalled { .. }
        | Refusal::Revoked { .. }
        | Refusal::Superseded { .. }
        | Refusal::WindowOver { .. }
        | Refusal::FetchesUsedUp { .. } => StatusCode::GONE,
        Refusal::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { refusal }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { refusal } => refusal.fmt(f),
            Self::Internal(detail) => f.write_str(detail),
            other => f.write_str(other.code()),
        }
    }
}

impl ResponseError for HttpError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused { refusal } => refusal_status(refusal),
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadForm => StatusCode::BAD_REQUEST,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound | Self::UnknownFacility => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::RangeNotSatisfiable(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Console(trouble) => trouble.status(),
            Self::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stand-in; the frame around every request draws the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unexpected_is_a_500_that_tells_nothing() {
        let error = HttpError::internal("the pepper is at /etc/tegata/pepper");
        assert_eq!(error.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(error.code(), "T-290");
    }

    #[test]
    fn no_refusal_is_a_success_or_a_redirection() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let platform = crate::device::Platform::Ios;
        for (refusal, status) in [
            (Refusal::Unknown, 404),
            (Refusal::WrongSecret { attempts_left: 1 }, 403),
            (Refusal::MalformedSecret, 400),
            (Refusal::Locked { until: at }, 403),
            (Refusal::InvitationExpired { at }, 410),
            (Refusal::LinkExpired { at }, 410),
            (Refusal::Cancelled { at }, 410),
            (Refusal::OrganizationClosed { at }, 410),
            (Refusal::AlreadyFetched { at, platform }, 410),
            (Refusal::AlreadyInstalled { at, platform }, 410),
            (Refusal::Revoked { at }, 410),
            (Refusal::Superseded { at }, 410),
            (Refusal::WindowOver { at, fetched: true }, 410),
            (Refusal::FetchesUsedUp { limit: 5 }, 410),
            (Refusal::WeakPassword, 400),
            (Refusal::OtherDevice { meant_for: vec![] }, 403),
            (Refusal::ClaimedTooOften { until: at }, 403),
            (Refusal::TryAgain, 503),
        ] {
            assert_eq!(refusal_status(&refusal).as_u16(), status, "{refusal}");
            assert!(super::super::help::CODES.contains(&refusal.code()), "{refusal}");
        }
    }
}
