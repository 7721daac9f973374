//! Who may come in: every route names its guard, and no request reaches a handler before its guard has let it in.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderValue, REFERRER_POLICY};
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
    /// The same, having shown a passkey within the last hour: what is shown there becomes a certificate.
    InShown(Act),
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

    /// Whether a passkey has been shown as lately as this demands.
    async fn is_satisfied(self, guest: &Guest, standing: Option<&Standing>) -> Result<bool, HttpError> {
        let hourly = matches!(self, Self::InShown(_));
        if !hourly && !self.is_stepped_up() {
            return Ok(true);
        }
        let Some(standing) = standing else { return Ok(false) };
        let (access, token) = (guest.access(), &standing.token);
        let shown =
            if hourly { access.is_shown_lately(token).await } else { access.is_stepped_up(token).await };
        shown.map_err(HttpError::internal)
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
            Self::In(act) | Self::InShown(act) | Self::InSteppedUp(act) => member(Some(act)),
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
            let mut response = next.call(request).await?;
            says_where_from(response.headers_mut());
            if let Some(asking) = asking.filter(|_| writes) {
                asking.answered(&response).await;
            }
            Ok(response)
        }
        Err(Stop::Refused(error)) => Ok(request.error_response(error)),
        Err(Stop::Answered(mut response)) => {
            says_where_from(response.headers_mut());
            Ok(request.into_response(response))
        }
    }
}

/// The console's forms say to the console which site they come from; browsers that have no `Sec-Fetch-Site` would otherwise send
/// what every other site could send as well.
fn says_where_from(headers: &mut HeaderMap) {
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

async fn admit(request: &mut ServiceRequest, guard: Guard) -> Result<Option<Asking>, Stop> {
    let visit = request.extensions().get::<Visit>().cloned();
    let visit = visit.ok_or_else(|| HttpError::internal("a request came past its frame"))?;
    let writes = request.method() == Method::POST;
    if writes {
        let (headers, site) = (request.headers(), &visit.site().url);
        if origin::is_foreign(headers, site) || origin::is_unsaid(headers) {
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
            let left = standing::left(&guest.visit, request.request()).await?;
            return Err(Stop::Answered(interrupted::answer(&guest, Interruption::SignedOut, left)?));
        };
        if let Some(error) = guard.refuses(standing) {
            asking.refused(error.code()).await;
            return Err(error.into());
        }
    }
    if writes {
        // A nonce of another session or of a page that is too old: nothing is done, and what was typed is offered again.
        if !guest.takes_nonce() {
            return Err(Stop::Answered(interrupted::answer(&guest, Interruption::OtherForm, None)?));
        }
    }
    if !guard.is_satisfied(&guest, standing.as_deref()).await? {
        if let Some(asking) = asking.filter(|_| writes) {
            asking.refused(Trouble::StepUp.code()).await;
        }
        return Err(Stop::Answered(interrupted::answer(&guest, Interruption::StepUp, None)?));
    }
    if let Some(standing) = standing {
        request.extensions_mut().insert(Desk::new(guest.clone(), standing));
    }
    request.extensions_mut().insert(guest);
    Ok(asking)
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
