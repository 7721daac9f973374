//! An enrollment's name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::credentials::draw_identifier;
use crate::entropy::{Entropy, EntropyError};

/// Letters in an identifier (60 bits: two of ten million collide with a chance of 4 in 100,000, and a collision is drawn again).
const LENGTH: usize = 12;

/// An enrollment's name in the store and for operators: 12 letters and digits. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnrollmentId(String);

/// A text that names no enrollment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an enrollment's name has 12 letters and digits, as `tegata list` shows them")]
pub struct NotAnEnrollmentId;

impl EnrollmentId {
    /// Draws a new name.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        draw_identifier(entropy, LENGTH).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EnrollmentId {
    type Err = NotAnEnrollmentId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text))
        } else {
            Err(NotAnEnrollmentId)
        }
    }
}

impl TryFrom<String> for EnrollmentId {
    type Error = NotAnEnrollmentId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EnrollmentId> for String {
    fn from(id: EnrollmentId) -> Self {
        id.0
    }
}

impl fmt::Display for EnrollmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
