//! The same act on many enrollments.

use serde::{Deserialize, Serialize};

use super::check::Refused;
use super::job::{Job, JobId, JobWork, Outcome};
use crate::directory::Act;
use crate::enrollment::acts::EnrollmentAct;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::hint::Hint;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::{Carrier, bounded};
use crate::enrollment::record::ReissueReason;
use crate::enrollment::state::Standing;
use crate::ledger::RevocationReason;

/// What is done to every enrollment of a selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum BulkAct {
    /// Wrong secrets are forgotten.
    Unlock,
    /// The invitation is mailed once more, with a new link.
    Resend,
    /// The note says this from now on, or nothing.
    Note {
        /// What.
        note: Option<String>,
    },
    /// The invitation is taken back.
    Cancel,
    /// The certificate is revoked.
    Revoke {
        /// Why.
        reason: RevocationReason,
    },
    /// Another enrollment is issued in its place.
    Reissue {
        /// Why.
        reason: ReissueReason,
    },
}

impl BulkAct {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unlock => "unlock",
            Self::Resend => "resend",
            Self::Note { .. } => "note",
            Self::Cancel => "cancel",
            Self::Revoke { .. } => "revoke",
            Self::Reissue { .. } => "reissue",
        }
    }

    /// Whether it ends certificates, which cannot be undone.
    #[must_use]
    pub fn ends(&self) -> bool {
        match self {
            Self::Revoke { .. } => true,
            Self::Reissue { reason } => reason.revokes().is_some(),
            _ => false,
        }
    }

    /// What the role must allow.
    #[must_use]
    pub const fn demands(&self) -> Act {
        match self {
            Self::Unlock => Act::Unlock,
            Self::Resend => Act::Resend,
            Self::Note { .. } => Act::Note,
            Self::Cancel => Act::Cancel,
            Self::Revoke { .. } => Act::Revoke,
            Self::Reissue { .. } => Act::Reissue,
        }
    }

    /// The same act on one enrollment.
    #[must_use]
    pub fn single(&self) -> EnrollmentAct {
        match self {
            Self::Unlock => EnrollmentAct::Unlock,
            Self::Resend => EnrollmentAct::Resend,
            Self::Note { note } => EnrollmentAct::Note(note.clone()),
            Self::Cancel => EnrollmentAct::Cancel,
            Self::Revoke { reason } => EnrollmentAct::Revoke(*reason),
            Self::Reissue { reason } => EnrollmentAct::Reissue(*reason, Carrier::Message),
        }
    }
}

impl RegistrationAuthority {
    /// Lets a selection's job run, with what was decided since it was made: the reason of a revocation, the text of a note.
    ///
    /// # Errors
    /// As [`Self::begin_job`]; when the job does something else, or the note does not do.
    pub async fn begin_act(&self, caller: &Caller, id: &JobId, act: BulkAct) -> Result<Job, OperatorError> {
        let act = match act {
            BulkAct::Note { note } => {
                let note = note.as_deref().map(str::trim).filter(|note| !note.is_empty());
                BulkAct::Note { note: note.map(|note| bounded("the note", note)).transpose()? }
            }
            other => other,
        };
        match self.job(caller, id).await?.work {
            JobWork::Act { act: drafted } if drafted.name() == act.name() => {}
            _ => return Err(OperatorError::NoSuchJob(id.to_string())),
        }
        self.begin_with(caller, id, Some(act)).await
    }

    /// Does one row of a selection. What was done before a crash and is asked for again counts as done; only a reissue is
    /// then made once more, and its successor takes the place of the one before.
    pub(super) async fn act(
        &self,
        caller: &Caller,
        act: &BulkAct,
        job: &Job,
        id: &EnrollmentId,
    ) -> Result<Outcome, OperatorError> {
        let acted = |successor| Outcome::Acted { enrollment: id.clone(), successor };
        let (done, so_already) = match act {
            BulkAct::Unlock => (self.unlock(caller, id).await.map(|_| None), None),
            BulkAct::Resend => {
                if self.relinked_since(caller, job, id).await? {
                    return Ok(Outcome::Known { enrollment: id.clone() });
                }
                (self.resend(caller, id).await.map(|_| None), None)
            }
            BulkAct::Note { note } => (self.annotate(caller, id, note.as_deref()).await.map(|_| None), None),
            BulkAct::Cancel => (self.cancel(caller, id).await.map(|_| None), Some(Standing::Cancelled)),
            BulkAct::Revoke { reason } => {
                (self.revoke(caller, id, *reason).await.map(|_| None), Some(Standing::Revoked))
            }
            BulkAct::Reissue { reason } => {
                (self.reissue(caller, id, *reason).await.map(|issued| Some(issued.enrollment)), None)
            }
        };
        match done {
            Ok(successor) => Ok(acted(successor)),
            Err(OperatorError::NotNow { standing, .. }) if Some(standing) == so_already => Ok(acted(None)),
            Err(OperatorError::NotNow { hint: Hint::NoteIsSame, .. }) => {
                Ok(Outcome::Known { enrollment: id.clone() })
            }
            Err(error) => Refused::of(&error).map(Outcome::Refused).ok_or(error),
        }
    }

    /// Whether the person has got a new link since the job began: then a second mail would only end what the first one brought.
    async fn relinked_since(
        &self,
        caller: &Caller,
        job: &Job,
        id: &EnrollmentId,
    ) -> Result<bool, OperatorError> {
        let found = self.load(&caller.organization, id).await?.filter(|it| caller.reaches(&it.enrollment));
        let redrawn_at = found.and_then(|loaded| loaded.enrollment.redrawn_at);
        Ok(redrawn_at.zip(job.begun_at).is_some_and(|(redrawn, begun)| redrawn >= begun))
    }
}
