//! Bundles next to what others make them with: the `openssl` command in a shell script, and cfssl, where it is installed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tegata::pki::{KeyType, SubjectKey, Variant};

use crate::Effort;
use crate::paired::{Paired, timed};
use crate::process::used_by_children;
use crate::setup::Setup;
use crate::table::Table;

const EXTENSIONS: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n\
                          subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

const CFSSL: &str = r#"{"CN": "Hanako Yamada", "key": {"algo": "ALGO", "size": SIZE}, "names": [{"C": "JP", "O": "Example Care"}]}"#;

/// Lays down what the script and cfssl are told: the same profile around the PKCS#12, the same kind of key.
fn lay_down(place: &Path, setup: &Setup, profile: &str, pkcs12: &str) {
    let write = |name: &str, bytes: &[u8]| std::fs::write(place.join(name), bytes).unwrap();
    write("extensions", EXTENSIONS.as_bytes());
    let (head, tail) = profile.split_once(pkcs12).unwrap();
    write("profile.head", head.as_bytes());
    write("profile.tail", tail.as_bytes());
    let (algorithm, size) = if setup.kind.is_rsa() { ("rsa", "2048") } else { ("ecdsa", "256") };
    write("request.json", CFSSL.replace("ALGO", algorithm).replace("SIZE", size).as_bytes());
}

/// A CA whose key is laid down, since the library hands out none: self-made by the command that is measured.
fn authority(place: &Path, kind: KeyType) {
    let key: &[&str] = if kind.is_rsa() {
        &["-newkey", "rsa:2048"]
    } else {
        &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    };
    for (name, subject) in [("issuer", "/CN=Issuer"), ("signer", "/CN=Signer")] {
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-noenc", "-days", "30", "-subj", subject]).args(key);
        command.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]);
        assert!(command.current_dir(place).stderr(Stdio::null()).status().unwrap().success());
    }
}

/// What `times` runs of a command used.
fn of_command(times: usize, mut command: impl FnMut() -> Command) -> Duration {
    let before = used_by_children();
    for _ in 0..times {
        let done =
            command().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(done.success(), "{done}");
    }
    used_by_children().saturating_sub(before) / u32::try_from(times).unwrap()
}

pub fn measure(effort: Effort, table: &mut Table) {
    let names = [
        (KeyType::Rsa2048, "peer-openssl-rsa", "peer-cfssl-rsa"),
        (KeyType::P256, "peer-openssl-p256", "peer-cfssl-p256"),
    ];
    for (kind, openssl, cfssl) in names {
        if !table.wants(&[openssl, cfssl]) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let setup = Setup::new(kind);
        authority(folder.path(), kind);
        // A profile of ours, with a mark where the PKCS#12 stands.
        let profile =
            String::from_utf8(setup.profile(crate::setup::serial(), b"PKCS#12 PKCS#12 PKCS#12!")).unwrap();
        let mark = profile
            .lines()
            .find(|line| line.trim() == "UEtDUyMxMiBQS0NTIzEyIFBLQ1MjMTIh")
            .unwrap()
            .to_owned();
        lay_down(folder.path(), &setup, &profile, &mark);
        if table.wants(&[openssl]) {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/figures/peers.sh");
            let bundle = || drop(setup.bundle(SubjectKey::generate(kind).unwrap(), Variant::Modern));
            let paired = beside(effort, 5, bundle, || {
                let mut command = Command::new(script);
                command.arg(folder.path()).arg(kind.to_string());
                command
            });
            table.paired(openssl, &paired);
        }
        if Command::new("cfssl").arg("version").stdout(Stdio::null()).status().is_err() {
            table.without(cfssl, "`cfssl` is not installed");
        } else if table.wants(&[cfssl]) {
            let certificate = || drop(setup.certificate(&SubjectKey::generate(kind).unwrap()));
            // The system counts in hundredths of a second.
            let paired = beside(effort, if kind.is_rsa() { 5 } else { 50 }, certificate, || {
                let mut command = Command::new("cfssl");
                command.args(["gencert", "-ca", "issuer.pem", "-ca-key", "issuer.key", "request.json"]);
                command.current_dir(folder.path());
                command
            });
            table.paired(cfssl, &paired);
        }
    }
}

fn beside(
    effort: Effort,
    times: usize,
    mut ours: impl FnMut(),
    mut theirs: impl FnMut() -> Command,
) -> Paired {
    let times = times.min(effort.work / 20);
    let own = |_| timed(u32::try_from(times).unwrap(), &mut ours);
    let other = |_| of_command(times, &mut theirs).as_secs_f64() * 1e6;
    Paired::measure(effort.turns, own, other)
}
