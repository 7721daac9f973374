//! Private keys as PEM files: encrypted PKCS#8 (RFC 5958, RFC 8018).

use der::asn1::{Any, Null, OctetString};
use der::oid::ObjectIdentifier;
use der::pem::LineEnding;
use der::{Decode, Encode, Sequence};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::symm::{Cipher, encrypt};
use x509_cert::spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::pki::error::PkiError;

/// Why a key file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Nothing between `BEGIN … PRIVATE KEY` and `END … PRIVATE KEY` that could be a key.
    #[error("this is no private key in PEM (a text with a line -----BEGIN ENCRYPTED PRIVATE KEY-----)")]
    NotAKey,
    /// More than one private key.
    #[error("the file holds {0} private keys, it must be exactly one")]
    SeveralKeys(usize),
    /// Too large for a key.
    #[error("a key file has at most {KEY_FILE_LIMIT} bytes, this one has {0}")]
    TooLarge(usize),
    /// OpenSSH's own format.
    #[error("this is an OpenSSH key; convert it with: ssh-keygen -p -m PKCS8 -f FILE")]
    OpenSsh,
    /// The key lies open, and nobody said that it may.
    #[error("the key is not encrypted; encrypt it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE")]
    NotEncrypted,
    /// The key is encrypted, but no passphrase was given.
    #[error("the key is encrypted, and no passphrase was given")]
    Encrypted,
    /// Decryption failed: the wrong passphrase, or a damaged file, which cannot be told apart.
    #[error("the passphrase does not open the key")]
    WrongPassphrase,
    /// Encrypted in a way that OpenSSL does not know or no longer offers.
    #[error("the key is encrypted in a way that OpenSSL does not offer: {0}")]
    UnsupportedEncryption(ErrorStack),
    /// An empty or endless passphrase.
    #[error("a passphrase has 1 to {PASSPHRASE_LIMIT} bytes, not {0}")]
    PassphraseLength(usize),
    /// OpenSSL or a DER writer refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

/// The most bytes of a key file.
pub const KEY_FILE_LIMIT: usize = 1 << 18;
/// The most bytes of a passphrase; OpenSSL's buffer holds as many.
pub const PASSPHRASE_LIMIT: usize = 1024;
/// PBKDF2 rounds, OWASP's figure for HMAC-SHA-256 (2023): a tenth of a second at start, a lot for someone who guesses.
const ITERATIONS: u32 = 600_000;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const HMAC_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

/// RFC 5958 section 3.
#[derive(Sequence)]
struct EncryptedPrivateKeyInfo {
    algorithm: AlgorithmIdentifierOwned,
    data: OctetString,
}

/// RFC 8018 appendix A.4.
#[derive(Sequence)]
struct Pbes2Parameters {
    key_derivation: AlgorithmIdentifierOwned,
    encryption: AlgorithmIdentifierOwned,
}

/// RFC 8018 appendix A.2.
#[derive(Sequence)]
struct Pbkdf2Parameters {
    salt: OctetString,
    iterations: u32,
    prf: AlgorithmIdentifierOwned,
}

/// The key as PEM `ENCRYPTED PRIVATE KEY`: PKCS#8 under PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256 of 600,000
/// rounds (OpenSSL's own writer stops at 2,048). Every OpenSSL since 1.1 reads it.
///
/// # Errors
/// When the passphrase is empty or too long, or OpenSSL refuses.
pub fn encrypt_key(
    key: &PKeyRef<Private>,
    passphrase: &str,
    entropy: &dyn Entropy,
) -> Result<String, KeyFileError> {
    check_passphrase(passphrase)?;
    Ok(encrypt_unchecked(key, passphrase, entropy)?)
}

fn encrypt_unchecked(
    key: &PKeyRef<Private>,
    passphrase: &str,
    entropy: &dyn Entropy,
) -> Result<String, PkiError> {
    let salt: [u8; 16] = entropy.bytes()?;
    let vector: [u8; 16] = entropy.bytes()?;
    let plain = Zeroizing::new(key.private_key_to_pkcs8()?);
    let mut wrapping = Zeroizing::new([0; 32]);
    let rounds = ITERATIONS as usize;
    pbkdf2_hmac(passphrase.as_bytes(), &salt, rounds, MessageDigest::sha256(), wrapping.as_mut_slice())?;
    let data = encrypt(Cipher::aes_256_cbc(), wrapping.as_slice(), Some(&vector), &plain)?;
    let derivation = Pbkdf2Parameters {
        salt: OctetString::new(salt)?,
        iterations: ITERATIONS,
        prf: algorithm(HMAC_SHA256, &Null)?,
    };
    let parameters = Pbes2Parameters {
        key_derivation: algorithm(PBKDF2, &derivation)?,
        encryption: algorithm(AES_256_CBC, &OctetString::new(vector)?)?,
    };
    let info =
        EncryptedPrivateKeyInfo { algorithm: algorithm(PBES2, &parameters)?, data: OctetString::new(data)? };
    let pem = der::pem::encode_string("ENCRYPTED PRIVATE KEY", LineEnding::LF, &info.to_der()?);
    Ok(pem.map_err(der::Error::from)?)
}

