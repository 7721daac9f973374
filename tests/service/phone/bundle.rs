//! What a device does with the file: opens the signed profile, reads its payloads, and opens the PKCS#12 with the password
//! that the person types. By OpenSSL's command as Debian has it, so that our own library does not judge itself.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;
use plist::{Dictionary, Value};

/// How a PKCS#12 is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// AES-256 and SHA-256, for systems known to read it.
    Modern,
    /// Triple DES and SHA-1, which every system reads.
    Compatible,
}

/// An identity as a device holds it.
#[derive(Clone)]
pub struct Identity {
    pub certificate: X509,
    pub key: PKey<Private>,
    /// The certificates beside it, as they were in the file.
    pub chain: Vec<X509>,
    /// The name under which the device shows it.
    pub name: Option<String>,
    pub encryption: Encryption,
}

/// A profile as a device reads it.
pub struct Profile {
    pub contents: Dictionary,
}

/// Runs OpenSSL's command with `input` on its standard input; its output, or what it complains about.
pub fn openssl(arguments: &[&str], password: &str, input: &[u8]) -> Result<Vec<u8>, String> {
    let mut process = Command::new("/usr/bin/openssl")
        .args(arguments)
        .env("BUNDLE_PASSWORD", password)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl; `make packages` installs it");
    process.stdin.take().unwrap().write_all(input).unwrap();
    let output = process.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok([output.stdout, output.stderr].concat()) } else { Err(complaint) }
}

impl Profile {
    /// Opens a signed profile and checks the signature up to `root` (PEM).
    ///
    /// # Panics
    /// When it is not one.
    pub fn open(signed: &[u8], root: &Path) -> Self {
        let root = root.to_str().unwrap();
        let verify = ["cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile", root];
        let output =
            openssl(&verify, "", signed).unwrap_or_else(|e| panic!("the signature is not right: {e}"));
        // Behind the content stands OpenSSL's own "Verification successful".
        let end = b"</plist>";
        let length =
            output.windows(end.len()).position(|part| part == end).expect("an XML plist") + end.len();
        let value = Value::from_reader_xml(&output[..length]).unwrap();
        Self { contents: value.into_dictionary().expect("a dictionary") }
    }

    /// The text under `key`.
    pub fn text(&self, key: &str) -> &str {
        self.contents.get(key).and_then(Value::as_string).unwrap_or_else(|| panic!("no text {key}"))
    }

    /// Every payload of this type.
    pub fn payloads(&self, kind: &str) -> Vec<&Dictionary> {
        let all = self.contents["PayloadContent"].as_array().unwrap();
        let all = all.iter().map(|payload| payload.as_dictionary().unwrap());
        all.filter(|payload| payload["PayloadType"].as_string() == Some(kind)).collect()
    }

    /// The PKCS#12 inside, and the password where the profile carries it.
    pub fn identity(&self) -> (&[u8], Option<&str>) {
        let payloads = self.payloads("com.apple.security.pkcs12");
        assert_eq!(payloads.len(), 1, "one identity per profile");
        let password = payloads[0].get("Password").map(|password| password.as_string().unwrap());
        (payloads[0]["PayloadContent"].as_data().unwrap(), password)
    }
}

impl Identity {
    /// Opens a PKCS#12, as the device does with what the person types.
    ///
    /// # Errors
    /// What OpenSSL's command says.
    pub fn open(bundle: &[u8], password: &str) -> Result<Self, String> {
        let show = ["pkcs12", "-info", "-noout", "-passin", "env:BUNDLE_PASSWORD"];
        let encryption = String::from_utf8_lossy(&openssl(&show, password, bundle)?).into_owned();
        let modern = ["MAC: sha256, Iteration 10000", "AES-256-CBC, Iteration 10000, PRF hmacWithSHA256"];
        let compatible = ["MAC: sha1, Iteration 2048", "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048"];
        let encryption = if modern.iter().all(|line| encryption.contains(line)) {
            Encryption::Modern
        } else if compatible.iter().all(|line| encryption.contains(line)) && !encryption.contains("PBES2") {
            Encryption::Compatible
        } else {
            return Err(format!("neither of the two kinds of encryption: {encryption}"));
        };
        let parsed = Pkcs12::from_der(bundle).and_then(|p| p.parse2(password)).map_err(|e| e.to_string())?;
        let certificate = parsed.cert.ok_or("no certificate")?;
        let name = certificate.alias().map(|name| String::from_utf8_lossy(name).into_owned());
        let key = parsed.pkey.ok_or("no key")?;
        if !certificate.public_key().map_err(|e| e.to_string())?.public_eq(&key) {
            return Err("the key does not fit the certificate".to_owned());
        }
        let chain = parsed.ca.map(|chain| chain.into_iter().collect()).unwrap_or_default();
        Ok(Self { certificate, key, chain, name, encryption })
    }

    /// The serial number, in hexadecimal.
    pub fn serial(&self) -> String {
        self.certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string()
    }
}
