//! The bare OpenSSL calls that no implementation can avoid, on inputs that were made before: names, extensions,
//! numbers and dates are objects already, nothing is checked, nothing is encoded that OpenSSL does not encode itself.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::stack::Stack;
use openssl::x509::{X509, X509Extension, X509Name, X509Ref};
use tegata::pki::{KeyType, SubjectKey, Variant};

use crate::setup::Setup;

/// How long a profile's signed attributes are: contentType, signingTime and a SHA-256 digest.
const SIGNED_ATTRIBUTES: [u8; 107] = [0x31; 107];

/// Inputs made beforehand.
pub struct Floor<'a> {
    setup: &'a Setup,
    serial: Asn1Integer,
    subject: X509Name,
    issuer: X509Name,
    from: Asn1Time,
    until: Asn1Time,
    extensions: Vec<X509Extension>,
    certificate: X509,
    profile: Vec<u8>,
}

impl<'a> Floor<'a> {
    /// Takes the inputs from a bundle that Tegata made, so that both sides write the same.
    pub fn like(setup: &'a Setup, key: &SubjectKey, profile: Vec<u8>) -> Self {
        let (_, model) = setup.certificate(key);
        let name = |name: &openssl::x509::X509NameRef| name.to_owned().unwrap();
        let [from, until] = [model.not_before(), model.not_after()].map(|time| {
            let seconds = Asn1Time::from_unix(0).unwrap().diff(time).unwrap();
            Asn1Time::from_unix(i64::from(seconds.days) * 86_400 + i64::from(seconds.secs)).unwrap()
        });
        let mut number = [0x55; 16];
        number[15] = 1;
        Self {
            setup,
            serial: BigNum::from_slice(&number).unwrap().to_asn1_integer().unwrap(),
            subject: name(model.subject_name()),
            issuer: name(model.issuer_name()),
            from,
            until,
            extensions: extensions_of(&model),
            certificate: setup.issuer.certificate().to_owned(),
            profile,
        }
    }

    pub fn key(kind: KeyType) -> PKey<Private> {
        match kind {
            KeyType::Rsa2048 => PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap(),
            KeyType::Rsa3072 => PKey::from_rsa(Rsa::generate(3072).unwrap()).unwrap(),
            KeyType::P256 => PKey::ec_gen("P-256").unwrap(),
            KeyType::P384 => PKey::ec_gen("P-384").unwrap(),
        }
    }

    pub fn certificate(&self, key: &PKeyRef<Private>) -> X509 {
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&self.serial).unwrap();
        builder.set_subject_name(&self.subject).unwrap();
        builder.set_issuer_name(&self.issuer).unwrap();
        builder.set_not_before(&self.from).unwrap();
        builder.set_not_after(&self.until).unwrap();
        builder.set_pubkey(key).unwrap();
        for extension in &self.extensions {
            builder.append_extension2(extension).unwrap();
        }
        builder.sign(&self.setup.issuer_key, MessageDigest::sha256()).unwrap();
        builder.build()
    }

    pub fn pkcs12(&self, key: &PKeyRef<Private>, certificate: &X509Ref, variant: Variant) -> Vec<u8> {
        let (algorithm, digest, rounds) = match variant {
            Variant::Modern => (Nid::AES_256_CBC, MessageDigest::sha256(), 10_000),
            Variant::Compatible => (Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC, MessageDigest::sha1(), 2_048),
        };
        let mut above = Stack::new().unwrap();
        above.push(self.certificate.clone()).unwrap();
        let mut builder = Pkcs12::builder();
        builder.name(self.setup.friendly_name.as_str()).pkey(key).cert(certificate).ca(above);
        builder.key_algorithm(algorithm).cert_algorithm(algorithm).mac_md(digest);
        builder.key_iter(rounds).mac_iter(rounds);
        builder.build2(self.setup.password.expose()).unwrap().to_der().unwrap()
    }

    /// One digest of the content and one signature over the attributes: what is left of CMS without its writing.
    pub fn signature(&self) -> Vec<u8> {
        hash(MessageDigest::sha256(), &self.profile).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &self.setup.signer_key).unwrap();
        signer.sign_oneshot_to_vec(&SIGNED_ATTRIBUTES).unwrap()
    }

    pub fn bundle(&self, key: &PKeyRef<Private>, variant: Variant) -> (Vec<u8>, Vec<u8>) {
        let certificate = self.certificate(key);
        (self.pkcs12(key, &certificate, variant), self.signature())
    }
}

fn extensions_of(certificate: &X509Ref) -> Vec<X509Extension> {
    use der::Decode;
    use openssl::asn1::{Asn1Object, Asn1OctetString};

    let parsed = x509_cert::Certificate::from_der(&certificate.to_der().unwrap()).unwrap();
    let extensions = parsed.tbs_certificate().extensions().unwrap();
    let rebuild = |extension: &x509_cert::ext::Extension| {
        let oid = Asn1Object::from_str(&extension.extn_id.to_string()).unwrap();
        let value = Asn1OctetString::new_from_bytes(extension.extn_value.as_bytes()).unwrap();
        X509Extension::new_from_der(&oid, extension.critical, &value).unwrap()
    };
    extensions.iter().map(rebuild).collect()
}
