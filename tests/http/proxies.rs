//! Behind a reverse proxy: who is believed, and what.

use std::num::NonZeroU32;
use std::time::Duration;

use data_encoding::BASE64;
use tegata::http::{Allowance, Settings, TrustedProxies};

use crate::world::{Page, World, open_bundle};

fn behind(settings: &mut Settings) {
    settings.proxies = TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()]);
    settings.client_certificate_by_proxy = true;
}

fn behind_another(settings: &mut Settings) {
    settings.proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
    settings.client_certificate_by_proxy = true;
}

fn listed_but_not_for_certificates(settings: &mut Settings) {
    behind(settings);
    settings.client_certificate_by_proxy = false;
}

/// A certificate as a device holds it, in DER.
async fn certificate(world: &World) -> Vec<u8> {
    let claimed = world.claim(&world.invite().await).await;
    let bytes = reqwest::get(&claimed.file).await.unwrap().bytes().await.unwrap();
    let (pem, _) = open_bundle(&bytes, &claimed.password);
    openssl::x509::X509::from_pem(&pem).unwrap().to_der().unwrap()
}

async fn shown(world: &World, header: &str) -> Page {
    world.browser().get_with(&world.check("/check"), &[("client-cert", header)]).await
}

fn outcome(page: &Page) -> String {
    page.mark("outcome").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_proxy_hands_the_certificate_on() {
    let world = World::with_settings(behind).await;
    let header = format!(":{}:", BASE64.encode(&certificate(&world).await));
    let page = shown(&world, &header).await;
    assert_eq!((page.status, outcome(&page).as_str()), (200, "ok"), "{}", page.text);
    assert!(page.text_of("#certificate").unwrap().contains("田中 花子"));
    let none = world.browser().get(&world.check("/check")).await;
    assert_eq!((outcome(&none).as_str(), none.mark("code").as_deref()), ("none-shown", Some("T-301")));
    assert_eq!(outcome(&world.browser().get(&world.check("/")).await), "none-shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_anybody_else_the_header_is_as_if_it_were_not_there() {
    for settings in [behind_another as fn(&mut Settings), listed_but_not_for_certificates] {
        let world = World::with_settings(settings).await;
        let header = format!(":{}:", BASE64.encode(&certificate(&world).await));
        assert_eq!(outcome(&shown(&world, &header).await), "none-shown");
        let again = world.browser().get(&world.check("/check")).await;
        assert_eq!(outcome(&again), "none-shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_header_is_no_certificate_of_ours() {
    let world = World::with_settings(behind).await;
    let der = certificate(&world).await;
    let good = BASE64.encode(&der);
    let cut = BASE64.encode(&der[..der.len() / 2]);
    for header in
        [good.as_str(), "", "::", ":AQID:", "\"x\"", &format!(":{cut}:"), &format!(":{good}:, :{good}:")]
    {
        let page = shown(&world, header).await;
        assert_eq!((page.status, outcome(&page).as_str()), (200, "unknown"), "{header}");
    }
    let header = format!(":{good}:");
    let twice = [("client-cert", header.as_str()), ("client-cert", header.as_str())];
    let page = world.browser().get_with(&world.check("/check"), &twice).await;
    assert_eq!(outcome(&page), "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_behind_a_listed_proxy_are_counted_apart() {
    let world = World::with_settings(|settings| {
        behind(settings);
        settings.limits.misses = Allowance { burst: NonZeroU32::MIN, refill: Duration::from_mins(1) };
    })
    .await;
    let miss = async |client: &str| {
        world.browser().get_with(&world.landing("/c/x"), &[("x-forwarded-for", client)]).await.status
    };
    assert_eq!(miss("203.0.113.1").await, 404);
    assert_eq!(miss("203.0.113.1").await, 429);
    assert_eq!(miss("203.0.113.2").await, 404);
    assert_eq!(miss("203.0.113.9, 203.0.113.1").await, 429, "what a client invents does not help it");
    let invented = [("forwarded", "for=203.0.113.9"), ("x-forwarded-for", "203.0.113.1")];
    let page = world.browser().get_with(&world.landing("/c/x"), &invented).await;
    assert_eq!(page.status, 429, "nor does a header that proxies hand on as it came");
}
