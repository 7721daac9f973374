//! The check page says OK, or exactly what is wrong and what to do.

use jiff::SignedDuration;
use tegata::clock::Clock as _;
use tegata::ledger::RevocationReason;
use tegata::pki::{Issuer, KeyType, SerialNumber, Subject};

use crate::behind::check_without_tls;
use crate::journey::{claim, install, prove, some_phone};
use crate::phone::Phone;
use crate::phone::browser::{self, Browser};
use crate::phone::connection::Tls;
use crate::phone::page::Page;
use crate::site::{Site, stray};
use crate::{explains, steps};

/// The check page as a device of this kind sees it that shows nothing.
async fn check_without(site: &Site, browser: Browser) -> Page {
    Phone::new(browser).open(&check_without_tls(site)).await
}

/// The check page as a device of this kind sees it through a proxy that opens the connection: it speaks TLS as OpenSSL does, and
/// not as the browser whose name it passes on.
async fn check_through_a_proxy(site: &Site, browser: Browser) -> Page {
    let connection = site.connection(None, Tls::V1_3);
    let headers = format!("User-Agent: {}\r\nAccept-Language: ja\r\n", browser.user_agent);
    let answer = tokio::task::spawn_blocking(move || connection.get_with("/check", &headers)).await.unwrap();
    Page::read(&answer.text)
}

/// Android shows nothing where the certificate went to the Wi-Fi's store.
#[tokio::test]
async fn row_17_a_wifi_certificate_is_warned_of_before_and_explained_after() {
    let site = Site::start().await;
    for browser in [browser::ANDROID, browser::OLD_ANDROID] {
        let invitation = site.invite("quick").await;
        let told = steps(&claim(&Phone::new(browser), &invitation).await);
        assert!(told.contains("Wi-Fi") && told.contains("VPN"), "{told}");
    }
    let page = check_without(&site, browser::ANDROID).await;
    explains(&page, "T-301");
    let said = page.said().replace(' ', "");
    assert!(said.contains("Wi-Fi") && said.contains("VPNとアプリユーザー証明書"), "{said}");
    let elsewhere = check_without(&site, browser::IPHONE).await.said();
    assert!(!elsewhere.contains("Android") && !elsewhere.contains("VPN"), "{elsewhere}");
}

#[tokio::test]
async fn row_31_an_expired_certificate_is_told_since_when_and_how_to_go_on() {
    let site = Site::start().await;
    let invitation = site.invite("short").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    site.later(SignedDuration::from_hours(49));
    let page = prove(&site, Some(&identity)).await;
    explains(&page, "T-303");
    assert!(page.text_of("#fact").is_some_and(|fact| fact.contains(':')), "{}", page.said());
}

#[tokio::test]
async fn row_32_a_revoked_certificate_is_told_since_when_and_why() {
    let site = Site::start().await;
    let mut told = Vec::new();
    for reason in [RevocationReason::KeyCompromise, RevocationReason::CessationOfOperation] {
        let invitation = site.invite("quick").await;
        let identity = install(&site, &some_phone(), &invitation).await;
        site.authority.revoke(&site.caller, &invitation.enrollment, reason).await.unwrap();
        let page = prove(&site, Some(&identity)).await;
        explains(&page, "T-305");
        told.push(page.text_of("#fact").expect("since when and why"));
    }
    assert!(told[0].contains(':') && told[0] != told[1], "{told:?}");
}

#[tokio::test]
async fn row_33_another_systems_certificate_is_told_with_the_issuer_that_was_expected() {
    let site = Site::start().await;
    let subject = Subject::common_name_only("Other System CA").unwrap();
    let serial = SerialNumber::random(&tegata::entropy::SystemEntropy).unwrap();
    let other = Issuer::create_root(&subject, KeyType::P256, 300, serial, site.clock.now()).unwrap();
    let page = prove(&site, Some(&stray(&other, site.clock.now()))).await;
    explains(&page, "T-302");
    let details = page.text_of("dl#certificate").expect("both issuers");
    assert!(details.contains("Other System CA") && details.contains("Story Issuer"), "{details}");
    assert!(page.has("a#again"));
}

#[tokio::test]
async fn row_34_who_shows_none_or_cancelled_is_told_how_to_be_asked_again() {
    let site = Site::start().await;
    for browser in [browser::IPHONE, browser::ANDROID, browser::WINDOWS, browser::MAC] {
        let page = check_without(&site, browser).await;
        explains(&page, "T-301");
        assert_eq!(page.attribute("data-outcome").as_deref(), Some("none-shown"));
        assert!(page.has("a#again"), "{}", page.said());
    }
}

