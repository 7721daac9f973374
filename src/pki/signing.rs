//! With what keys certificates and profiles are signed.

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKeyRef};

/// SHA-256, but SHA-384 for P-384, whose strength SHA-256 would cut.
pub(crate) fn digest_for<T: HasPublic>(key: &PKeyRef<T>) -> MessageDigest {
    if key.id() == Id::EC && key.bits() > 256 { MessageDigest::sha384() } else { MessageDigest::sha256() }
}

/// Whether a key is one to sign with: RSA of 2048 to 8192 bits, P-256 or P-384. Answers with what it is instead.
pub(crate) fn check_signing_key<T: HasPublic>(key: &PKeyRef<T>) -> Result<(), String> {
    match key.id() {
        Id::RSA if (2048..=8192).contains(&key.bits()) => Ok(()),
        Id::RSA => Err(format!("RSA with {} bits", key.bits())),
        Id::EC => match key.ec_key().ok().and_then(|key| key.group().curve_name()) {
            Some(Nid::X9_62_PRIME256V1 | Nid::SECP384R1) => Ok(()),
            Some(curve) => Err(format!("the curve {}", curve.short_name().unwrap_or("unknown"))),
            None => Err("an unnamed curve".to_owned()),
        },
        other => Err(format!("{other:?}")),
    }
}
