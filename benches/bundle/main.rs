//! What each step of a bundle costs, next to the bare OpenSSL calls, by criterion, which also says what changed since the run before.
//! For whoever works on these steps; the whole bundle's ratio is a row of `--bench figures`.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

mod floor;
mod setup;

use criterion::{BatchSize, Criterion};
use tegata::pki::{Identity, KeyType, SubjectKey, Variant};

use floor::Floor;
use setup::{Setup, serial};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for kind in [KeyType::Rsa2048, KeyType::P256] {
        steps(&mut criterion, kind);
    }
    criterion.final_summary();
}

/// Every step of a bundle with keys of this kind, ours and the floor's.
fn steps(criterion: &mut Criterion, kind: KeyType) {
    let setup = Setup::new(kind);
    let key = SubjectKey::generate(kind).unwrap();
    let owned = || SubjectKey::from(key.as_pkey().to_owned());
    let (number, certificate) = setup.certificate(&key);
    let identity = Identity { key: owned(), certificate, chain: setup.issuer.bundle_chain() };
    let pkcs12 = setup.pkcs12(&identity, Variant::Modern);
    let profile = setup.profile(number, &pkcs12);
    let floor = Floor::like(&setup, &key, profile.clone());

    let mut group = criterion.benchmark_group(format!("bundle/{}", setup.kind));
    if !kind.is_rsa() {
        group.bench_function("key", |b| b.iter(|| SubjectKey::generate(kind).unwrap()));
        group.bench_function("key/floor", |b| b.iter(|| Floor::key(kind)));
    }
    group.bench_function("certificate", |b| b.iter(|| setup.certificate(&key)));
    group.bench_function("certificate/floor", |b| b.iter(|| floor.certificate(key.as_pkey())));
    for variant in Variant::ALL {
        let name = format!("{variant:?}").to_lowercase();
        group.bench_function(format!("pkcs12-{name}"), |b| b.iter(|| setup.pkcs12(&identity, variant)));
        group.bench_function(format!("pkcs12-{name}/floor"), |b| {
            b.iter(|| floor.pkcs12(key.as_pkey(), &identity.certificate, variant));
        });
    }
    group.bench_function("profile", |b| b.iter(|| setup.profile(serial(), &pkcs12)));
    group.bench_function("cms", |b| b.iter(|| setup.signer.sign(&profile, setup.now).unwrap()));
    group.bench_function("cms/floor", |b| b.iter(|| floor.signature()));
    group.bench_function("whole", |b| {
        b.iter_batched(owned, |key| setup.bundle(key, Variant::Modern), BatchSize::SmallInput);
    });
    group.bench_function("whole/floor", |b| b.iter(|| floor.bundle(key.as_pkey(), Variant::Modern)));
    group.finish();
}
