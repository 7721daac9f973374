//! A profile, signed, as OpenSSL verifies it.

use std::process::Command;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Name, X509NameBuilder};
use tegata::pki::cms::ProfileSigner;

use super::ground::{DEVICES, everything, rendered};

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn name(text: &str) -> X509Name {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", text).unwrap();
    name.build()
}

/// A certificate for `key` under `issuer`, or a root where there is none.
fn certificate(subject: &str, key: &PKey<Private>, issuer: Option<(&X509, &PKey<Private>)>) -> X509 {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    // A message names its signer by issuer and serial number, so the two must not share one.
    let serial = BigNum::from_u32(if issuer.is_none() { 1 } else { 2 }).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(4_000_000_000).unwrap()).unwrap();
    let mut constraints = BasicConstraints::new();
    let mut usage = KeyUsage::new();
    if issuer.is_none() {
        constraints.ca();
        usage.key_cert_sign();
    } else {
        usage.digital_signature();
    }
    builder.append_extension(constraints.critical().build().unwrap()).unwrap();
    builder.append_extension(usage.critical().build().unwrap()).unwrap();
    let (issuer_name, signing_key) = match issuer {
        Some((certificate, key)) => (certificate.subject_name().to_owned().unwrap(), key),
        None => (name(subject), key),
    };
    builder.set_issuer_name(&issuer_name).unwrap();
    builder.sign(signing_key, MessageDigest::sha256()).unwrap();
    builder.build()
}

#[test]
fn openssl_verifies_a_signed_profile_and_gives_back_its_bytes() {
    let (root_key, signer_key) = (key(), key());
    let root = certificate("Profile root", &root_key, None);
    let signer = certificate("Profile signer", &signer_key, Some((&root, &root_key)));
    let signer = ProfileSigner::new(&signer, std::slice::from_ref(&root), signer_key).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    std::fs::write(path("root.pem"), root.to_pem().unwrap()).unwrap();
    for device in DEVICES {
        let xml = rendered(&everything(), device.target, "ja");
        let message = signer.sign(&xml, "2026-03-31T00:00:00Z".parse().unwrap()).unwrap();
        std::fs::write(path("signed"), message).unwrap();
        let verified = Command::new("openssl")
            .args(["cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any"])
            .args(["-in", &path("signed"), "-CAfile", &path("root.pem"), "-out", &path("opened")])
            .output()
            .unwrap_or_else(|error| panic!("openssl ({error}): apt-get install openssl"));
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
        assert!(std::fs::read(path("opened")).unwrap() == xml, "other bytes came out than were signed");
    }
}
