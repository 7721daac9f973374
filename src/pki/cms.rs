//! Signed configuration profiles: attached CMS `SignedData` (RFC 5652) in DER. The only place that uses the `cms`
//! crate, which is a pre-release.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignedAttributes, SignerIdentifier,
    SignerInfo, SignerInfos,
};
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ID_SHA_256, ID_SHA_384, RSA_ENCRYPTION,
};
use der::asn1::{Any, AnyRef, Null, OctetString, SetOfVec};
use der::oid::ObjectIdentifier;
use der::{DateTime, Decode, Encode, EncodeValue, Sequence, Tag, TagNumber, Tagged};
use jiff::{SignedDuration, Timestamp};
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey, Private};
use openssl::sign::Signer;
use openssl::x509::{X509, X509Ref};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;
use x509_cert::time::Time;

use crate::pki::certificate::{Powers, is_signed_by, name_text};
use crate::pki::error::PkiError;
use crate::pki::signing::check_signing_key;
use crate::pki::validity::{Standing, validity};

/// Why a certificate, its chain and a key do not make a profile signer.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The private key belongs to another certificate.
    #[error("the private key does not belong to the certificate of {subject:?}")]
    KeyDoesNotFit {
        /// The certificate's subject.
        subject: String,
    },
    /// A CA certificate; the issuer's key signs certificates and nothing else.
    #[error(
        "{subject:?} is a CA certificate; profiles are signed by another certificate, such as the server's"
    )]
    Authority {
        /// The certificate's subject.
        subject: String,
    },
    /// keyUsage leaves out digitalSignature.
    #[error("{subject:?} must not sign (its keyUsage leaves out digitalSignature)")]
    MustNotSign {
        /// The certificate's subject.
        subject: String,
    },
    /// A kind of key that devices do not verify.
    #[error("a signer's key is RSA with 2048 to 8192 bits, P-256 or P-384; this one is {0}")]
    Key(String),
    /// None of the given certificates signed the signer's.
    #[error(
        "none of the {count} certificates of the chain signed {subject:?}, so devices would call profiles unverified"
    )]
    ChainDoesNotReach {
        /// The signer's subject.
        subject: String,
        /// How many certificates there are.
        count: usize,
    },
    /// More certificates than any chain has.
    #[error("a signer's chain has at most {limit} certificates, this one has {0}", limit = ProfileSigner::CHAIN_LIMIT)]
    ChainTooLong(usize),
    /// OpenSSL or a DER parser refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

/// A certificate with its chain and key, proven to belong together, that signs configuration profiles. Never an issuer.
pub struct ProfileSigner {
    key: PKey<Private>,
    identifier: SignerIdentifier,
    /// The value of the `certificates` field, encoded once: most of what there is to write, and always the same.
    certificates: Vec<u8>,
    algorithms: Algorithms,
    validity: (Timestamp, Timestamp),
    subject: String,
}

#[derive(Clone)]
struct Algorithms {
    message_digest: MessageDigest,
    digest: AlgorithmIdentifierOwned,
    signature: AlgorithmIdentifierOwned,
}

impl ProfileSigner {
    /// The most certificates of a chain.
    pub const CHAIN_LIMIT: usize = 8;
    /// How long before its end a signer is reported to expire soon. TLS certificates that serve as signers are
    /// renewed with a third of their 47 to 90 days left; one that is still there two weeks before its end is overdue.
    pub const SOON: SignedDuration = SignedDuration::from_hours(24 * 14);

