//! One invitation in two browsers, on two devices, and in one that keeps nothing.

use fantoccini::Locator;
use jiff::SignedDuration;
use tegata::enrollment::IssuedInvitation;
use url::Url;

use crate::chromium::{Chromium, Device, Settings};
use crate::devices::{ANDROID, IPHONE};
use crate::journey::{link, prove, unpack};
use crate::phone::File;
use crate::site::Site;
use crate::walk::ENTER;

async fn start(device: Device<'_>) -> Chromium {
    Chromium::start(&Settings { device: Some(device), ..Settings::default() }).await
}

/// Which page it is, and its code.
async fn page(browser: &Chromium) -> (String, Option<String>) {
    let body = browser.client.find(Locator::Css("body[data-page]")).await.unwrap();
    (body.attr("data-page").await.unwrap().unwrap(), body.attr("data-code").await.unwrap())
}

async fn text(browser: &Chromium, css: &str) -> String {
    let found = browser.client.find(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("no {css}: {error}")).text().await.unwrap()
}

async fn has(browser: &Chromium, css: &str) -> bool {
    !browser.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
}

async fn open(browser: &Chromium, address: &str) -> (String, Option<String>) {
    browser.client.goto(address).await.unwrap();
    page(browser).await
}

/// Types the secret into the page that is open, and presses the button.
async fn claim(browser: &Chromium, invitation: &IssuedInvitation) {
    let field = browser.client.find(Locator::Css("#secret")).await.unwrap();
    field.send_keys(&invitation.secret.grouped()).await.unwrap();
    browser.client.find(Locator::Css("#claim")).await.unwrap().send_keys(ENTER).await.unwrap();
    browser.client.wait().for_element(Locator::Css("[data-page=ticket]")).await.unwrap();
}

async fn here(browser: &Chromium) -> Url {
    browser.client.current_url().await.unwrap()
}

fn refused(code: &str) -> (String, Option<String>) {
    ("refusal".to_owned(), Some(code.to_owned()))
}

/// The first device claims; the second, which had the page open all the while, sees for which device the certificate is and what
/// to do, at once, after a fresh scan, after the window, and when the first one's certificate works.
#[tokio::test(flavor = "multi_thread")]
async fn on_two_devices_the_second_sees_what_happened_and_what_to_do() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let address = link(&invitation).to_string();
    let (first, second) = tokio::join!(start(ANDROID), start(IPHONE));
    for browser in [&first, &second] {
        assert_eq!(open(browser, &address).await.0, "secret");
        assert!(!has(browser, "#resume").await);
    }
    claim(&first, &invitation).await;
    assert!(!has(&first, "#elsewhere").await);
    claim(&second, &invitation).await;
    let told = text(&second, "#elsewhere").await;
    assert!(told.contains("Android") && told.contains("iPhone"), "{told}");
    assert_eq!(here(&first).await, here(&second).await);
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);

    // A fresh scan says so before anything is typed; on the first device it only says that one can go on.
    assert_eq!(open(&second, &address).await.0, "secret");
    let told = text(&second, "#resume[data-elsewhere]").await;
    assert!(told.contains("Android") && told.contains(':'), "{told}");
    let ticket = here(&first).await;
    assert_eq!(open(&first, &address).await.0, "secret");
    assert!(has(&first, "#resume:not([data-elsewhere])").await);
    assert_eq!(open(&first, ticket.as_str()).await.0, "ticket");

    // Fetched on the first device, and the window ends.
    first.client.find(Locator::Css("#file")).await.unwrap().send_keys(ENTER).await.unwrap();
    let (_, bytes) = first.downloaded(".p12").await;
    site.becomes(&invitation.enrollment, "fetched").await;
    site.later(SignedDuration::from_mins(11));
    assert_eq!(open(&second, &address).await, refused("T-108"));
    let told = text(&second, "#fact").await;
    assert!(told.contains("Android") && told.contains(':'), "{told}");
    for part in ["#todo", "#contact", "#reference"] {
        assert!(!text(&second, part).await.is_empty(), "{part}");
    }
    // Who is in the middle of it can go on.
    assert_eq!(open(&first, ticket.as_str()).await, refused("T-112"));
    assert!(has(&first, "ol#steps li").await);

    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("content-type", "application/x-pkcs12".parse().unwrap());
    let file = File { status: reqwest::StatusCode::OK, headers, bytes };
    let identity = unpack(&site, &file, &invitation.secret.grouped());
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    assert_eq!(open(&second, &address).await, refused("T-109"));
    assert!(text(&second, "#fact").await.contains("Android"));
    assert_eq!(open(&first, ticket.as_str()).await.0, "installed");
    first.close().await;
    second.close().await;
}

/// Both press the button in the same moment: one certificate, one ticket, and nobody is told of an error.
#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_claim_in_the_same_moment_get_one_certificate() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let address = link(&invitation).to_string();
    let (one, two) = tokio::join!(start(ANDROID), start(IPHONE));
    for browser in [&one, &two] {
        assert_eq!(open(browser, &address).await.0, "secret");
    }
    tokio::join!(claim(&one, &invitation), claim(&two, &invitation));
    assert_eq!(here(&one).await, here(&two).await);
    assert_ne!(has(&one, "#elsewhere").await, has(&two, "#elsewhere").await, "it is for one of them");
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
    one.close().await;
    two.close().await;
}

/// Two tabs of one browser: the second goes on where the first stands, and the window stays the same.
#[tokio::test(flavor = "multi_thread")]
async fn opened_twice_in_one_browser_it_is_the_same_ticket() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let address = link(&invitation).to_string();
    let browser = start(ANDROID).await;
    let first = browser.client.window().await.unwrap();
    open(&browser, &address).await;
    let second = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(second.clone()).await.unwrap();
    open(&browser, &address).await;
    claim(&browser, &invitation).await;
    let ticket = here(&browser).await;
    browser.client.switch_to_window(first).await.unwrap();
    claim(&browser, &invitation).await;
    assert_eq!(here(&browser).await, ticket);
    assert!(!has(&browser, "#elsewhere").await);
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
    browser.close().await;
}

/// With cookies, and all that a site could keep, blocked by the browser itself.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_goes_where_cookies_are_blocked() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let origin = format!("https://localhost:{}", site.check.port());
    let settings = Settings {
        device: Some(ANDROID),
        without_cookies: true,
        shows_certificate_to: &[&origin],
        ..Settings::default()
    };
    let browser = Chromium::start(&settings).await;
    browser.certificates.trust(&site.root());
    open(&browser, link(&invitation).as_str()).await;
    let blocked = "try { localStorage.setItem('a', 'b'); return 'kept' } catch (error) { return error.name }";
    assert_eq!(browser.client.execute(blocked, vec![]).await.unwrap(), "SecurityError");
    claim(&browser, &invitation).await;
    browser.client.find(Locator::Css("#file")).await.unwrap().send_keys(ENTER).await.unwrap();
    let (_, bundle) = browser.downloaded(".p12").await;
    browser.certificates.import(&bundle, &invitation.secret.grouped());
    browser.client.find(Locator::Css("#check")).await.unwrap().send_keys(ENTER).await.unwrap();
    let check = browser.client.wait().for_element(Locator::Css("[data-page=check]")).await.unwrap();
    assert_eq!(check.attr("data-outcome").await.unwrap().as_deref(), Some("ok"));
    browser.close().await;
}
