//! What both sides start from: an issuer, a signer and keys of one kind, made before anything is measured.

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};
use tegata::clock::{Clock, SystemClock};
use tegata::entropy::SystemEntropy;
use tegata::pki::{
    Attribute, BundlePassword, FriendlyName, Identity, Issuance, IssuancePolicy, Issuer, KeyType,
    ProfileSigner, SerialNumber, Subject, SubjectAltName, SubjectKey, Variant, issue_signer_certificate,
    pkcs12,
};
use tegata::profile::{Offer, Offers, ProfileContext, TargetDeviceType, TemplateValues, render};
use url::Url;

/// An installation whose issuer, signer and subscribers all have keys of one kind.
pub struct Setup {
    pub kind: KeyType,
    pub now: Timestamp,
    pub issuer: Issuer,
    pub issuer_key: PKey<Private>,
    pub signer: ProfileSigner,
    pub signer_key: PKey<Private>,
    pub policy: IssuancePolicy,
    pub subject: Subject,
    pub names: SubjectAltName,
    pub friendly_name: FriendlyName,
    pub password: BundlePassword,
    pub offer: Offer,
}

fn subject(common_name: &str) -> Subject {
    let text = str::to_owned;
    Subject::new([
        (Attribute::Country, text("JP")),
        (Attribute::Organization, text("手形の会")),
        (Attribute::CommonName, text(common_name)),
    ])
    .unwrap()
}

pub fn serial() -> SerialNumber {
    SerialNumber::random(&SystemEntropy).unwrap()
}

impl Setup {
    pub fn new(kind: KeyType) -> Self {
        let now = SystemClock.now();
        let root = Issuer::create_root(&subject("Root CA"), kind, 7300, serial(), now).unwrap();
        let issuer = root.create_intermediate(&subject("Issuing CA"), kind, 3650, serial(), now).unwrap();
        // The floor signs with a key of the same kind; an issuer does not hand out its own.
        let issuer_key = SubjectKey::generate(kind).unwrap().as_pkey().to_owned();
        let key = SubjectKey::generate(kind).unwrap();
        let certificate =
            issue_signer_certificate(&issuer, &subject("Signer"), &key, serial(), now, 365).unwrap();
        let signer_key = key.as_pkey().to_owned();
        let signer = ProfileSigner::new(&certificate, &issuer.bundle_chain(), signer_key.clone()).unwrap();
        let url = |text| vec![Url::parse(text).unwrap()];
        Self {
            kind,
            now,
            issuer,
            issuer_key,
            signer,
            signer_key,
            policy: IssuancePolicy {
                crl_urls: url("http://pki.example.jp/ca.crl"),
                ocsp_urls: url("http://ocsp.example.jp/"),
                ca_issuer_urls: url("http://pki.example.jp/ca.cer"),
                ..IssuancePolicy::default()
            },
            subject: subject("手形太郎"),
            names: SubjectAltName::new(["taro@example.jp".to_owned()], []).unwrap(),
            friendly_name: FriendlyName::parse("手形太郎").unwrap(),
            password: BundlePassword::parse("7Q4N8HJ2KXW5TRP").unwrap(),
            offer: Offers::embedded().unwrap().get("minimal").unwrap().clone(),
        }
    }

    pub fn certificate(&self, key: &SubjectKey) -> (SerialNumber, openssl::x509::X509) {
        let serial = serial();
        let Self { issuer, policy, subject, names, now, .. } = self;
        let issuance =
            Issuance::prepare(issuer, policy, subject, names, key.as_pkey(), serial, *now).unwrap();
        (serial, issuance.sign(issuer).unwrap())
    }

    pub fn pkcs12(&self, identity: &Identity, variant: Variant) -> Vec<u8> {
        pkcs12::write(identity, &self.friendly_name, &self.password, variant, false).unwrap().to_vec()
    }

    pub fn profile(&self, serial: SerialNumber, pkcs12: &[u8]) -> Vec<u8> {
        let values = TemplateValues {
            subscriber_name: "手形太郎",
            subscriber_id: "taro",
            organization_name: "手形の会",
            organization_id: "tegata",
            enrollment_id: "0193",
            check_url: Some("https://check.example.jp/check"),
            ..TemplateValues::default()
        };
        let context = ProfileContext {
            service_host: "tegata.example.jp",
            line: "0193",
            serial: &serial.to_string(),
            not_after: self.now,
            values,
            target: TargetDeviceType::IphoneIpad,
            language: "ja",
            pkcs12,
            pkcs12_file_name: "identity.p12",
            display_name: self.friendly_name.as_str(),
            embedded_password: None,
            roots: &[],
            intermediates: &[],
        };
        render(&self.offer, &context).unwrap()
    }

    /// Everything from a key to the signed profile, as a claim does it.
    pub fn bundle(&self, key: SubjectKey, variant: Variant) -> Vec<u8> {
        let (serial, certificate) = self.certificate(&key);
        let identity = Identity { key, certificate, chain: self.issuer.bundle_chain() };
        let pkcs12 = self.pkcs12(&identity, variant);
        let profile = self.profile(serial, &pkcs12);
        self.signer.sign(&profile, self.now).unwrap()
    }
}
