//! The CA certificate, its chain and its key.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::sha::sha256;
use openssl::x509::{X509, X509Builder, X509NameRef, X509Ref};

use crate::entropy::Entropy;
use crate::pki::certificate::{detached, is_self_signed, name_text};
use crate::pki::error::PkiError;
use crate::pki::key_file::{KeyFileError, encrypt_key};
use crate::pki::path::{check_authority, check_chain, may_serve_clients};
use crate::pki::public_half::PublicHalf;
use crate::pki::signing::{check_signing_key, digest_for};
use crate::pki::validity::{Standing, validity};

/// Why a certificate, its chain and a key do not make an issuer.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The private key belongs to another certificate.
    #[error("the private key does not belong to the certificate of {subject:?}")]
    KeyDoesNotFit {
        /// The certificate's subject.
        subject: String,
    },
    /// A key with which nothing should be issued.
    #[error("an issuer's key is RSA with 2048 to 8192 bits, P-256 or P-384; this one is {0}")]
    Key(String),
    /// basicConstraints does not say CA:TRUE.
    #[error("{subject:?} is no CA certificate (basicConstraints CA:TRUE is missing)")]
    NotAnAuthority {
        /// The certificate's subject.
        subject: String,
    },
    /// keyUsage leaves out keyCertSign.
    #[error("{subject:?} must not sign certificates (its keyUsage leaves out keyCertSign)")]
    MustNotSign {
        /// The certificate's subject.
        subject: String,
    },
    /// extendedKeyUsage of the CA rules out client certificates.
    #[error("{subject:?} must not issue client certificates (its extendedKeyUsage leaves out clientAuth)")]
    NotForClients {
        /// The certificate's subject.
        subject: String,
    },
    /// A certificate of the chain is not signed by the next one.
    #[error("the chain breaks: {child:?} is not signed by {parent:?}, which comes after it")]
    ChainBreaks {
        /// The subject of the lower certificate.
        child: String,
        /// The subject of the certificate above.
        parent: String,
    },
    /// pathLenConstraint of a certificate above is too small for what stands below it.
    #[error("{subject:?} allows {allowed} CA certificates below it, the chain has {count}")]
    PathTooLong {
        /// The subject of the constraining certificate.
        subject: String,
        /// What it allows.
        allowed: u8,
        /// How many there are.
        count: usize,
    },
    /// A chain longer than any real one.
    #[error("a chain has at most {limit} certificates, this one has {0}", limit = Issuer::CHAIN_LIMIT)]
    ChainTooLong(usize),
    /// OpenSSL or a DER parser refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

impl From<openssl::error::ErrorStack> for IssuerError {
    fn from(error: openssl::error::ErrorStack) -> Self {
        Self::Pki(error.into())
    }
}

/// A CA certificate, the certificates above it and its private key, proven to belong together.
pub struct Issuer {
    certificate: X509,
    chain: Vec<X509>,
    key: PKey<Private>,
    key_identifier: Vec<u8>,
    own_identifier: [u8; 20],
    validity: (Timestamp, Timestamp),
    fingerprint: [u8; 32],
}

impl Issuer {
    /// The most certificates above an issuer's own.
    pub const CHAIN_LIMIT: usize = 8;
    /// How long before its end an issuer is reported to expire soon: the time to plan and roll out its successor.
    pub const SOON: SignedDuration = SignedDuration::from_hours(24 * 90);

