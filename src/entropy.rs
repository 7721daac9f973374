//! Randomness, passed in so that a test can repeat it.

use openssl::rand::rand_bytes;

/// The machine gave no randomness; nothing secret may be made.
#[derive(Debug, thiserror::Error)]
#[error("the random number generator failed: {0}")]
pub struct EntropyError(#[from] openssl::error::ErrorStack);

/// Where random bytes come from.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills `bytes` with random bytes fit for keys.
    ///
    /// # Errors
    /// When the generator cannot be trusted.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

impl dyn Entropy + '_ {
    /// `N` random bytes.
    ///
    /// # Errors
    /// When the generator cannot be trusted.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], EntropyError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// OpenSSL's generator, seeded by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks OpenSSL for randomness")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        Ok(rand_bytes(bytes)?)
    }
}
