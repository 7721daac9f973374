//! TLS: certificates that are renewed under way, and clients that show one, or not, or a wrong one.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};
use openssl::x509::{X509Builder, X509NameBuilder};
use tegata::enrollment::ReissueReason;
use tegata::http::{AskForCertificate, Refreshed, TlsError, TlsFiles, TlsSource};

use crate::world::{Wanted, World, open_bundle};

/// A certificate that signs itself, with its key, both as PEM.
fn self_signed(name: &str) -> (Vec<u8>, Vec<u8>) {
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build().to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap())
}

fn files(world: &World) -> TlsFiles {
    TlsFiles {
        certificate: world.directory.path().join("server.pem"),
        key: world.directory.path().join("server.key"),
    }
}

fn write(files: &TlsFiles, name: &str) {
    let (certificate, key) = self_signed(name);
    fs::write(&files.certificate, certificate).unwrap();
    fs::write(&files.key, key).unwrap();
}

fn asking(world: &World) -> Arc<TlsSource> {
    let files = files(world);
    write(&files, "first");
    TlsSource::open(files, AskForCertificate::Yes { issuers: vec![world.issuer.clone()] }).unwrap()
}

fn plain(world: &World) -> Arc<TlsSource> {
    let files = files(world);
    write(&files, "first");
    TlsSource::open(files, AskForCertificate::No).unwrap()
}

async fn check_world() -> World {
    World::with(Wanted { check_tls: Some(asking), ..Wanted::default() }).await
}

/// The name in the certificate that the server shows.
fn greet(to: SocketAddr) -> String {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
    builder.set_verify(SslVerifyMode::NONE);
    let stream = builder.build().connect("localhost", TcpStream::connect(to).unwrap()).unwrap();
    let shown = stream.ssl().peer_certificate().unwrap();
    let entry = shown.subject_name().entries_by_nid(openssl::nid::Nid::COMMONNAME).next().unwrap();
    String::from_utf8(entry.data().as_slice().to_vec()).unwrap()
}

/// A client with or without an identity, by another implementation than the tests around it: Debian's OpenSSL.
struct Client<'a> {
    world: &'a World,
    identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl Client<'_> {
    /// Asks for the check page; `arguments` go to `openssl s_client`. Gives what the client said of the connection, and the
    /// page.
    fn check(&self, arguments: &[&str]) -> (String, String) {
        let folder = self.world.directory.path();
        let mut command = Command::new("openssl");
        command.args(["s_client", "-ign_eof", "-connect", &self.world.check.to_string()]).args(arguments);
        if let Some((certificate, key)) = &self.identity {
            fs::write(folder.join("client.pem"), certificate).unwrap();
            fs::write(folder.join("client.key"), key).unwrap();
            command.arg("-cert").arg(folder.join("client.pem")).arg("-key").arg(folder.join("client.key"));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let request = "GET /check?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        child.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
        let output = String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned();
        let (said, page) = output.split_once("HTTP/1.1 ").unwrap_or((&output, ""));
        (said.to_owned(), page.to_owned())
    }

    fn outcome(&self) -> String {
        outcome(&self.check(&[]).1)
    }
}

fn outcome(page: &str) -> String {
    let rest = page.split_once("data-outcome=\"").unwrap_or_else(|| panic!("no outcome in {page:?}")).1;
    rest.split('"').next().unwrap().to_owned()
}

