//! What the tests of this module share: a fixed moment and issuers that are cheap to make.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use jiff::Timestamp;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::x509::{X509, X509Name};

use crate::entropy::SystemEntropy;
use crate::pki::alternative_name::SubjectAltName;
use crate::pki::certificate::begin;
use crate::pki::extension::Extensions;
use crate::pki::identity::Identity;
use crate::pki::issuance::{Issuance, IssuancePolicy};
use crate::pki::issuer::Issuer;
use crate::pki::key::{KeyType, SubjectKey};
use crate::pki::public_half::PublicHalf;
use crate::pki::serial::SerialNumber;
use crate::pki::subject::{Attribute, Subject};
use crate::pki::validity::days;

/// The present of the tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

/// A fresh serial number.
pub(crate) fn serial() -> SerialNumber {
    SerialNumber::random(&SystemEntropy).unwrap()
}

/// An organization's subject with this common name.
pub(crate) fn subject(common_name: &str) -> Subject {
    let text = str::to_owned;
    Subject::new([
        (Attribute::Country, text("JP")),
        (Attribute::Organization, text("手形の会")),
        (Attribute::CommonName, text(common_name)),
    ])
    .unwrap()
}

/// A P-256 root, valid for `lifetime` days from [`now`].
pub(crate) fn root(lifetime: u32) -> Issuer {
    Issuer::create_root(&subject("Test Root CA"), KeyType::P256, lifetime, serial(), now()).unwrap()
}

/// An intermediate below a P-256 root, both valid for years around [`now`].
pub(crate) fn issuer(kind: KeyType) -> Issuer {
    root(7300).create_intermediate(&subject("Test Issuing CA"), kind, 3650, serial(), now()).unwrap()
}

/// A bare self-signed certificate with this serial number (hexadecimal, may be negative).
pub(crate) fn self_signed_with_serial(hex: &str) -> X509 {
    let key = SubjectKey::generate(KeyType::P256).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "foreign").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_hex_str(hex).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(4_000_000_000).unwrap()).unwrap();
    builder.set_pubkey(key.as_pkey()).unwrap();
    builder.sign(key.as_pkey(), MessageDigest::sha256()).unwrap();
    builder.build()
}

/// An issued identity with the full chain.
pub(crate) fn identity(issuer: &Issuer, kind: KeyType) -> Identity {
    let key = SubjectKey::generate(kind).unwrap();
    let names = SubjectAltName::new(["taro@example.jp".to_owned()], []).unwrap();
    let policy = IssuancePolicy::default();
    let subject = subject("手形太郎");
    let issuance =
        Issuance::prepare(issuer, &policy, &subject, &names, key.as_pkey(), serial(), now()).unwrap();
    let certificate = issuance.sign(issuer).unwrap();
    Identity { key, certificate, chain: issuer.bundle_chain() }
}

/// The issuer's certificate once more, self-signed, with the same key and name, valid for `lifetime` days.
pub(crate) fn renewed(issuer: &Issuer, lifetime: u32) -> X509 {
    let until = now() + days(lifetime);
    let mut builder = begin(
        issuer.subject(),
        issuer.subject(),
        &PublicHalf::of(issuer.key()).unwrap(),
        serial(),
        (now(), until),
    )
    .unwrap();
    Extensions(&mut builder).authority(Some(0)).unwrap();
    issuer.sign(builder).unwrap()
}
