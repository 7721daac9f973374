//! What an act would do, before it is done.

use super::{EnrollmentAct, Seen};
use crate::directory::MailAddress;
use crate::enrollment::authority::{Loaded, OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::hint::Hint;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::query::EnrollmentSummary;
use crate::enrollment::record::{Enrollment, ReissueReason};
use crate::enrollment::state::{Attempts, State};
use crate::ledger::RevocationReason;
use crate::pki::serial::SerialNumber;

/// One thing that an act does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The note is another one.
    NoteWritten,
    /// Link, number and secret lead nowhere from then on, and the old link says so.
    LinkDies,
    /// The same invitation gets new ones, and its time begins anew.
    LinkRenewed,
    /// Link and number lead nowhere from then on, and the secret stays what the person has.
    LinkReplaced,
    /// A mail with the new link goes there.
    MailSent {
        /// Where.
        to: MailAddress,
        /// Whether the secret is new, and goes by mail as well.
        secret: bool,
    },
    /// The person can try again at once.
    WrongSecretsForgotten,
    /// The invitation is over.
    InvitationEnds,
    /// The certificate lets nobody in any more, for good.
    CertificateRevoked {
        /// Which.
        serial: SerialNumber,
        /// Why.
        reason: RevocationReason,
    },
    /// What waits to be fetched is destroyed.
    FileDestroyed,
    /// The certificate goes on until the new one is proven, and for good where that never comes.
    CertificateStays {
        /// Which.
        serial: SerialNumber,
    },
    /// Another enrollment is issued, with a link, number and secret of its own.
    SuccessorIssued {
        /// Whether it is for the same device, where it replaces in place.
        same_device: bool,
    },
    /// The change to another device that the person began with this certificate ends, however far it has come.
    OwnChangeEnds {
        /// Which.
        enrollment: EnrollmentId,
    },
    /// An invitation that was issued before for the same purpose, and that nobody has used, is over.
    OtherInvitationEnds {
        /// Which.
        enrollment: EnrollmentId,
    },
}

/// What an act would do as things stand.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The enrollment.
    pub summary: EnrollmentSummary,
    /// What would be done; or why it makes no sense, and what would.
    pub effects: Result<Vec<Effect>, Hint>,
    /// What goes with the act, so that it does nothing else.
    pub seen: Seen,
}

impl RegistrationAuthority {
    /// Says what an act would do. Changes nothing.
    ///
    /// # Errors
    /// When there is no such enrollment, or the store fails.
    pub async fn preview(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        act: &EnrollmentAct,
    ) -> Result<Preview, OperatorError> {
        // Before the enrollment: what happens in between is then known to be unseen.
        let seen = self.seen(caller).await?;
        let loaded = self.get(caller, id).await?;
        let effects = match self.effects(caller, &loaded, act).await {
            Ok(effects) => Ok(effects),
            Err(OperatorError::NotNow { hint, .. }) => Err(hint),
            Err(error) => return Err(error),
        };
        Ok(Preview { summary: self.summary(&loaded.enrollment), effects, seen })
    }

    async fn effects(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        act: &EnrollmentAct,
    ) -> Result<Vec<Effect>, OperatorError> {
        let (old, now) = (&loaded.enrollment, self.now());
        let or = |possible: bool, hint: Hint, effects: Vec<Effect>| {
            if possible {
                return Ok(effects);
            }
            Err(OperatorError::NotNow { id: old.id.clone(), standing: old.standing(now), hint })
        };
        match act {
            EnrollmentAct::Note(note) => {
                or(old.clone().noted(note.clone()).is_some(), Hint::NoteIsSame, vec![Effect::NoteWritten])
            }
            EnrollmentAct::Renew(_) => {
                let mut effects = vec![Effect::LinkDies, Effect::LinkRenewed];
                if old.attempts != Attempts::default() {
                    effects.push(Effect::WrongSecretsForgotten);
                }
                or(matches!(old.state, State::Invited), Hint::NoNewSecret, effects)
            }
            EnrollmentAct::Resend => {
                let mailing = self.mailable(caller, old).await?;
                let secret = mailing.mails_secret();
                let mut effects = vec![if secret { Effect::LinkDies } else { Effect::LinkReplaced }];
                if secret && old.attempts != Attempts::default() {
                    effects.push(Effect::WrongSecretsForgotten);
                }
                effects.push(Effect::MailSent { to: mailing.to, secret });
                Ok(effects)
            }
            EnrollmentAct::Cancel => {
                let effects = vec![Effect::LinkDies, Effect::InvitationEnds];
                or(old.clone().cancelled(now).is_some(), Hint::UsedAlready, effects)
            }
            EnrollmentAct::Unlock => {
                or(old.clone().unlocked().is_some(), Hint::NotLocked, vec![Effect::WrongSecretsForgotten])
            }
            EnrollmentAct::Revoke(reason) => {
                let mut effects = ended(old, *reason);
                effects.extend(self.own_change_ends(caller, loaded).await?);
                or(old.state.certificate().is_some(), Hint::NoCertificate, effects)
            }
            EnrollmentAct::Reissue(why, _) => {
                self.reissuable(old, *why)?;
                let waiting = self.waiting_successor(caller, loaded, *why).await?;
                let mut effects = match (why.revokes(), old.state.certificate()) {
                    (Some(reason), _) => ended(old, reason),
                    (None, Some(serial)) => vec![Effect::CertificateStays { serial }],
                    (None, None) => Vec::new(),
                };
                if matches!(old.state, State::Invited) {
                    effects.extend([Effect::LinkDies, Effect::InvitationEnds]);
                }
                if let Some(waiting) = waiting {
                    effects.push(Effect::OtherInvitationEnds { enrollment: waiting.enrollment.id });
                } else if *why == ReissueReason::Lost {
                    effects.extend(self.own_change_ends(caller, loaded).await?);
                }
                effects.push(Effect::SuccessorIssued { same_device: why.same_device() });
                Ok(effects)
            }
        }
    }

    async fn own_change_ends(
        &self,
        caller: &Caller,
        loaded: &Loaded,
    ) -> Result<Option<Effect>, OperatorError> {
        let own = self.own_change(&caller.organization, loaded).await?;
        let under_way = own.filter(|own| {
            matches!(own.enrollment.state, State::Invited) || own.enrollment.state.is_under_way()
        });
        Ok(under_way.map(|own| Effect::OwnChangeEnds { enrollment: own.enrollment.id }))
    }
}

fn ended(old: &Enrollment, reason: RevocationReason) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(serial) = old.state.certificate() {
        effects.push(Effect::CertificateRevoked { serial, reason });
    }
    if matches!(old.state, State::Claimed { .. } | State::Fetched { .. }) {
        effects.push(Effect::FileDestroyed);
    }
    effects
}
