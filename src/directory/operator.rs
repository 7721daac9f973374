//! The people who issue enrollments.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::organization::OrganizationId;
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::{Pepper, PepperError, Purpose, SecretHash};
use crate::store::record::Record;

/// What an operator shows to be let in: `tgo_` and 52 letters (256 bits). Known once, at its making.
#[derive(Clone)]
pub struct OperatorToken(Zeroizing<String>);

impl OperatorToken {
    /// Draws a new token.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        entropy.fill(bytes.as_mut_slice())?;
        let letters = Zeroizing::new(BASE32_NOPAD.encode(bytes.as_slice()));
        Ok(Self(Zeroizing::new(format!("tgo_{}", letters.to_ascii_lowercase()))))
    }

    /// Takes what somebody shows; whether it is right is for the directory to say.
    #[must_use]
    pub fn shown(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(..)")
    }
}

/// Somebody who issues enrollments for one organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Operator {
    /// The name, as the audit log shows it.
    pub name: String,
    /// The hash of the token.
    pub token: SecretHash,
}

impl Record for Operator {
    const NAME: &'static str = "operator";
    const FORMAT: u32 = 1;
}

impl Operator {
    /// An operator of `organization` with this token.
    ///
    /// # Errors
    /// When hashing fails.
    pub fn new(
        organization: &OrganizationId,
        name: &str,
        token: &OperatorToken,
        pepper: &Pepper,
    ) -> Result<Self, PepperError> {
        let token = pepper.hash(Purpose::Token, organization.as_str(), token.expose().as_bytes())?;
        Ok(Self { name: name.to_owned(), token })
    }
}
