//! Every bundle opens everywhere, and yields the key, the leaf and the chain that went in, byte for byte.

use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use p12_keystore::Pkcs12Archive;
use tegata::pki::Variant;

use crate::fixture::{BUNDLES, Bundle, NAMES, PASSWORD, der};
use crate::tool::{CERTTOOL, CERTUTIL, OPENSSL, PK12UTIL, PYTHON, Scratch};

/// As OpenSSL would write it, whoever wrote it.
fn normalised(key: &PKey<Private>) -> Vec<u8> {
    key.private_key_to_pkcs8().unwrap()
}

fn certificates_in(pem: &[u8]) -> Vec<Vec<u8>> {
    let certificates = X509::stack_from_pem(pem).unwrap();
    certificates.iter().map(|certificate| certificate.to_der().unwrap()).collect()
}

#[test]
fn all_variants_keys_and_names_are_there() {
    assert_eq!(BUNDLES.len(), 2 * 4 * NAMES.len());
}

#[test]
fn openssl_opens_every_bundle() {
    let scratch = Scratch::new();
    for bundle in BUNDLES.iter() {
        let file = scratch.file("bundle.p12", &*bundle.file);
        let password = scratch.file("password", PASSWORD);
        let arguments = ["pkcs12", "-in", &file, "-passin", &format!("file:{password}"), "-nodes", "-info"];
        let opened = OPENSSL.run(&scratch, &arguments);
        let Bundle { label, .. } = bundle;
        assert_eq!(certificates_in(&opened.stdout), bundle.certificates(), "{label}");
        assert_eq!(normalised(&PKey::private_key_from_pem(&opened.stdout).unwrap()), bundle.key(), "{label}");
        let protection = match bundle.variant {
            Variant::Modern => "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256",
            Variant::Compatible => "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048",
        };
        assert!(opened.stderr.contains(&format!("PKCS7 Encrypted data: {protection}\n")), "{label}");
        assert!(opened.stderr.contains(&format!("Shrouded Keybag: {protection}\n")), "{label}");
        let mac = match bundle.variant {
            Variant::Modern => "MAC: sha256, Iteration 10000\n",
            Variant::Compatible => "MAC: sha1, Iteration 2048\n",
        };
        assert!(opened.stderr.contains(mac), "{label}");
        let text = opened.text();
        assert_eq!(text.matches("friendlyName: ").count(), 2, "{label}: key and leaf, no CA");
        assert_eq!(text.matches("localKeyID: ").count(), 2, "{label}: key and leaf, no CA");
        // OpenSSL 3.0 shows only half of each UTF-16 unit of a name.
        if bundle.name.as_str().is_ascii() {
            assert_eq!(text.matches(&format!("friendlyName: {}\n", bundle.name)).count(), 2, "{label}");
        }
    }
}

#[test]
fn nss_imports_every_bundle_under_its_clean_name() {
    for bundle in BUNDLES.iter() {
        let scratch = Scratch::new();
        let label = &bundle.label;
        let file = scratch.file("bundle.p12", &*bundle.file);
        let password = scratch.file("password", PASSWORD);
        let empty = scratch.file("empty", "\n");
        std::fs::create_dir(scratch.join("db")).unwrap();
        CERTUTIL.run(&scratch, &["-N", "-d", "sql:db", "--empty-password"]);

        let listed = PK12UTIL.run(&scratch, &["-l", &file, "-d", "sql:db", "-w", &password]).text();
        assert!(listed.contains(&format!("Friendly Name: {}\n", bundle.name)), "{label}:\n{listed}");

        PK12UTIL.run(&scratch, &["-i", &file, "-d", "sql:db", "-w", &password, "-k", &empty]);
        let listed = CERTUTIL.run(&scratch, &["-L", "-d", "sql:db"]).text();
        let with_key = listed.lines().filter_map(|line| line.strip_suffix("u,u,u")).map(str::trim);
        assert_eq!(with_key.collect::<Vec<_>>(), [bundle.name.as_str()], "{label}:\n{listed}");

        let arguments = ["-o", "out.p12", "-d", "sql:db", "-n", bundle.name.as_str(), "-w", &password];
        PK12UTIL.run(&scratch, &[&arguments[..], &["-k", &empty]].concat());
        // NSS writes BER, which p12-keystore does not read.
        let exported = Pkcs12::from_der(&scratch.read("out.p12")).unwrap().parse2(PASSWORD).unwrap();
        assert_eq!(normalised(&exported.pkey.unwrap()), bundle.key(), "{label}");
        let above = exported.ca.into_iter().flatten();
        let mut certificates: Vec<_> = exported.cert.into_iter().chain(above).map(|c| der(&c)).collect();
        let mut expected = bundle.certificates();
        certificates.sort();
        expected.sort();
        assert_eq!(certificates, expected, "{label}");
    }
}

