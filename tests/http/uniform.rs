//! Whoever asks for what does not exist learns nothing, not even whether it could.

use crate::world::{Page, World};

/// Everything of a response but the reference and the date.
fn naked(page: &Page) -> (u16, Vec<(String, String)>, String) {
    let reference = page.header("x-request-id").unwrap();
    let mut headers: Vec<_> = page
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (page.status, headers, page.text.replace(reference, ""))
}

const UNKNOWN: &str = "0123456789ABCDEFGHJKMNPQRS";

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_code_or_ticket_gets_what_an_unknown_one_gets() {
    let world = World::new().await;
    let browser = world.browser();
    for (before, after) in [("/c/", ""), ("/C/", ""), ("/t/", ""), ("/d/", "/a.p12")] {
        let unknown = browser.get(&world.landing(&format!("{before}{UNKNOWN}{after}"))).await;
        assert_eq!((unknown.status, unknown.mark("code").as_deref()), (404, Some("T-101")));
        for malformed in ["x", "%E3%81%82", &"A".repeat(2_000), "0123456789ABCDEFGHJKMNPQR!", "%00", "%FF"] {
            let page = browser.get(&world.landing(&format!("{before}{malformed}{after}"))).await;
            assert_eq!(naked(&page), naked(&unknown), "{before}{malformed}{after}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_for_an_unknown_or_malformed_code_is_not_looked_at() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let nonce = world.browser().get(&link).await.nonce();
    let secret = invitation.secret.grouped();
    let fields = [("form", nonce.as_str()), ("secret", secret.as_str())];
    let unknown = world.browser().post(&world.landing(&format!("/c/{UNKNOWN}")), &fields).await;
    assert_eq!((unknown.status, unknown.mark("code").as_deref()), (404, Some("T-101")));
    let malformed = world.browser().post(&world.landing("/c/x"), &fields).await;
    assert_eq!(naked(&malformed), naked(&unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_number_gets_what_an_unknown_one_gets() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let browser = world.browser();
    let mut answers = Vec::new();
    let other = if invitation.number.expose() == "12345678" { "87654321" } else { "12345678" };
    for number in [other, "1234", "", "あ", "123456789012345678901234567890"] {
        let mut steps = Vec::new();
        for _ in 0..6 {
            let nonce = browser.get(&world.landing("/")).await.nonce();
            let fields = [("form", nonce.as_str()), ("number", number), ("secret", "abcde-fghjk")];
            let page = browser.post(&world.landing("/"), &fields).await;
            steps.push((page.status, page.mark("code"), page.find("#attempts", "data-attempts-left")));
        }
        answers.push(steps);
    }
    assert!(answers.iter().all(|steps| *steps == answers[0]), "{answers:?}");
    assert_eq!(answers[0][0], (403, Some("T-102".into()), Some("4".into())));
    assert_eq!(answers[0][5].1.as_deref(), Some("T-104"));
    // A number that exists, with a wrong secret, is answered in the same way.
    let nonce = browser.get(&world.landing("/")).await.nonce();
    let number = invitation.number.grouped();
    let fields = [("form", nonce.as_str()), ("number", number.as_str()), ("secret", "abcde-fghjk")];
    let page = browser.post(&world.landing("/"), &fields).await;
    assert_eq!((page.status, page.mark("code"), page.find("#attempts", "data-attempts-left")), answers[0][0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_name_under_a_right_ticket_is_as_unknown() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    let unknown = world.browser().get(&world.landing(&format!("/d/{UNKNOWN}/a.p12"))).await;
    let base = claimed.file.rsplit_once('/').unwrap().0;
    for name in ["a.p12", "..", "%2e%2e%2fstore.sqlite", "%E3%81%82.p12", &"a".repeat(3_000)] {
        let page = world.browser().get(&format!("{base}/{name}")).await;
        assert_eq!(page.status, 404, "{name}");
        if name != ".." {
            assert_eq!(naked(&page), naked(&unknown), "{name}");
        }
    }
}
