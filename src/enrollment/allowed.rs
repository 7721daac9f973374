//! What the organization and the facility allow to be issued, beside what was asked for.

use super::authority::{OperatorError, RegistrationAuthority};
use crate::device::Platform;
use crate::directory::{Facility, Organization, OrganizationId, SubscriberId};
use crate::profile::Offer;

impl RegistrationAuthority {
    /// The organization, where it is open and hands out this offer.
    pub(super) async fn issuing(
        &self,
        id: &OrganizationId,
        offer: &str,
    ) -> Result<Organization, OperatorError> {
        let organization = self.invited_by(id).await?;
        if let Some(at) = organization.closed_at {
            let why = format!("it was closed on {at}; nothing is issued in it");
            return Err(OperatorError::Unfit { what: "the organization", why });
        }
        // An offer that is not there at all is told as such.
        if self.offered(offer).is_ok() && !organization.policy.allows(offer) {
            let why = format!("{offer:?} is not handed out in this organization");
            return Err(OperatorError::Unfit { what: "the offer", why });
        }
        Ok(organization)
    }

    /// Refuses one more where the person has as many as they may have.
    pub(super) async fn under_the_cap(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
        most: u32,
    ) -> Result<(), OperatorError> {
        let living = self.living_of(organization, id).await?.len();
        if living < usize::try_from(most).unwrap_or(usize::MAX) {
            return Ok(());
        }
        let why = format!(
            "this person has {living} certificates and open invitations, and {most} is the most; end or reissue one"
        );
        Err(OperatorError::Unfit { what: "the invitation", why })
    }
}

/// Whether people of this facility may get this offer now.
pub(super) fn takes_invitations(facility: &Facility, offer: &str) -> Result<(), OperatorError> {
    if let Some(at) = facility.closed_at {
        let why = format!("{} was closed on {at}; nobody is invited for it", facility.code);
        return Err(OperatorError::Unfit { what: "the facility", why });
    }
    if facility.allows(offer) {
        return Ok(());
    }
    let why = format!("{offer:?} is not handed out in facility {}", facility.code);
    Err(OperatorError::Unfit { what: "the offer", why })
}

/// The kinds of device that were chosen, where the offer serves them.
pub(super) fn chosen_platforms(chosen: &[Platform], offer: &Offer) -> Result<Vec<Platform>, OperatorError> {
    let served = super::bundle::platforms(offer);
    match chosen.iter().find(|platform| !served.contains(platform)) {
        None => Ok(chosen.to_vec()),
        Some(other) => Err(OperatorError::Unfit {
            what: "the kind of device",
            why: format!("offer {:?} does not serve {other}", offer.name),
        }),
    }
}
