//! The change begins: a successor is issued, or the one that waits gets another link, number and secret.

use std::net::IpAddr;

use jiff::SignedDuration;

use super::{ChangeRefusal, Proven};
use crate::directory::partition;
use crate::enrollment::acts::Asked;
use crate::enrollment::authority::{Loaded, OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::hint::Hint;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::Carrier;
use crate::enrollment::once::Once;
use crate::enrollment::record::ReissueReason;
use crate::enrollment::state::State;
use crate::enrollment::view::IssuedInvitation;
use crate::store::{Key, StoreError};

/// How often in a day.
const MOST_CHANGES: i64 = 3;
const DAY: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn issuing_act(old: &EnrollmentId) -> String {
    format!("reissue/{old}")
}

impl RegistrationAuthority {
    /// Begins the change, for whoever shows the living certificate of an installed enrollment. The old certificate stays valid
    /// until the new one is proven. The same form sent twice gives the same answer; another one renews the change that waits.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn begin_change(
        &self,
        shown: Option<&[u8]>,
        once: Once,
        from: Option<IpAddr>,
    ) -> Result<IssuedInvitation, ChangeRefusal> {
        let proven = self.proven(shown, from).await?;
        if !proven.organization.policy.change_alone {
            return Err(ChangeRefusal::NotOffered);
        }
        let old = self.get(&proven.caller, &proven.enrollment).await?;
        let own = self.own_change(&proven.caller.organization, &old).await.map_err(OperatorError::from)?;
        if let Some(own) = &own
            && let Some(issued) = self.begun_by(&proven, own, once)?
        {
            return Ok(issued);
        }
        if !self.counted(&proven).await? {
            return Err(ChangeRefusal::TooOften);
        }
        for _ in 0..TRIES {
            match self.try_begin(&proven, once).await {
                // Another form was sent at the same moment: this one renews what that one began.
                Err(OperatorError::Changed { .. } | OperatorError::Store(StoreError::Conflict(_))) => {}
                other => return Ok(other?),
            }
        }
        Err(ChangeRefusal::TryAgain)
    }

    async fn try_begin(&self, proven: &Proven, once: Once) -> Result<IssuedInvitation, OperatorError> {
        let Proven { caller, enrollment, .. } = proven;
        // Before the enrollment: whatever happens in between is then known to be unseen.
        let seen = self.seen(caller).await?;
        let old = self.get(caller, enrollment).await?;
        let own = self.own_change(&caller.organization, &old).await?;
        if let Some(own) = own.filter(|own| matches!(own.enrollment.state, State::Invited)) {
            let asked = Asked { seen: None, once: Some(once) };
            return match self.redraw_asked(caller, &own.enrollment.id, Carrier::OwnDevice, asked).await {
                Err(OperatorError::NotNow { id, standing, .. }) => {
                    Err(OperatorError::NotNow { id, standing, hint: Hint::SuccessorClaimed })
                }
                other => other,
            };
        }
        let asked = Asked { seen: Some(seen), once: Some(once) };
        self.try_reissue(caller, enrollment, ReissueReason::NewDevice, Carrier::OwnDevice, asked).await
    }

    /// What this form has begun or renewed, where that is still what the successor has.
    pub(super) fn begun_by(
        &self,
        proven: &Proven,
        own: &Loaded,
        once: Once,
    ) -> Result<Option<IssuedInvitation>, OperatorError> {
        let successor = &own.enrollment;
        let offer = self.offered(&successor.offer)?;
        let issuing = self.derived(&proven.caller, &issuing_act(&proven.enrollment), once)?;
        let issued = EnrollmentId::draw(&issuing)? == successor.id;
        let renewing = self.derived(&proven.caller, &format!("redraw/{}", successor.id), once)?;
        for (derived, may) in [(issuing, issued), (renewing, true)] {
            if may && let Some(drawn) = self.drawn_for(successor, offer, &derived)? {
                return Ok(Some(self.handed_over(successor, offer, drawn)));
            }
        }
        Ok(None)
    }

    /// Counts one more beginning; `false` where there were as many today as there may be.
    async fn counted(&self, proven: &Proven) -> Result<bool, OperatorError> {
        let counter = Key::new(format!("changes-begun/{}", proven.enrollment))?;
        let partition = partition(&proven.caller.organization)?;
        Ok(self.store().count(&partition, &counter, 1, DAY).await? <= MOST_CHANGES)
    }
}
