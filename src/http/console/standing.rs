//! Who asks: the session behind the cookie, its account, and what the account may do in the organization that the address names.

use std::rc::Rc;

use actix_web::HttpRequest;
use data_encoding::HEXLOWER;
use openssl::sha::sha256;

use super::cookies;
use crate::directory::{Account, AccountId, Operator, Organization, SessionToken};
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
    /// What lets the browser in.
    pub token: SessionToken,
    name: String,
}

impl Standing {
    /// Somebody who has just been let in.
    #[must_use]
    pub fn new(account: Account, token: SessionToken) -> Self {
        // Forms are bound to it; the token itself never goes where nonces are made.
        let name = HEXLOWER.encode(&sha256(token.expose().as_bytes()));
        Self { account, place: None, token, name }
    }

    /// The session's name.
    #[must_use]
    pub fn session_name(&self) -> &str {
        &self.name
    }
}

/// The standing of whoever sends this request; `None` where nobody is signed in.
///
/// # Errors
/// When the store fails.
pub async fn of(
    visit: &Visit,
    request: &HttpRequest,
    organization: Option<&str>,
) -> Result<Option<Rc<Standing>>, HttpError> {
    let Some(shown) = cookies::find(request, &visit.site().url, cookies::SESSION) else { return Ok(None) };
    let Ok(token) = SessionToken::parse(&shown) else { return Ok(None) };
    let access = visit.site().authority.access();
    let Some((_, account)) = access.find_session(&token).await.map_err(HttpError::internal)? else {
        return Ok(None);
    };
    let mut standing = Standing::new(account, token);
    if let Some(id) = organization.and_then(|id| id.parse().ok())
        && let Some(operator) =
            access.operator(&id, &standing.account.id).await.map_err(HttpError::internal)?
    {
        let found = access.directory().find_organization(&id).await.map_err(HttpError::internal)?;
        standing.place = found.map(|organization| Place { organization, operator });
    }
    Ok(Some(Rc::new(standing)))
}

/// Whose session it was that has ended in this browser, where that is still known.
///
/// # Errors
/// When the store fails.
pub async fn left(visit: &Visit, request: &HttpRequest) -> Result<Option<AccountId>, HttpError> {
    let Some(shown) = cookies::find(request, &visit.site().url, cookies::SESSION) else { return Ok(None) };
    let Ok(token) = SessionToken::parse(&shown) else { return Ok(None) };
    visit.site().authority.access().last_of(&token).await.map_err(HttpError::internal)
}

/// Lets a browser in: from this answer on it shows the session's token.
pub fn let_in(visit: &Visit, account: Account, token: SessionToken) -> Rc<Standing> {
    let site = &visit.site().url;
    visit.keeps(cookies::set(site, cookies::SESSION, token.expose().to_owned(), None));
    let standing = Rc::new(Standing::new(account, token));
    visit.stands(Rc::clone(&standing));
    standing
}

/// Lets a browser out.
pub fn let_out(visit: &Visit) {
    visit.keeps(cookies::removed(&visit.site().url, cookies::SESSION));
}
