//! An issuer from files that another CA product wrote.

use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::x509::{X509, X509Ref};
use p12_keystore::error::Error as ArchiveError;
use p12_keystore::{Pkcs12Archive, PrivateKeyBag};

use crate::pki::certificate::{is_self_signed, is_signed_by};
use crate::pki::error::PkiError;
use crate::pki::issuer::{Issuer, IssuerError};
use crate::pki::key_file::{KeyFileError, decrypt_key, read_open_key};
use crate::pki::validity::validity;

/// Why no issuer could be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// More bytes than any chain has.
    #[error("the file has {0} bytes, a chain of certificates has at most {FILE_LIMIT}")]
    TooLarge(usize),
    /// No certificate in the file.
    #[error("there is no certificate in the file (a text with a line -----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    /// More certificates than any chain has.
    #[error("the file holds {0} certificates, at most {CERTIFICATE_LIMIT} are looked at")]
    TooManyCertificates(usize),
    /// A certificate that cannot be read.
    #[error("a certificate in the file cannot be read: {0}")]
    Certificate(openssl::error::ErrorStack),
    /// No certificate is about the key.
    #[error("none of the {0} certificates belongs to the private key")]
    NoCertificateForKey(usize),
    /// Not PKCS#12, or damaged.
    #[error("the file cannot be read as PKCS#12: {0}")]
    Archive(#[source] ArchiveError),
    /// The password does not verify the file's MAC.
    #[error("the password does not open the PKCS#12 file")]
    WrongPassword,
    /// No private key, or several.
    #[error("the PKCS#12 file holds {0} private keys, it must be exactly one")]
    Keys(usize),
    /// A private key that OpenSSL cannot read.
    #[error("the private key in the PKCS#12 file cannot be read: {0}")]
    Key(openssl::error::ErrorStack),
    /// The key file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The parts do not make an issuer.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// OpenSSL refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

/// The most bytes of a file of certificates or a PKCS#12 file.
pub const FILE_LIMIT: usize = 1 << 20;
/// The most certificates that are looked at.
pub const CERTIFICATE_LIMIT: usize = 100;

/// Imports from PEM: the CA's certificate and those above it in any order, others ignored, and its key. A passphrase of
/// `None` says that the key lies open in its file.
///
/// # Errors
/// What cannot be read, or does not fit together.
pub fn import_pem(certificates: &[u8], key: &[u8], passphrase: Option<&str>) -> Result<Issuer, ImportError> {
    let certificates = read_certificates(certificates)?;
    let key = passphrase.map_or_else(|| read_open_key(key), |passphrase| decrypt_key(key, passphrase))?;
    assemble(certificates, key)
}

/// Reads all certificates of a PEM text, in order; text around them is ignored.
///
/// # Errors
/// When there are none, too many, or one cannot be read.
pub fn read_certificates(pem: &[u8]) -> Result<Vec<X509>, ImportError> {
    if pem.len() > FILE_LIMIT {
        return Err(ImportError::TooLarge(pem.len()));
    }
    let certificates = X509::stack_from_pem(pem).map_err(ImportError::Certificate)?;
    match certificates.len() {
        0 => Err(ImportError::NoCertificate),
        count if count > CERTIFICATE_LIMIT => Err(ImportError::TooManyCertificates(count)),
        _ => Ok(certificates),
    }
}

/// Imports from PKCS#12 (RFC 7292) with exactly one private key.
///
/// # Errors
/// What cannot be read, or does not fit together.
pub fn import_pkcs12(der: &[u8], password: &str) -> Result<Issuer, ImportError> {
    if der.len() > FILE_LIMIT {
        return Err(ImportError::TooLarge(der.len()));
    }
    match Pkcs12Archive::from_pkcs12(der, password) {
        Ok(archive) => assemble_archive(&archive),
        Err(ArchiveError::MacError(_)) => Err(ImportError::WrongPassword),
        Err(ArchiveError::DerError(error)) => {
            import_ber(der, password).unwrap_or(Err(ImportError::Archive(error.into())))
        }
        Err(error) => Err(ImportError::Archive(error)),
    }
}

fn assemble_archive(archive: &Pkcs12Archive) -> Result<Issuer, ImportError> {
    let [PrivateKeyBag { key, .. }] = &archive.keys[..] else {
        return Err(ImportError::Keys(archive.keys.len()));
    };
    let key = PKey::private_key_from_pkcs8(key.as_der()).map_err(ImportError::Key)?;
    if archive.certs.len() > CERTIFICATE_LIMIT {
        return Err(ImportError::TooManyCertificates(archive.certs.len()));
    }
    let certificates = archive.certs.iter().map(|bag| X509::from_der(bag.cert.as_der()));
    assemble(certificates.collect::<Result<_, _>>().map_err(ImportError::Certificate)?, key)
}

/// NSS and the macOS keychain export BER with indefinite lengths, which p12-keystore does not read and OpenSSL does.
/// `None` when it is not even that.
fn import_ber(ber: &[u8], password: &str) -> Option<Result<Issuer, ImportError>> {
    let archive = Pkcs12::from_der(ber).ok()?;
    // OpenSSL's wrapper panics on NUL, with which no password of PKCS#12 can be written either.
    if password.contains('\0') {
        return Some(Err(ImportError::WrongPassword));
    }
    let Ok(archive) = archive.parse2(password) else { return Some(Err(ImportError::WrongPassword)) };
    let Some(key) = archive.pkey else { return Some(Err(ImportError::Keys(0))) };
    let above = archive.ca.into_iter().flatten();
    let certificates: Vec<_> = archive.cert.into_iter().chain(above).take(CERTIFICATE_LIMIT + 1).collect();
    if certificates.len() > CERTIFICATE_LIMIT {
        return Some(Err(ImportError::TooManyCertificates(certificates.len())));
    }
    Some(assemble(certificates, key))
}

/// Finds the certificate of the key and the way up from it.
fn assemble(certificates: Vec<X509>, key: PKey<Private>) -> Result<Issuer, ImportError> {
    let certificate = certificate_of(&certificates, &key)?
        .ok_or(ImportError::NoCertificateForKey(certificates.len()))?
        .to_owned();
    let chain = chain_above(&certificate, certificates)?;
    Ok(Issuer::new(&certificate, &chain, key)?)
}

/// The certificate about this key; the one that is valid longest where a CA was renewed with the same key.
fn certificate_of<'a>(
    certificates: &'a [X509],
    key: &PKeyRef<Private>,
) -> Result<Option<&'a X509Ref>, PkiError> {
    let mut longest = None;
    for certificate in certificates {
        if certificate.public_key().is_ok_and(|public| public.public_eq(key)) {
            let (_, until) = validity(certificate)?;
            if longest.is_none_or(|(best, _)| until > best) {
                longest = Some((until, &**certificate));
            }
        }
    }
    Ok(longest.map(|(_, certificate)| certificate))
}

