//! PKCS#12 files (RFC 7292), written so that every platform of the design opens them.

use std::fmt;

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::stack::Stack;
use openssl::x509::X509Ref;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::pki::certificate::{detached, is_self_signed, name_text};
use crate::pki::error::PkiError;
use crate::pki::identity::Identity;

/// Which algorithms protect a PKCS#12 file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// PBES2 with AES-256-CBC, PBKDF2-HMAC-SHA-256 (PRF written out) and an HMAC-SHA-256 MAC, 10,000 rounds each: iOS
    /// 18, macOS 15, Android 14, Windows 10 and later.
    Modern,
    /// 3DES with SHA-1 for key and certificates and an HMAC-SHA-1 MAC, 2,048 rounds each: what everything opens. Its
    /// protection is the machine-made password, not the algorithm.
    Compatible,
}

impl Variant {
    /// Both variants.
    pub const ALL: [Self; 2] = [Self::Modern, Self::Compatible];

    const fn algorithm(self) -> Nid {
        match self {
            Self::Modern => Nid::AES_256_CBC,
            Self::Compatible => Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC,
        }
    }

    /// Rounds of key derivation, for encryption and MAC alike.
    #[must_use]
    pub const fn iterations(self) -> u32 {
        match self {
            Self::Modern => 10_000,
            Self::Compatible => 2_048,
        }
    }

    fn mac_digest(self) -> MessageDigest {
        match self {
            Self::Modern => MessageDigest::sha256(),
            Self::Compatible => MessageDigest::sha1(),
        }
    }
}

/// Why a text is no bundle password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundlePasswordError {
    /// Empty, or longer than anyone types or copies.
    #[error("a bundle password has 1 to {limit} characters, not {0}", limit = BundlePassword::LIMIT)]
    Length(usize),
    /// Platforms disagree on the bytes of other characters (UTF-8 or UTF-16).
    #[error(
        "a bundle password has only the letters, digits and signs of ASCII, without spaces; character {0} is another"
    )]
    Character(usize),
}

/// What a device asks for when it opens a bundle: printable ASCII without spaces, never empty (platforms read an
/// empty password in two ways), overwritten when dropped, hidden in debug output.
///
/// OpenSSL's wrapper makes one more copy while a file is written, which it frees without overwriting.
#[derive(Clone)]
pub struct BundlePassword(Zeroizing<String>);

impl BundlePassword {
    /// The most characters.
    pub const LIMIT: usize = 64;

    /// Checks and takes a password.
    ///
    /// # Errors
    /// When it is empty, too long or not printable ASCII; the error repeats nothing of it.
    pub fn parse(text: &str) -> Result<Self, BundlePasswordError> {
        if let Some(i) = text.chars().position(|c| !c.is_ascii_graphic()) {
            return Err(BundlePasswordError::Character(i + 1));
        }
        if text.is_empty() || text.len() > Self::LIMIT {
            return Err(BundlePasswordError::Length(text.len()));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The password in the open.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BundlePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BundlePassword(…)")
    }
}

/// Why a text is no friendly name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FriendlyNameError {
    /// Empty, only spaces, or too long.
    #[error("a friendly name has 1 to {limit} characters, not {0}", limit = FriendlyName::LIMIT)]
    Length(usize),
    /// A character that some platform misreads.
    #[error("a friendly name must not hold {0:?}")]
    Character(char),
    /// Spaces at an end or in a row, which platforms trim or join.
    #[error("a friendly name neither begins nor ends with a space, nor holds two in a row")]
    Spaces,
}

/// The name under which a device lists an identity. Android cuts it at the last `.`, NSS takes what stands before a
/// `:` for the name of a token, and an `@` makes an e-mail address of it; so none of these, no invisible characters,
/// and only what a `BMPString` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FriendlyName(String);

impl FriendlyName {
    /// The most characters.
    pub const LIMIT: usize = 64;
    /// What a name becomes of which nothing is left.
    pub const FALLBACK: &str = "Client certificate";

    /// Checks and takes a name.
    ///
    /// # Errors
    /// What [`FriendlyName::clean`] would change.
    pub fn parse(text: &str) -> Result<Self, FriendlyNameError> {
        let length = text.chars().count();
        if let Some(character) = text.chars().find(|c| replacement(*c) != Some(*c)) {
            return Err(FriendlyNameError::Character(character));
        }
        if !(1..=Self::LIMIT).contains(&length) {
            return Err(FriendlyNameError::Length(length));
        }
        if text.split(' ').any(str::is_empty) {
            return Err(FriendlyNameError::Spaces);
        }
        Ok(Self(text.to_owned()))
    }

