//! Invariant 11: nothing of one organization can be read or changed by another's operators, codes, tokens or certificates.

use tegata::directory::OperatorToken;
use tegata::enrollment::{Caller, ListQuery, OperatorError, ReissueReason};
use tegata::ledger::RevocationReason;

use crate::journey::{claim, filled_with, install, link, prove, some_phone};
use crate::phone::page::hook;
use crate::site::{Site, tenant};

/// The same site, seen by another organization's operator.
async fn neighbour(site: &Site) -> (Caller, OperatorToken) {
    tenant(&site.authority, "pharmacy", &site.pepper).await
}

#[tokio::test]
async fn an_operator_neither_sees_nor_changes_anothers_enrollments() {
    let site = Site::start().await;
    let (stranger, _) = neighbour(&site).await;
    let phone = some_phone();
    let waiting = site.invite("quick").await;
    let installed = site.invite("quick").await;
    install(&site, &phone, &installed).await;
    let before = site.dump();
    let authority = &site.authority;
    for id in [&waiting.enrollment, &installed.enrollment] {
        let refusals = [
            authority.show(&stranger, id).await.map(drop),
            authority.revoke(&stranger, id, RevocationReason::KeyCompromise).await.map(drop),
            authority.cancel(&stranger, id).await.map(drop),
            authority.unlock(&stranger, id).await.map(drop),
            authority.reissue(&stranger, id, ReissueReason::Lost).await.map(drop),
            authority.reissue(&stranger, id, ReissueReason::NewDevice).await.map(drop),
            authority.reissue(&stranger, id, ReissueReason::LostDownload).await.map(drop),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, Err(OperatorError::NoSuchEnrollment(_))), "{refusal:?}");
        }
    }
    let list = authority.list(&stranger, ListQuery { limit: 100, ..ListQuery::default() }).await.unwrap();
    assert!(list.enrollments.is_empty(), "{list:?}");
    assert_eq!(site.dump(), before);
}

#[tokio::test]
async fn a_token_opens_its_own_organization_alone() {
    let site = Site::start().await;
    let (stranger, token) = neighbour(&site).await;
    let directory = site.authority.directory();
    let enter = async |organization| {
        directory.authenticate(organization, "keiko", &token, &site.pepper).await.unwrap().is_some()
    };
    assert!(enter(&stranger.organization).await);
    assert!(!enter(&site.caller.organization).await, "the operator has the same name there");
}

#[tokio::test]
async fn a_secret_opens_no_other_organizations_code() {
    let site = Site::start().await;
    let (stranger, _) = neighbour(&site).await;
    let phone = some_phone();
    let ours = site.invite("quick").await;
    let theirs = site.invite_as(&stranger, "quick", &[]).await;
    let page = phone.send(&filled_with(&phone, &ours, &theirs.secret.grouped()).await).await;
    assert_eq!(page.code().as_deref(), Some("T-102"), "{}", page.said());
    let mut form = phone.open(&site.landing).await.form();
    form.fill(hook::NUMBER, ours.number.expose()).fill(hook::SECRET, &theirs.secret.grouped());
    assert_eq!(phone.send(&form).await.code().as_deref(), Some("T-102"));
    let untouched = site.authority.show(&stranger, &theirs.enrollment).await.unwrap();
    assert_eq!(untouched.attempts.wrong, 0);
    claim(&phone, &theirs).await;
    assert_eq!(site.standing(&ours.enrollment).await, "invited");
}

#[tokio::test]
async fn a_certificate_proves_its_own_enrollment_alone() {
    let site = Site::start().await;
    let (stranger, _) = neighbour(&site).await;
    let phone = some_phone();
    let ours = site.invite("quick").await;
    let theirs = site.invite_as(&stranger, "quick", &[]).await;
    claim(&phone, &theirs).await;
    let identity = install(&site, &phone, &ours).await;
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    let detail = site.authority.show(&stranger, &theirs.enrollment).await.unwrap();
    assert_eq!(detail.summary.state.to_string(), "claimed");
    // A page for one organization names no other one.
    let page = phone.open(&link(&theirs)).await;
    assert!(!page.text.contains("clinic"));
}

#[tokio::test]
async fn nothing_of_one_organization_stands_in_anothers_partition() {
    let site = Site::start().await;
    let (stranger, _) = neighbour(&site).await;
    let phone = some_phone();
    let ours = site.invite("quick").await;
    install(&site, &phone, &ours).await;
    let theirs = site.invite_as(&stranger, "quick", &[]).await;
    claim(&phone, &theirs).await;
    let stored = site.stored();
    for (partition, own, other) in [
        ("organization:clinic", &ours.enrollment, &theirs.enrollment),
        ("organization:pharmacy", &theirs.enrollment, &ours.enrollment),
    ] {
        let rows = stored.rows_of(partition);
        assert!(rows.iter().any(|row| row.contains(own.as_str())));
        assert!(!rows.iter().any(|row| row.contains(other.as_str())), "{partition} knows {other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anything_of_an_organization_on_the_console_without_signing_in() {
    let site = Site::start().await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for path in ["", "account", "o/clinic", "o/nowhere"] {
        let answer = client.get(site.console.join(path).unwrap()).send().await.unwrap();
        let to = answer.headers()["location"].to_str().unwrap();
        assert!(answer.status() == 303 && to.starts_with("/sign-in"), "{path}: {to}");
    }
}
