//! Invariant 4: looking changes nothing. Previews, prefetchers, scanners and impatient fingers all look.

use jiff::SignedDuration;
use reqwest::Method;
use tegata::directory::partition;
use url::Url;

use crate::journey::{claim, fetch, file_address, link, some_phone};
use crate::phone::browser::Browser;
use crate::phone::{Phone, browser};
use crate::site::Site;

/// Every address that a life has, before anything was fetched.
async fn addresses(site: &Site) -> Vec<Url> {
    let phone = some_phone();
    let waiting = site.invite("quick").await;
    let claimed = site.invite("quick").await;
    let ticket = claim(&phone, &claimed).await;
    let static_files = ["", "healthz", "readyz", "robots.txt", "favicon.ico", "nothing/here"];
    let static_files = static_files.iter().map(|path| site.landing.join(path).unwrap());
    static_files
        .chain([link(&waiting), link(&claimed), ticket.address.clone(), file_address(&ticket)])
        .collect()
}

#[tokio::test]
async fn no_get_of_a_page_changes_the_store() {
    let site = Site::start().await;
    let addresses = addresses(&site).await;
    let before = site.dump();
    let pages = addresses.iter().filter(|address| !address.path().starts_with("/d/"));
    for address in pages {
        for browser in [browser::IPHONE, browser::LINE_ON_IPHONE, browser::LINE_PREVIEW, browser::UNKNOWN] {
            Phone::new(browser).open(address).await;
        }
        some_phone().in_english().open(address).await;
    }
    assert_eq!(site.dump(), before);
}

#[tokio::test]
async fn no_head_or_options_changes_the_store() {
    let site = Site::start().await;
    let addresses = addresses(&site).await;
    let before = site.dump();
    for address in &addresses {
        for method in
            [Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE]
        {
            let page = some_phone().ask(method.clone(), address).await;
            if method == Method::HEAD {
                assert_eq!(page.text, "");
            } else {
                assert!(
                    !page.status.is_success() || page.text.is_empty(),
                    "{method} {address}: {}",
                    page.text
                );
            }
        }
    }
    assert_eq!(site.dump(), before);
}

/// A prefetcher gets nothing at all, not even a file: it would use up a fetch.
#[tokio::test]
async fn a_prefetch_uses_nothing_up() {
    let site = Site::start().await;
    let addresses = addresses(&site).await;
    let before = site.dump();
    for address in &addresses {
        for (name, value) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-purpose", "preview"),
            ("x-moz", "prefetch"),
        ] {
            let page = some_phone().open_with(address, name, value).await;
            if address.path().starts_with("/d/") {
                assert!(!page.status.is_success(), "{name}: {value}: {address}: {}", page.status);
            }
        }
    }
    assert_eq!(site.dump(), before);
}

/// A preview is drawn from a page without a form: there is nothing that a robot could press.
#[tokio::test]
async fn a_preview_bot_sees_a_page_without_names_and_without_a_form() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let page = Phone::new(browser::LINE_PREVIEW).open(&link(&invitation)).await;
    assert_eq!(page.status, 200, "an error would be drawn as a broken preview");
    assert!(!page.has_form(), "{}", page.said());
    assert!(!page.text.contains("花子"));
}

#[tokio::test]
async fn a_preview_bot_that_is_sent_the_files_address_uses_no_fetch_up() {
    let site = Site::start().await;
    let invitation = site.invite("once").await;
    let ticket = claim(&some_phone(), &invitation).await;
    let before = site.dump();
    let page = Phone::new(browser::LINE_PREVIEW).open(&file_address(&ticket)).await;
    assert_eq!(page.kind(), "preview");
    assert!(!page.headers.contains_key("content-disposition"));
    assert_eq!(site.dump(), before);
}

/// Some systems download in the browser's stead and say so.
#[tokio::test]
async fn a_systems_own_downloader_gets_the_file() {
    for user_agent in [
        "AndroidDownloadManager/13 (Linux; U; Android 13; Pixel 7 Build/TQ3A.230805.001)",
        "Dalvik/2.1.0 (Linux; U; Android 9; SM-G960F Build/PPR1.180610.011)",
        "com.apple.WebKit.Networking/8619 CFNetwork/1568 Darwin/24.1.0",
    ] {
        let site = Site::start().await;
        let invitation = site.invite("once").await;
        let ticket = claim(&some_phone(), &invitation).await;
        let downloader = Phone::new(Browser { user_agent, ..browser::UNKNOWN });
        fetch(&downloader, &ticket).await;
    }
}

#[tokio::test]
async fn that_a_page_was_opened_is_known_to_who_stands_beside_it_and_written_nowhere() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let partition = partition(&site.caller.organization).unwrap();
    let opened = async || {
        site.authority.progress_of(&site.caller, &invitation.enrollment).await.unwrap().opened_at.is_some()
    };
    let (before, events) = (site.dump(), site.store.last_event(&partition).await.unwrap());
    assert!(!opened().await);
    // Nobody but the person has opened it.
    Phone::new(browser::LINE_PREVIEW).open(&link(&invitation)).await;
    assert!(!opened().await);
    some_phone().open(&link(&invitation)).await;
    assert!(opened().await);
    assert_eq!((site.dump(), site.store.last_event(&partition).await.unwrap()), (before, events));
    site.later(SignedDuration::from_mins(15));
    assert!(!opened().await);
}
