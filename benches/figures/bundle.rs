//! The whole bundle next to the bare OpenSSL calls that no implementation can avoid, and the signed profile next to OpenSSL's own
//! writer of CMS.

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::stack::Stack;
use openssl::x509::X509;
use tegata::pki::{Identity, KeyType, ProfileSigner, SubjectKey, Variant, issue_signer_certificate};

use crate::Effort;
use crate::floor::Floor;
use crate::paired::{Paired, Ratio, mean, timed};
use crate::setup::{Setup, serial};
use crate::table::Table;

/// Keys that are made beforehand and used by turns.
const KEYS: usize = 64;

pub fn measure(effort: Effort, table: &mut Table) {
    if table.wants(&["bundle-rsa", "bundle-rsa-3des", "bundle-rsa-made", "cms-rsa"]) {
        let side = Side::of(KeyType::Rsa2048, effort);
        let ready = side.bundles(Variant::Modern);
        table.paired("bundle-rsa", &ready);
        if table.wants(&["bundle-rsa-3des"]) {
            table.paired("bundle-rsa-3des", &side.bundles(Variant::Compatible));
        }
        if table.wants(&["bundle-rsa-made"]) {
            let (ours, beside, ratio) = side.with_key(&ready);
            table.ratio("bundle-rsa-made", ours, beside, ratio);
        }
        if table.wants(&["cms-rsa"]) {
            table.paired("cms-rsa", &side.signatures());
        }
    }
    if table.wants(&["bundle-p256", "bundle-p256-3des", "cms-p256"]) {
        let side = Side::of(KeyType::P256, effort);
        for (name, variant) in [("bundle-p256", Variant::Modern), ("bundle-p256-3des", Variant::Compatible)] {
            if table.wants(&[name]) {
                let (ours, beside, ratio) = side.with_key(&side.bundles(variant));
                table.ratio(name, ours, beside, ratio);
            }
        }
        if table.wants(&["cms-p256"]) {
            table.paired("cms-p256", &side.signatures());
        }
    }
}

/// Both sides with keys of one kind.
struct Side {
    kind: KeyType,
    setup: Setup,
    keys: Vec<Vec<u8>>,
    profile: Vec<u8>,
    pairs: usize,
}

impl Side {
    fn of(kind: KeyType, effort: Effort) -> Self {
        let setup = Setup::new(kind);
        let key = SubjectKey::generate(kind).unwrap();
        let (number, certificate) = setup.certificate(&key);
        let identity = Identity { key, certificate, chain: setup.issuer.bundle_chain() };
        let profile = setup.profile(number, &setup.pkcs12(&identity, Variant::Modern));
        let key = |_| SubjectKey::generate(kind).unwrap().to_pkcs8_der().unwrap().to_vec();
        let keys = (0..KEYS.min(effort.pairs)).map(key).collect();
        Self { kind, setup, keys, profile, pairs: effort.pairs }
    }

    /// Read afresh each time, as a key is when it was just made: OpenSSL keeps what it once computed about a key.
    fn key(&self, number: usize) -> PKey<Private> {
        PKey::private_key_from_pkcs8(&self.keys[number % self.keys.len()]).unwrap()
    }

    fn floor(&self) -> Floor<'_> {
        Floor::like(&self.setup, &SubjectKey::from(self.key(0)), self.profile.clone())
    }

    fn bundles(&self, variant: Variant) -> Paired {
        let floor = self.floor();
        Paired::measure(
            self.pairs,
            |i| {
                let mut key = Some(SubjectKey::from(self.key(i)));
                timed(1, || key.take().map(|key| self.setup.bundle(key, variant)))
            },
            |i| {
                let key = self.key(i);
                timed(1, || floor.bundle(&key, variant))
            },
        )
    }

    /// The same with the key. Making one is the same call on both sides and varies more from key to key than anything else here, so
    /// both sides share one estimate instead of comparing two draws of luck.
    fn with_key(&self, bundles: &Paired) -> (f64, f64, Ratio) {
        let ours = |_| timed(1, || SubjectKey::generate(self.kind).unwrap());
        let bare = |_| timed(1, || Floor::key(self.kind));
        let made: Vec<f64> = (0..self.pairs).map(|i| if i % 2 == 0 { ours(i) } else { bare(i) }).collect();
        let key = mean(&made);
        let (ours, floor) = bundles.medians();
        let Ratio { median, low, high } = bundles.ratio();
        let with = |ratio: f64| (key + floor * ratio) / (key + floor);
        let ratio = Ratio { median: with(median), low: with(low), high: with(high) };
        (key + ours, key + floor, ratio)
    }

    /// What OpenSSL's own writer of CMS takes for the same.
    fn signatures(&self) -> Paired {
        let setup = &self.setup;
        let key = PKey::private_key_from_pkcs8(&setup.signer_key.private_key_to_pkcs8().unwrap()).unwrap();
        let key = SubjectKey::from(key);
        let certificate =
            issue_signer_certificate(&setup.issuer, &setup.subject, &key, serial(), setup.now, 365).unwrap();
        let chain = setup.issuer.bundle_chain();
        let signer = ProfileSigner::new(&certificate, &chain, setup.signer_key.clone()).unwrap();
        let mut stack = Stack::new().unwrap();
        for certificate in chain {
            stack.push(certificate).unwrap();
        }
        Paired::measure(
            self.pairs,
            |_| timed(5, || signer.sign(&self.profile, setup.now).unwrap()),
            |_| timed(5, || openssl_cms(&certificate, &stack, &setup.signer_key, &self.profile)),
        )
    }
}

fn openssl_cms(certificate: &X509, chain: &Stack<X509>, key: &PKeyRef<Private>, content: &[u8]) -> Vec<u8> {
    let options = CMSOptions::BINARY | CMSOptions::NOSMIMECAP;
    let message =
        CmsContentInfo::sign(Some(certificate), Some(key), Some(chain), Some(content), options).unwrap();
    message.to_der().unwrap()
}
