#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use super::*;
use crate::pki::certificate::begin;
use crate::pki::extension::Extensions;
use crate::pki::issuer::Issuer;
use crate::pki::key::{KeyType, SubjectKey};
use crate::pki::public_half::PublicHalf;
use crate::pki::sample;
use crate::pki::service::issue_signer_certificate;
use crate::pki::validity::days;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::pkcs7::{Pkcs7, Pkcs7Flags};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::X509VerifyParam;
use proptest::prelude::*;
use x509_cert::ext::pkix::KeyUsages;

fn certified(issuer: &Issuer, kind: KeyType) -> (X509, PKey<Private>) {
    let key = SubjectKey::generate(kind).unwrap();
    let subject = sample::subject("Profile Signer");
    let certificate =
        issue_signer_certificate(issuer, &subject, &key, sample::serial(), sample::now(), 365).unwrap();
    (certificate, key.as_pkey().to_owned())
}

fn signer(issuer: &Issuer, kind: KeyType) -> ProfileSigner {
    let (certificate, key) = certified(issuer, kind);
    ProfileSigner::new(&certificate, &issuer.bundle_chain(), key).unwrap()
}

fn trusting(root: &X509) -> X509Store {
    let mut parameters = X509VerifyParam::new().unwrap();
    parameters.set_time(sample::now().as_second());
    let mut store = X509StoreBuilder::new().unwrap();
    store.set_param(&parameters).unwrap();
    store.add_cert(root.clone()).unwrap();
    store.build()
}

#[test]
fn openssl_verifies_what_every_kind_of_signer_signs() {
    let content = b"<plist>\nLF stays LF\r\n\0</plist>\n";
    for kind in KeyType::ALL {
        let issuer = sample::issuer(KeyType::P256);
        let message = signer(&issuer, kind).sign(content, sample::now()).unwrap();
        let mut verified = Vec::new();
        CmsContentInfo::from_der(&message)
            .unwrap()
            .verify(
                None,
                Some(&trusting(issuer.root().unwrap())),
                None,
                Some(&mut verified),
                CMSOptions::empty(),
            )
            .unwrap();
        assert_eq!(verified, content, "{kind}");
    }
}

#[test]
fn the_chain_is_included_once() {
    let issuer = sample::issuer(KeyType::P256);
    let (certificate, key) = certified(&issuer, KeyType::P256);
    let mut chain = issuer.bundle_chain();
    chain.extend([chain[0].clone(), certificate.clone()]);
    let message = ProfileSigner::new(&certificate, &chain, key).unwrap().sign(b"x", sample::now()).unwrap();
    let included = Pkcs7::from_der(&message).unwrap();
    let included = included.signed().unwrap().certificates().unwrap();
    assert_eq!(included.len(), 3);
}

#[test]
fn the_message_is_der_and_reads_back_as_the_crates_own_type() {
    let issuer = sample::issuer(KeyType::P256);
    let message = signer(&issuer, KeyType::Rsa2048).sign(b"x", sample::now()).unwrap();
    let outer = ContentInfo::from_der(&message).unwrap();
    let inner: cms::signed_data::SignedData = outer.content.decode_as().unwrap();
    let certificates = inner.certificates.as_ref().unwrap();
    assert_eq!((certificates.0.len(), inner.crls.is_some(), inner.signer_infos.0.len()), (3, false, 1));
    assert_eq!(outer.content, Any::encode_from(&inner).unwrap());
    assert_eq!(outer.to_der().unwrap(), message);
}

#[test]
fn the_signers_certificate_is_named_in_the_message() {
    let issuer = sample::issuer(KeyType::P256);
    let (certificate, key) = certified(&issuer, KeyType::P384);
    let message = ProfileSigner::new(&certificate, &[], key).unwrap().sign(b"x", sample::now()).unwrap();
    let message = Pkcs7::from_der(&message).unwrap();
    let signers = message.signers(&Stack::new().unwrap(), Pkcs7Flags::empty()).unwrap();
    assert_eq!(signers[0].to_der().unwrap(), certificate.to_der().unwrap());
}

