//! What a CA's certificates say of it.

use jiff::Timestamp;
use openssl::hash::MessageDigest;
use openssl::x509::{X509, X509Ref};

use crate::pki::certificate::name_text;
use crate::pki::validity::validity;
use crate::pki::{KeyType, PkiError, SerialNumber};

/// What a CA's certificates say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerDescription {
    /// Its name, RFC 4514.
    pub name: String,
    /// The serial number of its certificate.
    pub serial: String,
    /// The kind of its key, such as `rsa-3072`.
    pub key: String,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// The SHA-256 of its certificate, in pairs of hexadecimal digits.
    pub fingerprint: String,
    /// The names above it, nearest first.
    pub chain: Vec<String>,
}

impl IssuerDescription {
    /// Describes the first of `certificates`; the others stand above it.
    ///
    /// # Errors
    /// When a certificate cannot be read.
    pub(super) fn of(certificates: &[X509]) -> Result<Self, PkiError> {
        let [certificate, above @ ..] = certificates else {
            return Ok(Self::nothing());
        };
        let key = certificate.public_key()?;
        let kind = KeyType::of(&key).map_or_else(|| format!("{} bits", key.bits()), |kind| kind.to_string());
        let (not_before, not_after) = validity(certificate)?;
        let digest = certificate.digest(MessageDigest::sha256())?;
        let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self {
            name: name_text(certificate.subject_name()),
            serial: serial(certificate)?,
            key: kind,
            not_before,
            not_after,
            fingerprint: pairs.join(":"),
            chain: above.iter().map(|above| name_text(above.subject_name())).collect(),
        })
    }

    const fn nothing() -> Self {
        Self {
            name: String::new(),
            serial: String::new(),
            key: String::new(),
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::UNIX_EPOCH,
            fingerprint: String::new(),
            chain: Vec::new(),
        }
    }
}

/// The serial number in hexadecimal digits; other CAs than ours have shorter or longer ones than 16 bytes.
fn serial(certificate: &X509Ref) -> Result<String, PkiError> {
    match SerialNumber::of(certificate) {
        Ok(serial) => Ok(serial.to_string()),
        Err(_) => Ok(certificate.serial_number().to_bn()?.to_hex_str()?.to_lowercase()),
    }
}
