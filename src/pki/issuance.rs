//! From a policy and a subject to a signed client certificate, in two steps.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openssl::pkey::{HasPublic, PKeyRef};
use openssl::x509::{X509, X509Builder};
use url::Url;

use crate::pki::certificate::{begin, key_identifier};
use crate::pki::error::PkiError;
use crate::pki::extension::{Extensions, KeyPurpose};
use crate::pki::issuer::Issuer;
use crate::pki::key::KeyType;
use crate::pki::serial::SerialNumber;
use crate::pki::subject::{Subject, SubjectAltName};
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
        let kind = KeyType::of(public_key).ok_or(IssuanceError::Key)?;
        if public_key.public_eq(issuer.key()) {
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
        let mut builder = begin(&name, issuer.subject(), public_key, serial, (not_before, not_after))?;
        Extensions(&mut builder)
            .end_entity()?
            .end_entity_key_usage(kind.is_rsa())?
            .purpose(KeyPurpose::ClientAuth)?
            .key_identifiers(&key_identifier(public_key)?, issuer.key_identifier())?
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
