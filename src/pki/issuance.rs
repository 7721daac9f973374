//! From a policy and a subject to a signed client certificate, in two steps.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openssl::pkey::{HasPublic, PKeyRef};
use openssl::x509::{X509, X509Builder};
use url::Url;

use crate::pki::alternative_name::SubjectAltName;
use crate::pki::certificate::begin;
use crate::pki::error::PkiError;
use crate::pki::extension::{Extensions, KeyPurpose};
use crate::pki::issuer::Issuer;
use crate::pki::key::KeyType;
use crate::pki::public_half::PublicHalf;
use crate::pki::serial::SerialNumber;
use crate::pki::subject::Subject;
use crate::pki::validity::{BACKDATE, Standing, backdated, days, whole_second};

/// Why a certificate is not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssuanceError {
    /// The issuer is not valid now.
    #[error("{issuer} is not valid now: {standing:?}")]
    IssuerNotValid {
        /// The issuer's name.
        issuer: String,
        /// Where it stands.
        standing: Standing,
    },
    /// A validity of no days, or of more than a hundred years.
    #[error("a certificate is valid for 1 to {limit} days, not {0}", limit = IssuancePolicy::DAYS_LIMIT)]
    Days(u32),
    /// A beginning that lies too far back.
    #[error("a certificate begins at most one day before it is issued, not {0:?}")]
    Backdate(Duration),
    /// An address for devices and relying parties that they could not fetch.
    #[error("{0} is no http or https URL of at most {limit} characters", limit = IssuancePolicy::URL_LIMIT)]
    Url(String),
    /// More addresses than a certificate should carry.
    #[error("a certificate names at most {limit} URLs of a kind, here are {0}", limit = IssuancePolicy::URLS_LIMIT)]
    TooManyUrls(usize),
    /// The key is of none of the kinds that Tegata makes.
    #[error("the subject's key is none of rsa-2048, rsa-3072, p-256, p-384")]
    Key,
    /// The issuer's own key as a subject's.
    #[error("the subject's key is the issuer's own")]
    IssuersOwnKey,
    /// Prepared for another issuer than the one that signs.
    #[error("prepared for {expected:?}, but {given:?} was asked to sign")]
    OtherIssuer {
        /// The issuer that it was prepared for.
        expected: String,
        /// The issuer that was asked.
        given: String,
    },
    /// OpenSSL or a DER writer refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

/// What all certificates of an offer have in common. The extended key usage is always clientAuth, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuancePolicy {
    /// How many days of 24 hours a certificate is valid from now; 1 to 36,525.
    pub validity_days: u32,
    /// How far before now it begins, at most a day; [`BACKDATE`] (an hour) unless there is a reason.
    pub backdate: Duration,
    /// Where the revocation list is found (cRLDistributionPoints); plain http by custom, since it is signed.
    pub crl_urls: Vec<Url>,
    /// Where the OCSP responder is (authorityInfoAccess).
    pub ocsp_urls: Vec<Url>,
    /// Where the issuer's certificate is (authorityInfoAccess).
    pub ca_issuer_urls: Vec<Url>,
}

impl Default for IssuancePolicy {
    fn default() -> Self {
        Self {
            validity_days: 1185,
            backdate: BACKDATE.unsigned_abs(),
            crl_urls: Vec::new(),
            ocsp_urls: Vec::new(),
            ca_issuer_urls: Vec::new(),
        }
    }
}

impl IssuancePolicy {
    /// The longest validity, in days.
    pub const DAYS_LIMIT: u32 = 36_525;
    /// The most URLs of one kind.
    pub const URLS_LIMIT: usize = 4;
    /// The longest URL, in characters.
    pub const URL_LIMIT: usize = 1024;

    /// Checks the policy by itself, as preparing does; for configuration that is read at start.
    ///
    /// # Errors
    /// The first value out of bounds.
    pub fn check(&self) -> Result<(), IssuanceError> {
        if !(1..=Self::DAYS_LIMIT).contains(&self.validity_days) {
            return Err(IssuanceError::Days(self.validity_days));
        }
        if self.backdate > Duration::from_hours(24) {
            return Err(IssuanceError::Backdate(self.backdate));
        }
        for urls in [&self.crl_urls, &self.ocsp_urls, &self.ca_issuer_urls] {
            if urls.len() > Self::URLS_LIMIT {
                return Err(IssuanceError::TooManyUrls(urls.len()));
            }
            let fetchable =
                |url: &Url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= Self::URL_LIMIT;
            if let Some(url) = urls.iter().find(|url| !fetchable(url)) {
                return Err(IssuanceError::Url(url.as_str().chars().take(80).collect()));
            }
        }
        Ok(())
    }
}