/// A certificate and key as the device of a new enrollment holds them.
async fn identity(world: &World) -> (Vec<u8>, Vec<u8>) {
    let claimed = world.claim(&world.invite().await).await;
    let bytes = reqwest::get(&claimed.file).await.unwrap().bytes().await.unwrap();
    open_bundle(&bytes, &claimed.password)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_site_says_what_the_shown_certificate_is_worth() {
    let world = check_world().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&invitation).await;
    let bytes = reqwest::get(&claimed.file).await.unwrap().bytes().await.unwrap();
    let identity = open_bundle(&bytes, &claimed.password);
    let ours = Client { world: &world, identity: Some(identity) };
    assert_eq!(Client { world: &world, identity: None }.outcome(), "none-shown");
    let other = Client { world: &world, identity: Some(self_signed("another")) };
    assert_eq!(other.outcome(), "other-issuer");
    assert_eq!(ours.outcome(), "ok");
    assert_eq!(world.standing(&invitation).await, "installed");
    let ticket = world.browser().get(&claimed.ticket).await;
    assert_eq!((ticket.status, ticket.kind().as_str()), (200, "installed"));
    let lost = ReissueReason::Lost;
    world.authority.reissue(&world.caller, &invitation.enrollment, lost).await.unwrap();
    assert_eq!(ours.outcome(), "revoked");
    world.clock.advance(jiff::SignedDuration::from_hours(24 * 3_000));
    assert_eq!(ours.outcome(), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_session_still_shows_its_certificate() {
    let world = check_world().await;
    let client = Client { world: &world, identity: Some(identity(&world).await) };
    let kept = world.directory.path().join("session.pem");
    let kept = kept.to_str().unwrap();
    for version in ["-tls1_2", "-tls1_3"] {
        let (said, page) = client.check(&[version, "-sess_out", kept]);
        assert!(said.contains("New, TLSv1"), "{version}: {said}");
        assert_eq!(outcome(&page), "ok");
        // The second connection shows no certificate of its own.
        let without = Client { world: &world, identity: None };
        let (said, page) = without.check(&[version, "-sess_in", kept]);
        assert!(said.contains("Reused, TLSv1"), "{version}: {said}");
        assert_eq!(outcome(&page), "ok", "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_go_on_when_the_certificate_is_renewed() {
    let world = check_world().await;
    let client = Client { world: &world, identity: Some(identity(&world).await) };
    let kept = world.directory.path().join("session.pem");
    let kept = kept.to_str().unwrap();
    for version in ["-tls1_2", "-tls1_3"] {
        client.check(&[version, "-sess_out", kept]);
        write(&files(&world), "second");
        assert!(followed(&world, "second").await);
        let (said, page) = Client { world: &world, identity: None }.check(&[version, "-sess_in", kept]);
        assert!(said.contains("Reused, TLSv1"), "{version}: {said}");
        assert_eq!(outcome(&page), "ok", "{version}");
        write(&files(&world), "first");
        assert!(followed(&world, "first").await);
    }
}

/// Waits until the check site shows the certificate of this name, without being told.
async fn followed(world: &World, name: &str) -> bool {
    let mut interval = tokio::time::interval(std::time::Duration::from_millis(50));
    for _ in 0..200 {
        interval.tick().await;
        let check = world.check;
        let shown = tokio::task::spawn_blocking(move || greet(check)).await.unwrap();
        if shown == name {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issuing_ca_is_asked_for_by_name() {
    let world = check_world().await;
    for version in ["-tls1_2", "-tls1_3"] {
        let (said, _) = Client { world: &world, identity: None }.check(&[version]);
        let asked = said.split_once("Acceptable client certificate CA names\n").unwrap().1;
        assert_eq!(asked.lines().next(), Some("CN = Issuer"), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_older_than_tls_1_2_is_spoken() {
    let world = check_world().await;
    let client = Client { world: &world, identity: None };
    for version in ["-tls1", "-tls1_1"] {
        let (_, page) = client.check(&[version, "-cipher", "ALL:@SECLEVEL=0"]);
        assert_eq!(page, "", "{version}");
    }
    let (said, page) = client.check(&["-alpn", "h2,http/1.1"]);
    assert!(said.contains("ALPN protocol: http/1.1"), "{said}");
    assert_eq!(outcome(&page), "none-shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_landing_site_speaks_tls_and_asks_for_nothing() {
    let world = World::with(Wanted { landing_tls: Some(plain), ..Wanted::default() }).await;
    let landing = world.landing;
    assert_eq!(tokio::task::spawn_blocking(move || greet(landing)).await.unwrap(), "first");
    let mut asking = Command::new("openssl");
    asking.args(["s_client", "-connect", &landing.to_string()]).stdin(Stdio::null());
    let said = String::from_utf8_lossy(&asking.output().unwrap().stdout).into_owned();
    assert!(said.contains("No client certificate CA names sent"), "{said}");
    let client = reqwest::Client::builder().danger_accept_invalid_certs(true).build().unwrap();
    let page = client.get(format!("https://{landing}/help")).send().await.unwrap();
    assert_eq!(page.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_tls_is_seen_to_arrive() {
    let world = World::with(Wanted {
        landing_tls: Some(plain),
        settings: Some(|settings| settings.public_url.set_scheme("https").unwrap()),
        ..Wanted::default()
    })
    .await;
    let invitation = world.invite().await;
    let claim = tegata::enrollment::ClaimRequest {
        by: tegata::enrollment::Credential::Code(invitation.code.clone()),
        secret: invitation.secret.clone(),
        device: tegata::device::Device::recognise(&tegata::device::Hints::of(crate::world::ANDROID)),
        chosen_password: None,
        language: "ja".into(),
    };
    let ticket = world.authority.claim(claim).await.unwrap();
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .user_agent(crate::world::ANDROID)
        .build()
        .unwrap();
    let page = client.get(format!("https://{}/t/{}", world.landing, ticket.expose())).send().await.unwrap();
    let page = crate::world::Page::of(page).await;
    let mut live = world.authority.live();
    let file = format!("https://{}{}", world.landing, page.find("#file", "href").unwrap());
    client.get(file).send().await.unwrap().bytes().await.unwrap();
    while world.standing(&invitation).await != "fetched" {
        tokio::time::timeout(std::time::Duration::from_secs(10), live.recv()).await.unwrap().unwrap();
    }
}

#[test]
fn a_broken_renewal_keeps_the_old_certificate() {
    let folder = tempfile::TempDir::new().unwrap();
    let files = TlsFiles { certificate: folder.path().join("c"), key: folder.path().join("k") };
    write(&files, "first");
    let source = TlsSource::open(files.clone(), AskForCertificate::No).unwrap();
    assert_eq!(source.refresh(), Refreshed::Unchanged);
    let (_, other_key) = self_signed("other");
    fs::write(&files.key, other_key).unwrap();
    assert_eq!(source.refresh(), Refreshed::Kept);
    assert_eq!(source.refresh(), Refreshed::Unchanged, "the same trouble is told once");
    fs::remove_file(&files.certificate).unwrap();
    assert_eq!(source.refresh(), Refreshed::Kept);
    write(&files, "second");
    assert_eq!(source.refresh(), Refreshed::Renewed);
}

#[test]
fn what_cannot_be_used_is_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let files = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
    let open = || TlsSource::open(files.clone(), AskForCertificate::No).unwrap_err();
    assert!(matches!(open(), TlsError::Unreadable { .. }));
    write(&files, "first");
    fs::write(&files.certificate, "nothing").unwrap();
    assert!(open().to_string().contains("c.pem holds no certificate in PEM form"), "{}", open());
    write(&files, "first");
    fs::write(&files.key, "nothing").unwrap();
    assert!(open().to_string().contains("k.pem holds no unencrypted private key"), "{}", open());
    let (_, other) = self_signed("other");
    fs::write(&files.key, other).unwrap();
    assert!(matches!(open(), TlsError::DoNotFit { .. }));
    write(&files, "first");
    let wrong = AskForCertificate::Yes { issuers: vec![vec![1, 2, 3]] };
    assert!(matches!(TlsSource::open(files.clone(), wrong), Err(TlsError::Issuer(_))));
}
