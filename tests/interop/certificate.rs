//! Certificates that other implementations accept for what they are for, and key files that they read and write.

use openssl::x509::X509;
use tegata::entropy::SystemEntropy;
use tegata::pki::{
    ImportError, Issuer, KeyType, SubjectKey, decrypt_key, encrypt_key, import_pem, import_pkcs12,
    issue_server_certificate,
};

use crate::fixture::{der, identity, issuer, now, serial};
use crate::tool::{CERTTOOL, CERTUTIL, OPENSSL, PK12UTIL, Scratch};

fn pem(certificates: &[X509]) -> Vec<u8> {
    certificates.iter().flat_map(|certificate| certificate.to_pem().unwrap()).collect()
}

/// Writes `root.pem` and `chain.pem`, the issuer's own certificate.
fn write_chain(scratch: &Scratch, issuer: &Issuer) {
    scratch.file("root.pem", issuer.root().unwrap().to_pem().unwrap());
    scratch.file("chain.pem", issuer.certificate().to_pem().unwrap());
}

fn openssl_accepts(scratch: &Scratch, purpose: &str, certificate: &X509) -> bool {
    let leaf = scratch.file("leaf.pem", certificate.to_pem().unwrap());
    let arguments = ["verify", "-x509_strict", "-check_ss_sig", "-purpose", purpose];
    let files = ["-CAfile", "root.pem", "-untrusted", "chain.pem", &leaf];
    OPENSSL.try_run(scratch, &[&arguments[..], &files].concat()).success
}

#[test]
fn openssl_accepts_client_certificates_of_every_issuer_and_key_for_clients_alone() {
    let scratch = Scratch::new();
    for issuing in KeyType::ALL {
        let issuer = issuer(issuing);
        write_chain(&scratch, &issuer);
        for kind in KeyType::ALL {
            let certificate = identity(&issuer, kind).certificate;
            assert!(openssl_accepts(&scratch, "sslclient", &certificate), "{kind} by {issuing}");
            assert!(!openssl_accepts(&scratch, "sslserver", &certificate), "{kind} by {issuing}");
        }
    }
}

#[test]
fn gnutls_accepts_client_certificates_of_every_issuer() {
    let scratch = Scratch::new();
    for issuing in KeyType::ALL {
        let issuer = issuer(issuing);
        write_chain(&scratch, &issuer);
        let certificate = identity(&issuer, KeyType::P256).certificate;
        let file =
            scratch.file("all.pem", [certificate.to_pem().unwrap(), pem(&issuer.bundle_chain())].concat());
        let arguments = ["--verify", "--load-ca-certificate", "root.pem", "--verify-purpose"];
        let verified =
            CERTTOOL.run(&scratch, &[&arguments[..], &["1.3.6.1.5.5.7.3.2", "--infile", &file]].concat());
        assert!(verified.text().contains("The certificate is trusted"), "{issuing}:\n{}", verified.text());
    }
}

#[test]
fn openssl_accepts_server_certificates_for_their_names() {
    let scratch = Scratch::new();
    let issuer = issuer(KeyType::P256);
    write_chain(&scratch, &issuer);
    let key = SubjectKey::generate(KeyType::P256).unwrap();
    let names = ["tegata.example.jp", "192.168.0.7"];
    let certificate = issue_server_certificate(&issuer, &names, &key, serial(), now(), 825).unwrap();
    assert!(openssl_accepts(&scratch, "sslserver", &certificate));
    assert!(!openssl_accepts(&scratch, "sslclient", &certificate));
    for (option, name, good) in [
        ("-verify_hostname", "tegata.example.jp", true),
        ("-verify_hostname", "other.example.jp", false),
        ("-verify_ip", "192.168.0.7", true),
        ("-verify_ip", "192.168.0.8", false),
    ] {
        let arguments =
            ["verify", "-CAfile", "root.pem", "-untrusted", "chain.pem", option, name, "leaf.pem"];
        assert_eq!(OPENSSL.try_run(&scratch, &arguments).success, good, "{name}");
    }
}

