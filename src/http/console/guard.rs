//! Who may come in: every route names its guard, and no request reaches a handler before its guard has let it in.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Payload;
use actix_web::{Error, HttpMessage, HttpResponse};

use super::desk::{Desk, Guest};
use super::interrupted::{self, Interruption};
use super::refusal::Trouble;
use super::refused::Asking;
use super::standing::{self, Standing};
use super::typed::{LARGEST, Typed};
use crate::directory::{Act, InstallationAct};
use crate::http::error::HttpError;
use crate::http::limits::Kind;
use crate::http::visit::Visit;
use crate::http::{form, origin};

/// Who may come in by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Everybody.
    Open,
    /// Whoever is signed in.
    SignedIn,
    /// The same, having shown a passkey within the last minutes.
    SignedInSteppedUp,
    /// Whoever has a role in the organization that the address names.
    Member,
    /// Whoever's role there may do this.
    In(Act),
    /// The same, having shown a passkey within the last minutes.
    InSteppedUp(Act),
    /// An administrator of the installation.
    Installation(InstallationAct),
    /// The same, having shown a passkey within the last minutes.
    InstallationSteppedUp(InstallationAct),
}

impl Guard {
    /// Whether a passkey must have been shown within the last minutes.
    #[must_use]
    pub const fn is_stepped_up(self) -> bool {
        matches!(self, Self::SignedInSteppedUp | Self::InSteppedUp(_) | Self::InstallationSteppedUp(_))
    }

    /// Whether somebody with this standing may come in.
    fn refuses(self, standing: &Standing) -> Option<HttpError> {
        let member = |act: Option<Act>| match &standing.place {
            // One's own organizations are all that there are.
            None => Some(HttpError::NotFound),
            Some(place) if act.is_none_or(|act| place.operator.may(act)) => None,
            Some(_) => Some(Trouble::NotYourRole.into()),
        };
        match self {
            Self::Open | Self::SignedIn | Self::SignedInSteppedUp => None,
            Self::Member => member(None),
            Self::In(act) | Self::InSteppedUp(act) => member(Some(act)),
            Self::Installation(_) | Self::InstallationSteppedUp(_) => {
                (!standing.account.administrator).then(|| Trouble::NotAnAdministrator.into())
            }
        }
    }
}

/// Why a request does not reach its handler.
enum Stop {
    Refused(HttpError),
    Answered(HttpResponse),
}

impl From<HttpError> for Stop {
    fn from(error: HttpError) -> Self {
        Self::Refused(error)
    }
}

/// What stands before the handlers of one address.
///
/// # Errors
/// Those of the handler.
pub async fn watch_over(
    guards: Rc<[(Method, Guard)]>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    // A method that the address does not take is refused by the address itself.
    let Some(guard) = guards.iter().find(|(own, _)| own == method).map(|(_, guard)| *guard) else {
        return next.call(request).await;
    };
    let writes = request.method() == Method::POST;
    match admit(&mut request, guard).await {
        Ok(asking) => {
            let response = next.call(request).await?;
            if let Some(asking) = asking.filter(|_| writes) {
                asking.answered(&response).await;
            }
            Ok(response)
        }
        Err(Stop::Refused(error)) => Ok(request.error_response(error)),
        Err(Stop::Answered(response)) => Ok(request.into_response(response)),
    }
}

async fn admit(request: &mut ServiceRequest, guard: Guard) -> Result<Option<Asking>, Stop> {
    let visit = request.extensions().get::<Visit>().cloned();
    let visit = visit.ok_or_else(|| HttpError::internal("a request came past its frame"))?;
    let writes = request.method() == Method::POST;
    if writes {
        if origin::is_foreign(request.headers(), &visit.site().url) {
            return Err(HttpError::ForeignOrigin.into());
        }
        visit.count(Kind::Form)?;
    }
    let typed = if writes { typed(request).await? } else { None };
    let organization = request.match_info().get("organization").map(str::to_owned);
    let standing = standing::of(&visit, request.request(), organization.as_deref()).await?;
    if let Some(standing) = &standing {
        visit.stands(Rc::clone(standing));
    }
    let mut guest = Guest::new(visit, request.request(), typed);
    let enrollment = request.match_info().get("enrollment").map(str::to_owned);
    let asking = standing.as_ref().map(|standing| Asking::of(&guest, standing, guard, enrollment));
    if guard != Guard::Open {
        let (Some(standing), Some(asking)) = (&standing, &asking) else {
            return Err(Stop::Answered(interrupted::answer(&guest, Interruption::SignedOut)?));
        };
        if let Some(error) = guard.refuses(standing) {
            asking.refused(error.code()).await;
            return Err(error.into());
        }
    }
    if writes {
        // A nonce of another session or of a page that is too old: nothing is done, and what was typed is offered again.
        if !guest.takes_nonce() {
            return Err(Stop::Answered(interrupted::answer(&guest, Interruption::OtherForm)?));
        }
    }
    if guard.is_stepped_up() && !stepped_up(&guest, standing.as_deref()).await? {
        if let Some(asking) = asking.filter(|_| writes) {
            asking.refused(Trouble::StepUp.code()).await;
        }
        return Err(Stop::Answered(interrupted::answer(&guest, Interruption::StepUp)?));
    }
    if let Some(standing) = standing {
        request.extensions_mut().insert(Desk::new(guest.clone(), standing));
    }
    request.extensions_mut().insert(guest);
    Ok(asking)
}

async fn stepped_up(guest: &Guest, standing: Option<&Standing>) -> Result<bool, HttpError> {
    let Some(standing) = standing else { return Ok(false) };
    guest.access().is_stepped_up(&standing.token).await.map_err(HttpError::internal)
}

/// The form that was sent; `None` where it is a file, which its handler reads by itself.
async fn typed(request: &mut ServiceRequest) -> Result<Option<Rc<Typed>>, HttpError> {
    if !form::is_form(request.headers()) {
        return Ok(None);
    }
    let payload = request.extract::<Payload>().await.map_err(HttpError::internal)?;
    let body = form::receive(request.request(), payload, LARGEST).await?;
    Ok(Some(Rc::new(Typed::parse(&body)?)))
}
