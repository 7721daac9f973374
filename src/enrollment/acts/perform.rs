//! An act is done, and what happened is told.

use super::{Asked, EnrollmentAct, Seen};
use crate::directory::partition;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::query::EnrollmentSummary;
use crate::enrollment::record::LifeEvent;
use crate::enrollment::view::IssuedInvitation;
use crate::store::Position;

/// What an act has done.
pub struct Done {
    /// The enrollment afterwards.
    pub summary: EnrollmentSummary,
    /// What happened to it meanwhile, oldest first; nothing where the same form was sent before.
    pub happened: Vec<LifeEvent>,
    /// What was issued: the one moment at which its credentials are known.
    pub issued: Option<IssuedInvitation>,
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let issued = self.issued.as_ref().map(|issued| &issued.enrollment);
        f.debug_struct("Done")
            .field("enrollment", &self.summary.enrollment)
            .field("happened", &self.happened)
            .field("issued", &issued)
            .finish_non_exhaustive()
    }
}

impl RegistrationAuthority {
    /// How far the organization's log goes at this moment.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn seen(&self, caller: &Caller) -> Result<Seen, OperatorError> {
        let last = self.store().last_event(&partition(&caller.organization)?).await?;
        Ok(Seen(last.0))
    }

    /// Does an act, once, as it was seen.
    ///
    /// # Errors
    /// When it makes no sense as things stand, somebody was quicker, or the store fails; then nothing was done.
    pub async fn perform(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        act: &EnrollmentAct,
        asked: Asked,
    ) -> Result<Done, OperatorError> {
        let Seen(before) = self.seen(caller).await?;
        let seen = asked.seen;
        let issued = match act {
            EnrollmentAct::Note(note) => {
                self.annotate_seen(caller, id, note.as_deref(), seen).await?;
                None
            }
            EnrollmentAct::Renew(carrier) => Some(self.redraw_asked(caller, id, *carrier, asked).await?),
            EnrollmentAct::Resend => {
                self.resend_asked(caller, id, asked).await?;
                None
            }
            EnrollmentAct::Cancel => {
                self.cancel_seen(caller, id, seen).await?;
                None
            }
            EnrollmentAct::Unlock => {
                self.unlock_seen(caller, id, seen).await?;
                None
            }
            EnrollmentAct::Revoke(reason) => {
                self.revoke_seen(caller, id, *reason, seen).await?;
                None
            }
            EnrollmentAct::Reissue(why, carrier) => {
                Some(self.reissue_asked(caller, id, *why, *carrier, asked).await?)
            }
        };
        let loaded = self.get(caller, id).await?;
        let happened = self.happened_after(&loaded, Position(before)).await?;
        Ok(Done { summary: self.summary(&loaded.enrollment), happened, issued })
    }
}
