//! What a bundle costs: each step next to the bare OpenSSL calls, first by criterion in wall-clock time, then as a
//! table of ratios.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

mod floor;
mod paired;
mod setup;
mod table;

use criterion::{BatchSize, Criterion};
use tegata::pki::{Identity, KeyType, SubjectKey, Variant};

use floor::Floor;
use setup::{Setup, serial};
use table::Effort;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for kind in [KeyType::Rsa2048, KeyType::P256] {
        steps(&mut criterion, kind);
    }
    criterion.final_summary();
    // Cargo passes --bench when it measures; otherwise this is only to run once.
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let effort = if measuring {
        Effort { pairs: 400, keys: 64, generated: 400 }
    } else {
        Effort { pairs: 2, keys: 2, generated: 2 }
    };
    let met = table::print(&effort);
    assert!(met || !measuring, "the goal is missed");
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
