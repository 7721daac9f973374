//! A new device, a lost one, an old certificate that is left over.

use jiff::SignedDuration;
use tegata::enrollment::ReissueReason;
use tegata::ledger::RevocationReason;

use crate::journey::{claim, fetch, install, prove, some_phone, unpack};
use crate::phone::bundle::Profile;
use crate::phone::connection::Tls;
use crate::phone::page::Page;
use crate::phone::{Phone, browser};
use crate::site::Site;
use crate::{by_own_number, explains};

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

/// Who renews in time has no page of this row; who did not is told on the check page, before the end and after it.
#[tokio::test]
async fn row_42_the_end_is_told_while_the_certificate_still_works() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    assert!(!prove(&site, Some(&identity)).await.has("#soon"), "in three years is not soon");
    site.later(SignedDuration::from_hours(24 * (1_185 - 20)));
    let page = prove(&site, Some(&identity)).await;
    assert_eq!(page.code(), None, "{}", page.said());
    assert!(page.text_of("#soon").is_some_and(|told| told.contains("日")), "{}", page.said());
    site.later(SignedDuration::from_hours(24 * 21));
    explains(&prove(&site, Some(&identity)).await, "T-303");
}

/// No mail stands between a person and the certificate: the number from the letter is enough, and the icon on the device leads
/// to the page that tells of the end.
#[tokio::test]
async fn row_43_who_got_no_mail_gets_the_certificate_and_sees_its_end() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("minimal").await;
    let ticket = phone.follow(&phone.send(&by_own_number(&site, &phone, &invitation).await).await).await;
    let file = fetch(&phone, &ticket).await;
    let profile = Profile::open(&file.bytes, &site.root());
    let check = format!("https://localhost:{}/check", site.check.port());
    let icon = profile.payloads("com.apple.webClip.managed").remove(0);
    assert_eq!(icon["URL"].as_string(), Some(check.as_str()));
    let identity = unpack(&site, &file, &invitation.secret.grouped());
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    site.later(SignedDuration::from_hours(24 * (1_185 - 5)));
    assert!(prove(&site, Some(&identity)).await.has("#soon"));
}

/// Also on a connection that takes up an earlier session, where no certificate is shown again.
#[tokio::test]
async fn row_44_what_is_revoked_is_refused_at_the_very_next_look() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    for tls in [Tls::V1_2, Tls::V1_3] {
        let connection = site.connection(Some(&identity), tls);
        let first = tokio::task::spawn_blocking(move || (connection.get("/check").text, connection)).await;
        let (before, connection) = first.unwrap();
        if tls == Tls::V1_2 {
            assert_eq!(Page::read(&before).code(), None);
            let reason = RevocationReason::KeyCompromise;
            site.authority.revoke(&site.caller, &invitation.enrollment, reason).await.unwrap();
        }
        let after = tokio::task::spawn_blocking(move || connection.get("/check")).await.unwrap();
        assert!(after.resumed, "{tls:?}");
        explains(&Page::read(&after.text), "T-305");
    }
}