#[test]
fn an_issuer_never_signs_profiles() {
    let issuer = sample::issuer(KeyType::P256);
    let refused = ProfileSigner::new(issuer.certificate(), issuer.chain(), issuer.key().to_owned());
    assert!(matches!(refused, Err(SignerError::Authority { .. })));
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let issuer = sample::issuer(KeyType::P256);
    let (certificate, key) = certified(&issuer, KeyType::P256);
    let (_, other) = certified(&issuer, KeyType::P256);
    let refused = ProfileSigner::new(&certificate, &[], other);
    assert!(matches!(refused, Err(SignerError::KeyDoesNotFit { .. })));
    let stranger = sample::issuer(KeyType::P256).bundle_chain();
    let refused = ProfileSigner::new(&certificate, &stranger, key.clone());
    assert!(matches!(refused, Err(SignerError::ChainDoesNotReach { count: 2, .. })));
    let endless = vec![issuer.certificate().to_owned(); 9];
    let refused = ProfileSigner::new(&certificate, &endless, key);
    assert!(matches!(refused, Err(SignerError::ChainTooLong(9))));
}

#[test]
fn a_certificate_that_must_not_sign_is_refused() {
    let issuer = sample::issuer(KeyType::P256);
    let key = SubjectKey::generate(KeyType::Rsa2048).unwrap();
    let half = PublicHalf::of(key.as_pkey()).unwrap();
    let name = sample::subject("Encryption only").to_x509_name().unwrap();
    let dates = (sample::now(), sample::now() + days(10));
    let mut builder = begin(&name, issuer.subject(), &half, sample::serial(), dates).unwrap();
    Extensions(&mut builder).key_usage(KeyUsages::KeyEncipherment).unwrap();
    let certificate = issuer.sign(builder).unwrap();
    let refused = ProfileSigner::new(&certificate, &issuer.bundle_chain(), key.as_pkey().to_owned());
    assert!(matches!(refused, Err(SignerError::MustNotSign { .. })));
}

#[test]
fn a_signers_end_is_known_in_time() {
    let signer = signer(&sample::issuer(KeyType::P256), KeyType::P256);
    let end = signer.expires();
    assert_eq!(signer.standing(sample::now()), Standing::Valid);
    assert_eq!(signer.standing(end - days(13)), Standing::ExpiresSoon { at: end });
    assert_eq!(signer.standing(end + days(1)), Standing::Expired { at: end });
}

#[test]
fn the_signing_time_is_written_as_its_century_wants() {
    let signer = signer(&sample::issuer(KeyType::P256), KeyType::P256);
    let contains = |message: &[u8], text: &[u8]| message.windows(text.len()).any(|bytes| bytes == text);
    let message = signer.sign(b"x", "2026-11-20T09:00:00.9Z".parse().unwrap()).unwrap();
    assert!(contains(&message, b"\x17\x0d261120090000Z"));
    let message = signer.sign(b"x", "2051-01-02T03:04:05Z".parse().unwrap()).unwrap();
    assert!(contains(&message, b"\x18\x0f20510102030405Z"));
    let refused = signer.sign(b"x", "1969-12-31T00:00:00Z".parse().unwrap());
    assert!(matches!(refused, Err(PkiError::Time(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_altered_content_verifies(
        rest in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let issuer = sample::issuer(KeyType::P256);
        let content = [b"<plist>found nowhere else</plist>", &rest[..]].concat();
        let mut message = signer(&issuer, KeyType::P256).sign(&content, sample::now()).unwrap();
        let start = message.windows(content.len()).position(|bytes| bytes == content).unwrap();
        message[start + at.index(content.len())] ^= 1 << bit;
        let store = trusting(issuer.root().unwrap());
        let mut message = CmsContentInfo::from_der(&message).unwrap();
        prop_assert!(message.verify(None, Some(&store), None, None, CMSOptions::empty()).is_err());
    }
}
