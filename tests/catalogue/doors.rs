//! What stands before a claim: the link, the number, the secret, and what they are refused for.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use tegata::enrollment::ReissueReason;
use tegata::ledger::RevocationReason;

use crate::journey::{claim, fetch, file_address, guess, install, link, some_phone};
use crate::phone::page::hook;
use crate::phone::{Phone, browser};
use crate::site::Site;
use crate::{by_number, by_own_number, explains, is_untouched};

#[tokio::test]
async fn row_02_a_wrong_number_or_secret_is_told_with_the_attempts_that_are_left() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let page = guess(&phone, &invitation).await;
    assert_eq!(page.code().as_deref(), Some("T-102"), "{}", page.said());
    assert_eq!(page.attribute(hook::ATTEMPTS_LEFT).as_deref(), Some("4"));
    assert!(page.has_form(), "the next try is on the same page");
    let number = invitation.number.grouped();
    let page = phone.send(&by_number(&site, &phone, &number, "abcde-fghjk").await).await;
    assert_eq!(page.code().as_deref(), Some("T-102"), "{}", page.said());
    assert_eq!(page.attribute(hook::ATTEMPTS_LEFT).as_deref(), Some("3"));
    // What was typed beside the secret stays.
    assert!(page.form().fields.iter().any(|(name, value)| name == hook::NUMBER && *value == *number));
    claim(&phone, &invitation).await;
}

/// Every robot that opens a link before the person does, and a person who opens it ten times.
#[tokio::test]
async fn row_09_opened_twice_or_previewed_uses_nothing_up() {
    let site = Site::start().await;
    let invitation = site.invite("once").await;
    let phone = some_phone();
    for _ in 0..10 {
        assert!(phone.open(&link(&invitation)).await.has_form());
    }
    let page = Phone::new(browser::LINE_PREVIEW).open(&link(&invitation)).await;
    assert_eq!((page.status, page.kind().as_str()), (StatusCode::OK, "preview"));
    for method in [Method::HEAD, Method::OPTIONS] {
        phone.ask(method, &link(&invitation)).await;
    }
    phone.open_with(&link(&invitation), "sec-purpose", "prefetch;prerender").await;
    is_untouched(&site, &invitation).await;
    // The file's address too: it can be fetched once, and no robot does.
    let ticket = claim(&phone, &invitation).await;
    Phone::new(browser::LINE_PREVIEW).open(&file_address(&ticket)).await;
    phone.ask(Method::HEAD, &file_address(&ticket)).await;
    fetch(&phone, &ticket).await;
}

#[tokio::test]
async fn row_10_a_number_that_was_used_or_revoked_says_when_and_on_what() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    install(&site, &some_phone(), &invitation).await;
    let other = Phone::new(browser::ANDROID);
    let page = other.send(&by_own_number(&site, &other, &invitation).await).await;
    explains(&page, "T-109");
    let fact = page.text_of("#fact").expect("when and on what");
    assert!(fact.contains("iPhone") && fact.contains(':'), "{fact}");
    let reason = RevocationReason::CessationOfOperation;
    site.authority.revoke(&site.caller, &invitation.enrollment, reason).await.unwrap();
    let page = other.send(&by_own_number(&site, &other, &invitation).await).await;
    explains(&page, "T-110");
    assert!(page.text_of("#fact").is_some_and(|fact| fact.contains(':')), "{}", page.said());
}

#[tokio::test]
async fn row_11_a_link_that_expired_leads_to_number_and_secret() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    site.later(SignedDuration::from_hours(49));
    let page = phone.open(&link(&invitation)).await;
    explains(&page, "T-106");
    let by_hand = phone.open(&page.links("a#action").remove(0)).await;
    let mut form = by_hand.form();
    form.fill(hook::NUMBER, &invitation.number.grouped()).fill(hook::SECRET, &invitation.secret.grouped());
    let ticket = phone.follow(&phone.send(&form).await).await;
    assert_eq!(ticket.kind(), hook::TICKET, "{}", ticket.said());
}

/// From the first page to the last, on a phone that has nothing but its browser.
#[tokio::test]
async fn row_12_every_page_works_on_a_phone() {
    let site = Site::start().await;
    for browser in [browser::IPHONE, browser::ANDROID] {
        let phone = Phone::new(browser);
        let invitation = site.invite("quick").await;
        let entry = phone.open(&site.landing).await;
        let form = by_own_number(&site, &phone, &invitation).await;
        let ticket = phone.follow(&phone.send(&form).await).await;
        assert_eq!(ticket.kind(), hook::TICKET, "{}", ticket.said());
        let help = phone.open(&site.landing.join("help").unwrap()).await;
        for page in [&entry, &ticket, &help] {
            assert!(page.has(r#"meta[name=viewport][content^="width=device-width"]"#), "{}", page.said());
        }
    }
}

#[tokio::test]
async fn row_24_an_expired_and_a_replaced_code_are_told_apart() {
    let site = Site::start().await;
    let phone = some_phone();
    let expired = site.invite("quick").await;
    let replaced = site.invite("quick").await;
    let newer = site
        .authority
        .reissue(&site.caller, &replaced.enrollment, ReissueReason::LostDownload)
        .await
        .unwrap();
    let page = phone.open(&link(&replaced)).await;
    explains(&page, "T-111");
    assert!(page.text_of("#fact").is_some(), "when the newer one was made: {}", page.said());
    claim(&phone, &newer).await;
    site.later(SignedDuration::from_hours(49));
    let page = phone.open(&link(&expired)).await;
    explains(&page, "T-106");
    assert!(page.has("a#action"), "the next step: {}", page.said());
}

#[tokio::test]
async fn row_25_too_many_wrong_secrets_say_until_when_and_who_helps() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    for left in ["4", "3", "2", "1"] {
        let page = guess(&phone, &invitation).await;
        assert_eq!(page.attribute(hook::ATTEMPTS_LEFT).as_deref(), Some(left), "{}", page.said());
    }
    let page = guess(&phone, &invitation).await;
    explains(&page, "T-104");
    assert!(page.text_of("#fact").is_some_and(|fact| fact.contains(':')), "until when: {}", page.said());
    assert!(page.text_of("#contact").unwrap().contains("03-0000-0000"), "{}", page.said());
    site.authority.unlock(&site.caller, &invitation.enrollment).await.unwrap();
    claim(&phone, &invitation).await;
}

#[tokio::test]
async fn row_26_a_number_that_nobody_has_is_answered_like_a_wrong_secret() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let nobodys = if invitation.number.expose() == "00000000" { "11111111" } else { "00000000" };
    let mut answers = Vec::new();
    for number in [invitation.number.expose(), nobodys] {
        let page = phone.send(&by_number(&site, &phone, number, "abcde-fghjk").await).await;
        let said = page.text_of("main").unwrap().replace(number, "");
        answers.push((page.status, page.code(), page.attribute(hook::ATTEMPTS_LEFT), said));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn row_27_what_another_device_has_says_so_and_a_new_device_gets_its_own() {
    let site = Site::start().await;
    let first = site.invite("quick").await;
    install(&site, &some_phone(), &first).await;
    let new_phone = Phone::new(browser::ANDROID);
    let page = new_phone.open(&link(&first)).await;
    explains(&page, "T-109");
    assert!(page.text_of("#fact").unwrap().contains("iPhone"), "{}", page.said());
    let why = ReissueReason::NewDevice;
    let second = site.authority.reissue(&site.caller, &first.enrollment, why).await.unwrap();
    install(&site, &new_phone, &second).await;
}
