//! A new device, a lost one, a lost download: which certificate counts, and when.

use tegata::enrollment::ReissueReason;
use tegata::ledger::RevocationReason;

use crate::journey::{claim, fetch, install, prove, some_phone, unpack};
use crate::phone::bundle::Profile;
use crate::phone::{Phone, browser};
use crate::site::Site;

/// Invariant 1.
#[tokio::test]
async fn the_old_certificate_counts_until_the_new_one_is_installed() {
    let site = Site::start().await;
    let phone = some_phone();
    let old = site.invite("quick").await;
    let old_identity = install(&site, &phone, &old).await;
    let new = site.authority.reissue(&site.caller, &old.enrollment, ReissueReason::NewDevice).await.unwrap();
    assert_eq!(prove(&site, Some(&old_identity)).await.code(), None);

    let tablet = Phone::new(browser::ANDROID);
    let ticket = claim(&tablet, &new).await;
    let file = fetch(&tablet, &ticket).await;
    assert_eq!(prove(&site, Some(&old_identity)).await.code(), None, "not before it is proven");

    let new_identity = unpack(&site, &file, &new.secret.grouped());
    assert_eq!(prove(&site, Some(&new_identity)).await.code(), None);
    let page = prove(&site, Some(&old_identity)).await;
    assert_eq!(page.code().as_deref(), Some("T-306"), "{}", page.said());
    assert_eq!(site.standing(&old.enrollment).await, "replaced");
    assert_eq!(site.standing(&new.enrollment).await, "installed");
}

#[tokio::test]
async fn a_lost_device_is_shut_out_at_once() {
    let site = Site::start().await;
    let phone = some_phone();
    let lost = site.invite("quick").await;
    let identity = install(&site, &phone, &lost).await;
    let successor =
        site.authority.reissue(&site.caller, &lost.enrollment, ReissueReason::Lost).await.unwrap();
    let page = prove(&site, Some(&identity)).await;
    assert_eq!(page.code().as_deref(), Some("T-305"), "{}", page.said());
    install(&site, &phone, &successor).await;
}

#[tokio::test]
async fn a_revoked_certificate_is_told_apart_at_the_check() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let identity = install(&site, &phone, &invitation).await;
    let reason = RevocationReason::CessationOfOperation;
    site.authority.revoke(&site.caller, &invitation.enrollment, reason).await.unwrap();
    let page = prove(&site, Some(&identity)).await;
    assert_eq!(page.code().as_deref(), Some("T-305"), "{}", page.said());
}

#[tokio::test]
async fn a_lost_download_is_replaced_on_the_same_device_in_place() {
    let site = Site::start().await;
    let phone = some_phone();
    let first = site.invite("quick").await;
    let first_file = fetch(&phone, &claim(&phone, &first).await).await;
    let second =
        site.authority.reissue(&site.caller, &first.enrollment, ReissueReason::LostDownload).await.unwrap();
    let second_file = fetch(&phone, &claim(&phone, &second).await).await;
    let profiles = [&first_file, &second_file].map(|file| Profile::open(&file.bytes, &site.root()));
    let [one, two] = &profiles;
    assert_eq!(
        one.text("PayloadIdentifier"),
        two.text("PayloadIdentifier"),
        "the new one replaces the old one"
    );
    let identity = |profile: &Profile| {
        profile.payloads("com.apple.security.pkcs12")[0]["PayloadUUID"].as_string().unwrap().to_owned()
    };
    assert_ne!(identity(one), identity(two), "the identity is a new one");
    let stale = unpack(&site, &first_file, &first.secret.grouped());
    assert_eq!(prove(&site, Some(&stale)).await.code().as_deref(), Some("T-306"));
}

#[tokio::test]
async fn only_the_newest_of_several_reissued_invitations_works() {
    let site = Site::start().await;
    let phone = some_phone();
    let old = site.invite("quick").await;
    install(&site, &phone, &old).await;
    let why = ReissueReason::NewDevice;
    let first = site.authority.reissue(&site.caller, &old.enrollment, why).await.unwrap();
    let second = site.authority.reissue(&site.caller, &old.enrollment, why).await.unwrap();
    let page = phone.open(&crate::journey::link(&first)).await;
    assert_eq!(page.code().as_deref(), Some("T-111"), "{}", page.said());
    install(&site, &phone, &second).await;
}
