//! One story through everything that is deployed, and what people notice of an upgrade: nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use openssl::pkcs12::Pkcs12;
use reqwest::{Certificate, Client, ClientBuilder, Identity, StatusCode, redirect};
use serde_json::Value;
use tokio::runtime::Runtime;
use url::Url;

use crate::page::{Page, hook};
use crate::premises::{CHECK, CONSOLE, LANDING, PATIENCE, PORTAL, Premises, becomes};
use crate::succeed;

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                       Mobile Safari/537.36";

/// A browser that finds the sites at nginx and trusts the certificates that `prepare` made.
pub fn browser(premises: &Premises) -> ClientBuilder {
    let names = [(LANDING, "cert"), (CHECK, "check"), (PORTAL, "portal"), (CONSOLE, "console")];
    let builder = Client::builder().user_agent(ANDROID).timeout(PATIENCE).redirect(redirect::Policy::none());
    names.into_iter().fold(builder, |builder, (name, file)| {
        let pem = std::fs::read(premises.file(&format!("tls/{file}.pem"))).unwrap();
        builder.resolve(name, premises.tls).add_root_certificate(Certificate::from_pem(&pem).unwrap())
    })
}

fn url(host: &str, path: &str) -> Url {
    Url::parse(&format!("https://{host}{path}")).unwrap()
}

async fn open(client: &Client, address: Url) -> Page {
    let response = client.get(address.clone()).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Page { address, status, headers, text: response.text().await.unwrap() }
}

/// What the operator hands over.
struct Invitation {
    enrollment: String,
    link: Url,
    secret: String,
}

fn invite(premises: &Premises, node: usize) -> Invitation {
    let arguments = ["invite", "--json", "--subscriber", "山田 花子", "--device", "android"];
    let told: Value = serde_json::from_str(&succeed(&mut premises.tegata(node, &arguments))).unwrap();
    let link = Url::parse(told["link"].as_str().unwrap()).unwrap();
    let enrollment = told["enrollment"].as_str().unwrap().to_owned();
    Invitation { enrollment, link, secret: told["secret"].as_str().unwrap().to_owned() }
}

/// Claims: the ticket's page.
async fn claim(client: &Client, invitation: &Invitation) -> Page {
    let page = open(client, invitation.link.clone()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.said());
    let mut form = page.form();
    form.fill(hook::SECRET, &invitation.secret);
    let sent =
        client.post(form.action.clone()).header("origin", "null").form(&form.fields).send().await.unwrap();
    let (status, headers) = (sent.status(), sent.headers().clone());
    assert_eq!(status, StatusCode::SEE_OTHER, "{}", sent.text().await.unwrap());
    let ticket = form.action.join(headers["location"].to_str().unwrap()).unwrap();
    let page = open(client, ticket).await;
    assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
    page
}

/// What the device holds after the file was installed: certificates in PEM form, and the key.
async fn install(client: &Client, ticket: &Page) -> (Vec<u8>, Vec<u8>) {
    let file = ticket.links(hook::FILE).remove(0);
    let bytes = client.get(file).send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
    let password: String = ticket.text_of(hook::BUNDLE_PASSWORD).unwrap().split_whitespace().collect();
    let bundle = Pkcs12::from_der(&bytes).unwrap().parse2(&password).unwrap();
    let mut chain = bundle.cert.unwrap().to_pem().unwrap();
    for above in bundle.ca.into_iter().flatten() {
        chain.extend(above.to_pem().unwrap());
    }
    (chain, bundle.pkey.unwrap().private_key_to_pem_pkcs8().unwrap())
}

fn showing(premises: &Premises, (chain, key): &(Vec<u8>, Vec<u8>)) -> Client {
    browser(premises).identity(Identity::from_pkcs8_pem(chain, key).unwrap()).build().unwrap()
}

/// A certificate that nobody of us issued, and that ended yesterday.
fn foreign() -> (Vec<u8>, Vec<u8>) {
    use openssl::asn1::Asn1Time;
    use openssl::hash::MessageDigest;
    use openssl::x509::{X509, X509Name};
    let key = openssl::rsa::Rsa::generate(2_048).and_then(openssl::pkey::PKey::from_rsa).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "Somebody else").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_600_000_000).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    (builder.build().to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap())
}