    /// Proves that the three belong together (RFC 5280 sections 4.2.1.3, 4.2.1.9, 4.2.1.12 and 6.1): the key is the
    /// certificate's, the certificate is a CA's that may sign client certificates, and each certificate is signed by
    /// the next of `chain` (intermediates from the nearest up, the root last if given). Says nothing about dates:
    /// [`Issuer::standing`].
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn new(certificate: &X509Ref, chain: &[X509], key: PKey<Private>) -> Result<Self, IssuerError> {
        if chain.len() > Self::CHAIN_LIMIT {
            return Err(IssuerError::ChainTooLong(chain.len()));
        }
        let certificate = detached(certificate)?;
        let chain = chain.iter().map(|above| detached(above)).collect::<Result<Vec<_>, _>>()?;
        check_signing_key(&key).map_err(IssuerError::Key)?;
        if !certificate.public_key()?.public_eq(&key) {
            return Err(IssuerError::KeyDoesNotFit { subject: name_text(certificate.subject_name()) });
        }
        let powers = check_authority(&certificate, 0)?;
        if !may_serve_clients(&powers) {
            return Err(IssuerError::NotForClients { subject: name_text(certificate.subject_name()) });
        }
        check_chain(&certificate, &chain)?;
        let mut shortest = validity(&certificate)?;
        for above in &chain {
            let (from, until) = validity(above)?;
            shortest = (shortest.0.max(from), shortest.1.min(until));
        }
        let own_identifier = PublicHalf::of(&key)?.identifier;
        let key_identifier = match powers.key_identifier {
            Some(identifier) => identifier,
            None => own_identifier.to_vec(),
        };
        let fingerprint = sha256(&certificate.to_der()?);
        Ok(Self { certificate, chain, key, key_identifier, own_identifier, validity: shortest, fingerprint })
    }

    /// The CA certificate.
    #[must_use]
    pub fn certificate(&self) -> &X509Ref {
        &self.certificate
    }

    /// The certificates above, nearest first, the root last if it is known; empty for a root.
    #[must_use]
    pub fn chain(&self) -> &[X509] {
        &self.chain
    }

    /// The CA certificate and those above it: the chain of every identity that it issues.
    #[must_use]
    pub fn bundle_chain(&self) -> Vec<X509> {
        std::iter::once(&self.certificate).chain(&self.chain).cloned().collect()
    }

    /// The self-signed certificate at the top, if it is known; the issuer's own when it is a root.
    #[must_use]
    pub fn root(&self) -> Option<&X509> {
        Some(self.chain.last().unwrap_or(&self.certificate)).filter(|top| is_self_signed(top))
    }

    /// The issuer's name, as certificates that it issues carry it.
    #[must_use]
    pub fn subject(&self) -> &X509NameRef {
        self.certificate.subject_name()
    }

    /// The issuer's name for messages, such as `O=Example, CN=Example Issuing CA`.
    #[must_use]
    pub fn name(&self) -> String {
        name_text(self.subject())
    }

    /// The identifier of the issuer's key, which certificates carry as authorityKeyIdentifier.
    #[must_use]
    pub fn key_identifier(&self) -> &[u8] {
        &self.key_identifier
    }

