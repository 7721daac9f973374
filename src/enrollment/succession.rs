//! A new enrollment takes another's place: new device, lost device, lost download.

use super::authority::{Loaded, OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::claim::delivery_key;
use super::id::EnrollmentId;
use super::invite::{Carrier, Succession, Wanted};
use super::record::{Enrollment, Happening, ReissueReason};
use super::state::{Standing, State};
use super::view::IssuedInvitation;
use crate::directory::put_subscriber;
use crate::ledger::RevocationReason;
use crate::store::{Commit, EntryChange, StoreError};

impl RegistrationAuthority {
    /// Issues a successor. For a new device the old certificate lives until the new one is installed; for a lost device or a
    /// lost download it is revoked in the same commit. A successor that was issued before and that nobody has used yet is
    /// replaced by this one.
    ///
    /// # Errors
    /// When there is no such enrollment, or its standing asks for something else.
    pub async fn reissue(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        why: ReissueReason,
    ) -> Result<IssuedInvitation, OperatorError> {
        self.reissue_by(caller, id, why, Carrier::Message).await
    }

    /// As [`RegistrationAuthority::reissue`], for an invitation that travels by `carrier`.
    ///
    /// # Errors
    /// As there.
    pub async fn reissue_by(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        why: ReissueReason,
        carrier: Carrier,
    ) -> Result<IssuedInvitation, OperatorError> {
        for _ in 0..TRIES {
            match self.try_reissue(caller, id, why, carrier).await {
                Err(OperatorError::Store(StoreError::Conflict(_))) => {}
                other => return other,
            }
        }
        Err(OperatorError::Busy)
    }

    async fn try_reissue(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        why: ReissueReason,
        carrier: Carrier,
    ) -> Result<IssuedInvitation, OperatorError> {
        let old = self.get(caller, id).await?;
        self.reissuable(&old.enrollment, why)?;
        let waiting = self.waiting_successor(caller, &old).await?;
        let (changes, ends) = self.ends_now(&old, why).await?;
        let known = self.0.access.subscriber(&caller.organization, &old.enrollment.subscriber).await?;
        let known = known.ok_or_else(|| {
            crate::directory::DirectoryError::Missing(format!("subscriber {}", old.enrollment.subscriber))
        })?;
        let subscriber = known.0.clone();
        if let Some(at) = subscriber.retired_at {
            let why = format!("{} was retired on {at}; take the person back first", subscriber.id);
            return Err(OperatorError::Unfit { what: "the subscriber", why });
        }
        caller.must_reach(subscriber.facility.as_ref(), || format!("subscriber {}", subscriber.id))?;
        let organization = self.issuing(&caller.organization, &old.enrollment.offer).await?;
        let offer = self.offered(&old.enrollment.offer)?;
        // That the person is still who they were, and not retired meanwhile, is what the commit rests on.
        let changes =
            put_subscriber(&self.0.access, changes, Some(&known), &subscriber, false, &caller.doer())?;
        let wanted = Wanted {
            subscriber: &subscriber,
            offer,
            policy: &organization.policy,
            // Another device may be of another kind; the same device is not.
            platforms: match why {
                ReissueReason::LostDownload => old.enrollment.platforms.clone(),
                ReissueReason::NewDevice | ReissueReason::Lost => Vec::new(),
            },
            note: old.enrollment.note.clone(),
            carrier,
            succession: Some(Succession {
                predecessor: id.clone(),
                line: (why == ReissueReason::LostDownload).then(|| old.enrollment.line.clone()),
            }),
        };
        let mut told: Vec<(EnrollmentId, Vec<Happening>)> = Vec::new();
        let (issued, _) = self
            .issue(caller, wanted, changes, |mut commit, successor| {
                let mut happened = ends.clone();
                happened.push(Happening::Reissued { successor: successor.clone(), reason: why });
                let (mut next, more) = self.after_reissue(old.enrollment.clone(), successor, why);
                happened.extend(more);
                next.successor = Some(successor.clone());
                commit = self.change(commit, old.version, &next, caller, &happened)?;
                told.push((id.clone(), happened));
                if let Some(waiting) = &waiting
                    && let Some((next, happened)) =
                        waiting.enrollment.clone().replaced(successor.clone(), self.now())
                {
                    let happened = vec![happened];
                    commit = self.change(commit, waiting.version, &next, caller, &happened)?;
                    told.push((next.id, happened));
                }
                Ok(commit)
            })
            .await?;
        for (id, happened) in told {
            self.tell_all(&id, &happened);
        }
        Ok(issued)
    }

    fn reissuable(&self, old: &Enrollment, why: ReissueReason) -> Result<(), OperatorError> {
        let standing = old.standing(self.now());
        let refuse = |hint| Err(OperatorError::NotNow { id: old.id.clone(), standing, hint });
        match (&old.state, why) {
            (State::Replaced { .. }, _) => refuse("another enrollment took its place; reissue that one"),
            (State::Cancelled { .. }, _) => refuse("it was cancelled; invite the person anew"),
            (State::Invited, ReissueReason::Lost) if standing != Standing::Expired => {
                refuse("nobody has used it yet; use lost-download for new credentials, or cancel it")
            }
            (State::Installed { .. }, ReissueReason::LostDownload) => {
                refuse("it is installed; use new-device, or lost where the device is gone")
            }
            _ => Ok(()),
        }
    }

    /// The successor that was issued before and that nobody has used.
    async fn waiting_successor(
        &self,
        caller: &Caller,
        old: &Loaded,
    ) -> Result<Option<Loaded>, OperatorError> {
        let Some(id) = &old.enrollment.successor else { return Ok(None) };
        let Some(successor) = self.load(&caller.organization, id).await? else { return Ok(None) };
        match successor.enrollment.state {
            State::Invited => Ok(Some(successor)),
            State::Cancelled { .. } | State::Revoked { .. } => Ok(None),
            _ => Err(OperatorError::NotNow {
                id: old.enrollment.id.clone(),
                standing: old.enrollment.standing(self.now()),
                hint: "its successor has been claimed already; reissue the successor (`tegata show` names it)",
            }),
        }
    }

    /// What ends in the same commit: the certificate, where the device or the file is gone.
    async fn ends_now(
        &self,
        old: &Loaded,
        why: ReissueReason,
    ) -> Result<(Commit, Vec<Happening>), OperatorError> {
        let reason = match why {
            ReissueReason::NewDevice => return Ok((Commit::new(), Vec::new())),
            ReissueReason::Lost => RevocationReason::KeyCompromise,
            ReissueReason::LostDownload => RevocationReason::Superseded,
        };
        let Some(serial) = old.enrollment.state.certificate() else {
            return Ok((Commit::new(), Vec::new()));
        };
        let mut commit = self.end_certificate(Commit::new(), &old.partition, serial, reason).await?;
        if let Some(claim) = old.enrollment.state.claim() {
            commit = commit.entry(EntryChange::Delete(delivery_key(&claim.ticket)?));
        }
        Ok((commit, vec![Happening::Revoked { serial, reason }]))
    }

    /// The old enrollment after the reissue, and what that adds to what happened.
    fn after_reissue(
        &self,
        old: Enrollment,
        successor: &EnrollmentId,
        why: ReissueReason,
    ) -> (Enrollment, Option<Happening>) {
        let now = self.now();
        let unchanged = old.clone();
        let next = match (&old.state, why) {
            // Nobody has a certificate from it: the new invitation simply takes over.
            (State::Invited, _) | (_, ReissueReason::LostDownload) => old.replaced(successor.clone(), now),
            (_, ReissueReason::NewDevice) => return (unchanged, None),
            // The revocation stands among what happened already.
            (_, ReissueReason::Lost) => {
                let revoked = old.revoked(RevocationReason::KeyCompromise, now);
                return (revoked.map_or(unchanged, |(next, _)| next), None);
            }
        };
        next.map_or((unchanged, None), |(next, happened)| (next, Some(happened)))
    }
}
