//! A new enrollment takes another's place: new device, lost device, lost download.

use super::acts::Asked;
use super::authority::{Loaded, OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::claim::delivery_key;
use super::hint::Hint;
use super::id::EnrollmentId;
use super::invite::{Carrier, Succession, Wanted};
use super::outbox::NoticeFacts;
use super::record::{Enrollment, Happening, ReissueReason};
use super::state::{Standing, State};
use super::view::IssuedInvitation;
use crate::directory::{Notice, put_subscriber};
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
        self.reissue_asked(caller, id, why, carrier, Asked::default()).await
    }

    pub(super) async fn reissue_asked(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        why: ReissueReason,
        carrier: Carrier,
        asked: Asked,
    ) -> Result<IssuedInvitation, OperatorError> {
        for _ in 0..TRIES {
            match self.try_reissue(caller, id, why, carrier, asked).await {
                Err(OperatorError::Store(StoreError::Conflict(_))) => {}
                other => return other,
            }
        }
        Err(OperatorError::Busy)
    }

    pub(super) async fn try_reissue(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        why: ReissueReason,
        carrier: Carrier,
        asked: Asked,
    ) -> Result<IssuedInvitation, OperatorError> {
        let act = format!("reissue/{id}");
        if let Some(once) = asked.once
            && let Some((before, issued)) = self.issued_before(caller, &act, once).await?
        {
            let same = before.predecessor.as_ref() == Some(id);
            return if same { Ok(issued) } else { Err(OperatorError::SentBefore(before.id)) };
        }
        let old = self.get(caller, id).await?;
        self.as_seen(&old, asked.seen).await?;
        self.reissuable(&old.enrollment, why)?;
        let waiting = self.waiting_successor(caller, &old, why).await?;
        let (mut changes, ends) = self.ends_now(&old, why).await?;
        // Whoever has the lost device may have begun a change with it.
        let mut ended = None;
        if why == ReissueReason::Lost && waiting.is_none() {
            let reason = RevocationReason::KeyCompromise;
            (changes, ended) = self.change_ends(changes, caller, &old, reason).await?;
        }
        let known = self.0.access.subscriber(&caller.organization, &old.enrollment.subscriber).await?;
        let known = known.ok_or_else(|| {
            crate::directory::DirectoryError::Missing(format!("subscriber {}", old.enrollment.subscriber))
        })?;
        let subscriber = known.0.clone();
        if let Some(at) = subscriber.retired_at {
            let why = format!("{} was retired on {at}; take the person back first", subscriber.id);
            return Err(OperatorError::Unfit { what: "the subscriber", why });
        }
        let facts = NoticeFacts { at: self.now(), ended: !ends.is_empty(), ..NoticeFacts::default() };
        if carrier == Carrier::OwnDevice {
            changes = self.warned_of_change(changes, &old.enrollment, facts).await;
        } else if carrier != Carrier::Mail || !ends.is_empty() {
            changes = self.noticed(changes, &old.enrollment, Notice::Reissued, facts).await;
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
                ReissueReason::NewDevice | ReissueReason::Lost | ReissueReason::Reinstalled => Vec::new(),
            },
            note: old.enrollment.note.clone(),
            carrier,
            succession: Some(Succession {
                predecessor: id.clone(),
                line: why.same_device().then(|| old.enrollment.line.clone()),
            }),
            draws: asked.once.map(|once| self.derived(caller, &act, once)).transpose()?,
        };
        let mut told: Vec<(EnrollmentId, Vec<Happening>)> = Vec::new();
        told.extend(ended.map(|(id, happened)| (id, happened.to_vec())));
        let (issued, _) = self
            .issue(caller, wanted, changes, |mut commit, successor| {
                let mut happened = ends.clone();
                happened.push(Happening::Reissued { successor: successor.clone(), reason: why });
                let (mut next, more) = self.after_reissue(old.enrollment.clone(), successor, why);
                happened.extend(more);
                next.successor = Some(successor.clone());
                commit = self.change(commit, &old, &next, caller, &happened)?;
                told.push((id.clone(), happened));
                if let Some(waiting) = &waiting
                    && let Some((next, happened)) =
                        waiting.enrollment.clone().replaced(successor.clone(), self.now())
                {
                    let happened = vec![happened];
                    commit = self.change(commit, waiting, &next, caller, &happened)?;
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

    pub(super) fn reissuable(&self, old: &Enrollment, why: ReissueReason) -> Result<(), OperatorError> {
        let standing = old.standing(self.now());
        let refuse = |hint| Err(OperatorError::NotNow { id: old.id.clone(), standing, hint });
        match (&old.state, why) {
            (State::Replaced { .. }, _) => refuse(Hint::Replaced),
            (State::Cancelled { .. }, _) => refuse(Hint::Cancelled),
            (State::Invited, ReissueReason::Lost | ReissueReason::Reinstalled)
                if standing != Standing::Expired =>
            {
                refuse(Hint::NotUsedYet)
            }
            (State::Installed { .. }, ReissueReason::LostDownload) => refuse(Hint::Installed),
            _ => Ok(()),
        }
    }

    /// The successor that was issued before and that nobody has used.
    pub(super) async fn waiting_successor(
        &self,
        caller: &Caller,
        old: &Loaded,
        why: ReissueReason,
    ) -> Result<Option<Loaded>, OperatorError> {
        let Some(id) = &old.enrollment.successor else { return Ok(None) };
        let Some(successor) = self.load(&caller.organization, id).await? else { return Ok(None) };
        match successor.enrollment.state {
            State::Invited => Ok(Some(successor)),
            State::Cancelled { .. } | State::Revoked { .. } => Ok(None),
            // It ends with the device that it was begun on.
            _ if why == ReissueReason::Lost && successor.enrollment.by_person => Ok(None),
            _ => Err(OperatorError::NotNow {
                id: old.enrollment.id.clone(),
                standing: old.enrollment.standing(self.now()),
                hint: Hint::SuccessorClaimed,
            }),
        }
    }

    /// What ends in the same commit: the certificate, where the device or the file is gone.
    async fn ends_now(
        &self,
        old: &Loaded,
        why: ReissueReason,
    ) -> Result<(Commit, Vec<Happening>), OperatorError> {
        let (Some(reason), Some(serial)) = (why.revokes(), old.enrollment.state.certificate()) else {
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
            (State::Invited, _) | (_, ReissueReason::LostDownload | ReissueReason::Reinstalled) => {
                old.replaced(successor.clone(), now)
            }
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
