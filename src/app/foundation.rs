//! What a new installation stands on: a root, an issuing CA, a profile signer, a server certificate and a pepper.

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::x509::{X509, X509Ref};
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};
use crate::pki::issuer::Issuer;
use crate::pki::key::{KeyType, SubjectKey};
use crate::pki::serial::SerialNumber;
use crate::pki::service::{SERVICE_DAYS_LIMIT, issue_server_certificate, issue_signer_certificate};
use crate::pki::subject::{Attribute, Subject};
use crate::pki::{AuthorityError, KeyFileError, PkiError, ServiceError, SubjectError, encrypt_key};

/// How long a root lives: 20 years.
const ROOT_DAYS: u32 = 7_305;
/// How long an issuing CA lives: 10 years, so that it outlives what it issues for more than six.
const ISSUER_DAYS: u32 = 3_652;

/// Why there is no foundation.
#[derive(Debug, thiserror::Error)]
pub enum FoundationError {
    /// A CA could not be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A certificate could not be made.
    #[error(transparent)]
    OwnCertificate(#[from] ServiceError),
    /// A name does not fit into a certificate.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// A key could not be made.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// A key could not be encrypted.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// OpenSSL refused.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
}

/// What moves a foundation: the present and randomness.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// The present.
    pub now: Timestamp,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
}

/// A root and the issuing CA below it.
#[derive(Debug)]
pub struct Authorities {
    /// The root; its key belongs into a safe.
    pub root: Issuer,
    /// The issuing CA.
    pub issuer: Issuer,
}

impl Authorities {
    /// Makes a root and an issuing CA, named after the organization.
    ///
    /// # Errors
    /// When the name does not fit into a certificate, or OpenSSL refuses.
    pub fn create(organization: &str, kind: KeyType, means: Means<'_>) -> Result<Self, FoundationError> {
        let serial = || SerialNumber::random(means.entropy);
        let root =
            Issuer::create_root(&named(organization, "Root CA")?, kind, ROOT_DAYS, serial()?, means.now)?;
        let issuer = create_below(&root, organization, kind, means)?;
        Ok(Self { root, issuer })
    }
}

/// Makes an issuing CA below a root.
///
/// # Errors
/// When the root is not valid now or allows no CA below it, the name does not fit, or OpenSSL refuses.
pub fn create_below(
    root: &Issuer,
    organization: &str,
    kind: KeyType,
    means: Means<'_>,
) -> Result<Issuer, FoundationError> {
    let serial = SerialNumber::random(means.entropy)?;
    let subject = named(organization, "Issuing CA")?;
    Ok(root.create_intermediate(&subject, kind, ISSUER_DAYS, serial, means.now)?)
}

/// `O=organization, CN=organization what`, cut to the 64 characters that each can have.
fn named(organization: &str, what: &str) -> Result<Subject, SubjectError> {
    let cut = |text: &str, length| text.chars().take(length).collect::<String>().trim().to_owned();
    let common_name = format!("{} {what}", cut(organization, 63 - what.chars().count()));
    Subject::new([(Attribute::Organization, cut(organization, 64)), (Attribute::CommonName, common_name)])
}

/// A certificate for Tegata's own use, its chain and its key.
#[derive(Debug)]
pub struct OwnCertificate {
    /// The certificate.
    pub certificate: X509,
    /// Those above it, without the root.
    pub chain: Vec<X509>,
    /// Its key.
    pub key: SubjectKey,
}

impl OwnCertificate {
    /// A certificate that signs profiles. RSA, which every version of every system verifies.
    ///
    /// # Errors
    /// When the issuer is not valid now, or OpenSSL refuses.
    pub fn signer(issuer: &Issuer, organization: &str, means: Means<'_>) -> Result<Self, FoundationError> {
        let key = SubjectKey::generate(KeyType::Rsa2048)?;
        let subject = named(organization, "Profile signer")?;
        let serial = SerialNumber::random(means.entropy)?;
        let certificate =
            issue_signer_certificate(issuer, &subject, &key, serial, means.now, SERVICE_DAYS_LIMIT)?;
        Ok(Self { certificate, chain: without_root(issuer), key })
    }

    /// A TLS server certificate for these names and addresses.
    ///
    /// # Errors
    /// When a name is none, the issuer is not valid now, or OpenSSL refuses.
    pub fn server(issuer: &Issuer, names: &[String], means: Means<'_>) -> Result<Self, FoundationError> {
        let key = SubjectKey::generate(KeyType::P256)?;
        let serial = SerialNumber::random(means.entropy)?;
        let certificate =
            issue_server_certificate(issuer, names, &key, serial, means.now, SERVICE_DAYS_LIMIT)?;
        Ok(Self { certificate, chain: without_root(issuer), key })
    }

    /// The certificate and its chain as PEM.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn certificates(&self) -> Result<Vec<u8>, FoundationError> {
        pem_of(std::iter::once(self.certificate.as_ref()).chain(self.chain.iter().map(AsRef::as_ref)))
    }

    /// The key as PEM, open: servers read it at every start and at every renewal.
    ///
    /// # Errors
    /// When OpenSSL refuses.
    pub fn open_key(&self) -> Result<Zeroizing<Vec<u8>>, FoundationError> {
        Ok(Zeroizing::new(self.key.as_pkey().private_key_to_pem_pkcs8()?))
    }
}

fn without_root(issuer: &Issuer) -> Vec<X509> {
    let root = issuer.root().map(|root| root.to_der());
    let above = issuer.bundle_chain().into_iter();
    let is_root = |certificate: &X509| matches!((&root, certificate.to_der()), (Some(Ok(root)), Ok(der)) if *root == der);
    above.filter(|certificate| !is_root(certificate)).collect()
}

fn pem_of<'a>(certificates: impl Iterator<Item = &'a X509Ref>) -> Result<Vec<u8>, FoundationError> {
    let mut text = Vec::new();
    for certificate in certificates {
        text.extend(certificate.to_pem()?);
    }
    Ok(text)
}

/// An issuer's certificate and those above it as PEM, the root last.
///
/// # Errors
/// When OpenSSL refuses.
pub fn issuer_certificates(issuer: &Issuer) -> Result<Vec<u8>, FoundationError> {
    pem_of(issuer.bundle_chain().iter().map(AsRef::as_ref))
}

/// An issuer's key as encrypted PKCS#8, PEM.
///
/// # Errors
/// When the passphrase does not do, or OpenSSL refuses.
pub fn issuer_key(
    issuer: &Issuer,
    passphrase: &str,
    entropy: &dyn Entropy,
) -> Result<String, FoundationError> {
    Ok(encrypt_key(issuer.key(), passphrase, entropy)?)
}

/// A passphrase of 32 letters and digits (160 bits) in groups of four.
///
/// # Errors
/// When there is no randomness.
pub fn draw_passphrase(entropy: &dyn Entropy) -> Result<Zeroizing<String>, EntropyError> {
    let mut bytes = Zeroizing::new([0u8; 20]);
    entropy.fill(bytes.as_mut_slice())?;
    let letters = Zeroizing::new(BASE32_NOPAD.encode(bytes.as_slice()));
    let mut text = Zeroizing::new(String::with_capacity(40));
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    Ok(text)
}

/// A new pepper: 64 hexadecimal digits.
///
/// # Errors
/// When there is no randomness.
pub fn draw_pepper(entropy: &dyn Entropy) -> Result<Zeroizing<String>, EntropyError> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    entropy.fill(bytes.as_mut_slice())?;
    Ok(Zeroizing::new(hex::encode(bytes.as_slice())))
}
