//! Credentials that can be derived anew: from the pepper, which is not in the store, and a nonce, which is there for a while.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::enrollment::id::EnrollmentId;
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::{Pepper, PepperError};

/// Bytes of a nonce, and of a block of the stream that follows from it.
const LENGTH: usize = 32;

/// 32 random bytes. Worth nothing without the pepper, and gone with the mail that needs them.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::enrollment) struct Nonce(#[serde(with = "hex::serde")] [u8; LENGTH]);

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(..)")
    }
}

/// What the credentials in a mail follow from. Link and secret have nonces of their own, so that a mail which
/// carries the one gives no way to the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::enrollment) struct Nonces {
    /// Of the link's code and the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::enrollment) link: Option<Nonce>,
    /// Of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::enrollment) secret: Option<Nonce>,
}

impl Nonces {
    pub(super) const fn is_empty(&self) -> bool {
        self.link.is_none() && self.secret.is_none()
    }
}

/// The two nonces of one invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::enrollment) struct Pair {
    /// Of the link's code and the number.
    pub(in crate::enrollment) link: Nonce,
    /// Of the secret.
    pub(in crate::enrollment) secret: Nonce,
}

impl Pair {
    /// Draws both.
    pub(in crate::enrollment) fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Ok(Self { link: Nonce(entropy.bytes()?), secret: Nonce(entropy.bytes()?) })
    }
}

/// A stream of bytes that is the same whenever it is derived again: HKDF over pepper and nonce, bound to the enrollment.
pub(in crate::enrollment) struct Follows<'a> {
    pepper: &'a Pepper,
    nonce: Nonce,
    enrollment: &'a EnrollmentId,
    what: &'static str,
    block: AtomicU64,
}

impl<'a> Follows<'a> {
    /// The stream of link code and number.
    pub(in crate::enrollment) const fn link(
        pepper: &'a Pepper,
        nonce: Nonce,
        enrollment: &'a EnrollmentId,
    ) -> Self {
        Self { pepper, nonce, enrollment, what: "link", block: AtomicU64::new(0) }
    }

    /// The stream of the secret.
    pub(in crate::enrollment) const fn secret(
        pepper: &'a Pepper,
        nonce: Nonce,
        enrollment: &'a EnrollmentId,
    ) -> Self {
        Self { pepper, nonce, enrollment, what: "secret", block: AtomicU64::new(0) }
    }
}

impl fmt::Debug for Follows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Follows(..)")
    }
}

impl Entropy for Follows<'_> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for chunk in bytes.chunks_mut(LENGTH) {
            let block = self.block.fetch_add(1, Ordering::Relaxed);
            let info = format!("tegata/1/mailed-{}/{block}", self.what);
            let derived =
                self.pepper.sealing_key(&self.nonce.0, self.enrollment.as_str().as_bytes(), info.as_bytes());
            let key = derived.map_err(|error| match error {
                PepperError::OpenSsl(stack) => EntropyError::from(stack),
                // Nothing else fails in a derivation.
                _ => EntropyError::from(openssl::error::ErrorStack::get()),
            })?;
            let block = Zeroizing::new(*key.expose());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::enrollment::credentials::{Code, Number, Secret};
    use crate::entropy::SystemEntropy;

    fn drawn(pepper: &Pepper, nonce: Nonce, enrollment: &EnrollmentId) -> [String; 3] {
        let (link, secret) =
            (Follows::link(pepper, nonce, enrollment), Follows::secret(pepper, nonce, enrollment));
        let code = Code::draw(&link).unwrap().expose().to_owned();
        let number = Number::draw(&link).unwrap().expose().to_owned();
        [code, number, Secret::draw(&secret).unwrap().expose().to_owned()]
    }

    #[test]
    fn what_is_derived_again_is_the_same_and_follows_from_pepper_nonce_and_enrollment() {
        let pepper = Pepper::new(&[7; 32]).unwrap();
        let other = Pepper::new(&[8; 32]).unwrap();
        let [one, two] = [1, 2].map(|byte| Nonce([byte; 32]));
        let ids = [(); 2].map(|()| EnrollmentId::draw(&SystemEntropy).unwrap());
        let first = drawn(&pepper, one, &ids[0]);
        assert_eq!(first, drawn(&pepper, one, &ids[0]));
        for different in
            [drawn(&other, one, &ids[0]), drawn(&pepper, two, &ids[0]), drawn(&pepper, one, &ids[1])]
        {
            for (a, b) in first.iter().zip(&different) {
                assert_ne!(a, b);
            }
        }
    }

    #[test]
    fn every_part_of_the_stream_is_another() {
        let pepper = Pepper::new(&[7; 32]).unwrap();
        let id = EnrollmentId::draw(&SystemEntropy).unwrap();
        let stream = Follows::link(&pepper, Nonce([1; 32]), &id);
        let mut bytes = [0u8; 4_096];
        stream.fill(&mut bytes).unwrap();
        let blocks: std::collections::BTreeSet<_> = bytes.chunks(32).collect();
        assert_eq!(blocks.len(), 128);
    }
}
