//! Whether a certificate that a client showed is one of ours, judged afresh and not by what TLS let through.

use jiff::Timestamp;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509Ref, X509StoreContext, X509VerifyResult};

use crate::pki::certificate::{is_signed_by, name_text};
use crate::pki::error::PkiError;
use crate::pki::issuer::Issuer;
use crate::pki::serial::SerialNumber;
use crate::pki::validity::validity;

/// What a client's certificate is, as far as signature, purpose and dates tell; whether it was revoked, the ledger
/// knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Signed by one of the issuers, for client authentication, valid now.
    Good {
        /// Under which the ledger knows it.
        serial: SerialNumber,
    },
    /// Not signed by any of the issuers, whatever it says.
    OtherIssuer {
        /// The issuer that the certificate names.
        issuer: String,
    },
    /// One of ours, but its validity (or that of a certificate above) has ended.
    Expired {
        /// The last valid moment.
        at: Timestamp,
    },
    /// One of ours, but its validity has not begun.
    NotYet {
        /// The first valid moment.
        at: Timestamp,
    },
    /// Signed by one of the issuers, but not for client authentication: a server's or a signer's certificate.
    OtherPurpose,
    /// Signed by one of the issuers, but under a serial number that Tegata does not give: from before its time.
    ForeignSerial,
    /// No certificate.
    Malformed,
}

/// The most bytes of a certificate that is looked at.
pub const CERTIFICATE_LIMIT: usize = 1 << 16;

/// `X509_V_ERR_INVALID_PURPOSE` of OpenSSL's `x509_vfy.h`, which the wrapper has no name for.
const INVALID_PURPOSE: i32 = 26;

/// Judges a certificate in DER, as TLS or a proxy's `Client-Cert` header delivered it. The signature is checked
/// before the dates, so that "expired" is only said of a certificate that was ours.
#[must_use]
pub fn verify_client_certificate(der: &[u8], issuers: &[Issuer], now: Timestamp) -> Verdict {
    let verdict = judge(der, issuers, now);
    if verdict.is_err() {
        // What OpenSSL's queue still holds must not be taken for the error of a later call.
        drop(openssl::error::ErrorStack::get());
    }
    verdict.unwrap_or(Verdict::Malformed)
}

fn judge(der: &[u8], issuers: &[Issuer], now: Timestamp) -> Result<Verdict, PkiError> {
    if der.len() > CERTIFICATE_LIMIT {
        return Ok(Verdict::Malformed);
    }
    let certificate = X509::from_der(der)?;
    if certificate.to_der()? != der {
        return Ok(Verdict::Malformed);
    }
    let (from, until) = validity(&certificate)?;
    let Some(issuer) = issuers.iter().find(|issuer| is_signed_by(&certificate, issuer.certificate())) else {
        return Ok(Verdict::OtherIssuer { issuer: name_text(certificate.issuer_name()) });
    };
    match check(&certificate, issuer)? {
        X509VerifyResult::OK => {}
        other if other.as_raw() == INVALID_PURPOSE => return Ok(Verdict::OtherPurpose),
        _ => return Ok(Verdict::OtherIssuer { issuer: name_text(certificate.issuer_name()) }),
    }
    let (issuer_from, issuer_until) = issuer.validity();
    let (from, until) = (from.max(issuer_from), until.min(issuer_until));
    if now < from {
        return Ok(Verdict::NotYet { at: from });
    }
    if now > until {
        return Ok(Verdict::Expired { at: until });
    }
    Ok(SerialNumber::of(&certificate).map_or(Verdict::ForeignSerial, |serial| Verdict::Good { serial }))
}

