//! What an operator can do to one enrollment: what it would do, and that it is done once, as it was shown.

mod effect;
mod perform;

pub use effect::{Effect, Preview};
pub use perform::Done;

use super::authority::{Loaded, OperatorError, RegistrationAuthority, enrollment_key};
use super::invite::Carrier;
use super::once::Once;
use super::record::{Happening, LifeEvent, ReissueReason};
use crate::ledger::RevocationReason;
use crate::store::record::decode;
use crate::store::{MAX_PAGE, Position, StoreError};

/// An act on one enrollment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrollmentAct {
    /// The note says this from now on, or nothing.
    Note(Option<String>),
    /// A new link, number and secret for the same invitation.
    Renew(Carrier),
    /// The invitation is mailed once more, with a new link. Whoever asks for it sees neither link nor secret.
    Resend,
    /// The invitation is taken back.
    Cancel,
    /// Wrong secrets are forgotten.
    Unlock,
    /// The certificate is taken out of use.
    Revoke(RevocationReason),
    /// Another enrollment is issued in its place.
    Reissue(ReissueReason, Carrier),
}

impl EnrollmentAct {
    /// Its word in addresses.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Note(_) => "note",
            Self::Renew(_) => "renew",
            Self::Resend => "resend",
            Self::Cancel => "cancel",
            Self::Unlock => "unlock",
            Self::Revoke(_) => "revoke",
            Self::Reissue(..) => "reissue",
        }
    }
}

/// Up to where the log had been read when an enrollment was shown: what happened to it since was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen(pub u64);

/// How an act is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// What was seen before; where something else has happened since, nothing is done.
    pub seen: Option<Seen>,
    /// The form's own key, for acts that issue something: asked for again, the answer is the same.
    pub once: Option<Once>,
}

/// Whether this changes what an act does. Tries and transfers do not.
const fn matters(happening: &Happening) -> bool {
    !matches!(
        happening,
        Happening::WrongSecret { .. }
            | Happening::Locked { .. }
            | Happening::FetchStarted { .. }
            | Happening::FetchContinued { .. }
    )
}

impl RegistrationAuthority {
    /// What happened to an enrollment after a place of the log, oldest first.
    pub(super) async fn happened_after(
        &self,
        loaded: &Loaded,
        after: Position,
    ) -> Result<Vec<LifeEvent>, StoreError> {
        let about =
            enrollment_key(&loaded.enrollment.id).map_err(|error| StoreError::Limit(error.to_string()))?;
        let events = self.store().events_about(&loaded.partition, &about, after, MAX_PAGE).await?;
        events.iter().map(|event| decode(&event.bytes)).collect()
    }

    /// Refuses where something has happened that was not seen. What comes after this is kept from the commit by its guard on
    /// the version that was read before.
    pub(super) async fn as_seen(&self, loaded: &Loaded, seen: Option<Seen>) -> Result<(), OperatorError> {
        let Some(Seen(position)) = seen else { return Ok(()) };
        let mut since = self.happened_after(loaded, Position(position)).await?;
        since.retain(|event| matters(&event.happening));
        if since.is_empty() {
            return Ok(());
        }
        Err(OperatorError::Changed { id: loaded.enrollment.id.clone(), since })
    }
}