#[test]
fn gnutls_opens_every_bundle() {
    let scratch = Scratch::new();
    for bundle in BUNDLES.iter() {
        let label = &bundle.label;
        let file = scratch.file("bundle.p12", &*bundle.file);
        let arguments = ["--p12-info", "--inder", "--infile", &file, "--password", PASSWORD];
        let opened = CERTTOOL.run(&scratch, &arguments);
        assert_eq!(certificates_in(&opened.stdout), bundle.certificates(), "{label}");
        let text = opened.text();
        assert_eq!(text.matches(&format!("Friendly name: {}\n", bundle.name)).count(), 2, "{label}");
        assert_eq!(text.matches("Friendly name: ").count(), 2, "{label}: key and leaf, no CA");
        assert_eq!(text.matches("Key ID: ").count(), 2, "{label}: key and leaf, no CA");

        let start = text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----").unwrap();
        let key = scratch.file("key.pem", &text[start..]);
        let arguments =
            ["--key-info", "--infile", &key, "--password", PASSWORD, "--outder", "--outfile", "key.der"];
        CERTTOOL.run(&scratch, &arguments);
        // GnuTLS writes what stands inside PKCS#8, at whose end it is.
        let inner = scratch.read("key.der");
        assert!(inner.len() > 100 && bundle.key().ends_with(&inner), "{label}");
    }
}

#[test]
fn python_opens_every_bundle() {
    let scratch = Scratch::new();
    let script = scratch.file("open.py", include_str!("open.py"));
    let password = scratch.file("password", PASSWORD);
    for bundle in BUNDLES.iter() {
        let file = scratch.file("bundle.p12", &*bundle.file);
        let missing = "apt-get install python3-cryptography (or the file does not open)";
        let opened = PYTHON.try_run(&scratch, &[&script, &file, &password]);
        assert!(opened.success, "{}: {missing}:\n{}", bundle.label, opened.stderr);
        let opened: serde_json::Value = serde_json::from_slice(&opened.stdout).unwrap();
        let certificates = bundle.certificates();
        let expected = serde_json::json!({
            "key": hex::encode(bundle.key()),
            "name": bundle.name,
            "certificate": hex::encode(&certificates[0]),
            "chain": certificates[1..].iter().map(hex::encode).collect::<Vec<_>>(),
            "chain_names": [null, null],
        });
        assert_eq!(opened, expected, "{}", bundle.label);
    }
}

#[test]
fn p12_keystore_opens_every_bundle() {
    for bundle in BUNDLES.iter() {
        let archive = Pkcs12Archive::from_pkcs12(&bundle.file, PASSWORD).unwrap();
        let certificates: Vec<_> = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
        assert_eq!(certificates, bundle.certificates(), "{}", bundle.label);
        let [key] = &archive.keys[..] else { panic!("{}: one key", bundle.label) };
        assert_eq!(key.key.as_der(), bundle.key(), "{}", bundle.label);
        assert_eq!(key.friendly_name.as_deref(), Some(bundle.name.as_str()), "{}", bundle.label);
        assert_eq!(archive.certs[0].friendly_name, key.friendly_name, "{}", bundle.label);
        let key_id = key.local_key_id.as_ref().map(|id| id.0.clone());
        assert_eq!(archive.certs[0].local_key_id, key_id, "{}", bundle.label);
        let bare =
            |bag: &p12_keystore::CertificateBag| bag.friendly_name.is_none() && bag.local_key_id.is_none();
        assert!(archive.certs[1..].iter().all(bare), "{}", bundle.label);
    }
}

#[test]
fn a_wrong_password_opens_nothing() {
    let scratch = Scratch::new();
    for bundle in &BUNDLES[..2] {
        let file = scratch.file("bundle.p12", &*bundle.file);
        let refused = OPENSSL.try_run(&scratch, &["pkcs12", "-in", &file, "-passin", "pass:wrong", "-nodes"]);
        assert!(!refused.success && refused.stderr.contains("invalid password"), "{}", refused.stderr);
    }
}
