//! A network whose proxy opens connections to look inside, or breaks what asks for a certificate: the check page names it, and
//! the page about networks finds it out by itself (row 35 of the failure catalogue).

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;

use fantoccini::Locator;
use openssl::ssl::{SslAcceptor, SslConnector, SslMethod, SslStream, SslVerifyMode};

use crate::chromium::{Chromium, Settings};
use crate::devices::WINDOWS;
use crate::ground::{Identity, certify, write_root};
use crate::journey::{claim, fetch, unpack};
use crate::phone::{Phone, browser};
use crate::site::Site;

/// What the proxy does with a connection by TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Passes it on as it is.
    Passes,
    /// Ends it, and makes one of its own to the site, without the certificate that it has no key for.
    Opens,
    /// Ends it, and gives up: its own one to the site was asked for a certificate.
    Breaks,
}

/// A running proxy, and the root that every PC of the office trusts.
struct Office {
    port: u16,
    root: Identity,
}

/// Reads the head of a request.
fn head(stream: &mut impl std::io::Read) -> Option<String> {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        read.push(byte[0]);
    }
    String::from_utf8(read).ok()
}

/// Copies both ways until both ends are done.
fn tunnel(client: &TcpStream, site: &TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        })
    };
    let there = copy(client.try_clone().unwrap(), site.try_clone().unwrap());
    let back = copy(site.try_clone().unwrap(), client.try_clone().unwrap());
    let _ = (there.join(), back.join());
}

/// One request and its answer, by a connection of the proxy's own.
fn inspect(mut client: SslStream<TcpStream>, site: TcpStream) -> Option<()> {
    let mut connector = SslConnector::builder(SslMethod::tls_client()).ok()?;
    connector.set_verify(SslVerifyMode::NONE);
    let mut site = connector.build().connect("localhost", site).ok()?;
    let request = head(&mut client)?.replace("keep-alive", "close");
    site.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    site.read_to_end(&mut answer).ok()?;
    client.write_all(&answer).ok()?;
    client.shutdown().ok()?;
    Some(())
}

impl Office {
    fn open(manner: Manner) -> Self {
        let root = certify("office root", 1, None);
        let leaf = certify("localhost", 2, Some(&root));
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_certificate(&leaf.certificate).unwrap();
        acceptor.set_private_key(&leaf.key).unwrap();
        let acceptor = Arc::new(acceptor.build());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (mut client, acceptor) = (client.unwrap(), Arc::clone(&acceptor));
                std::thread::spawn(move || {
                    let request = head(&mut client)?;
                    let target = request.strip_prefix("CONNECT localhost:")?.split(' ').next()?.to_owned();
                    let site = TcpStream::connect(format!("127.0.0.1:{target}")).ok()?;
                    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
                    match manner {
                        Manner::Passes => tunnel(&client, &site),
                        Manner::Opens => inspect(acceptor.accept(client).ok()?, site)?,
                        Manner::Breaks => {
                            let mut client = acceptor.accept(client).ok()?;
                            head(&mut client)?;
                            client.shutdown().ok()?;
                        }
                    }
                    Some(())
                });
            }
        });
        Self { port, root }
    }
}

/// A PC in such an office, with a certificate that it shows without asking.
async fn pc(site: &Site, office: &Office) -> Chromium {
    let (origin, beside) = (
        format!("https://localhost:{}", site.check.port()),
        format!("localhost:{}", site.landing.port().unwrap()),
    );
    let settings = Settings {
        device: Some(WINDOWS),
        shows_certificate_to: &[&origin],
        proxy: Some((office.port, &beside)),
        ..Settings::default()
    };
    let pc = Chromium::start(&settings).await;
    pc.certificates.trust(&site.root());
    let folder = tempfile::tempdir().unwrap();
    pc.certificates.trust(&write_root(&office.root, folder.path()));
    let phone = Phone::new(browser::WINDOWS);
    let invitation = site.invite("quick").await;
    let file = fetch(&phone, &claim(&phone, &invitation).await).await;
    unpack(site, &file, &invitation.secret.grouped());
    pc.certificates.import(&file.bytes, &invitation.secret.grouped());
    pc
}