/// The landing page and the profile need nothing that a device does not trust already.
#[tokio::test]
async fn row_46_our_own_pages_need_no_root_that_the_device_lacks() {
    let site = Site::start().await;
    // The client checks the name and the chain up to what it trusts from the start, as a browser does, and gets the page.
    let page = prove(&site, None).await;
    assert_eq!(page.kind(), "check");
    assert_eq!(page.status, 200, "{}", page.said());
}

#[tokio::test]
async fn row_49_the_steps_end_with_the_browser_that_uses_the_certificate() {
    let site = Site::start().await;
    for (browser, uses) in [(browser::IPHONE, "Safari"), (browser::ANDROID, "Chrome")] {
        let invitation = site.invite("quick").await;
        let ticket = claim(&Phone::new(browser), &invitation).await;
        let told = steps(&ticket);
        assert!(told.contains(uses), "{told}");
    }
}

/// The page of a topic, reached as people reach it: by its link on the page that they stand before.
async fn topic(site: &Site, from: &Page, code: &str) -> Page {
    let to = from.links(&format!("a[href*=\"{code}\"]")).into_iter().next();
    let to = to.unwrap_or_else(|| panic!("no way to {code}: {}", from.said()));
    let page = some_phone().open(&to).await;
    assert_eq!((page.kind().as_str(), page.code().as_deref()), ("code", Some(code)), "{}", page.said());
    assert!(page.text_of("#todo").is_some_and(|todo| !todo.is_empty()) && site.landing.host() == to.host());
    page
}

/// What stands on the page of every code and topic.
async fn help(site: &Site) -> Page {
    some_phone().open(&site.landing.join("/help").unwrap()).await
}

#[tokio::test]
async fn row_35_a_proxy_in_between_is_seen_and_the_network_can_be_looked_at() {
    let site = Site::start().await;
    for browser in [browser::WINDOWS, browser::ANDROID, browser::IPHONE] {
        let page = check_through_a_proxy(&site, browser).await;
        explains(&page, "T-308");
        assert_eq!(page.attribute("data-outcome").as_deref(), Some("in-between"));
        assert!(page.has("a#again") && !page.has("#asking"), "{}", page.said());
        topic(&site, &page, "T-402").await;
    }
    // Where nothing is seen, the page says what else it may be, and the way leads to the page that looks by itself.
    let page = topic(&site, &check_without(&site, browser::WINDOWS).await, "T-402").await;
    assert!(page.has("#probe[hidden][data-probe$='/probe']") && page.has("a#check"), "{}", page.said());
    let told = page.said();
    assert!(told.contains("ERR_BAD_SSL_CLIENT_AUTH_CERT") && told.contains("回線"), "{told}");
    assert!(told.contains("localhost"), "the hosts to exempt: {told}");
}

#[tokio::test]
async fn row_36_a_network_that_blocks_is_explained_with_the_mobile_line() {
    let site = Site::start().await;
    let told = topic(&site, &help(&site).await, "T-403").await.said();
    assert!(told.contains("403") && told.contains("携帯電話の回線") && told.contains("localhost"), "{told}");
}

#[tokio::test]
async fn row_37_a_filtering_application_is_explained_with_the_hosts_to_allow() {
    let site = Site::start().await;
    let told = topic(&site, &help(&site).await, "T-404").await.said();
    assert!(told.contains("フィルタリング") && told.contains("localhost"), "{told}");
}

#[tokio::test]
async fn row_45_the_warning_of_an_unknown_issuer_is_explained_with_the_fingerprint_to_compare() {
    let site = Site::start().await;
    let told = topic(&site, &help(&site).await, "T-406").await.said();
    let printed = crate::phone::bundle::openssl(
        &["x509", "-in", site.root().to_str().unwrap(), "-noout", "-fingerprint", "-sha256"],
        "",
        &[],
    );
    let printed = String::from_utf8(printed.unwrap()).unwrap();
    let (_, fingerprint) = printed.trim().split_once('=').unwrap();
    assert!(told.contains("拇印"), "{told}");
    let plain = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    assert!(plain(&told).contains(&plain(fingerprint)), "{fingerprint}: {told}");
}
