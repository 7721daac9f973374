//! `tegata issuer`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tegata::app::{Authorities, Means, OwnCertificate, issuer_certificates, issuer_key};
use tegata::entropy::SystemEntropy;
use tegata::pki::KeyType;

use crate::ground::{Ground, mode};

/// The passphrase of every key here.
const PASSPHRASE: &str = "correct horse";

/// A CA as another product could have made it.
pub struct Ca {
    made: Authorities,
    signer: OwnCertificate,
}

impl Ca {
    /// Made at this moment: ten years of an issuing CA, 825 days of a signer.
    pub fn made_at(moment: &str) -> Self {
        let means = Means { now: moment.parse().unwrap(), entropy: &SystemEntropy };
        let made = Authorities::create("Example Care", KeyType::P256, means).unwrap();
        let signer = OwnCertificate::signer(&made.issuer, "Example Care", means).unwrap();
        Self { made, signer }
    }

    fn now() -> Self {
        Self::made_at("2026-01-01T00:00:00Z")
    }

    /// Puts the issuing CA where an installation has it.
    pub fn put_into(&self, directory: &Path) {
        private(&directory.join("issuer.pem"), issuer_certificates(&self.made.issuer).unwrap());
        let key = issuer_key(&self.made.issuer, PASSPHRASE, &SystemEntropy).unwrap();
        private(&directory.join("issuer.key"), key);
        private(&directory.join("passphrase"), PASSPHRASE);
    }

    /// Puts the signer where an installation has it.
    pub fn put_signer_into(&self, directory: &Path) {
        private(&directory.join("signer.pem"), self.signer.certificates().unwrap());
        private(&directory.join("signer.key"), self.signer.open_key().unwrap());
    }

    /// Writes `ca.pem` (chain), `ca.key` and `ca.pass`.
    fn write(&self, ground: &Ground) {
        ground.write("ca.pem", issuer_certificates(&self.made.issuer).unwrap());
        ground.private("ca.key", issuer_key(&self.made.issuer, PASSPHRASE, &SystemEntropy).unwrap());
        ground.private("ca.pass", format!("{PASSPHRASE}\n"));
    }
}

fn private(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// An installation without an issuer.
fn vacant() -> Ground {
    let ground = Ground::bare();
    assert_eq!(ground.run(&["init", "site", "--import-later"]).code, Some(0));
    ground
}

fn import_arguments() -> Vec<&'static str> {
    vec!["issuer", "import", "--certificates", "ca.pem", "--key", "ca.key", "--passphrase-file", "ca.pass"]
}

#[test]
fn a_ca_is_imported_from_pem_and_serves() {
    let ground = vacant();
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(3));
    Ca::now().write(&ground);
    let ran = ground.on_site(&import_arguments());
    insta::assert_snapshot!(ran.whole());
    assert_eq!(mode(&ground.site().join("issuer/issuer.key")), 0o600);
    assert!(
        fs::read_to_string(ground.site().join("issuer/issuer.key"))
            .unwrap()
            .contains("BEGIN ENCRYPTED PRIVATE KEY")
    );
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(0));
    // The passphrase is the installation's own now, not the one of the file.
    assert_ne!(fs::read_to_string(ground.site().join("issuer/passphrase")).unwrap().trim(), PASSPHRASE);
}

#[test]
fn a_ca_is_imported_from_pkcs12_with_the_passphrase_in_the_environment() {
    let ground = vacant();
    Ca::now().write(&ground);
    let arguments = ["pkcs12", "-export", "-in", "ca.pem", "-inkey", "ca.key", "-out", "ca.p12"];
    let pass = format!("pass:{PASSPHRASE}");
    let mut openssl = Command::new("openssl");
    openssl.current_dir(ground.path()).args(arguments).args(["-passin", &pass, "-passout", &pass]);
    assert!(openssl.status().unwrap().success());
    let import = |passphrase: &str| {
        let mut command =
            ground.command(&["--config", "site", "issuer", "import", "--pkcs12", "ca.p12", "--json"]);
        crate::ground::Ran::of(&command.env("TEGATA_IMPORT_PASSPHRASE", passphrase).output().unwrap())
    };
    let (error, code) = import("wrong").error();
    assert_eq!((code, &error["message"]), (1, &"ca.p12: the password does not open the PKCS#12 file".into()));
    assert_eq!(import(PASSPHRASE).json()["issuer"], "O=Example Care, CN=Example Care Issuing CA");
    assert_eq!(ground.on_site(&["issuer", "show", "--json"]).json()["key_fits"], true);
}

