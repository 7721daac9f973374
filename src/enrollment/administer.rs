//! What an operator does to a living enrollment: revoke, unlock, cancel, note.

use super::acts::Seen;
use super::authority::{Loaded, OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::claim::delivery_key;
use super::hint::Hint;
use super::id::EnrollmentId;
use super::invite::bounded;
use super::outbox::NoticeFacts;
use super::query::EnrollmentSummary;
use super::record::{Enrollment, Happening};
use crate::directory::Notice;
use crate::ledger::RevocationReason;
use crate::store::{Commit, EntryChange, StoreError};

/// A transition that an operator asks for: the next form and what happened; `None` where there is nothing to do.
type Step = Option<(Enrollment, Happening)>;

impl RegistrationAuthority {
    /// Reads an enrollment within the caller's reach.
    pub(super) async fn get(&self, caller: &Caller, id: &EnrollmentId) -> Result<Loaded, OperatorError> {
        let found = self.load(&caller.organization, id).await?.filter(|it| caller.reaches(&it.enrollment));
        found.ok_or_else(|| OperatorError::NoSuchEnrollment(id.to_string()))
    }

    /// Takes the enrollment's certificate out of use at once, and what waits to be fetched with it.
    ///
    /// # Errors
    /// When there is no such enrollment, or none of its certificates is in use.
    pub async fn revoke(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        reason: RevocationReason,
    ) -> Result<EnrollmentSummary, OperatorError> {
        self.revoke_seen(caller, id, reason, None).await
    }

    pub(super) async fn revoke_seen(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        reason: RevocationReason,
        seen: Option<Seen>,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let now = self.now();
        let step = |enrollment: Enrollment| enrollment.revoked(reason, now);
        self.administer(caller, id, seen, Hint::NoCertificate, step).await
    }

    /// Takes an invitation back that nobody has used.
    ///
    /// # Errors
    /// When there is no such enrollment, or its secret has been used.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
    ) -> Result<EnrollmentSummary, OperatorError> {
        self.cancel_seen(caller, id, None).await
    }

    pub(super) async fn cancel_seen(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        seen: Option<Seen>,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let now = self.now();
        let step = |enrollment: Enrollment| enrollment.cancelled(now);
        self.administer(caller, id, seen, Hint::UsedAlready, step).await
    }

    /// Forgets wrong secrets, so that the person can try again at once. Where there were none, nothing changes.
    ///
    /// # Errors
    /// When there is no such enrollment.
    pub async fn unlock(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let loaded = self.get(caller, id).await?;
        if loaded.enrollment.clone().unlocked().is_none() {
            return Ok(self.summary(&loaded.enrollment));
        }
        self.unlock_seen(caller, id, None).await
    }

    pub(super) async fn unlock_seen(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        seen: Option<Seen>,
    ) -> Result<EnrollmentSummary, OperatorError> {
        self.administer(caller, id, seen, Hint::NotLocked, Enrollment::unlocked).await
    }

    /// Writes the note for operators anew, or takes it away; what it said before stays in the log.
    ///
    /// # Errors
    /// When there is no such enrollment, the text does not do, or the note says that already.
    pub async fn annotate(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        note: Option<&str>,
    ) -> Result<EnrollmentSummary, OperatorError> {
        self.annotate_seen(caller, id, note, None).await
    }

    pub(super) async fn annotate_seen(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        note: Option<&str>,
        seen: Option<Seen>,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        let note = note.map(|note| bounded("the note", note)).transpose()?;
        let step = |enrollment: Enrollment| enrollment.noted(note.clone());
        self.administer(caller, id, seen, Hint::NoteIsSame, step).await
    }

    async fn administer(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        seen: Option<Seen>,
        hint: Hint,
        step: impl Fn(Enrollment) -> Step,
    ) -> Result<EnrollmentSummary, OperatorError> {
        for _ in 0..TRIES {
            let now = self.now();
            let loaded = self.get(caller, id).await?;
            self.as_seen(&loaded, seen).await?;
            let Some((next, happened)) = step(loaded.enrollment.clone()) else {
                let standing = loaded.enrollment.standing(self.now());
                return Err(OperatorError::NotNow { id: id.clone(), standing, hint });
            };
            let happened = [happened];
            let (mut commit, mut ended) = (Commit::new(), None);
            if let [Happening::Revoked { serial, reason }] = &happened {
                commit = self.end_certificate(commit, &loaded.partition, *serial, *reason).await?;
                if let Some(claim) = next.state.claim() {
                    commit = commit.entry(EntryChange::Delete(delivery_key(&claim.ticket)?));
                }
                // Whoever has the device may have begun a change with it.
                (commit, ended) = self.change_ends(commit, caller, &loaded, *reason).await?;
            }
            commit = self.change(commit, &loaded, &next, caller, &happened)?;
            if let [Happening::Revoked { .. }] = &happened {
                let facts = NoticeFacts { at: now, ..NoticeFacts::default() };
                commit = self.noticed(commit, &next, Notice::Revoked, facts).await;
            }
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(id, &happened);
                    if let Some((other, happened)) = ended {
                        self.tell_all(&other, &happened);
                    }
                    return Ok(self.summary(&next));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }
}
