//! What the browser stories stand on: the browser trusts what its store trusts, shows the certificate that its store
//! holds, and sends what the device that it plays would send. Proven against a few lines of server, so that a failure here
//! is not searched for in Tegata.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fantoccini::Locator;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod, SslVerifyMode};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

use crate::chromium::{Chromium, Device, Settings};

const CHROME_ON_ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                                 Chrome/142.0.0.0 Mobile Safari/537.36";

pub struct Identity {
    pub certificate: X509,
    pub key: PKey<Private>,
}

/// A certificate for `name`, signed by `issuer` or, without one, by itself as a root.
pub fn certify(name: &str, serial: u32, issuer: Option<&Identity>) -> Identity {
    let group = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(serial).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(issuer.map_or(&subject, |issuer| issuer.certificate.subject_name())).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    if issuer.is_some() {
        let context = builder.x509v3_context(None, None);
        let names = SubjectAlternativeName::new().dns("localhost").build(&context).unwrap();
        builder.append_extension(names).unwrap();
        builder
            .append_extension(ExtendedKeyUsage::new().server_auth().client_auth().build().unwrap())
            .unwrap();
    } else {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
    Identity { certificate: builder.build(), key }
}

/// Serves, on a free port until the test process ends, a page that says which certificate was shown and which headers
/// came, and beside it a `file` to download.
fn serve(root: &Identity, server: &Identity, file: &[u8]) -> u16 {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_certificate(&server.certificate).unwrap();
    acceptor.set_private_key(&server.key).unwrap();
    acceptor.cert_store_mut().add_cert(root.certificate.clone()).unwrap();
    acceptor.set_session_id_context(b"ground").unwrap();
    acceptor.set_verify(SslVerifyMode::PEER);
    let acceptor = Arc::new(acceptor.build());
    let file = Arc::new(file.to_vec());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let acceptor = Arc::clone(&acceptor);
            let file = Arc::clone(&file);
            std::thread::spawn(move || {
                let Ok(mut stream) = acceptor.accept(stream.unwrap()) else { return };
                let mut request = Vec::new();
                let mut buffer = [0; 4_096];
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let Ok(read @ 1..) = stream.read(&mut buffer) else { return };
                    request.extend_from_slice(&buffer[..read]);
                }
                let subject = stream.ssl().peer_certificate();
                let name = subject.map_or("none".to_owned(), |c| format!("{:?}", c.subject_name()));
                let headers = String::from_utf8_lossy(&request).replace('<', "");
                let page = format!(
                    "<!doctype html><title>t</title><p id=certificate>{name}</p><pre id=request>{headers}</pre>\
                     <p id=script>off</p><script>document.getElementById('script').textContent='on'</script>\
                     <a id=file href=/identity.p12>file</a>"
                );
                let (kind, body) = if headers.starts_with("GET /identity.p12") {
                    (
                        "application/x-pkcs12\r\nContent-Disposition: attachment; filename=identity.p12",
                        file.as_slice(),
                    )
                } else {
                    ("text/html", page.as_bytes())
                };
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
                let _ = write!(stream, "{head}Connection: close\r\n\r\n");
                let _ = stream.write_all(body);
                let _ = stream.shutdown();
            });
        }
    });
    port
}

async fn text(browser: &Chromium, id: &str) -> String {
    browser.client.find(Locator::Id(id)).await.unwrap().text().await.unwrap()
}

fn bundle(identity: &Identity, password: &str) -> Vec<u8> {
    let mut bundle = Pkcs12::builder();
    bundle.name("taro").pkey(&identity.key).cert(&identity.certificate);
    bundle.build2(password).unwrap().to_der().unwrap()
}

pub fn write_root(root: &Identity, folder: &Path) -> PathBuf {
    let file = folder.join("root.pem");
    std::fs::write(&file, root.certificate.to_pem().unwrap()).unwrap();
    file
}

#[tokio::test]
async fn chromium_trusts_downloads_and_shows_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let root = certify("ground root", 1, None);
    let taro = bundle(&certify("taro", 3, Some(&root)), "correct horse");
    let port = serve(&root, &certify("localhost", 2, Some(&root)), &taro);
    let origin = format!("https://localhost:{port}");
    let settings = Settings { shows_certificate_to: &[&origin], ..Settings::default() };

    let stranger = Chromium::start(&settings).await;
    stranger.client.goto(&origin).await.unwrap();
    let warning = stranger.client.source().await.unwrap();
    assert!(warning.contains("ERR_CERT_AUTHORITY_INVALID"), "{warning}");
    stranger.close().await;

    let browser = Chromium::start(&settings).await;
    browser.certificates.trust(&write_root(&root, folder.path()));
    browser.client.goto(&origin).await.unwrap();
    assert_eq!(text(&browser, "certificate").await, "none");
    browser.client.find(Locator::Id("file")).await.unwrap().click().await.unwrap();
    let (name, file) = browser.downloaded(".p12").await;
    assert_eq!((name.as_str(), &file), ("identity.p12", &taro));
    browser.close().await;

    let browser = Chromium::start(&settings).await;
    browser.certificates.trust(&write_root(&root, folder.path()));
    browser.certificates.import(&file, "correct horse");
    assert!(browser.certificates.list().contains("u,u,u"), "{}", browser.certificates.list());
    browser.client.goto(&origin).await.unwrap();
    assert!(text(&browser, "certificate").await.contains("taro"));
    browser.screenshot("ground").await;
    browser.close().await;
}

#[tokio::test]
async fn chromium_passes_for_a_phone_with_and_without_script() {
    let folder = tempfile::tempdir().unwrap();
    let root = certify("ground root", 1, None);
    let port = serve(&root, &certify("localhost", 2, Some(&root)), b"");
    for without_script in [false, true] {
        let device = Device {
            user_agent: CHROME_ON_ANDROID,
            screen: (412, 915, 2.0),
            hints: Some(("Android", "15.0.0", "Pixel 9")),
        };
        let settings = Settings { device: Some(device), without_script, ..Settings::default() };
        let browser = Chromium::start(&settings).await;
        browser.certificates.trust(&write_root(&root, folder.path()));
        browser.client.goto(&format!("https://localhost:{port}/")).await.unwrap();
        let request = text(&browser, "request").await;
        assert!(request.contains(CHROME_ON_ANDROID), "{request}");
        // Chromium sends client hints only where scripts may run.
        assert_eq!(
            request.to_lowercase().contains("sec-ch-ua-platform: \"android\""),
            !without_script,
            "{request}"
        );
        assert!(request.contains("Accept-Language: ja,en"), "{request}");
        assert_eq!(text(&browser, "script").await, if without_script { "off" } else { "on" });
        browser.close().await;
    }
}
