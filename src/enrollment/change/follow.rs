//! How far a change has come, for the page on the old device. Changes nothing.

use jiff::Timestamp;

use super::{ChangeRefusal, Proven, serial_of};
use crate::device::Platform;
use crate::directory::Organization;
use crate::enrollment::authority::{Loaded, OperatorError, RegistrationAuthority};
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::once::Once;
use crate::enrollment::open::serial_key;
use crate::enrollment::state::State;
use crate::enrollment::view::{CheckOutcome, IssuedInvitation};
use crate::pki::serial::SerialNumber;

/// How far a change has come.
pub enum ChangeStanding {
    /// None is under way.
    Idle {
        /// When the last one was stopped, where it was.
        stopped_at: Option<Timestamp>,
        /// Whether an operator has issued an invitation for the same purpose, which would end.
        invited_otherwise: bool,
    },
    /// It waits for the new device.
    Open {
        /// What the new device needs, where the form that drew it is at hand.
        issued: Option<Box<IssuedInvitation>>,
        /// Until when.
        until: Timestamp,
    },
    /// Nobody went on with it.
    Late {
        /// Since when it is over.
        at: Timestamp,
    },
    /// The secret was right on another device, whose certificate is not proven yet.
    Taken {
        /// When.
        at: Timestamp,
        /// On what kind of device.
        platform: Platform,
        /// Whether an operator issued it; then it is theirs to stop.
        by_operator: bool,
    },
    /// The new device is proven: the certificate that was shown has ended.
    Done {
        /// Since when.
        at: Timestamp,
        /// On what kind of device.
        platform: Option<Platform>,
    },
}

impl std::fmt::Debug for ChangeStanding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl ChangeStanding {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle { .. } => "idle",
            Self::Open { issued: Some(_), .. } => "shown",
            Self::Open { issued: None, .. } => "hidden",
            Self::Late { .. } => "late",
            Self::Taken { .. } => "taken",
            Self::Done { .. } => "done",
        }
    }
}

/// A change as the page on the old device shows it.
#[derive(Debug)]
pub struct DeviceChange {
    /// Whose page it is.
    pub organization: Organization,
    /// The enrollment of the certificate that was shown.
    pub enrollment: EnrollmentId,
    /// That certificate.
    pub serial: SerialNumber,
    /// How far it has come.
    pub standing: ChangeStanding,
}

impl RegistrationAuthority {
    /// How far the change of whoever shows this certificate has come. What the new device needs is told to who has the key of
    /// the form that drew it, and only while nobody has used it.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn follow_change(
        &self,
        shown: Option<&[u8]>,
        once: Option<Once>,
    ) -> Result<DeviceChange, ChangeRefusal> {
        let proven = match self.proven(shown, None).await {
            Ok(proven) => proven,
            Err(ChangeRefusal::Unproven(CheckOutcome::Superseded { at })) => {
                return self.ended_change(shown, at).await;
            }
            Err(refusal) => return Err(refusal),
        };
        let old = self.get(&proven.caller, &proven.enrollment).await?;
        let standing = self.standing_of(&proven, &old, once).await?;
        let begins = !matches!(standing, ChangeStanding::Open { .. } | ChangeStanding::Taken { .. });
        if begins && !proven.organization.policy.change_alone {
            return Err(ChangeRefusal::NotOffered);
        }
        let Proven { enrollment, serial, organization, .. } = proven;
        Ok(DeviceChange { organization, enrollment, serial, standing })
    }

    async fn standing_of(
        &self,
        proven: &Proven,
        old: &Loaded,
        once: Option<Once>,
    ) -> Result<ChangeStanding, OperatorError> {
        let idle = |stopped_at, invited_otherwise| ChangeStanding::Idle { stopped_at, invited_otherwise };
        let Some(id) = &old.enrollment.successor else { return Ok(idle(None, false)) };
        let Some(successor) = self.load(&proven.caller.organization, id).await? else {
            return Ok(idle(None, false));
        };
        let own = successor.enrollment.by_person;
        Ok(match &successor.enrollment.state {
            State::Invited if !own => idle(None, self.now() < successor.enrollment.invitation_ends),
            State::Invited if self.now() >= successor.enrollment.invitation_ends => {
                ChangeStanding::Late { at: successor.enrollment.invitation_ends }
            }
            State::Invited => {
                let issued = match once {
                    Some(once) => self.begun_by(proven, &successor, once)?,
                    None => None,
                };
                let until = successor.enrollment.invitation_ends;
                ChangeStanding::Open { issued: issued.map(Box::new), until }
            }
            State::Issuing { claim } | State::Claimed { claim, .. } | State::Fetched { claim, .. } => {
                ChangeStanding::Taken { at: claim.at, platform: claim.platform, by_operator: !own }
            }
            State::Cancelled { at } | State::Revoked { at, .. } => idle(Some(*at).filter(|_| own), false),
            // In the commit that made it so, the certificate that was shown has ended, or ends at this very moment.
            State::Installed { .. } | State::Replaced { .. } => idle(None, false),
        })
    }

    /// What whoever shows a certificate that another one took the place of is told.
    async fn ended_change(&self, shown: Option<&[u8]>, at: Timestamp) -> Result<DeviceChange, ChangeRefusal> {
        let found = async {
            let Some(serial) = shown.and_then(serial_of) else { return Ok(None) };
            let Some(pointer) = self.pointer(&serial_key(&serial)?).await? else { return Ok(None) };
            let organization = self.organization(&pointer.organization).await?;
            let Some(old) = self.load(&pointer.organization, &pointer.enrollment).await? else {
                return Ok(None);
            };
            let platform = match &old.enrollment.state {
                State::Replaced { by, .. } => self.load(&pointer.organization, by).await?,
                _ => None,
            };
            let platform = platform.and_then(|new| new.enrollment.platform());
            let standing = ChangeStanding::Done { at, platform };
            let enrollment = pointer.enrollment;
            Ok::<_, OperatorError>(Some(DeviceChange { organization, enrollment, serial, standing }))
        };
        found.await?.ok_or(ChangeRefusal::Unproven(CheckOutcome::Superseded { at }))
    }
}
