//! A change ends before the new device is proven: the person stops it, or the old certificate is revoked.

use std::net::IpAddr;

use super::ChangeRefusal;
use crate::enrollment::authority::{Loaded, OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::caller::Caller;
use crate::enrollment::claim::delivery_key;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::record::Happening;
use crate::enrollment::state::State;
use crate::ledger::RevocationReason;
use crate::store::{Commit, EntryChange, StoreError};

/// What has ended, to be told when the commit is made.
pub(in crate::enrollment) type Ended = Option<(EnrollmentId, [Happening; 1])>;

impl RegistrationAuthority {
    /// Stops the change of whoever shows this certificate: what the new device needs leads nowhere any more, and what it has got
    /// is revoked. Where there is none to stop, nothing happens.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn stop_change(&self, shown: Option<&[u8]>, from: Option<IpAddr>) -> Result<(), ChangeRefusal> {
        for _ in 0..TRIES {
            // Each time anew: the new device may have been proven meanwhile.
            let proven = self.proven(shown, from).await?;
            let old = self.get(&proven.caller, &proven.enrollment).await?;
            let reason = RevocationReason::CessationOfOperation;
            let (commit, ended) = self.change_ends(Commit::new(), &proven.caller, &old, reason).await?;
            let Some((id, happened)) = ended else { return Ok(()) };
            match self.store().commit(&old.partition, commit).await {
                Ok(_) => {
                    self.tell_all(&id, &happened);
                    return Ok(());
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(OperatorError::from(error).into()),
            }
        }
        Err(ChangeRefusal::TryAgain)
    }

    /// Adds to a commit the end of the change that the person began with `old`'s certificate, where it is under way.
    pub(in crate::enrollment) async fn change_ends(
        &self,
        commit: Commit,
        caller: &Caller,
        old: &Loaded,
        reason: RevocationReason,
    ) -> Result<(Commit, Ended), OperatorError> {
        let Some(own) = self.own_change(&caller.organization, old).await? else { return Ok((commit, None)) };
        let now = self.now();
        let ends = match &own.enrollment.state {
            State::Invited => own.enrollment.clone().cancelled(now),
            state if state.is_under_way() => own.enrollment.clone().revoked(reason, now),
            _ => None,
        };
        let Some((next, happened)) = ends else { return Ok((commit, None)) };
        let mut commit = commit;
        if let Some(claim) = own.enrollment.state.claim() {
            commit = self.end_certificate(commit, &own.partition, claim.serial, reason).await?;
            commit = commit.entry(EntryChange::Delete(delivery_key(&claim.ticket)?));
        }
        let happened = [happened];
        commit = self.change(commit, &own, &next, caller, &happened)?;
        Ok((commit, Some((next.id, happened))))
    }
}
