//! The bundle password, in each of the ways in which it comes about.

use crate::journey::{claim, fetch, filled, prove, some_phone, unpack};
use crate::phone::bundle::{Identity, Profile};
use crate::phone::page::{Page, hook};
use crate::phone::{Phone, browser};
use crate::site::Site;

/// The password as the ticket's page shows it.
fn shown(ticket: &Page) -> String {
    ticket.text_of(hook::BUNDLE_PASSWORD).unwrap_or_else(|| panic!("no password: {}", ticket.said()))
}

#[tokio::test]
async fn the_secret_opens_the_file_as_it_is_printed() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    assert_eq!(shown(&ticket), *invitation.secret.grouped());
    let identity = unpack(&site, &fetch(&phone, &ticket).await, &invitation.secret.grouped());
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
}

#[tokio::test]
async fn a_password_made_by_the_machine_is_shown_for_copying() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("shown").await;
    let ticket = claim(&phone, &invitation).await;
    let password = shown(&ticket);
    assert!(password.len() >= 15, "{password}");
    assert_ne!(password, *invitation.secret.grouped());
    assert_eq!(shown(&phone.open(&ticket.address).await), password, "the page can be loaded again");
    let file = fetch(&phone, &ticket).await;
    let profile = Profile::open(&file.bytes, &site.root());
    assert!(Identity::open(profile.identity().0, &invitation.secret.grouped()).is_err());
    let identity = unpack(&site, &file, &password);
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
}

#[tokio::test]
async fn a_password_on_a_letter_of_its_own_is_on_no_page() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("separate").await;
    let letter = invitation.separate_password.clone().expect("the second letter");
    let ticket = claim(&phone, &invitation).await;
    assert_eq!(ticket.text_of(hook::BUNDLE_PASSWORD), None);
    assert!(!ticket.text.contains(letter.as_str()));
    let identity = unpack(&site, &fetch(&phone, &ticket).await, &letter);
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
}

#[tokio::test]
async fn a_password_of_ones_own_choice_opens_the_file() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("chosen").await;
    let chosen = "mizu-no-naka-no-7-tsuki";
    let mut form = filled(&phone, &invitation).await;
    form.fill(hook::PASSWORD, chosen);
    let ticket = phone.follow(&phone.send(&form).await).await;
    let identity = unpack(&site, &fetch(&phone, &ticket).await, chosen);
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
}

/// Invariant 7.
#[tokio::test]
async fn a_weak_password_of_ones_own_choice_is_refused_and_uses_nothing_up() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("chosen").await;
    for weak in ["", "1234", "password123", "hanakoyamada", "ひみつのことばです2026"] {
        let mut form = filled(&phone, &invitation).await;
        form.fill(hook::PASSWORD, weak);
        let page = phone.send(&form).await;
        assert_eq!(page.code().as_deref(), Some("T-114"), "{weak}: {}", page.said());
        assert_eq!(site.standing(&invitation.enrollment).await, "invited");
    }
}

#[tokio::test]
async fn an_embedded_password_asks_nobody_where_a_profile_carries_it() {
    let site = Site::start().await;
    let phone = Phone::new(browser::IPHONE);
    let invitation = site.invite("embedded").await;
    let ticket = claim(&phone, &invitation).await;
    assert_eq!(ticket.text_of(hook::BUNDLE_PASSWORD), None, "nobody needs it");
    let file = fetch(&phone, &ticket).await;
    let profile = Profile::open(&file.bytes, &site.root());
    let (pkcs12, password) = profile.identity();
    let identity = Identity::open(pkcs12, password.expect("inside the profile")).unwrap();
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
}

#[tokio::test]
async fn an_embedded_password_is_shown_where_there_is_no_profile_to_carry_it() {
    let site = Site::start().await;
    let phone = Phone::new(browser::OLD_ANDROID);
    let invitation = site.invite("embedded").await;
    let ticket = claim(&phone, &invitation).await;
    let identity = unpack(&site, &fetch(&phone, &ticket).await, &shown(&ticket));
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
}
