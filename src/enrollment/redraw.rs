//! An invitation gets a new link, number and secret: it was printed again, or the old ones are in wrong hands.

use super::authority::{OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::id::EnrollmentId;
use super::invite::Carrier;
use super::view::IssuedInvitation;
use crate::store::{Commit, StoreError};

impl RegistrationAuthority {
    /// Makes a new link, number, secret and, where the offer has one, separate bundle password. The ones before lead nowhere
    /// from then on; the invitation's time begins anew, and a lock ends.
    ///
    /// # Errors
    /// When there is no such enrollment, or its secret has been used.
    pub async fn redraw(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        carrier: Carrier,
    ) -> Result<IssuedInvitation, OperatorError> {
        for _ in 0..TRIES {
            let loaded = self.get(caller, id).await?;
            let offer = self.offered(&loaded.enrollment.offer)?;
            let organization = self.issuing(&caller.organization, &offer.name).await?;
            let drawn = self.draw(offer)?;
            let new = self.credentials(id, offer, &drawn, (carrier, &organization.policy))?;
            let Some((next, happened)) = loaded.enrollment.clone().redrawn(new, self.now()) else {
                return Err(OperatorError::NotNow {
                    id: id.clone(),
                    standing: loaded.enrollment.standing(self.now()),
                    hint: "only an invitation that nobody has used gets a new secret; `tegata reissue` issues another one",
                });
            };
            // The pointers first: they are passed over until what they point to has been committed.
            if !self.pointed(&next).await? {
                continue;
            }
            let happened = [happened];
            let commit = self.change(Commit::new(), loaded.version, &next, caller, &happened)?;
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(id, &happened);
                    return Ok(self.handed_over(&next, offer, drawn));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }
}