    /// Proves that the three belong together: the key is the certificate's, the certificate may sign and is no CA's,
    /// and one of `chain` signed it (an empty chain is taken, for a self-signed signer). Says nothing about dates:
    /// [`ProfileSigner::standing`].
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn new(certificate: &X509Ref, chain: &[X509], key: PKey<Private>) -> Result<Self, SignerError> {
        let subject = name_text(certificate.subject_name());
        if chain.len() > Self::CHAIN_LIMIT {
            return Err(SignerError::ChainTooLong(chain.len()));
        }
        check_signing_key(&key).map_err(SignerError::Key)?;
        if !certificate.public_key().map_err(PkiError::from)?.public_eq(&key) {
            return Err(SignerError::KeyDoesNotFit { subject });
        }
        let powers = Powers::of(certificate)?;
        if powers.authority {
            return Err(SignerError::Authority { subject });
        }
        if powers.key_usage.is_some_and(|usage| !usage.digital_signature()) {
            return Err(SignerError::MustNotSign { subject });
        }
        let above = |parent: &X509| is_signed_by(certificate, parent);
        if !chain.is_empty() && !chain.iter().any(above) {
            return Err(SignerError::ChainDoesNotReach { subject, count: chain.len() });
        }
        let algorithms = Algorithms::of(&key);
        let parsed = parse(certificate)?;
        let identifier = SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: parsed.tbs_certificate().issuer().clone(),
            serial_number: parsed.tbs_certificate().serial_number().clone(),
        });
        let certificates = certificate_set(parsed, chain)?;
        let validity = validity(certificate)?;
        Ok(Self { key, identifier, certificates, algorithms, validity, subject })
    }

    /// Signs: the content stands in the result byte for byte, beside the chain; the signed attributes are
    /// contentType, signingTime and messageDigest.
    ///
    /// # Errors
    /// When the time is none that CMS carries, or OpenSSL refuses.
    pub fn sign(&self, content: &[u8], signing_time: Timestamp) -> Result<Vec<u8>, PkiError> {
        let Algorithms { message_digest, digest, signature } = &self.algorithms;
        let signed_attrs: SignedAttributes = SetOfVec::try_from(vec![
            attribute(ID_CONTENT_TYPE, &ID_DATA)?,
            attribute(ID_SIGNING_TIME, &time(signing_time)?)?,
            attribute(ID_MESSAGE_DIGEST, &OctetString::new(&*hash(*message_digest, content)?)?)?,
        ])?;
        // RFC 5652 section 5.4: what is signed is the attributes' DER as a SET OF, not as the [0] that is sent.
        let octets = Signer::new(*message_digest, &self.key)?.sign_oneshot_to_vec(&signed_attrs.to_der()?)?;
        let signer_info = SignerInfo {
            version: CmsVersion::V1,
            sid: self.identifier.clone(),
            digest_alg: digest.clone(),
            signed_attrs: Some(signed_attrs),
            signature_algorithm: signature.clone(),
            signature: OctetString::new(octets)?,
            unsigned_attrs: None,
        };
        let message = SignedDataWithCertificates {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from(vec![digest.clone()])?,
            content: EncapsulatedContentInfo {
                econtent_type: ID_DATA,
                econtent: Some(Any::encode_from(&OctetString::new(content)?)?),
            },
            certificates: AnyRef::new(CERTIFICATES_TAG, &self.certificates)?,
            signer_infos: SignerInfos::try_from(vec![signer_info])?,
        };
        Ok(ContentInfo { content_type: ID_SIGNED_DATA, content: Any::encode_from(&message)? }.to_der()?)
    }

    /// The last moment at which the signer's certificate is valid.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.validity.1
    }

    /// Where `now` stands in the validity of the signer's certificate. Devices call a profile that an expired signer
    /// signed "unverified", and install it all the same.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        Standing::at(now, self.validity, Self::SOON)
    }

    /// The signer's name, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.subject
    }
}

/// `SignedData` (RFC 5652 section 5.1) whose certificates are encoded already, and without revocation lists.
#[derive(Sequence)]
struct SignedDataWithCertificates<'a> {
    version: CmsVersion,
    digest_algorithms: DigestAlgorithmIdentifiers,
    content: EncapsulatedContentInfo,
    certificates: AnyRef<'a>,
    signer_infos: SignerInfos,
}

/// `certificates [0] IMPLICIT CertificateSet`.
const CERTIFICATES_TAG: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };

impl std::fmt::Debug for ProfileSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProfileSigner({})", self.subject)
    }
}

impl Algorithms {
    /// RSA signatures are called rsaEncryption, as `openssl smime -sign` does, whose output every Apple system has
    /// verified for a decade (RFC 3370 section 3.2 wants verifiers to take it); SHA-384 goes with P-384 alone.
    /// Digests stand without parameters (RFC 5754 section 2).
    fn of(key: &PKey<Private>) -> Self {
        let (message_digest, digest, signature, parameters) = match key.id() {
            Id::EC if key.bits() > 256 => (MessageDigest::sha384(), ID_SHA_384, ECDSA_WITH_SHA_384, None),
            Id::EC => (MessageDigest::sha256(), ID_SHA_256, ECDSA_WITH_SHA_256, None),
            _ => (MessageDigest::sha256(), ID_SHA_256, RSA_ENCRYPTION, Some(Any::from(Null))),
        };
        Self {
            message_digest,
            digest: AlgorithmIdentifierOwned { oid: digest, parameters: None },
            signature: AlgorithmIdentifierOwned { oid: signature, parameters },
        }
    }
}

fn parse(certificate: &X509Ref) -> Result<Certificate, PkiError> {
    Ok(Certificate::from_der(&certificate.to_der()?)?)
}

/// The signer's certificate and the chain, each once: a SET OF with the same element twice is refused by readers (and
/// panicked in an earlier release of the crate).
fn certificate_set(signer: Certificate, chain: &[X509]) -> Result<Vec<u8>, PkiError> {
    let mut certificates = vec![CertificateChoices::Certificate(signer)];
    for certificate in chain {
        let choice = CertificateChoices::Certificate(parse(certificate)?);
        if !certificates.contains(&choice) {
            certificates.push(choice);
        }
    }
    // As a SET OF the certificates are in DER's order; the field is the same under another tag.
    let encoded = CertificateSet::try_from(certificates)?.to_der()?;
    Ok(AnyRef::from_der(&encoded)?.value().to_vec())
}

fn attribute<T: Tagged + EncodeValue>(oid: ObjectIdentifier, value: &T) -> Result<Attribute, PkiError> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![Any::encode_from(value)?])? })
}

/// `UTCTime` until 2049, `GeneralizedTime` after (RFC 5652 section 11.3).
fn time(moment: Timestamp) -> Result<Time, PkiError> {
    let since_epoch = u64::try_from(moment.as_second()).map_err(|_| PkiError::Time(moment))?;
    Ok(Time::from(DateTime::from_unix_duration(std::time::Duration::from_secs(since_epoch))?))
}

#[cfg(test)]
mod tests;