#[test]
fn what_is_deployed_brings_a_certificate_to_a_phone_and_lets_it_in() {
    let mut premises = Premises::open();
    let runtime = Runtime::new().unwrap();
    let _entered = runtime.enter();
    let client = browser(&premises).build().unwrap();

    // Whoever comes without TLS is sent to it; whoever asks for another name meets nobody.
    let plain = format!("http://{}/c/x?y", premises.plain);
    let sent = runtime.block_on(client.get(plain).header("host", LANDING).send()).unwrap();
    assert_eq!(sent.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(sent.headers()["location"], format!("https://{LANDING}/c/x?y"));
    let stranger = browser(&premises).resolve("other.example.jp", premises.tls).build().unwrap();
    assert!(runtime.block_on(stranger.get(url("other.example.jp", "/")).send()).is_err());
    // What is for machines that watch is not for everybody.
    assert_eq!(runtime.block_on(open(&client, url(LANDING, "/readyz"))).status, StatusCode::NOT_FOUND);

    let invitation = invite(&premises, 0);
    let ticket = runtime.block_on(claim(&client, &invitation));
    assert!(ticket.headers.contains_key("strict-transport-security"), "{:?}", ticket.headers);
    let held = runtime.block_on(install(&client, &ticket));

    let check = |client: &Client| {
        let page = runtime.block_on(open(client, url(CHECK, "/check")));
        page.attribute("data-outcome").unwrap_or_else(|| panic!("no outcome: {}", page.said()))
    };
    let own = showing(&premises, &held);
    assert_eq!(check(&client), "none-shown");
    assert_eq!(check(&own), "ok");
    // nginx would turn it away for its age; Tegata says what it is.
    let other = showing(&premises, &foreign());
    assert_eq!(check(&other), "other-issuer");
    // Nobody hands in a certificate by a header.
    let base64: String = String::from_utf8(held.0.clone())
        .unwrap()
        .lines()
        .skip(1)
        .take_while(|l| !l.starts_with('-'))
        .collect();
    let forged = client.get(url(CHECK, "/check")).header("client-cert", format!(":{base64}:"));
    let answered = runtime.block_on(async { forged.send().await.unwrap().text().await.unwrap() });
    assert!(answered.contains("none-shown"), "{answered}");

    // The relying party.
    let portal = |client: &Client| runtime.block_on(open(client, url(PORTAL, "/")));
    let let_in = portal(&own);
    assert_eq!(let_in.status, StatusCode::OK, "{}", let_in.text);
    assert!(let_in.text.contains("CN="), "{}", let_in.text);
    for refused in [portal(&client), portal(&other)] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
        assert!(
            refused.text.contains("証明書が必要です") && refused.text.contains(CHECK),
            "{}",
            refused.text
        );
    }

    // A certificate that was revoked: Tegata knows at once; nginx when it is told the serial number, and not before.
    succeed(
        &mut premises.tegata(0, &["revoke", &invitation.enrollment, "--reason", "key-compromise", "--yes"]),
    );
    assert_eq!(check(&own), "revoked");
    assert_eq!(portal(&own).status, StatusCode::OK, "no list reaches nginx by itself");
    let shown = succeed(&mut premises.tegata(0, &["show", &invitation.enrollment, "--json"]));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    premises.block(shown["certificate"]["serial"].as_str().unwrap());
    becomes("nginx refuses it", || portal(&own).status == StatusCode::FORBIDDEN);
    assert!(portal(&own).text.contains(CHECK));
    // Whoever holds another one goes on as before.
    let next = invite(&premises, 1);
    let next =
        showing(&premises, &runtime.block_on(async { install(&client, &claim(&client, &next).await).await }));
    assert_eq!((check(&next).as_str(), portal(&next).status), ("ok", StatusCode::OK));

    // Nobody is there any more: people are told, and it heals by itself.
    premises.stop_node(0);
    premises.stop_node(1);
    let away = runtime.block_on(open(&client, url(LANDING, "/")));
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        away.headers.contains_key("retry-after") && away.text.contains("ただいまご利用いただけません"),
        "{}",
        away.text
    );
    premises.start_node(0);
    premises.start_node(1);
    assert_eq!((check(&own).as_str(), check(&next).as_str()), ("revoked", "ok"));

    // Both nodes had their share, and nothing secret is in any log.
    let secrets = [invitation.secret.clone(), code_of(&invitation.link), code_of(&ticket.address)];
    for name in ["node-1", "node-2", "nginx", "redis"] {
        let log = premises.log(name).to_lowercase();
        for secret in &secrets {
            assert!(!log.contains(&secret.to_lowercase()), "{name} logs {secret}");
        }
        let served = log.lines().filter(|line| line.contains("/check") || line.contains("/c/")).count();
        assert!(!name.starts_with("node") || served > 0, "{name} served nobody: {log}");
    }
    for node in [0, 1] {
        premises.stop_node(node);
    }
    premises.nginx.stop("nginx");
    premises.redis.stop("redis");
}

/// The last part of an address.
fn code_of(address: &Url) -> String {
    address.path_segments().unwrap().next_back().unwrap().to_owned()
}

#[test]
fn nodes_are_renewed_one_after_the_other_and_nobody_notices() {
    let mut premises = Premises::open();
    let runtime = Runtime::new().unwrap();
    let _entered = runtime.enter();
    let client = browser(&premises).build().unwrap();
    let invitations: Vec<_> = (0..16).map(|i| invite(&premises, i % 2)).collect();
    let over = Arc::new(AtomicBool::new(false));
    // People who look without pause, and people who claim, each on connections that are kept and on new ones.
    let lookers: Vec<_> = (0..4)
        .map(|i| {
            let (over, kept) = (Arc::clone(&over), client.clone());
            let fresh = browser(&premises).pool_max_idle_per_host(0).build().unwrap();
            runtime.spawn(async move {
                let client = if i % 2 == 0 { kept } else { fresh };
                let mut seen = 0;
                while !over.load(Ordering::Relaxed) {
                    let page = open(&client, url(LANDING, "/")).await;
                    assert_eq!(page.status, StatusCode::OK, "{}", page.said());
                    seen += 1;
                }
                seen
            })
        })
        .collect();
    let (claimed, mut claims) = tokio::sync::mpsc::unbounded_channel();
    let claimant = runtime.spawn({
        let client = client.clone();
        async move {
            for invitation in invitations {
                let ticket = claim(&client, &invitation).await;
                install(&client, &ticket).await;
                claimed.send(()).unwrap();
            }
        }
    });
    let mut next = || {
        runtime
            .block_on(async { tokio::time::timeout(PATIENCE, claims.recv()).await })
            .expect("somebody claims")
            .expect("somebody is left who claims");
    };
    for node in [0, 1, 0, 1] {
        next();
        premises.stop_node(node);
        next();
        premises.start_node(node);
    }
    runtime.block_on(async { tokio::time::timeout(PATIENCE, claimant).await }).unwrap().unwrap();
    over.store(true, Ordering::Relaxed);
    for looker in lookers {
        let seen = runtime.block_on(async { tokio::time::timeout(PATIENCE, looker).await }).unwrap().unwrap();
        assert!(seen > 10, "{seen}");
    }
    assert_eq!(premises.log("nginx"), "");
}
