//! Private keys and their kinds.

use std::fmt;
use std::str::FromStr;

use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private};
use openssl::rsa::Rsa;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::pki::error::PkiError;

/// The kinds of key that Tegata makes. Every platform of the design installs all four; RSA-2048 is the default because
/// Apple's guide names RSA alone, even though its source takes EC keys too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum KeyType {
    /// RSA, 2048 bits.
    #[default]
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// RSA, 3072 bits.
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    /// The curve P-256 (secp256r1).
    #[serde(rename = "p-256")]
    P256,
    /// The curve P-384 (secp384r1).
    #[serde(rename = "p-384")]
    P384,
}

/// A text that names none of the kinds of key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key type is one of rsa-2048, rsa-3072, p-256, p-384; {0:?} is none of them")]
pub struct KeyTypeError(String);

impl KeyType {
    /// All kinds, the default first.
    pub const ALL: [Self; 4] = [Self::Rsa2048, Self::Rsa3072, Self::P256, Self::P384];

    /// The name that configuration, offers and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::P256 => "p-256",
            Self::P384 => "p-384",
        }
    }

    /// Whether this is an RSA key, slow to make and worth keeping ready.
    #[must_use]
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072)
    }

    /// The kind of an existing key; `None` when Tegata would not have made it.
    #[must_use]
    pub fn of<T: HasPublic>(key: &PKeyRef<T>) -> Option<Self> {
        match (key.id(), key.bits()) {
            (Id::RSA, 2048) => Some(Self::Rsa2048),
            (Id::RSA, 3072) => Some(Self::Rsa3072),
            (Id::EC, _) => match key.ec_key().ok()?.group().curve_name()? {
                Nid::X9_62_PRIME256V1 => Some(Self::P256),
                Nid::SECP384R1 => Some(Self::P384),
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyType {
    type Err = KeyTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| KeyTypeError(text.chars().take(40).collect()))
    }
}

/// A private key with its public half. OpenSSL overwrites the private numbers when the last reference is dropped.
pub struct SubjectKey(PKey<Private>);

impl SubjectKey {
    /// Makes a key, with OpenSSL's own randomness. RSA takes tens to hundreds of milliseconds, and varies.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn generate(kind: KeyType) -> Result<Self, PkiError> {
        let key = match kind {
            KeyType::Rsa2048 => PKey::from_rsa(Rsa::generate(2048)?)?,
            KeyType::Rsa3072 => PKey::from_rsa(Rsa::generate(3072)?)?,
            KeyType::P256 => PKey::ec_gen("P-256")?,
            KeyType::P384 => PKey::ec_gen("P-384")?,
        };
        Ok(Self(key))
    }

    /// OpenSSL's view of the key.
    #[must_use]
    pub fn as_pkey(&self) -> &PKeyRef<Private> {
        &self.0
    }

    /// The kind of the key; `None` for a key that was not made here.
    #[must_use]
    pub fn kind(&self) -> Option<KeyType> {
        KeyType::of(&self.0)
    }

    /// The private key as unencrypted PKCS#8 `PrivateKeyInfo` (RFC 5208 section 5), overwritten when dropped.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, PkiError> {
        Ok(Zeroizing::new(self.0.private_key_to_pkcs8()?))
    }
}

impl From<PKey<Private>> for SubjectKey {
    fn from(key: PKey<Private>) -> Self {
        Self(key)
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubjectKey({})", self.kind().map_or("another kind", KeyType::as_str))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_made_and_recognised() {
        for kind in KeyType::ALL {
            assert_eq!(SubjectKey::generate(kind).unwrap().kind(), Some(kind));
        }
    }

    #[test]
    fn names_are_read_back_and_the_default_is_rsa_2048() {
        for kind in KeyType::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!(KeyType::default(), KeyType::Rsa2048);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_choices() {
        let error = "RSA-1024".parse::<KeyType>().unwrap_err().to_string();
        assert_eq!(
            error,
            "a key type is one of rsa-2048, rsa-3072, p-256, p-384; \"RSA-1024\" is none of them"
        );
    }

    #[test]
    fn debug_shows_the_kind_and_nothing_of_the_key() {
        let key = SubjectKey::generate(KeyType::P256).unwrap();
        assert_eq!(format!("{key:?}"), "SubjectKey(p-256)");
    }

    #[test]
    fn a_key_of_another_kind_is_not_ours() {
        assert_eq!(KeyType::of(&PKey::generate_ed25519().unwrap()), None);
        assert_eq!(KeyType::of(&PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap()), None);
    }
}
