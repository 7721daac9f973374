//! What somebody who is signed in was refused goes into the log that its act would have stood in: by the role, for want of a
//! passkey, or since things stand otherwise. A form with a typing mistake in it is no refusal.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;

use super::desk::Guest;
use super::guard::Guard;
use super::standing::Standing;
use crate::directory::{About, Account, Actor, Doer, Refusing};
use crate::http::error::HttpError;
use crate::http::visit::Visit;

/// Who asked for what.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) visit: Visit,
    pub(super) standing: Rc<Standing>,
    pub(super) guard: Guard,
    /// The enrollment that the address names.
    pub(super) enrollment: Option<String>,
}

impl Guard {
    /// The stable name of what a route does, for the log.
    const fn act(self) -> &'static str {
        match self {
            Self::In(act) | Self::InShown(act) | Self::InSteppedUp(act) => act.name(),
            Self::Installation(act) | Self::InstallationSteppedUp(act) => act.name(),
            Self::Member => "enter",
            Self::Open | Self::SignedIn | Self::SignedInSteppedUp => "account",
        }
    }
}

impl Asking {
    pub(super) fn of(
        guest: &Guest,
        standing: &Rc<Standing>,
        guard: Guard,
        enrollment: Option<String>,
    ) -> Self {
        Self { visit: guest.visit.clone(), standing: Rc::clone(standing), guard, enrollment }
    }

    /// Writes down that it was not done.
    pub(super) async fn refused(&self, code: &'static str) {
        let Account { id, name, .. } = &self.standing.account;
        let place = self.standing.place.as_ref();
        let about = match (place, &self.enrollment) {
            (None, _) => About::Account(*id),
            (Some(_), Some(enrollment)) => About::Enrollment(enrollment.clone()),
            (Some(place), None) => About::Organization(place.organization.id.clone()),
        };
        let what = Refusing {
            organization: place.map(|place| &place.organization.id),
            about,
            act: self.guard.act(),
            role: place.map(|place| place.operator.role),
            code,
        };
        let from = Some(self.visit.ends().client);
        let doer = Doer { actor: Actor::Account { id: *id, name: name.clone() }, from };
        self.visit.site().authority.access().refused(what, &doer).await;
    }

    /// The same where the handler's answer says so.
    pub(super) async fn answered(&self, response: &ServiceResponse<BoxBody>) {
        let error = response.response().error().and_then(|error| error.as_error::<HttpError>());
        let code = error.map(HttpError::code).or_else(|| self.visit.code());
        if let Some(code) = code.filter(|_| response.status().is_client_error()) {
            self.refused(code).await;
        }
    }
}
