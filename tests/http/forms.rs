//! What a form must be before anything is looked at, and what its answer says.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Method;
use tegata::enrollment::IssuedInvitation;
use tegata::http::{Allowance, LARGEST_FORM};

use crate::world::{Page, World};

struct Open {
    world: World,
    invitation: IssuedInvitation,
    link: String,
}

impl Open {
    async fn new() -> Self {
        let world = World::new().await;
        let invitation = world.invite().await;
        let link = world.landing(&format!("/c/{}", invitation.code.expose()));
        Self { world, invitation, link }
    }

    async fn nonce(&self) -> String {
        self.world.browser().get(&self.link).await.nonce()
    }

    async fn send(&self, headers: &[(&'static str, &str)], nonce: &str, secret: &str) -> Page {
        self.world.browser().post_with(&self.link, headers, &[("form", nonce), ("secret", secret)]).await
    }

    fn secret(&self) -> String {
        self.invitation.secret.grouped().to_string()
    }

    /// Nothing was used up: five attempts, and the right secret still leads on.
    async fn assert_untouched(&self) {
        assert_eq!(self.world.standing(&self.invitation).await, "invited");
        let wrong = self.send(&[], &self.nonce().await, "22222-22222").await;
        assert_eq!(wrong.find("#attempts", "data-attempts-left").as_deref(), Some("4"), "{}", wrong.text);
        let right = self.send(&[], &self.nonce().await, &self.secret()).await;
        assert_eq!(right.status, 303);
    }
}

fn code(page: &Page) -> Option<String> {
    page.mark("code")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_secret_leads_to_the_ticket_as_often_as_it_is_sent() {
    let open = Open::new().await;
    let nonce = open.nonce().await;
    let first = open.send(&[], &nonce, &open.secret()).await;
    assert_eq!(first.status, 303);
    let again = open.send(&[], &open.nonce().await, &open.secret().to_uppercase()).await;
    assert_eq!((again.status, again.header("location")), (303, first.header("location")));
    let page = open.world.browser().get(&open.link).await;
    assert!(page.has("#resume"), "the form says that it leads back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_how_many_are_left_until_it_locks() {
    let open = Open::new().await;
    for left in ["4", "3", "2", "1"] {
        let page = open.send(&[], &open.nonce().await, "22222-22222").await;
        assert_eq!(
            (page.status, code(&page).as_deref(), page.kind().as_str()),
            (403, Some("T-102"), "secret")
        );
        assert_eq!(page.find("#attempts", "data-attempts-left").as_deref(), Some(left));
        assert_eq!(page.find("#secret", "value").as_deref(), Some(""), "a secret never comes back");
    }
    let nonce = open.nonce().await;
    let locked = open.send(&[], &nonce, "22222-22222").await;
    assert_eq!((locked.status, code(&locked).as_deref()), (403, Some("T-104")));
    assert_eq!(
        locked.text_of("#fact").as_deref(),
        Some("11月21日（土）18:15 から、また入力できます（あと15分）。")
    );
    assert!(locked.text_of("#contact").unwrap().contains("03-1234-5678"), "whom to ask");
    assert_eq!(open.send(&[], &nonce, &open.secret()).await.status, 403);
    open.world.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(open.send(&[], &nonce, &open.secret()).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_secret_is_not_counted() {
    let open = Open::new().await;
    for typed in ["", "abc", "abcde-fghjkm", "00000-11111", &"a".repeat(1_000)] {
        let page = open.send(&[], &open.nonce().await, typed).await;
        assert_eq!((page.status, code(&page).as_deref()), (400, Some("T-103")), "{typed}");
    }
    open.assert_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_forged_or_foreign_nonce_shows_the_form_again() {
    let open = Open::new().await;
    let number = open.world.browser().get(&open.world.landing("/")).await.nonce();
    let other = open.world.invite().await;
    let other = open.world.landing(&format!("/c/{}", other.code.expose()));
    let other = open.world.browser().get(&other).await.nonce();
    let mut altered = open.nonce().await;
    altered.replace_range(0..1, if altered.starts_with('A') { "B" } else { "A" });
    for nonce in ["", "x", &number, &other, &altered, &"A".repeat(2_000)] {
        let page = open.send(&[], nonce, &open.secret()).await;
        assert_eq!(
            (page.status, code(&page).as_deref(), page.kind().as_str()),
            (400, Some("T-201"), "secret")
        );
        // The form that is shown then works at once.
        assert!(!page.nonce().is_empty());
    }
    open.assert_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_open_too_long_is_shown_again() {
    let open = Open::new().await;
    let nonce = open.nonce().await;
    open.world.clock.advance(SignedDuration::from_hours(13));
    let page = open.send(&[], &nonce, &open.secret()).await;
    assert_eq!((page.status, code(&page).as_deref()), (400, Some("T-202")));
    let again = page.nonce();
    assert_eq!(open.send(&[], &again, &open.secret()).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_form_is_refused_and_nothing_is_used_up() {
    let open = Open::new().await;
    let nonce = open.nonce().await;
    for headers in [
        [("origin", "https://evil.example")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
    ] {
        let page = open.send(&headers, &nonce, &open.secret()).await;
        assert_eq!(
            (page.status, code(&page).as_deref(), page.kind().as_str()),
            (403, Some("T-203"), "error")
        );
    }
    open.assert_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_form_is_taken_with_the_headers_that_browsers_send() {
    for headers in [
        vec![("origin", "null"), ("sec-fetch-site", "same-origin")],
        vec![("origin", "null")],
        vec![("sec-fetch-site", "none")],
    ] {
        let open = Open::new().await;
        let nonce = open.nonce().await;
        assert_eq!(open.send(&headers, &nonce, &open.secret()).await.status, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_small_form_is_refused() {
    let open = Open::new().await;
    let browser = open.world.browser();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let good = format!("form={}&secret={}", open.nonce().await, open.secret());
    let post = async |header: (&'static str, &str), body: String| {
        let page = browser.send(Method::POST, &open.link, &[header], Some(body)).await;
        (page.status, page.mark("code").unwrap())
    };
    let large = format!("{good}&x={}", "x".repeat(LARGEST_FORM));
    assert_eq!(post(form, large).await, (413, "T-204".into()));
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        assert_eq!(post(("content-type", kind), good.clone()).await, (415, "T-205".into()), "{kind}");
    }
    for bad in [format!("{good}&secret=x"), format!("{good}&x=%FF"), format!("{good}&x=%2")] {
        assert_eq!(post(form, bad.clone()).await, (400, "T-206".into()), "{bad}");
    }
    open.assert_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_whose_length_is_not_told_is_bounded_all_the_same() {
    let open = Open::new().await;
    let host = open.world.landing;
    let path = open.link.split_once(&host.to_string()).unwrap().1.to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = [b'x'; 4096];
        for _ in 0..3 {
            stream.write_all(b"1000\r\n").unwrap();
            stream.write_all(&chunk).unwrap();
            stream.write_all(b"\r\n").unwrap();
        }
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8(answer.to_vec()).unwrap()
    });
    assert_eq!(answer.await.unwrap(), "HTTP/1.1 413");
    open.assert_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_forms_are_asked_to_wait_and_nothing_is_used_up() {
    let world = World::with_settings(|settings| {
        settings.limits.forms =
            Allowance { burst: NonZeroU32::new(2).unwrap(), refill: Duration::from_secs(30) };
    })
    .await;
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let nonce = world.browser().get(&link).await.nonce();
    let wrong = [("form", nonce.as_str()), ("secret", "22222-22222")];
    for _ in 0..2 {
        assert_eq!(world.browser().post(&link, &wrong).await.status, 403);
    }
    let page = world.browser().post(&link, &wrong).await;
    assert_eq!((page.status, code(&page).as_deref()), (429, Some("T-207")));
    assert_eq!(page.header("retry-after"), Some("31"));
    assert_eq!(world.browser().get(&link).await.status, 200, "looking is free");
    world.clock.advance(SignedDuration::from_secs(31));
    let secret = invitation.secret.grouped();
    let right = world.browser().post(&link, &[("form", &nonce), ("secret", &secret)]).await;
    assert_eq!(right.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_use_up_an_offices_allowance() {
    let world = World::with_settings(|settings| {
        settings.limits.forms =
            Allowance { burst: NonZeroU32::new(2).unwrap(), refill: Duration::from_secs(30) };
    })
    .await;
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    for _ in 0..5 {
        let foreign = [("origin", "https://evil.example")];
        assert_eq!(world.browser().post_with(&link, &foreign, &[("form", "x")]).await.status, 403);
    }
    world.claim(&invitation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_many_links_is_asked_to_wait() {
    let world = World::with_settings(|settings| {
        settings.limits.misses =
            Allowance { burst: NonZeroU32::new(3).unwrap(), refill: Duration::from_secs(30) };
    })
    .await;
    for _ in 0..3 {
        assert_eq!(world.browser().get(&world.landing("/c/x")).await.status, 404);
    }
    for path in ["/c/x", "/t/x", "/d/x/y"] {
        assert_eq!(world.browser().get(&world.landing(path)).await.status, 429, "{path}");
    }
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    assert_eq!(world.browser().get(&link).await.status, 200, "a good link is not a miss");
}

#[tokio::test(flavor = "multi_thread")]
async fn number_and_secret_lead_to_a_ticket_without_a_link() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let start = world.landing("/");
    let page = world.browser().get(&start).await;
    assert_eq!(page.kind(), "number");
    let nonce = page.nonce();
    let number = invitation.number.grouped();
    let secret = invitation.secret.grouped();
    let wrong = world
        .browser()
        .post(&start, &[("form", &nonce), ("number", &number), ("secret", "22222-22222")])
        .await;
    assert_eq!((wrong.status, code(&wrong).as_deref()), (403, Some("T-102")));
    assert_eq!(wrong.find("#number", "value").as_deref(), Some(number.as_str()), "the number stays");
    let fields = [("form", nonce.as_str()), ("number", number.as_str()), ("secret", secret.as_str())];
    let right = world.browser().post(&start, &fields).await;
    assert_eq!(right.status, 303);
    let again = world.browser().post(&start, &fields).await;
    assert_eq!(again.header("location"), right.header("location"), "the same form, the same ticket");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_the_person_chooses_is_asked_for_and_judged() {
    let world = World::new().await;
    let invitation = world.invite_to("chosen").await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let page = world.browser().get(&link).await;
    assert!(page.has("input[name=password]"));
    let nonce = page.nonce();
    let secret = invitation.secret.grouped();
    for weak in ["", "short", "password1234", "パスワードパスワード"] {
        let fields = [("form", nonce.as_str()), ("secret", secret.as_str()), ("password", weak)];
        let page = world.browser().post(&link, &fields).await;
        assert_eq!((page.status, code(&page).as_deref()), (400, Some("T-114")), "{weak}");
        assert!(page.has("input[name=password]"));
    }
    let chosen = "kumo-no-ue-no-7-neko";
    let fields = [("form", nonce.as_str()), ("secret", secret.as_str()), ("password", chosen)];
    let right = world.browser().post(&link, &fields).await;
    assert_eq!(right.status, 303, "{}", right.text);
    let ticket = world.browser().get(&world.landing(right.header("location").unwrap())).await;
    assert_eq!(ticket.text_of("#bundle-password").as_deref(), Some(chosen));
    // Who comes by number is asked for it when the secret is right.
    let invitation = world.invite_to("chosen").await;
    let start = world.landing("/");
    let nonce = world.browser().get(&start).await.nonce();
    let (number, secret) = (invitation.number.grouped(), invitation.secret.grouped());
    let fields = [("form", nonce.as_str()), ("number", number.as_str()), ("secret", secret.as_str())];
    let page = world.browser().post(&start, &fields).await;
    assert_eq!((page.status, code(&page).as_deref()), (400, Some("T-114")));
    assert!(page.has("input[name=password]"));
}