/// OpenSSL's path validation (RFC 5280 section 6) with the issuer as trust anchor, for TLS clients. Without dates:
/// OpenSSL holds the last second for too late (RFC 5280 section 4.1.2.5 includes it), and would answer with one fault
/// where there are two.
fn check(certificate: &X509Ref, issuer: &Issuer) -> Result<X509VerifyResult, PkiError> {
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_purpose(X509PurposeId::SSL_CLIENT)?;
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::NO_CHECK_TIME)?;
    let mut store = X509StoreBuilder::new()?;
    store.set_param(&parameters)?;
    store.add_cert(issuer.certificate().to_owned())?;
    let mut context = X509StoreContext::new()?;
    Ok(context.init(&store.build(), certificate, &*Stack::new()?, |context| {
        let good = context.verify_cert()?;
        Ok(if good { X509VerifyResult::OK } else { context.error() })
    })?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::pki::certificate::begin;
    use crate::pki::extension::{Extensions, KeyPurpose};
    use crate::pki::key::{KeyType, SubjectKey};
    use crate::pki::public_half::PublicHalf;
    use crate::pki::sample;
    use crate::pki::service::{issue_server_certificate, issue_signer_certificate};
    use crate::pki::validity::days;
    use openssl::hash::MessageDigest;
    use proptest::prelude::*;

    fn der(certificate: &X509Ref) -> Vec<u8> {
        certificate.to_der().unwrap()
    }

    #[test]
    fn a_certificate_of_any_of_the_issuers_is_good() {
        let issuers = [KeyType::P256, KeyType::Rsa2048, KeyType::P384].map(sample::issuer);
        for issuer in &issuers {
            let certificate = sample::identity(issuer, KeyType::P256).certificate;
            let serial = SerialNumber::of(&certificate).unwrap();
            assert_eq!(
                verify_client_certificate(&der(&certificate), &issuers, sample::now()),
                Verdict::Good { serial }
            );
        }
    }

    #[test]
    fn dates_are_told_from_each_other_to_the_second() {
        let issuers = [sample::issuer(KeyType::P256)];
        let certificate = sample::identity(&issuers[0], KeyType::P256).certificate;
        let (from, until) = validity(&certificate).unwrap();
        let second = jiff::SignedDuration::from_secs(1);
        let verdict = |now| verify_client_certificate(&der(&certificate), &issuers, now);
        assert_eq!(verdict(from - second), Verdict::NotYet { at: from });
        assert!(matches!(verdict(from), Verdict::Good { .. }));
        assert!(matches!(verdict(until), Verdict::Good { .. }));
        assert_eq!(verdict(until + second), Verdict::Expired { at: until });
    }

    #[test]
    fn a_stranger_under_our_name_is_a_stranger_even_when_expired() {
        let issuers = [sample::issuer(KeyType::P256)];
        let key = SubjectKey::generate(KeyType::P256).unwrap();
        let half = PublicHalf::of(key.as_pkey()).unwrap();
        let name = sample::subject("forged").to_x509_name().unwrap();
        let long_ago = (sample::now() - days(20), sample::now() - days(10));
        let mut builder = begin(&name, issuers[0].subject(), &half, sample::serial(), long_ago).unwrap();
        Extensions(&mut builder).purpose(KeyPurpose::ClientAuth).unwrap();
        builder.sign(key.as_pkey(), MessageDigest::sha256()).unwrap();
        let verdict = verify_client_certificate(&der(&builder.build()), &issuers, sample::now());
        assert_eq!(verdict, Verdict::OtherIssuer { issuer: issuers[0].name() });
    }

    #[test]
    fn a_certificate_of_another_ca_names_it() {
        let stranger = sample::issuer(KeyType::P256);
        let certificate = sample::identity(&stranger, KeyType::P256).certificate;
        for issuers in [&[][..], &[sample::issuer(KeyType::P256)]] {
            assert_eq!(
                verify_client_certificate(&der(&certificate), issuers, sample::now()),
                Verdict::OtherIssuer { issuer: "C=JP, O=手形の会, CN=Test Issuing CA".to_owned() }
            );
        }
    }

    #[test]
    fn servers_and_signers_are_no_clients() {
        let issuers = [sample::issuer(KeyType::P256)];
        let key = SubjectKey::generate(KeyType::P256).unwrap();
        let (serial, now) = (sample::serial(), sample::now());
        let server = issue_server_certificate(&issuers[0], &["localhost"], &key, serial, now, 90).unwrap();
        let subject = sample::subject("Signer");
        let signer = issue_signer_certificate(&issuers[0], &subject, &key, serial, now, 90).unwrap();
        for certificate in [server, signer] {
            let verdict = verify_client_certificate(&der(&certificate), &issuers, now);
            assert_eq!(verdict, Verdict::OtherPurpose);
        }
    }

    #[test]
    fn what_is_no_certificate_is_malformed() {
        let issuers = [sample::issuer(KeyType::P256)];
        let mut certificate = der(&sample::identity(&issuers[0], KeyType::P256).certificate);
        certificate.push(0);
        for bytes in
            [&certificate[..], &certificate[..100], b"", b"-----BEGIN CERTIFICATE-----", &vec![0; 70_000]]
        {
            assert_eq!(verify_client_certificate(bytes, &issuers, sample::now()), Verdict::Malformed);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn no_altered_certificate_is_good(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let issuers = [sample::issuer(KeyType::P256)];
            let mut certificate = der(&sample::identity(&issuers[0], KeyType::P256).certificate);
            let i = at.index(certificate.len());
            certificate[i] ^= 1 << bit;
            let verdict = verify_client_certificate(&certificate, &issuers, sample::now());
            prop_assert!(!matches!(verdict, Verdict::Good { .. }), "{verdict:?}");
        }
    }
}