fn algorithm<T: der::EncodeValue + der::Tagged>(
    oid: ObjectIdentifier,
    parameters: &T,
) -> Result<AlgorithmIdentifierOwned, PkiError> {
    Ok(AlgorithmIdentifierOwned { oid, parameters: Some(Any::encode_from(parameters)?) })
}

/// Opens an encrypted key: PKCS#8 (`ENCRYPTED PRIVATE KEY`) or the traditional form with a `DEK-Info` line.
///
/// # Errors
/// [`KeyFileError::NotEncrypted`] for an open key (see [`read_open_key`]), [`KeyFileError::WrongPassphrase`],
/// [`KeyFileError::NotAKey`] and its kin.
pub fn decrypt_key(pem: &[u8], passphrase: &str) -> Result<PKey<Private>, KeyFileError> {
    check_passphrase(passphrase)?;
    let block = find_key(pem)?;
    if !block.encrypted {
        return Err(KeyFileError::NotEncrypted);
    }
    PKey::private_key_from_pem_callback(block.text.as_bytes(), |buffer| {
        // OpenSSL's buffer holds 1024 bytes, the limit that was checked above.
        let fits = buffer.get_mut(..passphrase.len()).ok_or_else(ErrorStack::get)?;
        fits.copy_from_slice(passphrase.as_bytes());
        Ok(passphrase.len())
    })
    .map_err(|errors| {
        if is_unsupported(&errors) {
            KeyFileError::UnsupportedEncryption(errors)
        } else {
            KeyFileError::WrongPassphrase
        }
    })
}

/// Reads a key that lies open, as TLS keys do that a machine renews.
///
/// # Errors
/// [`KeyFileError::Encrypted`] for a key that needs a passphrase, [`KeyFileError::NotAKey`] and its kin.
pub fn read_open_key(pem: &[u8]) -> Result<PKey<Private>, KeyFileError> {
    let block = find_key(pem)?;
    if block.encrypted {
        return Err(KeyFileError::Encrypted);
    }
    // The callback is never needed; without one OpenSSL would ask on the terminal.
    PKey::private_key_from_pem_callback(block.text.as_bytes(), |_| Ok(0)).map_err(|_| KeyFileError::NotAKey)
}

fn check_passphrase(passphrase: &str) -> Result<(), KeyFileError> {
    if (1..=PASSPHRASE_LIMIT).contains(&passphrase.len()) {
        Ok(())
    } else {
        Err(KeyFileError::PassphraseLength(passphrase.len()))
    }
}

/// One private key of a PEM text, armour included.
struct KeyBlock<'a> {
    text: &'a str,
    encrypted: bool,
}

fn find_key(pem: &[u8]) -> Result<KeyBlock<'_>, KeyFileError> {
    if pem.len() > KEY_FILE_LIMIT {
        return Err(KeyFileError::TooLarge(pem.len()));
    }
    let text = str::from_utf8(pem).map_err(|_| KeyFileError::NotAKey)?;
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let start = text.len() - after.len() - "-----BEGIN ".len();
        rest = after;
        let Some((label, _)) = after.split_once("-----") else { break };
        if !label.ends_with("PRIVATE KEY") {
            continue;
        }
        let end_line = format!("-----END {label}-----");
        let Some(length) = after.find(&end_line) else { continue };
        let Some(block) = text.get(start..text.len() - after.len() + length + end_line.len()) else {
            continue;
        };
        blocks.push((label, block));
    }
    match blocks[..] {
        [] => Err(KeyFileError::NotAKey),
        [("OPENSSH PRIVATE KEY", _)] => Err(KeyFileError::OpenSsh),
        [("ENCRYPTED PRIVATE KEY", text)] => {
            let (_, der) = der::pem::decode_vec(text.as_bytes()).map_err(|_| KeyFileError::NotAKey)?;
            EncryptedPrivateKeyInfo::from_der(&der).map_err(|_| KeyFileError::NotAKey)?;
            Ok(KeyBlock { text, encrypted: true })
        }
        [(_, text)] => Ok(KeyBlock { text, encrypted: text.contains("Proc-Type: 4,ENCRYPTED") }),
        ref several => Err(KeyFileError::SeveralKeys(several.len())),
    }
}