/// A certificate that was checked and completed but for the signature; [`Issuance::sign`] consumes it, so that what was
/// checked is signed once, unchanged. In between, the ledger writes down what is about to be signed.
pub struct Issuance {
    builder: X509Builder,
    serial: SerialNumber,
    not_before: Timestamp,
    not_after: Timestamp,
    validity_shortened: bool,
    issuer: ([u8; 32], String),
}

impl Issuance {
    /// Checks everything and completes the certificate (RFC 5280 section 4): basicConstraints CA:FALSE, keyUsage
    /// digitalSignature (and keyEncipherment for RSA), extendedKeyUsage clientAuth, both key identifiers, the
    /// alternative names and the policy's URLs. It never outlives its issuer or a certificate above it: the validity
    /// is cut there, and [`Issuance::validity_shortened`] says so.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn prepare<T: HasPublic>(
        issuer: &Issuer,
        policy: &IssuancePolicy,
        subject: &Subject,
        alternative_names: &SubjectAltName,
        public_key: &PKeyRef<T>,
        serial: SerialNumber,
        now: Timestamp,
    ) -> Result<Self, IssuanceError> {
        policy.check()?;
        let standing = issuer.standing(now);
        if !standing.is_valid() {
            return Err(IssuanceError::IssuerNotValid { issuer: issuer.name(), standing });
        }
        if KeyType::of(public_key).is_none() {
            return Err(IssuanceError::Key);
        }
        let half = PublicHalf::of(public_key)?;
        if half.identifier == *issuer.own_identifier() {
            return Err(IssuanceError::IssuersOwnKey);
        }
        let (from, until) = issuer.validity();
        let backdate = SignedDuration::try_from(policy.backdate).unwrap_or(BACKDATE);
        let not_before = backdated(now, backdate).max(from);
        let wished = now
            .checked_add(days(policy.validity_days))
            .map_err(|_| IssuanceError::Days(policy.validity_days))?;
        let not_after = whole_second(wished).min(until);

        let name = subject.to_x509_name().map_err(PkiError::from)?;
        let mut builder = begin(&name, issuer.subject(), &half, serial, (not_before, not_after))?;
        Extensions(&mut builder)
            .end_entity()?
            .end_entity_key_usage(half.kind.is_some_and(KeyType::is_rsa))?
            .purpose(KeyPurpose::ClientAuth)?
            .key_identifiers(&half.identifier, issuer.key_identifier())?
            .names(alternative_names.to_general_names()?)?
            .revocation_lists(&policy.crl_urls)?
            .authority_access(&policy.ocsp_urls, &policy.ca_issuer_urls)?;
        Ok(Self {
            builder,
            serial,
            not_before,
            not_after,
            validity_shortened: not_after < whole_second(wished),
            issuer: (*issuer.fingerprint(), issuer.name()),
        })
    }

    /// The serial number that the certificate will have.
    #[must_use]
    pub fn serial(&self) -> SerialNumber {
        self.serial
    }

    /// The first moment at which the certificate will be valid, in whole seconds.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last moment at which the certificate will be valid, in whole seconds.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether the issuer's own end cut the validity that the policy asks for.
    #[must_use]
    pub fn validity_shortened(&self) -> bool {
        self.validity_shortened
    }

    /// Signs. The certificate shares nothing with the subject's private key.
    ///
    /// # Errors
    /// [`IssuanceError::OtherIssuer`] when this was prepared for another issuer, or when OpenSSL refuses.
    pub fn sign(self, issuer: &Issuer) -> Result<X509, IssuanceError> {
        let (fingerprint, expected) = self.issuer;
        if fingerprint != *issuer.fingerprint() {
            return Err(IssuanceError::OtherIssuer { expected, given: issuer.name() });
        }
        Ok(issuer.sign(self.builder)?)
    }
}

