//! A new device, a lost one, an old certificate that is left over.

use tegata::enrollment::ReissueReason;

use crate::explains;
use crate::journey::{claim, fetch, install, prove, some_phone, unpack};
use crate::phone::bundle::Profile;
use crate::phone::{Phone, browser};
use crate::site::Site;

#[tokio::test]
async fn row_39_the_old_device_works_until_the_new_one_is_seen_to_work() {
    let site = Site::start().await;
    let old = site.invite("quick").await;
    let old_identity = install(&site, &some_phone(), &old).await;
    let why = ReissueReason::NewDevice;
    let new = site.authority.reissue(&site.caller, &old.enrollment, why).await.unwrap();
    let works = async || prove(&site, Some(&old_identity)).await.code().is_none();
    assert!(works().await);
    let phone = Phone::new(browser::ANDROID);
    let ticket = claim(&phone, &new).await;
    assert!(works().await, "claimed, not installed");
    let file = fetch(&phone, &ticket).await;
    assert!(works().await, "fetched, not installed");
    let identity = unpack(&site, &file, &new.secret.grouped());
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    explains(&prove(&site, Some(&old_identity)).await, "T-306");
}

#[tokio::test]
async fn row_40_the_old_certificate_is_replaced_in_place_or_its_removal_is_shown() {
    let site = Site::start().await;
    let phone = some_phone();
    let first = site.invite("quick").await;
    let one = fetch(&phone, &claim(&phone, &first).await).await;
    let why = ReissueReason::LostDownload;
    let second = site.authority.reissue(&site.caller, &first.enrollment, why).await.unwrap();
    let two = fetch(&phone, &claim(&phone, &second).await).await;
    let identifier = |file: &crate::phone::File| {
        Profile::open(&file.bytes, &site.root()).text("PayloadIdentifier").to_owned()
    };
    assert_eq!(identifier(&one), identifier(&two), "the device replaces the one by the other");
    for (browser, word) in [
        (browser::IPHONE, "プロファイルを削除"),
        (browser::ANDROID, "ユーザー認証情報"),
        (browser::WINDOWS, "certmgr.msc"),
    ] {
        let phone = Phone::new(browser);
        let old = site.invite("quick").await;
        install(&site, &phone, &old).await;
        let new = site.authority.reissue(&site.caller, &old.enrollment, ReissueReason::NewDevice).await;
        let new = new.unwrap();
        let ticket = claim(&phone, &new).await;
        assert!(!ticket.has("#old-certificate"), "nobody removes what is still needed");
        let identity = unpack(&site, &fetch(&phone, &ticket).await, &new.secret.grouped());
        assert_eq!(prove(&site, Some(&identity)).await.code(), None);
        let installed = phone.open(&ticket.address).await;
        let removal = installed.text_of("#old-certificate").expect("how an old one is removed");
        assert!(removal.contains(word), "{removal}");
    }
}

/// By the operator; `docs/retrieval.md` says what is left for the person to do alone.
#[tokio::test]
async fn row_41_a_lost_phone_is_shut_out_at_once_and_replaced() {
    let site = Site::start().await;
    let phone = some_phone();
    let lost = site.invite("quick").await;
    let identity = install(&site, &phone, &lost).await;
    let next = site.authority.reissue(&site.caller, &lost.enrollment, ReissueReason::Lost).await.unwrap();
    explains(&prove(&site, Some(&identity)).await, "T-305");
    install(&site, &phone, &next).await;
}
