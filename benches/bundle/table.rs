//! The table of ratios: each step and the whole bundle, next to the floor.

use openssl::pkey::PKey;
use openssl::stack::Stack;
use tegata::pki::{Identity, KeyType, ProfileSigner, SubjectKey, Variant, issue_signer_certificate};

use crate::floor::{Floor, openssl_cms};
use crate::paired::{Paired, mean, standard_error, timed};
use crate::setup::{Setup, serial};

/// What the whole bundle may cost, as a multiple of the floor.
const GOAL: f64 = 1.10;

/// How much is measured.
pub struct Effort {
    /// Pairs of each line.
    pub pairs: usize,
    /// Keys made beforehand and used by turns.
    pub keys: usize,
    /// RSA keys for the estimate of what making one costs.
    pub generated: usize,
}

/// Measures and prints everything; tells whether the goal is met.
pub fn print(effort: &Effort) -> bool {
    println!(
        "\nMedian processor time of one thread, ours and floor by turns on the same keys ({} pairs each)",
        effort.pairs
    );
    println!("ratio: median of the pairs' ratios and its 95 % interval\n");
    println!("{:<44} {:>10} {:>10}   ratio", "", "ours µs", "floor µs");
    let kinds = [KeyType::Rsa2048, KeyType::P256].map(|kind| measure(kind, effort));
    println!(
        "\nfloor: certificate = X509Builder on finished parts; PKCS#12 = Pkcs12Builder; CMS = one digest and one signature;"
    );
    println!("whole bundle = those three, no profile rendered; goal: at most {GOAL:.2} × floor\n");
    kinds.iter().all(|met| *met)
}

/// Prints a line and gives the lower end of the ratio's interval.
fn line(name: &str, paired: &Paired) -> f64 {
    let (ours, floor) = paired.medians();
    let (ratio, low, high) = paired.ratio();
    println!("{name:<44} {ours:>10.1} {floor:>10.1}   {ratio:.3} [{low:.3}, {high:.3}]");
    low
}

fn measure(kind: KeyType, effort: &Effort) -> bool {
    let setup = Setup::new(kind);
    let keys: Vec<_> =
        (0..effort.keys).map(|_| SubjectKey::generate(kind).unwrap().to_pkcs8_der().unwrap()).collect();
    // Read afresh each time, as a key is when it was just made: OpenSSL keeps what it once computed about a key.
    let fresh = |i: usize| PKey::private_key_from_pkcs8(&keys[i % keys.len()]).unwrap();
    let identity = |i: usize| {
        let key = SubjectKey::from(fresh(i));
        let certificate = setup.certificate(&key).1;
        Identity { key, certificate, chain: setup.issuer.bundle_chain() }
    };
    let model = setup.pkcs12(&identity(0), Variant::Modern);
    let floor = Floor::like(&setup, &SubjectKey::from(fresh(0)), setup.profile(serial(), &model));
    println!("{kind} issuer, signer and subject");

    if !kind.is_rsa() {
        let keys = Paired::measure(
            effort.pairs,
            |_| timed(20, || SubjectKey::generate(kind).unwrap()),
            |_| timed(20, || Floor::key(kind)),
        );
        line("  key", &keys);
    }
    let certificates = Paired::measure(
        effort.pairs,
        |i| {
            let key = SubjectKey::from(fresh(i));
            timed(1, || setup.certificate(&key))
        },
        |i| {
            let key = fresh(i);
            timed(1, || floor.certificate(&key))
        },
    );
    line("  certificate", &certificates);
    for variant in Variant::ALL {
        let files = Paired::measure(
            effort.pairs,
            |i| {
                let identity = identity(i);
                timed(1, || setup.pkcs12(&identity, variant))
            },
            |i| {
                let key = fresh(i);
                let certificate = floor.certificate(&key);
                timed(1, || floor.pkcs12(&key, &certificate, variant))
            },
        );
        line(&format!("  PKCS#12, {}", name(variant)), &files);
    }
    let signatures = Paired::measure(
        effort.pairs,
        |_| timed(5, || setup.signer.sign(floor.profile(), setup.now).unwrap()),
        |_| timed(5, || floor.signature()),
    );
    line(&format!("  CMS of {} bytes", floor.profile().len()), &signatures);
    peer(&setup, &floor, effort);

    let mut met = true;
    let generated = generated(kind, effort);
    for variant in Variant::ALL {
        let bundles = Paired::measure(
            effort.pairs,
            |i| {
                let mut key = Some(SubjectKey::from(fresh(i)));
                timed(1, || key.take().map(|key| setup.bundle(key, variant)))
            },
            |i| {
                let key = fresh(i);
                timed(1, || floor.bundle(&key, variant))
            },
        );
        let least = line(&format!("  whole bundle, {}, key at hand", name(variant)), &bundles);
        let (ours, bare) = bundles.means();
        let (key, error) = (mean(&generated), standard_error(&generated));
        let label = format!("  whole bundle, {}, key made", name(variant));
        println!(
            "{label:<44} {:>10.1} {:>10.1}   {:.3} (both: key {key:.0} ± {error:.0} µs, mean of {})",
            key + ours,
            key + bare,
            (key + ours) / (key + bare),
            generated.len()
        );
        // Missed is what lies above the goal beyond what chance explains.
        met &= least <= GOAL;
    }
    println!("  goal {}", if met { "met" } else { "MISSED" });
    met
}

/// What OpenSSL's own writer of CMS costs beside ours: in the floor's column.
fn peer(setup: &Setup, floor: &Floor<'_>, effort: &Effort) {
    let key = SubjectKey::from(
        PKey::private_key_from_pkcs8(&setup.signer_key.private_key_to_pkcs8().unwrap()).unwrap(),
    );
    let certificate =
        issue_signer_certificate(&setup.issuer, &setup.subject, &key, serial(), setup.now, 365).unwrap();
    let chain = setup.issuer.bundle_chain();
    let signer = ProfileSigner::new(&certificate, &chain, setup.signer_key.clone()).unwrap();
    let mut stack = Stack::new().unwrap();
    for certificate in chain {
        stack.push(certificate).unwrap();
    }
    let signatures = Paired::measure(
        effort.pairs,
        |_| timed(5, || signer.sign(floor.profile(), setup.now).unwrap()),
        |_| timed(5, || openssl_cms(&certificate, &stack, &setup.signer_key, floor.profile())),
    );
    line("  CMS, against OpenSSL's CMS_sign", &signatures);
}

/// Times of key generation, by turns through Tegata and bare: it is the same call on both sides and varies more from
/// key to key than anything else here, so both sides share one estimate instead of comparing two draws of luck.
fn generated(kind: KeyType, effort: &Effort) -> Vec<f64> {
    let ours = |_| timed(1, || SubjectKey::generate(kind).unwrap());
    let bare = |_| timed(1, || Floor::key(kind));
    (0..effort.generated).map(|i| if i % 2 == 0 { ours(i) } else { bare(i) }).collect()
}

const fn name(variant: Variant) -> &'static str {
    match variant {
        Variant::Modern => "modern",
        Variant::Compatible => "compatible",
    }
}
