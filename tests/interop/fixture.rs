//! Issuers, identities and bundles, made once for all tests, valid at the machine's present: some tools take no other.

use std::sync::LazyLock;

use jiff::Timestamp;
use openssl::x509::X509Ref;
use tegata::clock::{Clock, SystemClock};
use tegata::entropy::SystemEntropy;
use tegata::pki::{
    Attribute, BundlePassword, FriendlyName, Identity, Issuance, IssuancePolicy, Issuer, KeyType,
    SerialNumber, Subject, SubjectAltName, SubjectKey, Variant, pkcs12,
};
use url::Url;
use zeroize::Zeroizing;

/// What opens every bundle here.
pub const PASSWORD: &str = "Correct-Horse-7Q";

/// The names that bundles carry: one that any tool shows, one as it is in Japan.
pub const NAMES: [&str; 2] = ["Taro Yamada iPhone", "手形太郎のiPhone"];

/// An issuer of RSA-2048 below a root of P-256, as both kinds of signature are verified on the way up.
pub static ISSUER: LazyLock<Issuer> = LazyLock::new(|| issuer(KeyType::Rsa2048));

/// Every variant with every kind of key and every name.
pub static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| {
    let mut bundles = Vec::new();
    for kind in KeyType::ALL {
        for name in NAMES {
            for variant in Variant::ALL {
                bundles.push(Bundle::new(identity(&ISSUER, kind), name, variant));
            }
        }
    }
    bundles
});

/// An identity and the PKCS#12 file that carries it.
pub struct Bundle {
    pub variant: Variant,
    pub name: FriendlyName,
    pub identity: Identity,
    pub file: Zeroizing<Vec<u8>>,
    /// For messages: `modern p-256 "Taro Yamada iPhone"`.
    pub label: String,
}

impl Bundle {
    fn new(identity: Identity, name: &str, variant: Variant) -> Self {
        let name = FriendlyName::parse(name).unwrap();
        let password = BundlePassword::parse(PASSWORD).unwrap();
        let file = pkcs12::write(&identity, &name, &password, variant, true).unwrap();
        let label = format!("{variant:?} {:?} {name:?}", identity.key);
        Self { variant, name, identity, file, label }
    }

    /// The private key as unencrypted PKCS#8.
    pub fn key(&self) -> Vec<u8> {
        self.identity.key.to_pkcs8_der().unwrap().to_vec()
    }

    /// The leaf and the certificates above it, in order, in DER.
    pub fn certificates(&self) -> Vec<Vec<u8>> {
        let chain = self.identity.chain.iter().map(|certificate| der(certificate));
        std::iter::once(der(&self.identity.certificate)).chain(chain).collect()
    }
}

pub fn der(certificate: &X509Ref) -> Vec<u8> {
    certificate.to_der().unwrap()
}

pub fn now() -> Timestamp {
    SystemClock.now()
}

pub fn serial() -> SerialNumber {
    SerialNumber::random(&SystemEntropy).unwrap()
}

pub fn subject(common_name: &str) -> Subject {
    let text = str::to_owned;
    Subject::new([
        (Attribute::Country, text("JP")),
        (Attribute::Organization, text("手形の会")),
        (Attribute::CommonName, text(common_name)),
    ])
    .unwrap()
}

/// An intermediate of this kind below a P-256 root.
pub fn issuer(kind: KeyType) -> Issuer {
    let root =
        Issuer::create_root(&subject("Interop Root CA"), KeyType::P256, 3650, serial(), now()).unwrap();
    root.create_intermediate(&subject("Interop Issuing CA"), kind, 1825, serial(), now()).unwrap()
}

/// A subscriber's identity with everything that a certificate can carry.
pub fn identity(issuer: &Issuer, kind: KeyType) -> Identity {
    let key = SubjectKey::generate(kind).unwrap();
    let url = |text| vec![Url::parse(text).unwrap()];
    let policy = IssuancePolicy {
        crl_urls: url("http://pki.example.jp/ca.crl"),
        ocsp_urls: url("http://ocsp.example.jp/"),
        ca_issuer_urls: url("http://pki.example.jp/ca.cer"),
        ..IssuancePolicy::default()
    };
    let names = SubjectAltName::new(["taro@example.jp".to_owned()], ["urn:tegata:taro".to_owned()]).unwrap();
    let subject = subject("手形太郎");
    let issuance =
        Issuance::prepare(issuer, &policy, &subject, &names, key.as_pkey(), serial(), now()).unwrap();
    let certificate = issuance.sign(issuer).unwrap();
    Identity { key, certificate, chain: issuer.bundle_chain() }
}
