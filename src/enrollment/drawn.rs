//! What is drawn for an invitation: known once, then kept as hashes.

use zeroize::Zeroizing;

use super::credentials::{Code, Number, Secret, draw_bundle_password};
use crate::entropy::{Entropy, EntropyError};
use crate::profile::{Offer, PasswordMode};

/// The credentials of a new invitation, and how they are kept.
pub(super) struct Drawn {
    pub(super) code: Code,
    pub(super) number: Number,
    pub(super) secret: Secret,
    pub(super) separate: Option<Zeroizing<String>>,
}

impl Drawn {
    /// Draws what goes with an invitation.
    pub(super) fn draw(entropy: &dyn Entropy, offer: &Offer) -> Result<Self, EntropyError> {
        Ok(Self {
            code: Code::draw(entropy)?,
            number: Number::draw(entropy)?,
            secret: Secret::draw(entropy)?,
            separate: match offer.bundle.password {
                PasswordMode::Separate => Some(draw_bundle_password(entropy)?),
                PasswordMode::Secret | PasswordMode::Shown | PasswordMode::Chosen => None,
            },
        })
    }
}
