//! Wrong secrets: counted, told, locked, healed.

use jiff::SignedDuration;

use crate::journey::{claim, filled_with, guess, link, some_phone};
use crate::phone::page::hook;
use crate::site::Site;

/// The number of attempts that the page says are left.
fn left(page: &crate::phone::page::Page) -> Option<String> {
    page.attribute(hook::ATTEMPTS_LEFT)
}

#[tokio::test]
async fn a_wrong_secret_is_told_with_the_attempts_that_are_left() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    for expected in ["4", "3", "2", "1"] {
        let page = guess(&phone, &invitation).await;
        assert_eq!(page.code().as_deref(), Some("T-102"), "{}", page.said());
        assert_eq!(left(&page).as_deref(), Some(expected), "{}", page.said());
        assert!(page.has_form(), "the next try is one tap away");
    }
    // The right one still works, and starts the count anew.
    claim(&phone, &invitation).await;
    assert_eq!(site.show(&invitation.enrollment).await.attempts.wrong, 0);
}

#[tokio::test]
async fn what_cannot_be_a_secret_costs_no_attempt() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    for typed in ["", "abc", "0000000000", "ひみつ", &"a".repeat(90)] {
        let page = phone.send(&filled_with(&phone, &invitation, typed).await).await;
        assert_eq!(page.code().as_deref(), Some("T-103"), "{typed}: {}", page.said());
    }
    assert_eq!(site.show(&invitation.enrollment).await.attempts.wrong, 0);
}

#[tokio::test]
async fn five_wrong_secrets_lock_and_time_heals_twice_as_slowly_each_time() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    for minutes in [15, 30, 60] {
        for _ in 0..4 {
            assert_eq!(guess(&phone, &invitation).await.code().as_deref(), Some("T-102"));
        }
        let locked = guess(&phone, &invitation).await;
        assert_eq!(locked.code().as_deref(), Some("T-104"), "{}", locked.said());
        assert!(locked.text.contains("03-0000-0000"), "the page says who can help: {}", locked.said());
        assert_eq!(site.standing(&invitation.enrollment).await, "locked");
        site.later(SignedDuration::from_secs(minutes * 60 - 1));
        let page = phone.open(&link(&invitation)).await;
        assert_eq!(page.code().as_deref(), Some("T-104"), "{minutes} minutes: {}", page.said());
        assert!(!page.has_form());
        site.later(SignedDuration::from_secs(1));
        assert_eq!(site.standing(&invitation.enrollment).await, "invited");
    }
    claim(&phone, &invitation).await;
}

/// Invariant 7: while it is locked even the right secret changes nothing.
#[tokio::test]
async fn while_it_is_locked_the_right_secret_is_not_looked_at() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let right = crate::journey::filled(&phone, &invitation).await;
    let by_number = {
        let mut form = phone.open(&site.landing).await.form();
        form.fill(hook::NUMBER, invitation.number.expose()).fill(hook::SECRET, &invitation.secret.grouped());
        form
    };
    for _ in 0..5 {
        guess(&phone, &invitation).await;
    }
    for form in [&right, &by_number] {
        let page = phone.send(form).await;
        assert_eq!(page.code().as_deref(), Some("T-104"), "{}", page.said());
    }
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 0);
}

#[tokio::test]
async fn an_operator_unlocks_at_once() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    for _ in 0..5 {
        guess(&phone, &invitation).await;
    }
    site.authority.unlock(&site.caller, &invitation.enrollment).await.unwrap();
    assert_eq!(site.standing(&invitation.enrollment).await, "invited");
    claim(&phone, &invitation).await;
}

/// Nobody learns whether a number exists: a made-up one is counted, told and locked like a real one.
#[tokio::test]
async fn a_number_that_nobody_has_answers_like_one_that_somebody_has() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let nobody = if invitation.number.expose() == "00000000" { "11111111" } else { "00000000" };
    let mut answers = Vec::new();
    for number in [invitation.number.expose(), nobody] {
        let mut seen = Vec::new();
        for _ in 0..6 {
            let mut form = phone.open(&site.landing).await.form();
            form.fill(hook::NUMBER, number).fill(hook::SECRET, "abcde-fghjk");
            let page = phone.send(&form).await;
            seen.push((page.status, page.code(), left(&page)));
        }
        answers.push(seen);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][0].1.as_deref(), Some("T-102"));
    assert_eq!(answers[0][5].1.as_deref(), Some("T-104"));
}
