//! Profiles that other implementations verify, content unchanged.

use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use tegata::pki::{
    Issuer, KeyType, ProfileSigner, SubjectKey, issue_server_certificate, issue_signer_certificate,
};

use crate::fixture::{issuer, now, serial, subject};
use crate::tool::{CERTTOOL, OPENSSL, Scratch};

/// LF alone, CR LF, NUL and bytes that are no text: nothing of it may change.
const CONTENT: &[u8] = b"<?xml version=\"1.0\"?>\n<plist>\r\n\0\xff\xfe\n</plist>";

fn signer_certificate(issuer: &Issuer, kind: KeyType) -> (X509, PKey<Private>) {
    let key = SubjectKey::generate(kind).unwrap();
    let subject = subject("Interop Profile Signer");
    let certificate = issue_signer_certificate(issuer, &subject, &key, serial(), now(), 365).unwrap();
    (certificate, key.as_pkey().to_owned())
}

fn sign(issuer: &Issuer, (certificate, key): (X509, PKey<Private>)) -> Vec<u8> {
    let signer = ProfileSigner::new(&certificate, &issuer.bundle_chain(), key).unwrap();
    signer.sign(CONTENT, now()).unwrap()
}

#[test]
fn openssl_verifies_profiles_of_every_signer_against_the_root_alone() {
    let scratch = Scratch::new();
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "profile", "-CAfile", "root.pem"];
    for kind in KeyType::ALL {
        let issuer = issuer(KeyType::P256);
        scratch.file("root.pem", issuer.root().unwrap().to_pem().unwrap());
        scratch.file("profile", sign(&issuer, signer_certificate(&issuer, kind)));
        OPENSSL.run(&scratch, &[&verify[..], &["-out", "content"]].concat());
        assert_eq!(scratch.read("content"), CONTENT, "{kind}");
    }
}

#[test]
fn openssl_verifies_profiles_that_a_tls_certificate_signed() {
    let scratch = Scratch::new();
    let issuer = issuer(KeyType::Rsa2048);
    let key = SubjectKey::generate(KeyType::Rsa2048).unwrap();
    let certificate =
        issue_server_certificate(&issuer, &["tegata.example.jp"], &key, serial(), now(), 90).unwrap();
    scratch.file("root.pem", issuer.root().unwrap().to_pem().unwrap());
    scratch.file("profile", sign(&issuer, (certificate, key.as_pkey().to_owned())));
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "profile", "-CAfile", "root.pem"];
    OPENSSL.run(&scratch, &[&verify[..], &["-purpose", "any", "-out", "content"]].concat());
    assert_eq!(scratch.read("content"), CONTENT);
}

#[test]
fn openssl_refuses_an_altered_profile_and_a_stranger() {
    let scratch = Scratch::new();
    let issuer = issuer(KeyType::P256);
    let mut profile = sign(&issuer, signer_certificate(&issuer, KeyType::P256));
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "profile", "-CAfile", "root.pem"];
    scratch.file("root.pem", crate::fixture::issuer(KeyType::P256).root().unwrap().to_pem().unwrap());
    scratch.file("profile", &profile);
    assert!(!OPENSSL.try_run(&scratch, &verify).success, "another root");
    scratch.file("root.pem", issuer.root().unwrap().to_pem().unwrap());
    assert!(OPENSSL.try_run(&scratch, &verify).success);
    let at = profile.windows(5).position(|bytes| bytes == b"plist").unwrap();
    profile[at] = b'P';
    scratch.file("profile", &profile);
    assert!(!OPENSSL.try_run(&scratch, &verify).success, "another content");
}

#[test]
fn gnutls_verifies_profiles_of_every_signer() {
    let scratch = Scratch::new();
    for kind in KeyType::ALL {
        let issuer = issuer(KeyType::P256);
        scratch.file("root.pem", issuer.root().unwrap().to_pem().unwrap());
        let profile = scratch.file("profile", sign(&issuer, signer_certificate(&issuer, kind)));
        let arguments = ["--p7-verify", "--inder", "--infile", &profile, "--load-ca-certificate", "root.pem"];
        let verified = CERTTOOL.run(&scratch, &arguments);
        let said = verified.text() + &verified.stderr;
        assert!(said.contains("Signature status: ok"), "{kind}:\n{said}");
    }
}
