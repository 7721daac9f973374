//! What every response carries, and what every address takes.

use openssl::sha::sha256;
use reqwest::Method;
use scraper::{Html, Selector};
use tegata::http::Unready;

use crate::world::{ANDROID, Browser, Page, Wanted, World};

/// Every kind of response that the landing site gives.
async fn responses(world: &World) -> Vec<(String, Page)> {
    let invitation = world.invite().await;
    let claimed = world.claim(&world.invite().await).await;
    let code = invitation.code.expose();
    let script = world.browser().get(&world.landing("/")).await.find("script", "src").unwrap();
    let mut responses = Vec::new();
    for path in [
        "/",
        &format!("/c/{code}"),
        "/c/NOTHING",
        "/t/NOTHING",
        "/d/NOTHING/a.p12",
        "/check",
        "/help",
        "/help/T-101",
        "/help/T-999",
        "/nowhere",
        "/healthz",
        "/readyz",
        &script,
    ] {
        responses.push((path.to_owned(), world.browser().get(&world.landing(path)).await));
    }
    responses.push(("ticket".to_owned(), world.browser().get(&claimed.ticket).await));
    responses.push(("file".to_owned(), world.browser().get(&claimed.file).await));
    let post = world.browser().post(&world.landing("/"), &[]).await;
    responses.push(("POST /".to_owned(), post));
    let deleted = world.browser().send(Method::DELETE, &world.landing("/"), &[], None).await;
    responses.push(("DELETE /".to_owned(), deleted));
    responses
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_carries_the_security_headers() {
    let world = World::new().await;
    for (name, page) in responses(&world).await {
        for (header, expected) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-robots-tag", "noindex, nofollow, nosnippet"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.header(header), Some(expected), "{name}: {header}");
        }
        let caching = page.header("cache-control").unwrap();
        assert!(
            caching.contains(if name.starts_with("/assets/") { "immutable" } else { "no-store" }),
            "{name}"
        );
        assert_eq!(page.header("set-cookie"), None, "{name}");
        assert_eq!(page.header("x-request-id").unwrap().len(), 11, "{name}");
        assert_eq!(page.header("strict-transport-security"), None, "{name}: not over plain HTTP");
        let policy = page.header("content-security-policy");
        if name == "file" {
            assert_eq!(policy, None);
        } else {
            let policy = policy.unwrap();
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{name}"
            );
            assert!(!policy.contains("unsafe") && !policy.contains("http"), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_that_came_by_tls_are_told_to_stay_there() {
    let world = World::with_settings(|settings| {
        settings.public_url = "https://cert.example.jp/".parse().unwrap();
    })
    .await;
    let got = world.browser().get(&world.landing("/")).await;
    assert_eq!(got.header("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_style_of_a_page_is_the_one_that_its_policy_names() {
    let world = World::new().await;
    let page = world.browser().get(&world.landing("/")).await;
    let style = page.text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = data_encoding::BASE64.encode(&sha256(style.as_bytes()));
    assert!(page.header("content-security-policy").unwrap().contains(&format!("style-src 'sha256-{hash}'")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_shows_the_reference_that_the_header_has() {
    let world = World::new().await;
    let page = world.browser().get(&world.landing("/c/NOTHING")).await;
    let reference = page.header("x-request-id").unwrap().to_owned();
    assert_eq!(page.find("#reference", "data-reference"), Some(reference));
    let again = world.browser().get(&world.landing("/c/NOTHING")).await;
    assert_ne!(page.header("x-request-id"), again.header("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_a_get_without_its_body() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    for url in
        [world.landing("/"), world.landing("/help"), world.landing("/nowhere"), claimed.ticket, claimed.file]
    {
        let head = world.browser().send(Method::HEAD, &url, &[], None).await;
        let get = world.browser().get(&url).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{url}");
        for header in ["content-type", "content-length", "cache-control", "etag", "accept-ranges"] {
            assert_eq!(head.header(header), get.header(header), "{url}: {header}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_told_what_there_is() {
    let world = World::new().await;
    let browser = world.browser();
    for (path, allow) in [
        ("/", "OPTIONS, GET, HEAD, POST"),
        ("/c/NOTHING", "OPTIONS, GET, HEAD, POST"),
        ("/C/NOTHING", "OPTIONS, GET, HEAD, POST"),
        ("/t/NOTHING", "OPTIONS, GET, HEAD"),
        ("/d/NOTHING/a.p12", "OPTIONS, GET, HEAD"),
        ("/check", "OPTIONS, GET, HEAD"),
    ] {
        let options = browser.send(Method::OPTIONS, &world.landing(path), &[], None).await;
        assert_eq!((options.status, options.header("allow")), (204, Some(allow)), "{path}");
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let refused = browser.send(method, &world.landing(path), &[], None).await;
            assert_eq!((refused.status, refused.header("allow")), (405, Some(allow)), "{path}");
            assert_eq!(refused.mark("code").as_deref(), Some("T-209"));
        }
    }
    let check = browser.send(Method::POST, &world.check("/check"), &[], None).await;
    assert_eq!((check.status, check.header("allow")), (405, Some("OPTIONS, GET, HEAD")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_tapped_is_not_done() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let claimed = world.claim(&world.invite().await).await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    for header in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
    ] {
        for url in [&link, &claimed.ticket, &claimed.file, &world.check("/check")] {
            let page = world.browser().get_with(url, &[header]).await;
            assert_eq!((page.status, page.text.as_str()), (503, ""), "{url}");
            assert_eq!(page.header("cache-control"), Some("no-store"));
        }
        let form = world.browser().get(&link).await;
        let secret = invitation.secret.grouped();
        let fields = [("form", form.nonce()), ("secret", secret.to_string())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(world.browser().post_with(&link, &[header], &fields).await.status, 503);
    }
    assert_eq!(world.standing(&invitation).await, "invited");
    let ticket = world.browser().get(&claimed.ticket).await;
    assert_eq!(ticket.mark("fetches-left").as_deref(), Some("5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_the_browsers_until_the_person_chooses() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let browser = world.browser();
    let lang = |page: &Page| page.find("html", "lang").unwrap();
    assert_eq!(lang(&browser.get(&link).await), "ja");
    assert_eq!(lang(&browser.get_with(&link, &[("accept-language", "en-GB,en;q=0.9,ja;q=0.8")]).await), "en");
    assert_eq!(lang(&browser.get_with(&link, &[("accept-language", "fr")]).await), "ja");

    let page = browser.get(&link).await;
    let english = format!("{link}{}", page.find("a[data-language=en]", "href").unwrap());
    let chosen = browser.get_with(&english, &[("accept-language", "ja")]).await;
    assert_eq!(lang(&chosen), "en");
    // The choice goes through the form to the ticket and to the check page.
    let action = format!("{link}{}", chosen.find("form#entry", "action").unwrap());
    let secret = invitation.secret.grouped();
    let sent = browser.post(&action, &[("form", &chosen.nonce()), ("secret", &secret)]).await;
    assert_eq!(sent.status, 303);
    let ticket = browser.get(&world.landing(sent.header("location").unwrap())).await;
    assert_eq!(lang(&ticket), "en");
    assert!(ticket.find("#check", "href").unwrap().ends_with("?lang=en"));
    assert_eq!(ticket.text_of("#offer").as_deref(), Some("Test certificate"));
}

#[tokio::test(flavor = "multi_thread")]
async fn easy_japanese_is_a_link_away_and_stays_to_the_end() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let browser = world.browser();
    let page = browser.get_with(&link, &[("accept-language", "ja")]).await;
    let easy = format!("{link}{}", page.find("a[data-language=ja-easy]", "href").unwrap());
    let chosen = browser.get_with(&easy, &[("accept-language", "ja")]).await;
    assert_eq!(chosen.find("html", "lang").as_deref(), Some("ja-x-easy"));
    assert_eq!(chosen.text_of("h1 rt").as_deref(), Some("かくにん"));
    let title = chosen.text_of("title").unwrap();
    assert!(title.starts_with("確認コードを入れてください") && !title.contains('《'), "{title}");

    let action = format!("{link}{}", chosen.find("form#entry", "action").unwrap());
    let secret = invitation.secret.grouped();
    let sent = browser.post(&action, &[("form", &chosen.nonce()), ("secret", &secret)]).await;
    let ticket = browser.get(&world.landing(sent.header("location").unwrap())).await;
    assert_eq!(ticket.find("html", "lang").as_deref(), Some("ja-x-easy"));
    assert!(ticket.find("#check", "href").unwrap().ends_with("?lang=ja-easy"));
    // What the organization wrote is there in Japanese.
    assert_eq!(ticket.text_of("#offer").as_deref(), Some("試験の証明書"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_read_in_either_case() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let code = invitation.code.expose();
    for path in [format!("/C/{code}"), format!("/c/{code}"), format!("/c/{}", code.to_ascii_lowercase())] {
        let page = world.browser().get(&world.landing(&path)).await;
        assert_eq!((page.status, page.kind().as_str()), (200, "secret"), "{path}");
        assert_eq!(page.text_of("#from").as_deref(), Some("みどり医院"));
        assert!(!page.text.contains("田中"), "no personal data before the secret");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_is_not_life() {
    let away = || Err(Unready { reason: "store-unavailable", cause: "the store is away".to_owned() });
    let world = World::with(Wanted { ready: Some(away), ..Wanted::default() }).await;
    let browser = Browser::new(ANDROID);
    assert_eq!(browser.get(&world.landing("/healthz")).await.status, 200);
    let page = browser.get(&world.landing("/readyz")).await;
    assert_eq!((page.status, page.mark("code").as_deref()), (503, Some("T-291")));
    assert!(!page.text.contains("the store is away"), "the cause is for the log");
    assert_eq!(page.header("retry-after"), Some("5"));
    assert_eq!(page.header("x-unready"), Some("store-unavailable"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_inside_a_page_leads_somewhere() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    let help = world.browser().get(&world.landing("/help")).await;
    let ticket = world.browser().get(&claimed.ticket).await;
    for page in [help, ticket] {
        let links: Vec<String> = {
            let html = Html::parse_document(&page.text);
            let all = Selector::parse("a[href^='/'], link[href^='/'], script[src^='/']").unwrap();
            html.select(&all)
                .map(|link| link.attr("href").or(link.attr("src")).unwrap().to_owned())
                .filter(|link| !link.starts_with("/d/"))
                .collect()
        };
        for link in links {
            assert_eq!(world.browser().get(&world.landing(&link)).await.status, 200, "{link}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_page_and_not_a_dropped_connection() {
    let world = World::with(Wanted { ready: Some(|| panic!("the pepper is 42")), ..Wanted::default() }).await;
    for _ in 0..3 {
        let page = world.browser().get(&world.landing("/readyz")).await;
        assert_eq!((page.status, page.mark("code").as_deref()), (500, Some("T-290")));
        assert!(!page.text.contains("pepper"));
        assert_eq!(page.find("#reference", "data-reference").as_deref(), page.header("x-request-id"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(page.header("content-security-policy").is_some());
    }
    assert_eq!(world.browser().get(&world.landing("/")).await.status, 200);
}
