//! What the page about networks asks the check site, and who may read the answer.

use crate::world::{Page, World};

async fn probed(world: &World, headers: &[(&'static str, &str)]) -> Page {
    world.browser().get_with(&world.check("/probe"), headers).await
}

fn origin(url: &str) -> String {
    url::Url::parse(url).unwrap().origin().ascii_serialization()
}

/// The landing site's origin as it is configured, whatever address the tests reach it by.
fn landing(settings: &mut tegata::http::Settings) {
    settings.public_url = "https://cert.example.jp/".parse().unwrap();
    settings.check_url = "https://check.example.jp:8443/check".parse().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_landing_site_may_read_what_the_check_site_saw() {
    let world = World::with_settings(landing).await;
    let ours = probed(&world, &[("origin", "https://cert.example.jp")]).await;
    assert_eq!((ours.status, ours.text.as_str()), (200, r#"{"certificate":false,"between":false}"#));
    assert_eq!(ours.header("access-control-allow-origin"), Some("https://cert.example.jp"));
    assert_eq!(ours.header("access-control-allow-credentials"), Some("true"));
    assert_eq!((ours.header("vary"), ours.header("cache-control")), (Some("Origin"), Some("no-store")));
    for other in [
        "https://evil.example",
        "http://cert.example.jp",
        "https://cert.example.jp:8443",
        "https://cert.example.jp.evil.example",
        "https://check.example.jp:8443",
        "null",
        "*",
        "",
    ] {
        let page = probed(&world, &[("origin", other)]).await;
        assert_eq!(page.header("access-control-allow-origin"), None, "{other}");
        assert_eq!(page.header("access-control-allow-credentials"), None, "{other}");
        assert_eq!(page.header("vary"), Some("Origin"));
    }
    let none = probed(&world, &[]).await;
    assert_eq!((none.status, none.header("access-control-allow-origin")), (200, None));
}

/// What proxies write is a sign; from a listed proxy it is that proxy's own, until it names more than one stranger.
#[tokio::test(flavor = "multi_thread")]
async fn what_proxies_write_is_a_sign_of_one() {
    let world = World::with_settings(landing).await;
    let between = async |world: &World, name, value| {
        probed(world, &[(name, value)]).await.text.contains(r#""between":true"#)
    };
    for (name, value) in [
        ("via", "1.1 office"),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-bluecoat-via", "a"),
    ] {
        assert!(between(&world, name, value).await, "{name}");
    }
    let listed = World::with_settings(|settings| {
        settings.proxies = tegata::http::TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()]);
    })
    .await;
    assert!(!between(&listed, "via", "1.1 ours").await);
    assert!(!between(&listed, "x-forwarded-for", "192.0.2.1").await);
    assert!(between(&listed, "x-forwarded-for", "10.0.0.7, 192.0.2.1").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_pages_about_networks_may_ask_the_check_site() {
    let world = World::with_settings(landing).await;
    for code in ["T-308", "T-402", "T-403"] {
        let page = world.browser().get(&world.landing(&format!("/help/{code}"))).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("connect-src 'self' https://check.example.jp:8443;"), "{policy}");
        let asked = page.find("#probe", "data-probe").unwrap();
        assert_eq!(asked, "https://check.example.jp:8443/probe");
        assert!(page.has("#probe[hidden]") && page.has("#look[hidden]"), "nothing without a script");
        assert_eq!(origin(&page.find("a#check", "href").unwrap()), "https://check.example.jp:8443");
    }
    for path in ["/", "/help", "/help/T-401", "/help/T-999", "/c/NOTHING"] {
        let page = world.browser().get(&world.landing(path)).await;
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("connect-src 'self';"), "{path}: {policy}");
        assert!(!page.has("#probe"), "{path}");
    }
}