/// The certificates above this one, nearest first, as far as the candidates reach: at each step the one that is valid
/// longest among those that signed the last.
fn chain_above(certificate: &X509Ref, mut candidates: Vec<X509>) -> Result<Vec<X509>, PkiError> {
    let mut chain: Vec<X509> = Vec::new();
    loop {
        let child: &X509Ref = chain.last().map_or(certificate, |last| last);
        if is_self_signed(child) || chain.len() > Issuer::CHAIN_LIMIT {
            return Ok(chain);
        }
        let mut longest = None;
        for (i, candidate) in candidates.iter().enumerate() {
            let (_, until) = validity(candidate)?;
            if is_signed_by(child, candidate) && longest.is_none_or(|(best, _)| until > best) {
                longest = Some((until, i));
            }
        }
        let Some((_, i)) = longest else { return Ok(chain) };
        chain.push(candidates.swap_remove(i));
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::pki::key::KeyType;
    use crate::pki::key_file::encrypt_key;
    use crate::pki::sample;
    use openssl::stack::Stack;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static SAMPLE: LazyLock<Issuer> = LazyLock::new(|| sample::issuer(KeyType::P256));
    static ARCHIVE: LazyLock<Vec<u8>> = LazyLock::new(|| archive(&SAMPLE));

    fn pem(certificates: &[&X509Ref]) -> Vec<u8> {
        certificates.iter().flat_map(|certificate| certificate.to_pem().unwrap()).collect()
    }

    fn archive(issuer: &Issuer) -> Vec<u8> {
        let mut above = Stack::new().unwrap();
        for certificate in issuer.chain() {
            above.push(certificate.clone()).unwrap();
        }
        let mut builder = Pkcs12::builder();
        builder.name("ca").pkey(issuer.key()).cert(issuer.certificate()).ca(above);
        builder.build2("password").unwrap().to_der().unwrap()
    }

    fn same(a: &X509Ref, b: &X509Ref) -> bool {
        a.to_der().unwrap() == b.to_der().unwrap()
    }

    #[test]
    fn a_shuffled_chain_with_a_stranger_is_put_in_order() {
        let stranger = sample::self_signed_with_serial("01");
        let file = pem(&[&SAMPLE.chain()[0], &stranger, SAMPLE.certificate()]);
        let key = encrypt_key(SAMPLE.key(), "secret", &SystemEntropy).unwrap();
        let issuer = import_pem(&file, key.as_bytes(), Some("secret")).unwrap();
        assert!(same(issuer.certificate(), SAMPLE.certificate()));
        assert_eq!(issuer.chain().len(), 1);
        assert!(same(issuer.root().unwrap(), SAMPLE.root().unwrap()));
    }

    #[test]
    fn a_chain_without_its_root_is_enough() {
        let key = SAMPLE.key().private_key_to_pem_pkcs8().unwrap();
        let issuer = import_pem(&pem(&[SAMPLE.certificate()]), &key, None).unwrap();
        assert!(issuer.root().is_none() && issuer.chain().is_empty());
    }

    #[test]
    fn a_ca_that_was_renewed_with_its_key_is_taken_in_its_newest_form() {
        let root = sample::issuer(KeyType::P256);
        let renewed = sample::renewed(&root, 30);
        let key = root.key().private_key_to_pem_pkcs8().unwrap();
        let file = pem(&[root.certificate(), &renewed, &root.chain()[0]]);
        let issuer = import_pem(&file, &key, None).unwrap();
        assert!(same(issuer.certificate(), root.certificate()), "30 days are less than ten years");
    }

    #[test]
    fn an_archive_of_openssl_is_read() {
        let issuer = import_pkcs12(&ARCHIVE, "password").unwrap();
        assert!(same(issuer.certificate(), SAMPLE.certificate()));
        assert!(issuer.root().is_some());
    }

    #[test]
    fn a_wrong_password_is_told_from_a_damaged_archive() {
        assert!(matches!(import_pkcs12(&ARCHIVE, "other"), Err(ImportError::WrongPassword)));
        assert!(matches!(import_pkcs12(&ARCHIVE, ""), Err(ImportError::WrongPassword)));
        assert!(matches!(import_pkcs12(&ARCHIVE[..100], "password"), Err(ImportError::Archive(_))));
        assert!(matches!(import_pkcs12(b"-----BEGIN", "password"), Err(ImportError::Archive(_))));
        assert!(matches!(import_pkcs12(&vec![0; FILE_LIMIT + 1], "password"), Err(ImportError::TooLarge(_))));
    }

    #[test]
    fn a_key_without_its_certificate_is_named() {
        let key = PKey::ec_gen("P-256").unwrap().private_key_to_pem_pkcs8().unwrap();
        let refused = import_pem(&pem(&[SAMPLE.certificate()]), &key, None);
        assert!(matches!(refused, Err(ImportError::NoCertificateForKey(1))));
        assert!(matches!(import_pem(b"", &key, None), Err(ImportError::NoCertificate)));
    }

    #[test]
    fn a_certificate_of_a_subscriber_is_no_issuer() {
        let identity = sample::identity(&SAMPLE, KeyType::P256);
        let key = identity.key.as_pkey().private_key_to_pem_pkcs8().unwrap();
        let refused = import_pem(&pem(&[&identity.certificate]), &key, None);
        assert!(matches!(refused, Err(ImportError::Issuer(IssuerError::NotAnAuthority { .. }))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_archive_makes_the_reader_panic(
            garbage in prop::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
            to in any::<u8>(),
            cut in any::<prop::sample::Index>(),
        ) {
            prop_assert!(import_pkcs12(&garbage, "password").is_err());
            let mut archive = ARCHIVE.clone();
            archive[at.index(ARCHIVE.len())] = to;
            // Not every byte is under the MAC; but whatever is still read is the same issuer.
            if let Ok(issuer) = import_pkcs12(&archive, "password") {
                prop_assert_eq!(issuer.fingerprint(), SAMPLE.fingerprint());
            }
            prop_assert!(import_pkcs12(&archive[..cut.index(ARCHIVE.len())], "password").is_err());
        }

        #[test]
        fn no_certificate_file_makes_the_reader_panic(
            garbage in prop::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
            to in any::<u8>(),
        ) {
            prop_assert!(read_certificates(&garbage).is_err());
            let mut file = pem(&[SAMPLE.certificate()]);
            let i = at.index(file.len());
            file[i] = to;
            let key = SAMPLE.key().private_key_to_pem_pkcs8().unwrap();
            if let Ok(issuer) = import_pem(&file, &key, None) {
                prop_assert!(issuer.chain().is_empty());
            }
        }
    }
}
