//! A person changes to another device alone: the old device proves itself by its certificate, and shows the way to the new one.

use jiff::SignedDuration;

use super::acts::Asked;
use super::authority::{OperatorError, RegistrationAuthority, try_again};
use super::caller::Caller;
use super::hint::Hint;
use super::invite::Carrier;
use super::once::Once;
use super::open::serial_key;
use super::record::{Actor, ReissueReason};
use super::view::{CheckOutcome, IssuedInvitation};
use crate::directory::partition;
use crate::store::Key;

/// How often in a day.
const MOST_CHANGES: i64 = 3;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Why a person cannot change to another device alone; nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// The certificate that was shown proves nothing.
    Unproven(CheckOutcome),
    /// It was begun too often today.
    TooOften,
    /// The change that was begun before has come too far; or things stand otherwise.
    NotNow(Hint),
    /// The system cannot tell at this moment.
    TryAgain,
}

impl ChangeRefusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unproven(outcome) => match outcome.code() {
                Some(code) => code,
                None => "T-390",
            },
            Self::TooOften => "T-310",
            Self::NotNow(_) => "T-311",
            Self::TryAgain => "T-390",
        }
    }
}

impl RegistrationAuthority {
    /// Issues a successor for another device to whoever shows the living certificate of an installed enrollment. The old
    /// certificate stays valid until the new one is proven. The same form sent twice gives the same successor.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn begin_change(
        &self,
        shown: Option<&[u8]>,
        once: Once,
    ) -> Result<IssuedInvitation, ChangeRefusal> {
        let (enrollment, serial) = match self.check(shown).await {
            CheckOutcome::Ok { enrollment, serial, .. } => (enrollment, serial),
            CheckOutcome::TryAgain => return Err(ChangeRefusal::TryAgain),
            outcome => return Err(ChangeRefusal::Unproven(outcome)),
        };
        let begun = async {
            let Some(pointer) = self.pointer(&serial_key(&serial)?).await? else { return Ok(None) };
            let caller = Caller::new(pointer.organization, Actor::Subscriber);
            let act = format!("reissue/{enrollment}");
            if self.issued_before(&caller, &act, once).await?.is_none() {
                let counter = Key::new(format!("changes-begun/{enrollment}"))?;
                let partition = partition(&caller.organization)?;
                if self.store().count(&partition, &counter, 1, DAY).await? > MOST_CHANGES {
                    return Ok(None);
                }
            }
            let asked = Asked { seen: None, once: Some(once) };
            let why = ReissueReason::NewDevice;
            self.reissue_asked(&caller, &enrollment, why, Carrier::Screen, asked).await.map(Some)
        };
        match begun.await {
            Ok(Some(issued)) => Ok(issued),
            Ok(None) => Err(ChangeRefusal::TooOften),
            Err(OperatorError::NotNow { hint, .. }) => Err(ChangeRefusal::NotNow(hint)),
            Err(error) => {
                try_again(&error);
                Err(ChangeRefusal::TryAgain)
            }
        }
    }
}