/// What the page about networks finds out, opened by the button for it.
async fn seen(pc: &Chromium, site: &Site) -> String {
    pc.client.goto(site.landing.join("help/T-402#probe").unwrap().as_str()).await.unwrap();
    found(pc).await
}

/// What it has found.
async fn found(pc: &Chromium) -> String {
    let css = "#probe[data-seen]:not([data-seen=asking])";
    let probe = pc.client.wait().for_element(Locator::Css(css)).await.unwrap();
    assert!(probe.is_displayed().await.unwrap());
    assert!(!probe.text().await.unwrap().is_empty());
    probe.attr("data-seen").await.unwrap().unwrap()
}

/// The code of the check page; nothing when all is well.
async fn code(pc: &Chromium, site: &Site) -> Option<String> {
    pc.client.goto(&format!("https://localhost:{}/check", site.check.port())).await.unwrap();
    let body = pc.client.find(Locator::Css("[data-page=check]")).await.unwrap();
    body.attr("data-code").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_opens_connections_is_named_by_the_check_page_and_by_the_page_about_networks() {
    let site = Site::start().await;
    let pc = pc(&site, &Office::open(Manner::Opens)).await;
    assert_eq!(code(&pc, &site).await.as_deref(), Some("T-308"));
    assert_eq!(seen(&pc, &site).await, "between");
    pc.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_breaks_the_handshake_is_found_out_by_the_page_about_networks() {
    let site = Site::start().await;
    let pc = pc(&site, &Office::open(Manner::Breaks)).await;
    let check = format!("https://localhost:{}/check", site.check.port());
    pc.client.goto(&check).await.unwrap();
    let broken = pc.client.source().await.unwrap();
    assert!(broken.contains("ERR_EMPTY_RESPONSE"), "{broken}");
    assert_eq!(seen(&pc, &site).await, "blocked");
    pc.close().await;
}

/// Nothing is seen where there is nothing, and the page says whether the certificate arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_passes_everything_on_is_none() {
    let site = Site::start().await;
    let pc = pc(&site, &Office::open(Manner::Passes)).await;
    assert_eq!(seen(&pc, &site).await, "arrived");
    assert_eq!(code(&pc, &site).await, None);
    pc.close().await;
}

/// Who only reads the page is asked for nothing: a browser may ask which certificate to show.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_about_networks_looks_only_when_it_is_told_to() {
    let site = Site::start().await;
    let pc = Chromium::start(&Settings { device: Some(WINDOWS), ..Settings::default() }).await;
    pc.certificates.trust(&site.root());
    pc.client.goto(site.landing.join("help/T-402").unwrap().as_str()).await.unwrap();
    let look = pc.client.wait().for_element(Locator::Css("#look:not([hidden])")).await.unwrap();
    assert!(!pc.client.find(Locator::Css("#probe")).await.unwrap().is_displayed().await.unwrap());
    look.send_keys(crate::walk::ENTER).await.unwrap();
    assert_eq!(found(&pc).await, "clear");
    pc.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_about_networks_tells_the_way_without_script() {
    let site = Site::start().await;
    let settings = Settings { device: Some(WINDOWS), without_script: true, ..Settings::default() };
    let pc = Chromium::start(&settings).await;
    pc.certificates.trust(&site.root());
    pc.client.goto(site.landing.join("help/T-402").unwrap().as_str()).await.unwrap();
    assert!(!pc.client.find(Locator::Css("#probe")).await.unwrap().is_displayed().await.unwrap());
    pc.client.find(Locator::Css("a#check")).await.unwrap().send_keys(crate::walk::ENTER).await.unwrap();
    let check = pc.client.wait().for_element(Locator::Css("[data-page=check]")).await.unwrap();
    assert_eq!(check.attr("data-code").await.unwrap().as_deref(), Some("T-301"));
    pc.close().await;
}
