//! The installation's pepper: a key that is kept outside the store, under which everything secret is hashed or sealed.

use std::sync::atomic::{AtomicU64, Ordering};

use openssl::hash::MessageDigest;
use openssl::md::Md;
use openssl::memcmp;
use openssl::pkey::{Id, PKey};
use openssl::pkey_ctx::PkeyCtx;
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};

/// Why something could not be hashed, sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum PepperError {
    /// The pepper is not 32 bytes long.
    #[error("a pepper is 32 bytes (64 hexadecimal digits), this one has {0} bytes")]
    Length(usize),
    /// The sealed bytes were altered, or were sealed under another key.
    #[error("sealed bytes do not open under this key")]
    Sealed,
    /// OpenSSL refused.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// What a keyed hash is about; the same text hashes differently for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An invitation's link code.
    Code,
    /// An invitation's retrieval number.
    Number,
    /// What a person types to claim.
    Secret,
    /// The unguessable part of a ticket's URL.
    Ticket,
    /// What an operator or an API client shows.
    Token,
    /// The nonce of a form.
    FormNonce,
    /// What a browser shows that is signed in.
    Session,
    /// The one-time link of a new operator or administrator.
    Welcome,
    /// What finds a recovery code.
    RecoverySelector,
    /// What must be shown of a recovery code.
    Recovery,
    /// What keeps a registration or a sign-in together that is under way.
    Ceremony,
    /// A row of a list.
    Row,
    /// The way to letters that were printed.
    Print,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"tegata/1/code",
            Self::Number => b"tegata/1/number",
            Self::Secret => b"tegata/1/secret",
            Self::Ticket => b"tegata/1/ticket",
            Self::Token => b"tegata/1/token",
            Self::FormNonce => b"tegata/1/form-nonce",
            Self::Session => b"tegata/1/session",
            Self::Welcome => b"tegata/1/welcome",
            Self::RecoverySelector => b"tegata/1/recovery-selector",
            Self::Recovery => b"tegata/1/recovery",
            Self::Ceremony => b"tegata/1/ceremony",
            Self::Row => b"tegata/1/row",
            Self::Print => b"tegata/1/print",
        }
    }
}

/// A keyed hash (HMAC-SHA-256) of something secret; all that the store ever holds of it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(#[serde(with = "hex::serde")] [u8; 32]);

impl SecretHash {
    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        memcmp::eq(&self.0, &other.0)
    }

    /// 64 hexadecimal digits, fit for a document key: a hash is a name, not a secret.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// A key for AES-256-GCM, gone from memory when dropped.
pub struct SealingKey(Zeroizing<[u8; 32]>);

const NONCE: usize = 12;
const TAG: usize = 16;

impl SealingKey {
    /// Derives a key from secret `material` by HKDF-SHA-256 (RFC 5869).
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn derive(material: &[u8], salt: &[u8], info: &[u8]) -> Result<Self, PepperError> {
        let mut ctx = PkeyCtx::new_id(Id::HKDF)?;
        ctx.derive_init()?;
        ctx.set_hkdf_md(Md::sha256())?;
        ctx.set_hkdf_key(material)?;
        ctx.set_hkdf_salt(salt)?;
        ctx.add_hkdf_info(info)?;
        let mut key = Zeroizing::new([0; 32]);
        ctx.derive(Some(key.as_mut_slice()))?;
        Ok(Self(key))
    }