/// A wrong passphrase ends in "bad decrypt" or in nonsense; an algorithm that is not offered is missed where it is
/// looked up.
fn is_unsupported(errors: &ErrorStack) -> bool {
    let missed = |error: &openssl::error::Error| {
        error.library() == Some("digital envelope routines")
            && error
                .reason()
                .is_some_and(|reason| reason.starts_with("unsupported") || reason.starts_with("unknown"))
    };
    let wrong = |error: &openssl::error::Error| error.reason() == Some("bad decrypt");
    !errors.errors().iter().any(wrong) && errors.errors().iter().any(missed)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::pki::key::{KeyType, SubjectKey};
    use proptest::prelude::*;

    fn key() -> PKey<Private> {
        PKey::ec_gen("P-256").unwrap()
    }

    fn open_pem(key: &PKeyRef<Private>) -> String {
        String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap()
    }

    #[test]
    fn every_kind_of_key_is_encrypted_and_opened() {
        for kind in KeyType::ALL {
            let key = SubjectKey::generate(kind).unwrap();
            let pem = encrypt_key(key.as_pkey(), "正しい passphrase", &SystemEntropy).unwrap();
            assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
            let opened = decrypt_key(pem.as_bytes(), "正しい passphrase").unwrap();
            assert!(opened.public_eq(key.as_pkey()));
        }
    }

    #[test]
    fn a_wrong_passphrase_is_always_called_that() {
        // One wrong passphrase in 256 decrypts to something with valid padding; enough tries meet it.
        let pem = key().private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"right").unwrap();
        for i in 0..600 {
            let refused = decrypt_key(&pem, &format!("wrong {i}"));
            assert!(matches!(refused, Err(KeyFileError::WrongPassphrase)), "{i}: {refused:?}");
        }
    }

    #[test]
    fn a_traditional_encrypted_key_is_opened() {
        let key = key();
        let pem =
            key.ec_key().unwrap().private_key_to_pem_passphrase(Cipher::aes_256_cbc(), b"secret").unwrap();
        assert!(decrypt_key(&pem, "secret").unwrap().public_eq(&key));
        assert!(matches!(decrypt_key(&pem, "wrong"), Err(KeyFileError::WrongPassphrase)));
        assert!(matches!(read_open_key(&pem), Err(KeyFileError::Encrypted)));
    }

    #[test]
    fn an_open_key_is_refused_unless_told() {
        let key = key();
        let pem = open_pem(&key);
        assert!(matches!(decrypt_key(pem.as_bytes(), "x"), Err(KeyFileError::NotEncrypted)));
        assert!(read_open_key(pem.as_bytes()).unwrap().public_eq(&key));
        let traditional = key.ec_key().unwrap().private_key_to_pem().unwrap();
        assert!(read_open_key(&traditional).unwrap().public_eq(&key));
    }

    #[test]
    fn a_key_is_found_beside_certificates_and_parameters() {
        let key = key();
        let file = format!(
            "leading words\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{}trailing",
            open_pem(&key)
        );
        assert!(read_open_key(file.as_bytes()).unwrap().public_eq(&key));
    }

    #[test]
    fn what_is_no_key_says_so() {
        let pem = open_pem(&key());
        for text in [
            "",
            "hello",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        ] {
            assert!(matches!(read_open_key(text.as_bytes()), Err(KeyFileError::NotAKey)), "{text}");
        }
        assert!(matches!(read_open_key(&[0x30, 0xff, 0x00]), Err(KeyFileError::NotAKey)));
        let damaged = pem.replace("MIG", "MIH");
        assert!(matches!(read_open_key(damaged.as_bytes()), Err(KeyFileError::NotAKey)));
        let twice = format!("{pem}{pem}");
        assert!(matches!(read_open_key(twice.as_bytes()), Err(KeyFileError::SeveralKeys(2))));
        let ssh = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
        assert!(matches!(decrypt_key(ssh.as_bytes(), "x"), Err(KeyFileError::OpenSsh)));
        assert!(matches!(read_open_key(&vec![b'a'; KEY_FILE_LIMIT + 1]), Err(KeyFileError::TooLarge(_))));
    }

    #[test]
    fn a_cipher_that_openssl_no_longer_offers_is_not_called_a_wrong_passphrase() {
        let pem = include_bytes!("../../tests/interop/pbe-md5-des.pem");
        let refused = decrypt_key(pem, "secret");
        assert!(matches!(refused, Err(KeyFileError::UnsupportedEncryption(_))), "{refused:?}");
    }

    #[test]
    fn a_passphrase_may_be_long_but_not_endless() {
        let key = key();
        let longest = "p".repeat(PASSPHRASE_LIMIT);
        let pem = encrypt_key(&key, &longest, &SystemEntropy).unwrap();
        assert!(decrypt_key(pem.as_bytes(), &longest).unwrap().public_eq(&key));
        for length in [0, PASSPHRASE_LIMIT + 1] {
            let refused = encrypt_key(&key, &"p".repeat(length), &SystemEntropy);
            assert!(matches!(refused, Err(KeyFileError::PassphraseLength(n)) if n == length));
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            cut in 0_usize..300,
            at in 0_usize..240,
            to in any::<u8>(),
        ) {
            let mut file = open_pem(&key()).into_bytes();
            prop_assert!(read_open_key(&bytes).is_err());
            if let Some(byte) = file.get_mut(at) { *byte = to; }
            file.truncate(cut);
            let _read: Result<_, KeyFileError> = read_open_key(&file);
        }
    }
}