    /// Makes a name of any text: `taro.yamada@example.jp` becomes `taro yamada example jp`.
    #[must_use]
    pub fn clean(text: &str) -> Self {
        let replaced: String = text.chars().filter_map(replacement).collect();
        let joined = replaced.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = joined.chars().take(Self::LIMIT).collect();
        let name = short.trim_end();
        Self(if name.is_empty() { Self::FALLBACK } else { name }.to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FriendlyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands for a character in a friendly name: itself, a space, the printers' mark for a missing character, or
/// nothing.
fn replacement(character: char) -> Option<char> {
    match character {
        '.' | '@' | ':' => Some(' '),
        // Invisible: joiners, direction marks and overrides, byte order mark, soft hyphen; and selectors of a glyph,
        // which follow the kanji of some names and without which it is the same character.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e01ef}' => None,
        // Outside the Basic Multilingual Plane, such as the 𠮷 of some family names: no BMPString holds it.
        '\u{10000}'.. => Some('〓'),
        c if c.is_control() => Some(' '),
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}

/// Writes the file: the key and its certificate under the same localKeyId (the certificate's SHA-1) and one
/// friendlyName, the certificates above without any, exactly one identity. A self-signed certificate is left out
/// unless `include_root`, and none is written twice.
///
/// OpenSSL writes it, because it puts the given name on the certificate, where p12-keystore puts the subject; the
/// tests read it with p12-keystore and others.
///
/// # Errors
/// [`PkiError::KeyDoesNotFit`], or when OpenSSL refuses.
pub fn write(
    identity: &Identity,
    name: &FriendlyName,
    password: &BundlePassword,
    variant: Variant,
    include_root: bool,
) -> Result<Zeroizing<Vec<u8>>, PkiError> {
    let Identity { key, certificate, chain } = identity;
    let mut written = vec![certificate.to_der()?];
    let mut above = Stack::new()?;
    for certificate in chain {
        let der = certificate.to_der()?;
        if written.contains(&der) || (is_self_signed(certificate) && !include_root) {
            continue;
        }
        above.push(without_alias(certificate)?)?;
        written.push(der);
    }
    let mut builder = Pkcs12::builder();
    builder
        .name(name.as_str())
        .pkey(key.as_pkey())
        .cert(certificate)
        .ca(above)
        .key_algorithm(variant.algorithm())
        .cert_algorithm(variant.algorithm())
        .key_iter(variant.iterations())
        .mac_iter(variant.iterations())
        .mac_md(variant.mac_digest());
    match builder.build2(password.expose()) {
        Ok(file) => Ok(Zeroizing::new(file.to_der()?)),
        // OpenSSL compares the two itself; asking it beforehand would do the work twice.
        Err(_) if !certificate.public_key()?.public_eq(key.as_pkey()) => {
            Err(PkiError::KeyDoesNotFit { subject: name_text(certificate.subject_name()) })
        }
        Err(error) => Err(error.into()),
    }
}

/// OpenSSL would write an alias that a certificate brought along as its friendlyName.
fn without_alias(certificate: &X509Ref) -> Result<openssl::x509::X509, PkiError> {
    if certificate.alias().is_some() { detached(certificate) } else { Ok(certificate.to_owned()) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::pki::key::KeyType;
    use crate::pki::sample;
    use p12_keystore::Pkcs12Archive;
    use proptest::prelude::*;

    fn password() -> BundlePassword {
        BundlePassword::parse("Example-Password").unwrap()
    }

    fn read(file: &[u8]) -> Pkcs12Archive {
        Pkcs12Archive::from_pkcs12(file, password().expose()).unwrap()
    }

    #[test]
    fn one_identity_with_one_name_and_one_key_id_is_written() {
        let identity = sample::identity(&sample::issuer(KeyType::P256), KeyType::P256);
        for variant in Variant::ALL {
            let name = FriendlyName::parse("手形太郎 iPhone").unwrap();
            let file = read(&write(&identity, &name, &password(), variant, true).unwrap());
            assert_eq!((file.keys.len(), file.certs.len(), file.secrets.len()), (1, 3, 0));
            let (key, leaf) = (&file.keys[0], &file.certs[0]);
            assert_eq!(key.key.as_der(), identity.key.to_pkcs8_der().unwrap().as_slice());
            assert_eq!(leaf.cert.as_der(), identity.certificate.to_der().unwrap());
            assert_eq!(key.local_key_id.as_ref().unwrap().0, *leaf.local_key_id.as_ref().unwrap());
            assert_eq!(key.friendly_name.as_deref(), Some(name.as_str()));
            assert_eq!(leaf.friendly_name.as_deref(), Some(name.as_str()));
            for (above, written) in identity.chain.iter().zip(&file.certs[1..]) {
                assert_eq!(written.cert.as_der(), above.to_der().unwrap());
                assert_eq!((&written.friendly_name, &written.local_key_id), (&None, &None));
            }
        }
    }

    #[test]
    fn the_modern_variant_names_its_prf_and_the_mac_repeats_the_rounds() {
        let identity = sample::identity(&sample::issuer(KeyType::P256), KeyType::P256);
        let name = FriendlyName::clean("x");
        let file = write(&identity, &name, &password(), Variant::Modern, true).unwrap();
        // PBKDF2-params (RFC 8018 appendix A.2) from the salt's end: 10,000 rounds, no keyLength, hmacWithSHA256 with
        // NULL. Apple's reader wants exactly this, once for the certificates and once for the key.
        let expected = b"\x02\x02\x27\x10\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x09\x05\x00";
        assert_eq!(file.windows(expected.len()).filter(|bytes| bytes == expected).count(), 2);
        assert!(file.ends_with(b"\x02\x02\x27\x10"), "the MAC's rounds end the file");
        let file = write(&identity, &name, &password(), Variant::Compatible, true).unwrap();
        assert!(file.ends_with(b"\x02\x02\x08\x00"), "the MAC's rounds end the file");
    }

    #[test]
    fn the_root_is_left_out_unless_asked_for_and_nothing_is_written_twice() {
        let mut identity = sample::identity(&sample::issuer(KeyType::P256), KeyType::P256);
        identity.chain.push(identity.chain[0].clone());
        identity.chain.push(identity.certificate.clone());
        let name = FriendlyName::clean("x");
        let without = read(&write(&identity, &name, &password(), Variant::Compatible, false).unwrap());
        assert_eq!(without.certs.len(), 2);
        let with = read(&write(&identity, &name, &password(), Variant::Compatible, true).unwrap());
        assert_eq!(with.certs.len(), 3);
    }

    #[test]
    fn a_name_that_a_ca_certificate_brought_along_is_not_written() {
        let mut identity = sample::identity(&sample::issuer(KeyType::P256), KeyType::P256);
        let mut named = Pkcs12::builder();
        let mut above = Stack::new().unwrap();
        above.push(identity.chain[1].clone()).unwrap();
        named.name("an alias").ca(above).cert(&identity.chain[0]);
        let parsed = named.build2("x").unwrap().parse2("x").unwrap();
        let aliased =
            parsed.ca.unwrap().into_iter().find(|certificate| certificate.alias().is_some()).unwrap();
        identity.chain = vec![aliased];
        let name = FriendlyName::clean("x");
        let file = read(&write(&identity, &name, &password(), Variant::Compatible, true).unwrap());
        assert_eq!(file.certs[1].friendly_name, None);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let issuer = sample::issuer(KeyType::P256);
        let mut identity = sample::identity(&issuer, KeyType::P256);
        identity.key = sample::identity(&issuer, KeyType::P256).key;
        let refused = write(&identity, &FriendlyName::clean("x"), &password(), Variant::Modern, true);
        assert!(matches!(refused, Err(PkiError::KeyDoesNotFit { .. })));
    }

    #[test]
    fn a_password_is_printable_ascii_and_never_shown() {
        assert_eq!(BundlePassword::parse("").unwrap_err(), BundlePasswordError::Length(0));
        assert_eq!(BundlePassword::parse(&"a".repeat(65)).unwrap_err(), BundlePasswordError::Length(65));
        for text in ["ab\0c", "ab c", "abé", "ab\u{7f}", "ab合"] {
            assert_eq!(BundlePassword::parse(text).unwrap_err(), BundlePasswordError::Character(3));
        }
        assert_eq!(format!("{:?}", password()), "BundlePassword(…)");
        assert_eq!(password().expose(), "Example-Password");
    }

    #[test]
    fn names_are_cleaned_for_every_platform() {
        for (text, name) in [
            ("taro.yamada@example.jp", "taro yamada example jp"),
            ("  手形　太郎\n", "手形 太郎"),
            ("𠮷田", "〓田"),
            ("葛\u{e0100}城", "葛城"),
            ("token: name", "token name"),
            ("\u{202e}gnp.exe", "gnp exe"),
            ("..@:\0\u{200b}", FriendlyName::FALLBACK),
            ("", FriendlyName::FALLBACK),
        ] {
            assert_eq!(FriendlyName::clean(text).as_str(), name);
        }
        assert_eq!(FriendlyName::parse("a.b"), Err(FriendlyNameError::Character('.')));
        assert_eq!(FriendlyName::parse(""), Err(FriendlyNameError::Length(0)));
        assert_eq!(FriendlyName::parse(&"あ".repeat(65)), Err(FriendlyNameError::Length(65)));
        assert_eq!(FriendlyName::parse("a  b"), Err(FriendlyNameError::Spaces));
    }

    proptest! {
        #[test]
        fn whatever_is_cleaned_passes_the_check(text in any::<String>(), long in "[a-z あ.@]{60,90}") {
            for text in [text, long] {
                let name = FriendlyName::clean(&text);
                prop_assert_eq!(FriendlyName::parse(name.as_str()), Ok(name.clone()));
                prop_assert_eq!(FriendlyName::clean(name.as_str()), name);
            }
        }
    }
}