#[test]
fn openssl_reads_the_certificates_extensions_as_they_were_meant() {
    let scratch = Scratch::new();
    let certificate = identity(&issuer(KeyType::P256), KeyType::Rsa2048).certificate;
    let leaf = scratch.file("leaf.pem", certificate.to_pem().unwrap());
    let text =
        OPENSSL.run(&scratch, &["x509", "-in", &leaf, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus"]);
    let text = text.text();
    for expected in [
        "Version: 3 (0x2)",
        "Subject: C=JP,O=手形の会,CN=手形太郎",
        "X509v3 Basic Constraints: critical\n                CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Subject Alternative Name: \n                email:taro@example.jp, URI:urn:tegata:taro\n",
        "Full Name:\n                  URI:http://pki.example.jp/ca.crl",
        "OCSP - URI:http://ocsp.example.jp/\n",
        "CA Issuers - URI:http://pki.example.jp/ca.cer\n",
    ] {
        assert!(text.contains(expected), "{expected:?} is missing in\n{text}");
    }
}

#[test]
fn openssl_opens_the_key_files_that_tegata_writes() {
    let scratch = Scratch::new();
    for kind in KeyType::ALL {
        let key = SubjectKey::generate(kind).unwrap();
        let file = encrypt_key(key.as_pkey(), "a passphrase", &SystemEntropy).unwrap();
        let file = scratch.file("key.pem", file);
        let arguments = ["pkcs8", "-in", &file, "-passin", "pass:a passphrase", "-outform", "DER"];
        let opened = OPENSSL.run(&scratch, &[&arguments[..], &["-topk8", "-nocrypt"]].concat());
        assert_eq!(opened.stdout, *key.to_pkcs8_der().unwrap(), "{kind}");
        let dump = OPENSSL.run(&scratch, &["asn1parse", "-in", &file]).text();
        assert!(dump.contains("hmacWithSHA256") && dump.contains("aes-256-cbc") && dump.contains(":0927C0"));
    }
}

#[test]
fn tegata_opens_the_key_files_that_openssl_writes() {
    let scratch = Scratch::new();
    let key = SubjectKey::generate(KeyType::Rsa2048).unwrap();
    let open = scratch.file("open.pem", key.as_pkey().private_key_to_pem_pkcs8().unwrap());
    for way in [
        &["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-iter", "100000"][..],
        &["pkcs8", "-topk8", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"],
        &["pkcs8", "-topk8", "-scrypt"],
        &["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"],
        &["rsa", "-traditional", "-aes256"],
    ] {
        let arguments = [way, &["-in", &open, "-out", "key.pem", "-passout", "pass:secret"]].concat();
        OPENSSL.run(&scratch, &arguments);
        let opened = decrypt_key(&scratch.read("key.pem"), "secret").unwrap();
        assert!(opened.public_eq(key.as_pkey()), "{way:?}");
    }
}

#[test]
fn an_authority_made_by_openssl_is_imported_and_issues() {
    let scratch = Scratch::new();
    let subject = ["req", "-x509", "-newkey", "rsa:3072", "-subj", "/O=Example/CN=Old CA", "-days", "800"];
    let extensions = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
    let files = ["-keyout", "ca.key", "-out", "root.pem", "-passout", "pass:ca secret"];
    OPENSSL.run(&scratch, &[&subject[..], &extensions, &files].concat());
    let from_pem = import_pem(&scratch.read("root.pem"), &scratch.read("ca.key"), Some("ca secret")).unwrap();

    for protection in [&[][..], &["-legacy"], &["-descert"], &["-keypbe", "AES-128-CBC", "-macalg", "SHA512"]]
    {
        let input = ["pkcs12", "-export", "-in", "root.pem", "-inkey", "ca.key", "-passin", "pass:ca secret"];
        let output = ["-out", "ca.p12", "-passout", "pass:export"];
        OPENSSL.run(&scratch, &[&input[..], &output, protection].concat());
        let from_archive = import_pkcs12(&scratch.read("ca.p12"), "export").unwrap();
        assert_eq!(der(from_archive.certificate()), der(from_pem.certificate()), "{protection:?}");
    }

    // The same by way of NSS, which exports BER.
    let database = ["-d", "sql:.", "-W", "export"];
    CERTUTIL.run(&scratch, &["-N", "-d", "sql:.", "--empty-password"]);
    PK12UTIL.run(&scratch, &[&["-i", "ca.p12", "-K", ""], &database[..]].concat());
    PK12UTIL.run(&scratch, &[&["-o", "nss.p12", "-K", "", "-n", "Old CA - Example"], &database[..]].concat());
    let exported = scratch.read("nss.p12");
    let from_archive = import_pkcs12(&exported, "export").unwrap();
    assert_eq!(der(from_archive.certificate()), der(from_pem.certificate()));
    for wrong in ["wrong", "", "export\0"] {
        assert!(matches!(import_pkcs12(&exported, wrong), Err(ImportError::WrongPassword)), "{wrong:?}");
    }

    let certificate = identity(&from_pem, KeyType::P256).certificate;
    scratch.file("chain.pem", from_pem.certificate().to_pem().unwrap());
    assert!(openssl_accepts(&scratch, "sslclient", &certificate));
}