    /// Seals `plain` for `context` (authenticated, not stored). Shape: nonce (12) ‖ ciphertext ‖ tag (16).
    ///
    /// # Errors
    /// When OpenSSL or the randomness fails.
    pub fn seal(&self, entropy: &dyn Entropy, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, PepperError> {
        let nonce: [u8; NONCE] = entropy.bytes()?;
        let mut tag = [0; TAG];
        let body =
            encrypt_aead(Cipher::aes_256_gcm(), self.0.as_slice(), Some(&nonce), context, plain, &mut tag)?;
        let mut sealed = Vec::with_capacity(NONCE + body.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens what [`SealingKey::seal`] made for the same `context`.
    ///
    /// # Errors
    /// [`PepperError::Sealed`] when key, context or bytes are not those.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, PepperError> {
        let Some(rest) = sealed.len().checked_sub(NONCE + TAG) else {
            return Err(PepperError::Sealed);
        };
        let (nonce, body) = sealed.split_at(NONCE);
        let (body, tag) = body.split_at(rest);
        decrypt_aead(Cipher::aes_256_gcm(), self.0.as_slice(), Some(nonce), context, body, tag)
            .map(Zeroizing::new)
            .map_err(|_| PepperError::Sealed)
    }

    /// The key's bytes, for a derivation that is not sealing (a ticket).
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

/// The installation's pepper, 32 random bytes from a file or the environment. Never in the store.
pub struct Pepper(Zeroizing<[u8; 32]>);

impl Pepper {
    /// Takes the pepper's 32 bytes.
    ///
    /// # Errors
    /// [`PepperError::Length`] for any other length.
    pub fn new(bytes: &[u8]) -> Result<Self, PepperError> {
        let array = <[u8; 32]>::try_from(bytes).map_err(|_| PepperError::Length(bytes.len()))?;
        Ok(Self(Zeroizing::new(array)))
    }

    /// The keyed hash of `text` for `purpose`, bound to `scope` (for a secret: its enrollment, so that equal
    /// secrets of two enrollments hash differently; empty where the hash itself is the look-up key).
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn hash(&self, purpose: Purpose, scope: &str, text: &[u8]) -> Result<SecretHash, PepperError> {
        let key = PKey::hmac(self.0.as_slice())?;
        let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
        let mut mac = [0; 32];
        // Every part but the last carries its length, so that no two inputs run into each other.
        for part in [purpose.label(), scope.as_bytes()] {
            signer.update(&(part.len() as u64).to_be_bytes())?;
            signer.update(part)?;
        }
        signer.update(text)?;
        signer.sign(&mut mac)?;
        Ok(SecretHash(mac))
    }

    /// A sealing key from secret `material` and this pepper, so that neither alone opens anything.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn sealing_key(&self, material: &[u8], salt: &[u8], info: &[u8]) -> Result<SealingKey, PepperError> {
        let mut both = Zeroizing::new(Vec::with_capacity(32 + material.len()));
        both.extend_from_slice(self.0.as_slice());
        both.extend_from_slice(material);
        SealingKey::derive(&both, salt, info)
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(..)")
    }
}

/// What the blocks of [`Derived`] are derived for.
const DERIVED: &[u8] = b"tegata/1/once";

/// What is drawn for one act under one key: always the same, in the same order.
pub struct Derived {
    seed: SealingKey,
    block: AtomicU64,
}

impl Derived {
    /// Draws from `seed`, which serves nothing else.
    #[must_use]
    pub const fn new(seed: SealingKey) -> Self {
        Self { seed, block: AtomicU64::new(0) }
    }
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derived(..)")
    }
}

impl Entropy for Derived {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for chunk in bytes.chunks_mut(32) {
            let block = self.block.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            let derived =
                SealingKey::derive(self.seed.expose(), &block, DERIVED).map_err(|error| match error {
                    PepperError::OpenSsl(error) => EntropyError::from(error),
                    PepperError::Entropy(error) => error,
                    PepperError::Length(_) | PepperError::Sealed => {
                        EntropyError::from(openssl::error::ErrorStack::get())
                    }
                })?;
            chunk.copy_from_slice(&derived.expose()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn pepper(byte: u8) -> Pepper {
        Pepper::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_hash_depends_on_pepper_purpose_scope_and_text() {
        let base = pepper(1).hash(Purpose::Secret, "e1", b"abc").unwrap();
        assert!(base.matches(&pepper(1).hash(Purpose::Secret, "e1", b"abc").unwrap()));
        for other in [
            pepper(2).hash(Purpose::Secret, "e1", b"abc").unwrap(),
            pepper(1).hash(Purpose::Code, "e1", b"abc").unwrap(),
            pepper(1).hash(Purpose::Secret, "e2", b"abc").unwrap(),
            pepper(1).hash(Purpose::Secret, "e1", b"abd").unwrap(),
            pepper(1).hash(Purpose::Secret, "e1a", b"bc").unwrap(),
        ] {
            assert!(!base.matches(&other));
        }
    }

    #[test]
    fn sealed_bytes_open_only_under_their_key_and_context() {
        let key = pepper(1).sealing_key(b"ticket", b"salt", b"info").unwrap();
        let sealed = key.seal(&SystemEntropy, b"context", b"plain").unwrap();
        assert_eq!(key.open(b"context", &sealed).unwrap().as_slice(), b"plain");
        assert!(matches!(key.open(b"other", &sealed), Err(PepperError::Sealed)));
        let other = pepper(1).sealing_key(b"tickeT", b"salt", b"info").unwrap();
        assert!(matches!(other.open(b"context", &sealed), Err(PepperError::Sealed)));
        for bit in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[bit] ^= 1;
            assert!(key.open(b"context", &altered).is_err());
        }
        assert!(key.open(b"context", &sealed[..10]).is_err());
    }
}
