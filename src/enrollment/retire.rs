//! A person leaves: everything they had ends, and nothing is issued to them any more.
//!
//! The person's record says so first, and every issue rests on that record's version; then each enrollment ends in its own
//! commit. Who is interrupted begins again and finds only what is left.

use super::authority::{Loaded, OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::claim::delivery_key;
use super::id::EnrollmentId;
use super::query::EnrollmentSummary;
use super::record::Happening;
use super::state::Standing;
use crate::directory::{OrganizationId, Subscriber, SubscriberId, partition};
use crate::ledger::RevocationReason;
use crate::store::record::decode;
use crate::store::{Commit, EntryChange, Key, Scan, StoreError, Version};

/// What retiring a person ends.
#[derive(Debug, Clone)]
pub struct Retirement {
    /// The person.
    pub subscriber: Subscriber,
    /// The version of the record that was read.
    pub version: Version,
    /// Enrollments whose certificate is revoked.
    pub revoked: Vec<EnrollmentSummary>,
    /// Invitations that are taken back.
    pub cancelled: Vec<EnrollmentSummary>,
}

impl RegistrationAuthority {
    /// The enrollments of a person that have not ended, newest first.
    pub(super) async fn living_of(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
    ) -> Result<Vec<Loaded>, OperatorError> {
        let partition = partition(organization)?;
        let (index, prefix) = (Key::new("enrollments-by-subscriber")?, format!("{id}/"));
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let scan = Scan { prefix: prefix.clone(), after, descending: true, limit: 200 };
            let page = self.store().scan(&partition, &index, scan).await?;
            for (_, key) in page.entries {
                let Some(document) = self.store().find(&partition, &key).await? else { continue };
                let (enrollment, version) = (decode(&document.bytes)?, document.version);
                let loaded = Loaded { enrollment, version, partition: partition.clone() };
                let ended = matches!(
                    loaded.enrollment.standing(self.now()),
                    Standing::Expired | Standing::Replaced | Standing::Revoked | Standing::Cancelled
                );
                if !ended {
                    found.push(loaded);
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    /// What retiring this person would end. Changes nothing.
    ///
    /// # Errors
    /// When there is no such person within the caller's reach, or the store fails.
    pub async fn retirement(&self, caller: &Caller, id: &SubscriberId) -> Result<Retirement, OperatorError> {
        let (subscriber, version) = self.reached(caller, id).await?;
        let living = self.living_of(&caller.organization, id).await?;
        let (revoked, cancelled): (Vec<_>, Vec<_>) =
            living.iter().partition(|it| it.enrollment.state.certificate().is_some());
        let summaries = |of: Vec<&Loaded>| of.iter().map(|it| self.summary(&it.enrollment)).collect();
        Ok(Retirement { subscriber, version, revoked: summaries(revoked), cancelled: summaries(cancelled) })
    }

    /// Retires a person who is still as `seen`: every certificate is revoked for this reason, every invitation taken back. It may be
    /// asked for again, and then ends what an interruption left.
    ///
    /// # Errors
    /// When there is no such person within the caller's reach, somebody changed the record meanwhile, or the store fails.
    pub async fn retire_subscriber(
        &self,
        caller: &Caller,
        id: &SubscriberId,
        seen: Version,
        reason: RevocationReason,
    ) -> Result<Retirement, OperatorError> {
        let planned = self.retirement(caller, id).await?;
        let counts = (planned.revoked.len(), planned.cancelled.len());
        // Who is retired already was changed by that.
        let seen = planned.subscriber.retired_at.is_none().then_some(seen.min(planned.version));
        self.0.access.mark_retired(&caller.organization, id, seen, counts, &caller.doer()).await?;
        let (mut revoked, mut cancelled) = (Vec::new(), Vec::new());
        // From here on nothing new is issued; what was issued just before is in this list.
        for loaded in self.living_of(&caller.organization, id).await? {
            match self.end(caller, &loaded.enrollment.id, reason).await? {
                Some((summary, Happening::Cancelled)) => cancelled.push(summary),
                Some((summary, _)) => revoked.push(summary),
                None => {}
            }
        }
        let found = self.0.access.subscriber(&caller.organization, id).await?;
        let (subscriber, version) = found.ok_or_else(|| OperatorError::NoSuchSubscriber(id.clone()))?;
        Ok(Retirement { subscriber, version, revoked, cancelled })
    }

    /// Ends an enrollment however far it is; none where it has ended.
    async fn end(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        reason: RevocationReason,
    ) -> Result<Option<(EnrollmentSummary, Happening)>, OperatorError> {
        for _ in 0..TRIES {
            // An enrollment may have been issued for a facility that the person has left since: it ends all the same.
            let Some(loaded) = self.load(&caller.organization, id).await? else { return Ok(None) };
            let now = self.now();
            let serial = loaded.enrollment.state.certificate();
            let ended = loaded.enrollment.clone().cancelled(now);
            let Some((next, happened)) = ended.or_else(|| loaded.enrollment.clone().revoked(reason, now))
            else {
                return Ok(None);
            };
            let mut commit = Commit::new();
            if let Some(serial) = serial {
                commit = self.end_certificate(commit, &loaded.partition, serial, reason).await?;
                if let Some(claim) = next.state.claim() {
                    commit = commit.entry(EntryChange::Delete(delivery_key(&claim.ticket)?));
                }
            }
            let happened = [happened];
            commit = self.change(commit, &loaded, &next, caller, &happened)?;
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(id, &happened);
                    let [happened] = happened;
                    return Ok(Some((self.summary(&next), happened)));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }
}