impl std::fmt::Debug for Issuance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuance")
            .field("serial", &self.serial)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .field("issuer", &self.issuer.1)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::pki::certificate::Powers;
    use crate::pki::key::SubjectKey;
    use crate::pki::sample;
    use crate::pki::validity::validity;
    use const_oid::db::rfc5280::ID_KP_CLIENT_AUTH;
    use der::Decode;
    use openssl::pkey::PKey;

    fn prepared(
        issuer: &Issuer,
        policy: &IssuancePolicy,
        key: &SubjectKey,
        now: Timestamp,
    ) -> Result<Issuance, IssuanceError> {
        let names = SubjectAltName::new(["taro@example.jp".to_owned()], ["urn:x:1".to_owned()]).unwrap();
        let subject = sample::subject("手形太郎");
        Issuance::prepare(issuer, policy, &subject, &names, key.as_pkey(), sample::serial(), now)
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn key() -> SubjectKey {
        SubjectKey::generate(KeyType::P256).unwrap()
    }

    #[test]
    fn a_certificate_carries_these_extensions_and_no_others() {
        let issuer = sample::issuer(KeyType::P256);
        let policy = IssuancePolicy {
            crl_urls: vec![url("http://pki.example.jp/ca.crl")],
            ocsp_urls: vec![url("http://ocsp.example.jp/")],
            ca_issuer_urls: vec![url("http://pki.example.jp/ca.cer")],
            ..IssuancePolicy::default()
        };
        let certificate = prepared(&issuer, &policy, &key(), sample::now()).unwrap().sign(&issuer).unwrap();
        let parsed = x509_cert::Certificate::from_der(&certificate.to_der().unwrap()).unwrap();
        let extensions = parsed.tbs_certificate().extensions().unwrap();
        let found: Vec<_> = extensions.iter().map(|e| (e.extn_id.to_string(), e.critical)).collect();
        let expected = [
            ("2.5.29.19", true),
            ("2.5.29.15", true),
            ("2.5.29.37", false),
            ("2.5.29.14", false),
            ("2.5.29.35", false),
            ("2.5.29.17", false),
            ("2.5.29.31", false),
            ("1.3.6.1.5.5.7.1.1", false),
        ];
        assert_eq!(found, expected.map(|(oid, critical)| (oid.to_owned(), critical)));
        assert_eq!(certificate.ocsp_responders().unwrap()[0].to_string(), "http://ocsp.example.jp/");
        let points = certificate.crl_distribution_points().unwrap();
        let names = points[0].distpoint().unwrap().fullname().unwrap();
        assert_eq!(names[0].uri(), Some("http://pki.example.jp/ca.crl"));
        assert_eq!(certificate.subject_alt_names().unwrap()[0].email(), Some("taro@example.jp"));
        assert_eq!(certificate.authority_key_id().unwrap().as_slice(), issuer.key_identifier());
        assert!(certificate.verify(&issuer.certificate().public_key().unwrap()).unwrap());
        assert_eq!(certificate.version(), 2);
    }

    #[test]
    fn every_kind_of_key_gets_the_usages_that_it_has() {
        let issuer = sample::issuer(KeyType::P384);
        for kind in KeyType::ALL {
            let key = SubjectKey::generate(kind).unwrap();
            let issuance = prepared(&issuer, &IssuancePolicy::default(), &key, sample::now()).unwrap();
            let serial = issuance.serial();
            let certificate = issuance.sign(&issuer).unwrap();
            let powers = Powers::of(&certificate).unwrap();
            let usage = powers.key_usage.unwrap();
            assert!(usage.digital_signature() && !usage.key_cert_sign() && !powers.authority);
            assert_eq!(usage.key_encipherment(), kind.is_rsa());
            assert_eq!(powers.extended_key_usage.unwrap().0, [ID_KP_CLIENT_AUTH]);
            assert_eq!(SerialNumber::of(&certificate).unwrap(), serial);
            assert!(certificate.public_key().unwrap().public_eq(key.as_pkey()));
        }
    }

    #[test]
    fn a_certificate_is_valid_from_an_hour_ago_for_as_long_as_the_policy_says() {
        let issuer = sample::issuer(KeyType::P256);
        let now = sample::now() + SignedDuration::from_hours(5) + SignedDuration::from_millis(700);
        let issuance = prepared(&issuer, &IssuancePolicy::default(), &key(), now).unwrap();
        assert!(!issuance.validity_shortened());
        let expected = (issuance.not_before(), issuance.not_after());
        assert_eq!(expected, (whole_second(now) - BACKDATE, whole_second(now) + days(1185)));
        assert_eq!(validity(&issuance.sign(&issuer).unwrap()).unwrap(), expected);
    }

    #[test]
    fn a_certificate_never_outlives_its_issuer_and_says_so() {
        let issuer = sample::issuer(KeyType::P256);
        let (from, until) = issuer.validity();
        let late = until - days(10);
        let issuance = prepared(&issuer, &IssuancePolicy::default(), &key(), late).unwrap();
        assert!(issuance.validity_shortened());
        assert_eq!(issuance.not_after(), until);
        assert_eq!(validity(&issuance.sign(&issuer).unwrap()).unwrap().1, until);
        let early = prepared(&issuer, &IssuancePolicy::default(), &key(), from).unwrap();
        assert_eq!(early.not_before(), from, "nor does it begin before its issuer");
    }

    #[test]
    fn an_issuer_that_is_not_valid_issues_nothing() {
        let issuer = sample::issuer(KeyType::P256);
        let (from, until) = issuer.validity();
        let second = SignedDuration::from_secs(1);
        for now in [from - second, until + second] {
            let refused = prepared(&issuer, &IssuancePolicy::default(), &key(), now);
            assert!(matches!(refused, Err(IssuanceError::IssuerNotValid { .. })));
        }
    }

    #[test]
    fn what_was_prepared_for_one_issuer_is_not_signed_by_another() {
        let [issuer, other] = [(), ()].map(|()| sample::issuer(KeyType::P256));
        let issuance = prepared(&issuer, &IssuancePolicy::default(), &key(), sample::now()).unwrap();
        assert!(matches!(issuance.sign(&other), Err(IssuanceError::OtherIssuer { .. })));
    }

    #[test]
    fn keys_that_tegata_does_not_make_are_refused() {
        let issuer = sample::issuer(KeyType::P256);
        let own = SubjectKey::from(issuer.key().to_owned());
        let refused = prepared(&issuer, &IssuancePolicy::default(), &own, sample::now());
        assert!(matches!(refused, Err(IssuanceError::IssuersOwnKey)));
        for foreign in [PKey::ec_gen("P-521").unwrap(), PKey::generate_ed25519().unwrap()] {
            let refused = prepared(&issuer, &IssuancePolicy::default(), &foreign.into(), sample::now());
            assert!(matches!(refused, Err(IssuanceError::Key)));
        }
    }

    #[test]
    fn a_validity_beyond_2049_is_written_with_four_digits() {
        let policy = IssuancePolicy { validity_days: 3650, ..IssuancePolicy::default() };
        let root = sample::root(36_525);
        let certificate = prepared(&root, &policy, &key(), "2045-01-01T00:00:00Z".parse().unwrap())
            .unwrap()
            .sign(&root)
            .unwrap();
        let der = certificate.to_der().unwrap();
        assert!(der.windows(17).any(|bytes| bytes == b"\x18\x0f20541230000000Z"), "GeneralizedTime");
        assert!(der.windows(15).any(|bytes| bytes == b"\x17\x0d441231230000Z"), "UTCTime");
    }

    #[test]
    fn a_policy_out_of_bounds_is_refused() {
        let policy = IssuancePolicy::default;
        for validity_days in [0, 36_526] {
            let refused = IssuancePolicy { validity_days, ..policy() }.check();
            assert!(matches!(refused, Err(IssuanceError::Days(days)) if days == validity_days));
        }
        let backdate = Duration::from_secs(86_401);
        let refused = IssuancePolicy { backdate, ..policy() }.check();
        assert!(matches!(refused, Err(IssuanceError::Backdate(_))));
        let refused = IssuancePolicy { crl_urls: vec![url("ldap://example.jp/")], ..policy() }.check();
        assert!(matches!(refused, Err(IssuanceError::Url(_))));
        let refused = IssuancePolicy { ocsp_urls: vec![url("http://x/"); 5], ..policy() }.check();
        assert!(matches!(refused, Err(IssuanceError::TooManyUrls(5))));
        assert!(policy().check().is_ok());
    }
}
