//! Two hundred at once.

use futures_util::future::join_all;
use reqwest::StatusCode;
use tegata::enrollment::Happening;

use crate::journey::{filled, filled_with, some_phone};
use crate::phone::page::hook;
use crate::site::Site;

const MANY: usize = 200;

/// Invariant 1: a test of the compare-and-set in front of the key.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_simultaneous_claims_make_one_certificate() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("minimal").await;
    let form = filled(&phone, &invitation).await;
    let pages = join_all((0..MANY).map(|_| phone.send(&form))).await;
    let tickets: std::collections::BTreeSet<_> = pages
        .iter()
        .map(|page| {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.said());
            page.headers["location"].to_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(tickets.len(), 1, "{tickets:?}");
    let certificates = site.certificates_of(&invitation.enrollment);
    assert_eq!(certificates.len(), 1, "{certificates:?}");
    assert_eq!(certificates[0].status, "valid");
}

/// Invariant 1, where every form is another one: whoever comes second takes over what nobody has fetched.
#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_claims_by_number_leave_one_valid_certificate() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let forms = join_all((0..20).map(|_| async {
        let mut form = phone.open(&site.landing).await.form();
        form.fill(hook::NUMBER, invitation.number.expose()).fill(hook::SECRET, &invitation.secret.grouped());
        form
    }))
    .await;
    let pages = join_all(forms.iter().map(|form| phone.send(form))).await;
    assert!(pages.iter().any(|page| page.status == StatusCode::SEE_OTHER));
    assert_eq!(site.valid_certificates_of(&invitation.enrollment), 1);
}

/// Invariants 5 and 7: the counter cannot be outrun.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_simultaneous_wrong_secrets_get_five_tries() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let form = filled_with(&phone, &invitation, "abcde-fghjk").await;
    let pages = join_all((0..MANY).map(|_| phone.send(&form))).await;
    // Who was counted while others locked it is told of the lock.
    assert!(pages.iter().all(|page| ["T-102", "T-104"].map(Some).contains(&page.code().as_deref())));
    let told = pages.iter().filter_map(|page| page.attribute(hook::ATTEMPTS_LEFT));
    let told: Vec<_> = told.collect();
    let distinct: std::collections::BTreeSet<_> = told.iter().collect();
    assert_eq!(told.len(), distinct.len(), "an attempt was counted twice: {told:?}");
    let detail = site.show(&invitation.enrollment).await;
    let wrong = detail.events.iter().filter(|event| matches!(event.happening, Happening::WrongSecret { .. }));
    let locked = detail.events.iter().filter(|event| matches!(event.happening, Happening::Locked { .. }));
    assert_eq!((wrong.count(), locked.count(), detail.attempts.locks), (4, 1, 1));
}

/// The fetches are counted, however many come at once.
#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_fetches_are_counted_one_by_one() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let ticket = crate::journey::claim(&phone, &invitation).await;
    let address = crate::journey::file_address(&ticket);
    let files = join_all((0..40).map(|_| phone.fetch(&address, &[]))).await;
    assert_eq!(files.iter().filter(|file| file.status == StatusCode::OK).count(), 5);
}

/// Invariant 1: both certificates were valid once, never at the same time beyond the installation.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_people_at_once_each_get_their_own() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitations = join_all((0..50).map(|_| site.invite("quick"))).await;
    let identities =
        join_all(invitations.iter().map(|invitation| crate::journey::install(&site, &phone, invitation)))
            .await;
    let serials: std::collections::BTreeSet<_> =
        identities.iter().map(crate::phone::bundle::Identity::serial).collect();
    assert_eq!(serials.len(), 50);
}