#[test]
fn what_cannot_be_imported_is_said_and_leaves_nothing() {
    let ground = vacant();
    Ca::now().write(&ground);
    let other = Ca::now();
    ground.private("other.key", issuer_key(&other.made.issuer, PASSPHRASE, &SystemEntropy).unwrap());
    ground.private("wrong.pass", "wrong");
    ground.write("open.pass", PASSPHRASE);
    ground.write("nothing.pem", "nothing");
    let mut said = Vec::new();
    for (option, file) in [
        ("--passphrase-file", "wrong.pass"),
        ("--passphrase-file", "open.pass"),
        ("--passphrase-file", "missing.pass"),
        ("--key", "other.key"),
        ("--key", "nothing.pem"),
        ("--certificates", "nothing.pem"),
        ("--certificates", "missing.pem"),
    ] {
        let mut arguments = import_arguments();
        let place = arguments.iter().position(|argument| *argument == option).unwrap();
        arguments[place + 1] = file;
        let ran = ground.on_site(&arguments);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        said.push(format!("{option} {file}\n{}", ran.err));
    }
    let nobody: Vec<_> = import_arguments().into_iter().take(6).collect();
    said.push(format!("nobody to ask\n{}", ground.on_site(&nobody).err));
    insta::assert_snapshot!(said.join("\n"));
    assert!(
        !ground.site().join("issuer/issuer.pem").exists()
            && !ground.site().join("issuer/issuer.key").exists()
    );
}

#[test]
fn an_issuer_is_never_written_over() {
    let ground = Ground::new();
    let before = fs::read(ground.site().join("issuer/issuer.key")).unwrap();
    Ca::now().write(&ground);
    for arguments in [import_arguments(), vec!["issuer", "create", "--organization", "X", "--key", "p-256"]] {
        let ran = ground.on_site(&arguments);
        assert_eq!(ran.code, Some(1));
        assert!(ran.err.starts_with("error: site/issuer/issuer.pem exists already\nhint: "), "{}", ran.err);
    }
    assert_eq!(fs::read(ground.site().join("issuer/issuer.key")).unwrap(), before);
}

#[test]
fn a_new_issuer_is_made_under_a_new_root_and_under_the_same_root_again() {
    let ground = vacant();
    let create = ["issuer", "create", "--organization", "Example Care", "--key", "p-256", "--json"];
    let made = ground.on_site(&create).json();
    assert_eq!(made["root_directory"], "site/root");
    let passphrase = made["root_passphrase"].as_str().unwrap().to_owned();
    assert_eq!(mode(&ground.site().join("root/root.key")), 0o600);
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(0));

    for name in ["issuer.pem", "issuer.key"] {
        fs::rename(ground.site().join("issuer").join(name), ground.path().join(name)).unwrap();
    }
    let mut command = ground.command(&["--config", "site"]);
    command.args(create).args([
        "--root-certificate",
        "site/root/root.pem",
        "--root-key",
        "site/root/root.key",
    ]);
    let again =
        crate::ground::Ran::of(&command.env("TEGATA_ROOT_PASSPHRASE", passphrase).output().unwrap()).json();
    assert_eq!(again.get("root_passphrase"), None);
    let verified = Command::new("openssl")
        .current_dir(ground.path())
        .args(["verify", "-CAfile", "site/root/root.pem", "site/issuer/issuer.pem"])
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(0));
}

#[test]
fn the_issuer_is_shown_with_its_fingerprint_and_whether_its_key_fits() {
    let ground = Ground::new();
    let shown = ground.on_site(&["issuer", "show", "--json"]).json();
    let openssl = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(ground.site().join("issuer/issuer.pem"))
        .output()
        .unwrap();
    let fingerprint = String::from_utf8(openssl.stdout).unwrap();
    assert!(fingerprint.trim().ends_with(shown["fingerprint"].as_str().unwrap()), "{fingerprint} {shown}");
    assert_eq!((&shown["key"], &shown["key_fits"]), (&"p-256".into(), &true.into()));
    fs::write(ground.site().join("issuer/passphrase"), "wrong\n").unwrap();
    let ran = ground.on_site(&["issuer", "show"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("state          see the warning\n"), "{}", ran.out);
    assert!(ran.err.contains("the passphrase does not open the key"), "{}", ran.err);
}
