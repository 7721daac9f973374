//! What browsers and networks do to a download: breaking off, resuming, fetching twice, looking first.

use jiff::SignedDuration;
use reqwest::Method;

use crate::journey::{claim, fetch, file_address, some_phone, unpack};
use crate::phone::page::hook;
use crate::phone::{Phone, browser};
use crate::site::Site;

/// Invariant 9: what broke off can be fetched again, and is the same.
#[tokio::test]
async fn an_aborted_download_can_be_begun_again() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("minimal").await;
    let ticket = claim(&phone, &invitation).await;
    let part = phone.break_off(&file_address(&ticket), 700).await;
    let whole = fetch(&phone, &ticket).await;
    assert!(whole.bytes.starts_with(&part) && part.len() < whole.bytes.len());
    unpack(&site, &whole, &invitation.secret.grouped());
    site.becomes(&invitation.enrollment, "fetched").await;
}

#[tokio::test]
async fn every_fetch_gives_the_same_bytes_and_the_sixth_is_refused() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("minimal").await;
    let ticket = claim(&phone, &invitation).await;
    let first = fetch(&phone, &ticket).await;
    for _ in 2..=5 {
        let again = fetch(&phone, &ticket).await;
        assert!(again.bytes == first.bytes, "another file");
        assert_eq!(again.header("etag"), first.header("etag"));
    }
    let sixth = phone.open(&file_address(&ticket)).await;
    assert_eq!(sixth.code().as_deref(), Some("T-113"), "{}", sixth.said());
    assert_eq!(sixth.headers.get("content-disposition"), None);
    // The person still reaches the page, which says that it is used up, and can prove the installation.
    let page = phone.open(&ticket.address).await;
    assert_eq!(page.kind(), hook::TICKET);
}

#[tokio::test]
async fn an_offer_of_one_fetch_gives_the_file_strictly_once() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("once").await;
    let ticket = claim(&phone, &invitation).await;
    fetch(&phone, &ticket).await;
    let second = phone.open(&file_address(&ticket)).await;
    assert_eq!(second.code().as_deref(), Some("T-113"), "{}", second.said());
}

/// Chrome on iOS drops its own download and has a Safari view fetch the address again, with none of its cookies.
#[tokio::test]
async fn a_second_browser_without_cookies_fetches_what_the_first_one_claimed() {
    let site = Site::start().await;
    let chrome = Phone::new(browser::CHROME_ON_IPHONE);
    let safari_view = Phone::new(browser::IPHONE);
    let invitation = site.invite("minimal").await;
    let ticket = claim(&chrome, &invitation).await;
    let first = fetch(&chrome, &ticket).await;
    let second = fetch(&safari_view, &ticket).await;
    assert!(first.bytes == second.bytes);
    assert_eq!(first.header("content-type"), "application/x-apple-aspen-config");
    unpack(&site, &second, &invitation.secret.grouped());
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_broke() {
    let site = Site::start().await;
    let phone = Phone::new(browser::ANDROID);
    let invitation = site.invite("minimal").await;
    let ticket = claim(&phone, &invitation).await;
    let address = file_address(&ticket);
    let part = phone.break_off(&address, 700).await;
    let tag = phone.ask(Method::HEAD, &address).await.headers["etag"].to_str().unwrap().to_owned();
    let range = [("range", format!("bytes={}-", part.len())), ("if-range", tag.clone())];
    let rest = phone.fetch(&address, &range).await;
    assert_eq!(rest.status, 206);
    let whole_length = part.len() + rest.bytes.len();
    let last = whole_length - 1;
    assert_eq!(rest.header("content-range"), format!("bytes {}-{last}/{whole_length}", part.len()));
    assert_eq!(rest.header("etag"), tag);
    let mut whole = fetch(&phone, &ticket).await;
    assert_eq!([part, rest.bytes].concat(), whole.bytes);
    whole.bytes.truncate(whole_length);
    unpack(&site, &whole, &invitation.secret.grouped());
}

#[tokio::test]
async fn a_range_of_another_file_gives_the_whole_file() {
    let site = Site::start().await;
    let phone = Phone::new(browser::ANDROID);
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    let address = file_address(&ticket);
    let range = [("range", "bytes=100-".to_owned()), ("if-range", "\"another\"".to_owned())];
    let whole = phone.fetch(&address, &range).await;
    assert_eq!(whole.status, 200);
    unpack(&site, &whole, &invitation.secret.grouped());
}

#[tokio::test]
async fn a_range_behind_the_end_is_answered_with_the_length() {
    let site = Site::start().await;
    let phone = Phone::new(browser::ANDROID);
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    let whole = fetch(&phone, &ticket).await;
    let beyond = phone.fetch(&file_address(&ticket), &[("range", "bytes=1000000-".to_owned())]).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", whole.bytes.len()));
}

#[tokio::test]
async fn looking_at_a_file_does_not_fetch_it() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("once").await;
    let ticket = claim(&phone, &invitation).await;
    let address = file_address(&ticket);
    for _ in 0..10 {
        let look = phone.ask(Method::HEAD, &address).await;
        assert_eq!((look.status.as_u16(), look.text.as_str()), (200, ""));
    }
    assert_eq!(site.standing(&invitation.enrollment).await, "claimed");
    let look = phone.ask(Method::HEAD, &address).await;
    let file = fetch(&phone, &ticket).await;
    for name in ["content-length", "content-type", "content-disposition", "etag", "accept-ranges"] {
        assert_eq!(look.headers[name], file.headers[name], "{name}");
    }
}

#[tokio::test]
async fn a_file_that_does_not_open_leads_to_the_compatible_variant_of_the_same_identity() {
    let site = Site::start().await;
    let phone = Phone::new(browser::WINDOWS);
    let invitation = site.invite("minimal").await;
    let ticket = claim(&phone, &invitation).await;
    let modern = fetch(&phone, &ticket).await;
    let compatible = phone.fetch(&ticket.links(hook::COMPATIBLE)[0], &[]).await;
    let password = invitation.secret.grouped();
    let (modern, compatible) = (unpack(&site, &modern, &password), unpack(&site, &compatible, &password));
    assert_ne!(modern.encryption, compatible.encryption);
    assert_eq!(modern.serial(), compatible.serial());
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
}

#[tokio::test]
async fn when_the_window_is_over_the_file_is_gone_and_the_page_says_so() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    fetch(&phone, &ticket).await;
    site.later(SignedDuration::from_mins(10));
    for address in [&ticket.address, &file_address(&ticket)] {
        let page = phone.open(address).await;
        assert_eq!(page.code().as_deref(), Some("T-112"), "{}", page.said());
    }
    // The link says that it was fetched, not how.
    let page = phone.open(&crate::journey::link(&invitation)).await;
    assert_eq!(page.code().as_deref(), Some("T-108"), "{}", page.said());
}
