//! What is drawn for an invitation: known once, then kept as hashes.
//!
//! Link and secret follow from two nonces and the pepper, which is not in the store. The nonces are forgotten with the rest,
//! unless a mail that waits in the outbox shall carry what follows from them.

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::authority::{OperatorError, RegistrationAuthority};
use super::credentials::{Code, Number, Secret, draw_bundle_password};
use super::id::EnrollmentId;
use super::invite::Carrier;
use super::open::{Pointer, meant_for, pointer_key};
use super::outbox::{Follows, Pair};
use super::record::Enrollment;
use super::state::Credentials;
use super::view::IssuedInvitation;
use crate::directory::Policy;
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::{Pepper, PepperError, Purpose};
use crate::profile::{Offer, PasswordMode};
use crate::store::record::encode;
use crate::store::{Commit, Guard, Key, Partition, StoreError};

/// The credentials of a new invitation, and how they are kept.
pub(super) struct Drawn {
    pub(super) code: Code,
    pub(super) number: Number,
    pub(super) secret: Secret,
    pub(super) separate: Option<Zeroizing<String>>,
    /// What link and secret follow from.
    pub(super) nonces: Pair,
}

impl Drawn {
    /// Draws what goes with an invitation.
    pub(super) fn draw(
        entropy: &dyn Entropy,
        offer: &Offer,
        pepper: &Pepper,
        enrollment: &EnrollmentId,
    ) -> Result<Self, EntropyError> {
        let nonces = Pair::draw(entropy)?;
        let link = Follows::link(pepper, nonces.link, enrollment);
        Ok(Self {
            code: Code::draw(&link)?,
            number: Number::draw(&link)?,
            secret: Secret::draw(&Follows::secret(pepper, nonces.secret, enrollment))?,
            separate: match offer.bundle.password {
                PasswordMode::Separate => Some(draw_bundle_password(entropy)?),
                PasswordMode::Secret | PasswordMode::Shown | PasswordMode::Chosen => None,
            },
            nonces,
        })
    }
}

/// How long a link lives that is shown on a screen.
const SCREEN: SignedDuration = SignedDuration::from_mins(10);
/// How long an invitation is open that a person shows to their own new device.
const OWN_DEVICE: SignedDuration = SignedDuration::from_hours(1);

fn after(now: Timestamp, lasts: SignedDuration) -> Timestamp {
    now.checked_add(lasts).unwrap_or(Timestamp::MAX)
}

/// Adds the pointers from an enrollment's code and number to it; both must be free. Says which documents they are.
pub(super) fn pointers(commit: Commit, enrollment: &Enrollment) -> Result<(Commit, [Key; 2]), OperatorError> {
    let pointer = encode(&Pointer {
        organization: enrollment.organization.clone(),
        enrollment: enrollment.id.clone(),
        serial: None,
    })?;
    let code = pointer_key(Purpose::Code, &enrollment.code)?;
    let number = pointer_key(Purpose::Number, &enrollment.number)?;
    let commit = commit
        .guard(Guard::Absent(code.clone()))
        .guard(Guard::Absent(number.clone()))
        .put(code.clone(), pointer.clone())
        .put(number.clone(), pointer);
    Ok((commit, [code, number]))
}

impl RegistrationAuthority {
    /// What the operator hands over: the one moment at which `drawn` is known.
    pub(super) fn handed_over(
        &self,
        enrollment: &Enrollment,
        offer: &Offer,
        drawn: Drawn,
    ) -> IssuedInvitation {
        let host = self.0.parts.settings.public_url.as_str().trim_end_matches('/').to_ascii_uppercase();
        IssuedInvitation {
            enrollment: enrollment.id.clone(),
            link: Zeroizing::new(format!("{host}/C/{}", drawn.code.expose())),
            code: drawn.code,
            number: drawn.number,
            secret: drawn.secret,
            separate_password: drawn.separate,
            platforms: meant_for(&enrollment.platforms, offer),
            link_expires_at: enrollment.link_ends,
            expires_at: enrollment.invitation_ends,
            predecessor: enrollment.predecessor.clone(),
            mails: Vec::new(),
            secret_mailed: false,
        }
    }

    /// Writes the pointers from an enrollment's code and number to it; `false` where one of them is taken.
    pub(super) async fn pointed(&self, enrollment: &Enrollment) -> Result<bool, OperatorError> {
        let (commit, _) = pointers(Commit::new(), enrollment)?;
        match self.store().commit(&Partition::installation(), commit).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The hashes of what was drawn for an enrollment, and until when it is open.
    pub(super) fn credentials(
        &self,
        id: &EnrollmentId,
        offer: &Offer,
        drawn: &Drawn,
        (carrier, policy): (Carrier, &Policy),
    ) -> Result<Credentials, OperatorError> {
        let now = self.now();
        let pepper = &self.0.parts.pepper;
        let hash = |purpose, scope: &str, text: &str| pepper.hash(purpose, scope, text.as_bytes());
        let days = policy.invitation_days.unwrap_or(offer.invitation_days);
        let invitation_ends = match carrier {
            Carrier::OwnDevice => after(now, OWN_DEVICE),
            _ => after(now, SignedDuration::from_hours(24 * i64::from(days))),
        };
        let hours = policy.link_hours.map(|hours| SignedDuration::from_hours(i64::from(hours)));
        let separate = drawn.separate.as_ref();
        Ok(Credentials {
            code: hash(Purpose::Code, "", drawn.code.expose())?,
            number: hash(Purpose::Number, "", drawn.number.expose())?,
            secret: hash(Purpose::Secret, id.as_str(), drawn.secret.expose())?,
            separate_password: separate.map(|p| self.seal_separate(id, &drawn.secret, p)).transpose()?,
            link_ends: match carrier {
                Carrier::Message | Carrier::Mail => {
                    after(now, hours.unwrap_or(offer.link_life)).min(invitation_ends)
                }
                Carrier::Letter | Carrier::OwnDevice => invitation_ends,
                Carrier::Screen => after(now, SCREEN).min(invitation_ends),
            },
            invitation_ends,
        })
    }

    fn seal_separate(
        &self,
        id: &EnrollmentId,
        secret: &Secret,
        password: &str,
    ) -> Result<String, PepperError> {
        let key = self.separate_key(id, secret)?;
        let sealed = key.seal(self.0.parts.entropy.as_ref(), id.as_str().as_bytes(), password.as_bytes())?;
        Ok(hex::encode(sealed))
    }

    /// The key under which a separate bundle password waits for its secret.
    pub(super) fn separate_key(
        &self,
        id: &EnrollmentId,
        secret: &Secret,
    ) -> Result<crate::pepper::SealingKey, PepperError> {
        self.0.parts.pepper.sealing_key(
            secret.expose().as_bytes(),
            id.as_str().as_bytes(),
            b"tegata/1/separate-password",
        )
    }
}
