//! The claim's form: sent twice, sent again after a break, sent by strangers.

use jiff::SignedDuration;
use reqwest::StatusCode;

use crate::journey::{claim, fetch, filled, link, some_phone};
use crate::phone::page::hook;
use crate::phone::{Phone, browser};
use crate::site::Site;
use tegata::enrollment::IssuedInvitation;

/// The form that asks for the number instead of the link, filled in.
async fn by_number(site: &Site, phone: &Phone, invitation: &IssuedInvitation) -> crate::phone::page::Form {
    let page = phone.open(&site.landing).await;
    let mut form = page.form();
    form.fill(hook::NUMBER, &invitation.number.grouped()).fill(hook::SECRET, &invitation.secret.grouped());
    form
}

/// Invariant 1.
#[tokio::test]
async fn the_same_form_sent_twice_leads_to_the_same_ticket() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    let (one, two) = tokio::join!(phone.send(&form), phone.send(&form));
    assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.said());
    assert_eq!(one.headers["location"], two.headers["location"]);
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
}

/// Invariant 9: the tab is closed, the code is scanned again.
#[tokio::test]
async fn scanning_again_within_the_window_leads_back_to_the_same_ticket() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let first = claim(&phone, &invitation).await;
    site.later(SignedDuration::from_mins(9));
    let again = claim(&Phone::new(browser::CHROME_ON_IPHONE), &invitation).await;
    assert_eq!(first.address, again.address);
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
}

#[tokio::test]
async fn number_and_secret_claim_without_a_link() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = by_number(&site, &phone, &invitation).await;
    let ticket = phone.follow(&phone.send(&form).await).await;
    assert_eq!(ticket.kind(), hook::TICKET, "{}", ticket.said());
    // The same form again, as a double tap sends it.
    let again = phone.follow(&phone.send(&form).await).await;
    assert_eq!(ticket.address, again.address);
}

/// Invariants 1 and 9: what nobody fetched is given up for a claim by another form.
#[tokio::test]
async fn a_claim_by_number_is_claimed_again_while_nothing_was_fetched() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let first = phone.follow(&phone.send(&by_number(&site, &phone, &invitation).await).await).await;
    let second = phone.follow(&phone.send(&by_number(&site, &phone, &invitation).await).await).await;
    assert_ne!(first.address, second.address);
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 2);
    assert_eq!(site.valid_certificates_of(&invitation.enrollment), 1);
    // The first ticket leads nowhere any more, the second one to the file.
    assert_eq!(phone.open(&first.address).await.code().as_deref(), Some("T-112"));
    fetch(&phone, &second).await;
    // From now on there is something that a third claim would take away.
    let third = phone.send(&by_number(&site, &phone, &invitation).await).await;
    assert_eq!(third.code().as_deref(), Some("T-108"), "{}", third.said());
}

#[tokio::test]
async fn when_the_window_is_over_and_nothing_was_fetched_the_secret_opens_a_new_one() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let first = claim(&phone, &invitation).await;
    site.later(SignedDuration::from_mins(10));
    assert_eq!(phone.open(&first.address).await.code().as_deref(), Some("T-112"));
    let second = claim(&phone, &invitation).await;
    assert_ne!(first.address, second.address);
    fetch(&phone, &second).await;
    assert_eq!(site.valid_certificates_of(&invitation.enrollment), 1);
}

#[tokio::test]
async fn a_link_of_yesterday_leads_to_number_and_secret() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    site.later(SignedDuration::from_hours(48));
    let page = phone.open(&link(&invitation)).await;
    assert_eq!(page.code().as_deref(), Some("T-106"), "{}", page.said());
    let ticket = phone.follow(&phone.send(&by_number(&site, &phone, &invitation).await).await).await;
    assert_eq!(ticket.kind(), hook::TICKET);
}

/// Invariant 7: refused before the secret is looked at, so that no attempt is used up.
#[tokio::test]
async fn a_form_that_is_not_ours_or_too_old_is_refused_and_uses_no_attempt() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;

    let mut without = form.clone();
    without.fields.retain(|(name, _)| name == hook::SECRET);
    let mut forged = form.clone();
    for (name, value) in &mut forged.fields {
        if name != hook::SECRET && value.len() > 20 {
            let other = if value.starts_with('A') { "B" } else { "A" };
            value.replace_range(..1, other);
        }
    }
    let other = filled(&phone, &site.invite("quick").await).await;
    let mut foreign = form.clone();
    foreign.fields = other.fields;
    for (what, sent) in [("without a nonce", &without), ("forged", &forged), ("of another page", &foreign)] {
        let page = phone.send(sent).await;
        assert!(page.status.is_client_error(), "{what}: {} {}", page.status, page.said());
        assert!(page.code().is_some_and(|code| code.starts_with("T-2")), "{what}: {}", page.said());
    }
    site.later(SignedDuration::from_hours(24));
    let page = phone.send(&form).await;
    assert!(page.status.is_client_error(), "too old: {} {}", page.status, page.said());

    let detail = site.show(&invitation.enrollment).await;
    assert_eq!((detail.summary.state.to_string().as_str(), detail.attempts.wrong), ("invited", 0));
}

/// Invariant 7.
#[tokio::test]
async fn a_form_sent_from_a_foreign_site_is_refused() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "http://localhost.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let page = phone.send_with(&form, name, value).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}: {value}: {}", page.said());
        assert_eq!(site.standing(&invitation.enrollment).await, "invited");
    }
    let page = phone.send(&form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

/// Invariant 7.
#[tokio::test]
async fn a_body_that_is_too_large_or_of_another_type_is_refused() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled(&phone, &invitation).await;
    let mut large = form.clone();
    large.fields.push(("more".to_owned(), "x".repeat(200_000)));
    assert_eq!(phone.send(&large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let json =
        phone.send_raw(&form.action, "application/json", b"{\"secret\":\"abcdefghjk\"}".to_vec()).await;
    assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{}", json.text);
    let broken = phone.send_raw(&form.action, "application/x-www-form-urlencoded", vec![0xff; 100]).await;
    assert!(broken.status.is_client_error(), "{}", broken.status);
    let detail = site.show(&invitation.enrollment).await;
    assert_eq!((detail.summary.state.to_string().as_str(), detail.attempts.wrong), ("invited", 0));
}

#[tokio::test]
async fn what_people_type_is_understood() {
    for typed in ["capitals", "spaces", "full-width"] {
        let site = Site::start().await;
        let phone = some_phone();
        let invitation = site.invite("quick").await;
        let secret = invitation.secret.grouped();
        let typed = match typed {
            "capitals" => secret.to_ascii_uppercase(),
            "spaces" => secret.replace('-', " "),
            _ => secret.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect(),
        };
        let mut form = filled(&phone, &invitation).await;
        form.fill(hook::SECRET, &typed);
        let page = phone.send(&form).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{typed}: {}", page.said());
    }
}