    /// SHA-256 of the CA certificate.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// From when until when the certificate and all those above it are valid, both inclusive.
    #[must_use]
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        self.validity
    }

    /// Where `now` stands in [`Issuer::validity`].
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        Standing::at(now, self.validity, Self::SOON)
    }

    /// The certificate and those above it as PEM, in order: what [`crate::pki::import_pem`] reads back.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn to_pem(&self) -> Result<Vec<u8>, PkiError> {
        let mut pem = Vec::new();
        for certificate in std::iter::once(&self.certificate).chain(&self.chain) {
            pem.extend(certificate.to_pem()?);
        }
        Ok(pem)
    }

    /// The private key as encrypted PKCS#8 ([`encrypt_key`]): the only form in which it leaves this value.
    ///
    /// # Errors
    /// When the passphrase is empty or too long, or OpenSSL refuses.
    pub fn encrypted_key(&self, passphrase: &str, entropy: &dyn Entropy) -> Result<String, KeyFileError> {
        encrypt_key(&self.key, passphrase, entropy)
    }

    /// The hash of the issuer's own public key, whatever its certificate calls it.
    pub(crate) fn own_identifier(&self) -> &[u8; 20] {
        &self.own_identifier
    }

    /// The private key.
    pub(crate) fn key(&self) -> &PKeyRef<Private> {
        &self.key
    }

    /// Signs what was built.
    pub(crate) fn sign(&self, mut builder: X509Builder) -> Result<X509, PkiError> {
        builder.sign(&self.key, digest_for(&self.key))?;
        Ok(builder.build())
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issuer({})", self.name())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::pki::certificate::begin;
    use crate::pki::extension::{Extensions, KeyPurpose};
    use crate::pki::key::KeyType;
    use crate::pki::sample;
    use crate::pki::validity::days;
    use openssl::rsa::Rsa;
    use x509_cert::ext::pkix::KeyUsages;

    fn ec_key() -> PKey<Private> {
        PKey::ec_gen("P-256").unwrap()
    }

    /// A self-signed certificate with what `fill` puts into it.
    fn certificate(key: &PKey<Private>, fill: impl FnOnce(&mut Extensions<'_>)) -> X509 {
        let name = sample::subject("Odd CA").to_x509_name().unwrap();
        let dates = (sample::now(), sample::now() + days(100));
        let mut builder =
            begin(&name, &name, &PublicHalf::of(key).unwrap(), sample::serial(), dates).unwrap();
        fill(&mut Extensions(&mut builder));
        builder.sign(key, digest_for(key)).unwrap();
        builder.build()
    }

    fn authority(key: &PKey<Private>) -> X509 {
        certificate(key, |extensions| {
            extensions.authority(None).unwrap();
        })
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let refused = Issuer::new(&authority(&ec_key()), &[], ec_key());
        assert!(
            matches!(refused, Err(IssuerError::KeyDoesNotFit { subject }) if subject == "C=JP, O=手形の会, CN=Odd CA")
        );
    }

    #[test]
    fn a_certificate_must_be_a_cas_that_may_sign_for_clients() {
        let key = ec_key();
        let plain = certificate(&key, |extensions| {
            extensions.end_entity().unwrap();
        });
        assert!(matches!(Issuer::new(&plain, &[], key.clone()), Err(IssuerError::NotAnAuthority { .. })));
        let bare = certificate(&key, |_| {});
        assert!(matches!(Issuer::new(&bare, &[], key.clone()), Err(IssuerError::NotAnAuthority { .. })));
        let list_signer = certificate(&key, |extensions| {
            extensions.authority_without_usage(None).unwrap().key_usage(KeyUsages::CRLSign).unwrap();
        });
        assert!(matches!(Issuer::new(&list_signer, &[], key.clone()), Err(IssuerError::MustNotSign { .. })));
        let for_servers = certificate(&key, |extensions| {
            extensions.authority(None).unwrap().purpose(KeyPurpose::ServerAuth).unwrap();
        });
        assert!(matches!(Issuer::new(&for_servers, &[], key), Err(IssuerError::NotForClients { .. })));
    }

    #[test]
    fn an_authority_without_key_usage_or_identifier_is_taken() {
        let key = ec_key();
        let sparse = certificate(&key, |extensions| {
            extensions.authority_without_usage(None).unwrap();
        });
        let issuer = Issuer::new(&sparse, &[], key.clone()).unwrap();
        assert_eq!(issuer.key_identifier(), PublicHalf::of(&key).unwrap().identifier);
    }

    #[test]
    fn weak_and_odd_keys_are_refused() {
        let weak = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
        let refused = Issuer::new(&authority(&weak), &[], weak);
        assert!(matches!(refused, Err(IssuerError::Key(what)) if what == "RSA with 1024 bits"));
        let odd = PKey::ec_gen("P-521").unwrap();
        let refused = Issuer::new(&authority(&odd), &[], odd);
        assert!(matches!(refused, Err(IssuerError::Key(what)) if what == "the curve secp521r1"));
    }

    #[test]
    fn a_chain_must_link_up_in_order() {
        let issuer = sample::issuer(KeyType::P256);
        let stranger = sample::root(100);
        for chain in [
            vec![stranger.certificate().to_owned()],
            vec![issuer.chain()[0].clone(), stranger.certificate().to_owned()],
            vec![issuer.certificate().to_owned(), issuer.chain()[0].clone()],
        ] {
            let refused = Issuer::new(issuer.certificate(), &chain, issuer.key().to_owned());
            assert!(matches!(refused, Err(IssuerError::ChainBreaks { .. })), "{refused:?}");
        }
        let endless = vec![issuer.chain()[0].clone(); 9];
        let refused = Issuer::new(issuer.certificate(), &endless, issuer.key().to_owned());
        assert!(matches!(refused, Err(IssuerError::ChainTooLong(9))));
    }

    #[test]
    fn a_path_longer_than_a_certificate_above_allows_is_refused() {
        let root_key = ec_key();
        let root = certificate(&root_key, |extensions| {
            extensions.authority(Some(0)).unwrap();
        });
        let key = ec_key();
        let name = sample::subject("Below").to_x509_name().unwrap();
        let dates = (sample::now(), sample::now() + days(10));
        let mut builder =
            begin(&name, root.subject_name(), &PublicHalf::of(&key).unwrap(), sample::serial(), dates)
                .unwrap();
        Extensions(&mut builder).authority(None).unwrap();
        builder.sign(&root_key, digest_for(&root_key)).unwrap();
        let refused = Issuer::new(&builder.build(), &[root], key);
        assert!(matches!(refused, Err(IssuerError::PathTooLong { allowed: 0, count: 1, .. })));
    }

    #[test]
    fn the_shortest_validity_of_the_chain_counts() {
        let issuer = sample::root(50);
        let (from, until) = issuer.validity();
        assert_eq!(issuer.standing(from - days(1)), Standing::NotYet { from });
        assert_eq!(issuer.standing(from), Standing::ExpiresSoon { at: until });
        assert_eq!(sample::root(100).standing(sample::now()), Standing::Valid);
        assert_eq!(issuer.standing(until + days(1)), Standing::Expired { at: until });
        let below = issuer
            .create_intermediate(
                &sample::subject("Below"),
                KeyType::P256,
                10,
                sample::serial(),
                sample::now(),
            )
            .unwrap();
        assert_eq!(below.validity().1, sample::now() + days(10));
    }

    #[test]
    fn an_issuer_is_read_back_from_what_it_was_kept_as() {
        let issuer = sample::issuer(KeyType::P256);
        let key = issuer.encrypted_key("a passphrase", &SystemEntropy).unwrap();
        let pem = issuer.to_pem().unwrap();
        let again = crate::pki::import_pem(&pem, key.as_bytes(), Some("a passphrase")).unwrap();
        assert_eq!(again.fingerprint(), issuer.fingerprint());
        assert_eq!(again.to_pem().unwrap(), pem);
    }

    #[test]
    fn a_roll_over_certificate_is_no_root() {
        let old = sample::root(100);
        let key = ec_key();
        let dates = (sample::now(), sample::now() + days(50));
        let half = PublicHalf::of(&key).unwrap();
        let mut builder = begin(old.subject(), old.subject(), &half, sample::serial(), dates).unwrap();
        Extensions(&mut builder)
            .authority(None)
            .unwrap()
            .key_identifiers(&half.identifier, old.key_identifier())
            .unwrap();
        let issuer = Issuer::new(&old.sign(builder).unwrap(), &old.bundle_chain(), key).unwrap();
        assert_eq!(issuer.chain().len(), 1);
        assert_eq!(issuer.root().unwrap().to_der().unwrap(), old.certificate().to_der().unwrap());
    }

    #[test]
    fn debug_shows_the_name_and_nothing_of_the_key() {
        assert_eq!(format!("{:?}", sample::root(10)), "Issuer(C=JP, O=手形の会, CN=Test Root CA)");
    }
}
