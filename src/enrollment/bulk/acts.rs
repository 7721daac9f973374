//! The same act on many enrollments.

use serde::{Deserialize, Serialize};

use super::check::Refused;
use super::job::Outcome;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::record::ReissueReason;
use crate::enrollment::state::Standing;
use crate::ledger::RevocationReason;

/// What is done to every enrollment of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum BulkAct {
    /// Wrong secrets are forgotten.
    Unlock,
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
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unlock => "unlock",
            Self::Cancel => "cancel",
            Self::Revoke { .. } => "revoke",
            Self::Reissue { .. } => "reissue",
        }
    }
}

impl RegistrationAuthority {
    /// Does one row of a selection. What was done before a crash and is asked for again counts as done; only a reissue is
    /// then made once more, and its successor takes the place of the one before.
    pub(super) async fn act(
        &self,
        caller: &Caller,
        act: BulkAct,
        id: &EnrollmentId,
    ) -> Result<Outcome, OperatorError> {
        let acted = |successor| Outcome::Acted { enrollment: id.clone(), successor };
        let (done, so_already) = match act {
            BulkAct::Unlock => (self.unlock(caller, id).await.map(|_| None), None),
            BulkAct::Cancel => (self.cancel(caller, id).await.map(|_| None), Some(Standing::Cancelled)),
            BulkAct::Revoke { reason } => {
                (self.revoke(caller, id, reason).await.map(|_| None), Some(Standing::Revoked))
            }
            BulkAct::Reissue { reason } => {
                (self.reissue(caller, id, reason).await.map(|issued| Some(issued.enrollment)), None)
            }
        };
        match done {
            Ok(successor) => Ok(acted(successor)),
            Err(OperatorError::NotNow { standing, .. }) if Some(standing) == so_already => Ok(acted(None)),
            Err(error) => Refused::of(&error).map(Outcome::Refused).ok_or(error),
        }
    }
}
