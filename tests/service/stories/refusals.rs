//! Every refusal, as the person meets it: its own code, whom to ask, nothing that gives anything away. Those of locks, downloads,
//! passwords and forms stand with their stories.

use jiff::SignedDuration;
use reqwest::StatusCode;
use tegata::device::Platform;
use tegata::enrollment::{IssuedInvitation, ReissueReason};
use tegata::ledger::RevocationReason;

use crate::journey::{claim, fetch, file_address, filled, install, link, some_phone};
use crate::phone::page::hook;
use crate::phone::{Phone, browser};
use crate::site::Site;

/// What the link's page says, and what the form that was loaded before says now; both must be the same refusal.
async fn refused(phone: &Phone, invitation: &IssuedInvitation, form: &crate::phone::page::Form, code: &str) {
    let opened = phone.open(&link(invitation)).await;
    let sent = phone.send(form).await;
    for page in [&opened, &sent] {
        assert_eq!(page.code().as_deref(), Some(code), "{}", page.said());
        assert!(!page.has_form(), "there is nothing to try: {}", page.said());
        assert!(!page.text.contains("花子"), "no personal data before the secret: {}", page.said());
    }
    assert_eq!(opened.status, sent.status);
    assert!(opened.status.is_client_error(), "{}", opened.status);
}

#[tokio::test]
async fn an_unknown_and_a_malformed_link_get_one_and_the_same_page() {
    let site = Site::start().await;
    let phone = some_phone();
    let mut pages = Vec::new();
    for path in [
        "C/00000000000000000000000000",
        "c/zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "c/short",
        "c/%E3%81%82",
        "t/00000000000000000000000000",
        "t/nothing",
        "d/00000000000000000000000000/file.p12",
        "d/00000000000000000000000000/..%2f..%2fetc%2fpasswd",
    ] {
        let page = phone.open(&site.landing.join(path).unwrap()).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(page.code().as_deref(), Some("T-101"), "{path}: {}", page.said());
        pages.push(page.text_of("main"));
    }
    assert!(pages.iter().all(|page| page == &pages[0]), "{pages:#?}");
}

#[tokio::test]
async fn an_expired_invitation_is_refused_by_both_doors() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    site.later(SignedDuration::from_hours(24 * 180));
    let page = phone.open(&link(&invitation)).await;
    assert_eq!(page.code().as_deref(), Some("T-105"), "{}", page.said());
    let mut form = phone.open(&site.landing).await.form();
    form.fill(hook::NUMBER, invitation.number.expose()).fill(hook::SECRET, &invitation.secret.grouped());
    assert_eq!(phone.send(&form).await.code().as_deref(), Some("T-105"));
    assert_eq!(site.standing(&invitation.enrollment).await, "expired");
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 0);
}

#[tokio::test]
async fn a_cancelled_invitation_is_refused() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    site.authority.cancel(&site.caller, &invitation.enrollment).await.unwrap();
    refused(&phone, &invitation, &form, "T-107").await;
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 0);
}

#[tokio::test]
async fn a_fetched_one_is_refused_when_its_window_is_over() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    fetch(&phone, &claim(&phone, &invitation).await).await;
    site.later(SignedDuration::from_mins(10));
    refused(&phone, &invitation, &form, "T-108").await;
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
}

#[tokio::test]
async fn an_installed_one_is_refused() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    install(&site, &phone, &invitation).await;
    refused(&phone, &invitation, &form, "T-109").await;
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
}

#[tokio::test]
async fn a_revoked_one_is_refused_everywhere_at_once() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    let ticket = claim(&phone, &invitation).await;
    let reason = RevocationReason::CessationOfOperation;
    site.authority.revoke(&site.caller, &invitation.enrollment, reason).await.unwrap();
    refused(&phone, &invitation, &form, "T-110").await;
    for address in [&ticket.address, &file_address(&ticket)] {
        assert_eq!(phone.open(address).await.code().as_deref(), Some("T-110"));
    }
}

#[tokio::test]
async fn a_superseded_one_says_that_a_newer_one_exists() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    let reason = ReissueReason::LostDownload;
    let successor = site.authority.reissue(&site.caller, &invitation.enrollment, reason).await.unwrap();
    refused(&phone, &invitation, &form, "T-111").await;
    claim(&phone, &successor).await;
}

#[tokio::test]
async fn another_kind_of_device_is_refused_and_uses_nothing_up() {
    let site = Site::start().await;
    let invitation = site.invite_for("quick", &[Platform::Ios, Platform::Ipados]).await;
    let android = Phone::new(browser::ANDROID);
    let page = android.open(&link(&invitation)).await;
    assert_eq!(page.kind(), hook::UNFIT, "{}", page.said());
    // Somebody who goes on all the same is refused, with the right secret too.
    let form = filled(&some_phone(), &invitation).await;
    let page = android.send(&form).await;
    assert_eq!(page.code().as_deref(), Some("T-115"), "{}", page.said());
    let detail = site.show(&invitation.enrollment).await;
    assert_eq!((detail.summary.state.to_string().as_str(), detail.attempts.wrong), ("invited", 0));
    claim(&some_phone(), &invitation).await;
}

#[tokio::test]
async fn a_browser_that_cannot_install_is_told_before_anything_is_used_up() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let line = Phone::new(browser::LINE_ON_IPHONE);
    // LINE opens another browser by itself where the address asks for it.
    let hop = line.open(&link(&invitation)).await;
    assert_eq!(hop.status, StatusCode::FOUND);
    let outside = hop.headers["location"].to_str().unwrap();
    assert!(outside.contains("openExternalBrowser=1"), "{outside}");
    // Where it does not, the page says how, and does not send it round in circles.
    let page = line.open(&hop.address.join(outside).unwrap()).await;
    assert_eq!(page.kind(), hook::BROWSER, "{}", page.said());
    assert!(!page.has_form());
    assert_eq!(site.standing(&invitation.enrollment).await, "invited");
    claim(&some_phone(), &invitation).await;
}

#[tokio::test]
async fn an_unknown_device_is_asked_what_it_is() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let refrigerator = Phone::new(browser::UNKNOWN);
    let page = refrigerator.open(&link(&invitation)).await;
    assert_eq!((page.status, page.kind().as_str()), (StatusCode::OK, hook::CHOOSE));
    let android = page.links("a[data-device=android]").remove(0);
    let mut form = refrigerator.open(&android).await.form();
    form.fill(hook::SECRET, &invitation.secret.grouped());
    let ticket = refrigerator.follow(&refrigerator.send(&form).await).await;
    let file = fetch(&refrigerator, &ticket).await;
    assert_eq!(file.header("content-type"), "application/x-pkcs12");
    assert_eq!(site.show(&invitation.enrollment).await.summary.platform, Some(Platform::Android));
}

#[tokio::test]
async fn a_refusal_is_the_same_in_english() {
    let site = Site::start().await;
    let phone = some_phone().in_english();
    let invitation = site.invite("quick").await;
    site.authority.cancel(&site.caller, &invitation.enrollment).await.unwrap();
    let page = phone.open(&link(&invitation)).await;
    assert_eq!(page.code().as_deref(), Some("T-107"));
    assert_eq!(page.attribute("lang").as_deref(), Some("en"));
}
