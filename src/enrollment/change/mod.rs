//! A person changes to another device alone: the old device proves itself by its certificate, and shows the way to the new one.
//!
//! There is one change at a time. Who begins again gets the same successor with a new link, number and secret; who stops it
//! ends the successor, however far it has come; and where the old certificate is revoked, the change that was begun with it
//! ends in the same commit, since whoever holds the old device may have begun it.

mod begin;
mod follow;
mod stop;

use std::net::IpAddr;

use openssl::x509::X509;

pub use follow::{ChangeStanding, DeviceChange};

use super::authority::{Loaded, OperatorError, RegistrationAuthority, try_again};
use super::caller::Caller;
use super::hint::Hint;
use super::id::EnrollmentId;
use super::open::serial_key;
use super::record::Actor;
use super::state::State;
use super::view::CheckOutcome;
use crate::directory::{Organization, OrganizationId};
use crate::pki::serial::SerialNumber;
use crate::store::StoreError;

/// Why a person cannot change to another device alone; nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// The certificate that was shown proves nothing.
    Unproven(CheckOutcome),
    /// It was begun too often today.
    TooOften,
    /// The change that was begun before has come too far; or things stand otherwise.
    NotNow(Hint),
    /// The organization leaves it to its operators.
    NotOffered,
    /// Nothing is issued to this person any more: they were retired, the organization was closed, the offer withdrawn.
    NothingIssued,
    /// The system cannot tell at this moment.
    TryAgain,
}

impl ChangeRefusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unproven(outcome) => match outcome.code() {
                Some(code) => code,
                None => "T-390",
            },
            Self::TooOften => "T-310",
            Self::NotNow(_) => "T-311",
            Self::NotOffered => "T-312",
            Self::NothingIssued => "T-313",
            Self::TryAgain => "T-390",
        }
    }
}

impl From<OperatorError> for ChangeRefusal {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::NotNow { hint, .. } => Self::NotNow(hint),
            OperatorError::Unfit { .. } => Self::NothingIssued,
            // An old form, whose successor has ended since.
            OperatorError::LinkRenewed(_) | OperatorError::SentBefore(_) => Self::NotNow(Hint::Cancelled),
            error => {
                try_again(&error);
                Self::TryAgain
            }
        }
    }
}

fn serial_of(der: &[u8]) -> Option<SerialNumber> {
    X509::from_der(der).ok().and_then(|certificate| SerialNumber::of(&certificate).ok())
}

/// Who showed the living certificate of an installed enrollment.
struct Proven {
    caller: Caller,
    enrollment: EnrollmentId,
    serial: SerialNumber,
    organization: Organization,
}

impl RegistrationAuthority {
    /// The organization whose certificate has this serial number.
    async fn home_of(&self, serial: &SerialNumber) -> Result<Option<Organization>, OperatorError> {
        let Some(pointer) = self.pointer(&serial_key(serial)?).await? else { return Ok(None) };
        Ok(Some(self.organization(&pointer.organization).await?))
    }

    /// The organization whose certificate (DER) this is, for one that [`RegistrationAuthority::check`] found to be ours.
    pub async fn organization_behind_certificate(&self, der: &[u8]) -> Option<Organization> {
        self.home_of(&serial_of(der)?).await.ok().flatten()
    }

    /// Whether a change to another device was begun with this enrollment's certificate, and is not over.
    pub async fn change_is_under_way(&self, organization: &OrganizationId, id: &EnrollmentId) -> bool {
        let own = async {
            let Some(old) = self.load(organization, id).await? else { return Ok(None) };
            self.own_change(organization, &old).await
        };
        let own: Result<Option<Loaded>, StoreError> = own.await;
        own.ok().flatten().is_some_and(|own| match own.enrollment.state {
            State::Invited => self.now() < own.enrollment.invitation_ends,
            ref state => state.is_under_way(),
        })
    }

    async fn proven(&self, shown: Option<&[u8]>, from: Option<IpAddr>) -> Result<Proven, ChangeRefusal> {
        match self.check(shown).await {
            CheckOutcome::Ok { enrollment, serial, .. } => {
                let organization = self.home_of(&serial).await?.ok_or(ChangeRefusal::TryAgain)?;
                let caller = Caller { from, ..Caller::new(organization.id.clone(), Actor::Subscriber) };
                Ok(Proven { caller, enrollment, serial, organization })
            }
            CheckOutcome::TryAgain => Err(ChangeRefusal::TryAgain),
            outcome => Err(ChangeRefusal::Unproven(outcome)),
        }
    }

    /// The change that the person began with this enrollment's certificate, whatever became of it.
    pub(super) async fn own_change(
        &self,
        organization: &OrganizationId,
        old: &Loaded,
    ) -> Result<Option<Loaded>, StoreError> {
        let Some(id) = &old.enrollment.successor else { return Ok(None) };
        let successor = self.load(organization, id).await?;
        Ok(successor.filter(|successor| successor.enrollment.by_person))
    }
}
