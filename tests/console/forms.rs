//! Forms that something came in the way of: nothing is done, and nothing that was typed is lost.

use tegata::directory::Role;
use tegata::http::{Guard, Manner, routes_of_the_console};

use crate::authenticator::Authenticator;
use crate::world::World;

fn origin(world: &World) -> String {
    format!("http://localhost:{}", world.nodes[0].port())
}

#[tokio::test]
async fn a_form_of_another_session_changes_nothing_and_comes_back_to_be_looked_at() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let (mut mine, mut theirs) = (world.signed_in(&account).await, world.signed_in(&account).await);
    let page = theirs.get("/account").await;
    let refused = mine.submit(&page, "form#self", &[("name", "新しい 名前")]).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "T-502"));
    assert_eq!(refused.find("form#resume input[name=name]", "value").as_deref(), Some("新しい 名前"));
    let unchanged = mine.get("/account").await;
    assert_eq!(unchanged.find("#field-name", "value").as_deref(), Some("佐藤 明子"));
    let sent = mine.submit(&refused, "form#resume", &[]).await;
    assert_eq!(sent.goes_to(), "/account");
    let changed = mine.get("/account").await;
    assert_eq!(changed.find("#field-name", "value").as_deref(), Some("新しい 名前"));
}

#[tokio::test]
async fn a_form_for_one_address_is_not_taken_at_another() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let page = browser.get("/account").await;
    let (_, fields) = page.form("form#self");
    let nonce = &fields.iter().find(|(name, _)| name == "form").unwrap().1;
    let refused = browser.post("/account/recovery-code", &[("form", nonce)]).await;
    assert_eq!(refused.code(), "T-502");
}

#[tokio::test]
async fn a_form_that_another_site_sends_is_refused_before_it_is_read() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let page = browser.get("/account").await;
    browser.headers.insert("origin", "https://evil.example".parse().unwrap());
    let refused = browser.submit(&page, "form#self", &[("name", "X")]).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "T-203"));
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_form_loses_nothing() {
    let world = World::new().await;
    let token = world.link(&world.midori, Role::Operator).await;
    let mut browser = world.browser();
    let mut key = Authenticator::new(&format!("http://localhost:{}", world.nodes[0].port()));
    let page = browser.get(&format!("/join/{}", token.expose())).await;
    let credential = key.create(&page.options());
    browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    let page = browser.get("/account").await;
    world.advance_minutes(61);
    let typed = [("name", "途中の 名前"), ("email", "a\"<b")];
    let signed_out = browser.submit(&page, "form#self", &typed).await;
    assert_eq!((signed_out.status, signed_out.code().as_str()), (403, "T-501"));
    let credential = key.get(&signed_out.options());
    let resumed = browser.submit(&signed_out, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((resumed.status, resumed.kind().as_str()), (200, "resume"), "{}", resumed.text);
    assert_eq!(resumed.form("form#resume").0, "/account");
    assert_eq!(resumed.find("form#resume input[name=email]", "value").as_deref(), Some("a\"<b"));
    // It is sent as it was typed, and what is wrong with it is said, with everything still there.
    let refused = browser.submit(&resumed, "form#resume", &[]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.find("#field-name", "value").as_deref(), Some("途中の 名前"));
    assert!(refused.text_of("#problem-email").is_some());
    let done = browser.submit(&refused, "form#self", &[("email", "a@example.jp")]).await;
    assert_eq!(done.goes_to(), "/account");
}

#[tokio::test]
async fn what_cannot_be_undone_needs_a_passkey_of_the_last_minutes() {
    let world = World::new().await;
    let token = world.link(&world.midori, Role::Operator).await;
    let mut browser = world.browser();
    let mut key = Authenticator::new(&format!("http://localhost:{}", world.nodes[0].port()));
    let page = browser.get(&format!("/join/{}", token.expose())).await;
    let credential = key.create(&page.options());
    let shown = browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    let first = shown.text_of("#recovery-code").unwrap();
    world.advance_minutes(6);
    let page = browser.get("/account").await;
    let asked = browser.submit(&page, "form#renew-code", &[]).await;
    assert_eq!((asked.status, asked.code().as_str()), (403, "T-505"));
    // Another person's passkey is no answer.
    let mut other = Authenticator::new(&format!("http://localhost:{}", world.nodes[0].port()));
    other.create(&serde_json::json!({ "publicKey": {
        "rp": { "id": "localhost" }, "user": { "id": "AAAA" }, "challenge": "AAAA",
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
    }}));
    let refused = other.get(&asked.options());
    let asked = browser.submit(&asked, "form#passkey", &[("credential", &refused)]).await;
    assert_eq!(asked.code(), "T-506");
    let credential = key.get(&asked.options());
    let resumed = browser.submit(&asked, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!(
        (resumed.kind().as_str(), resumed.form("form#resume").0.as_str()),
        ("resume", "/account/recovery-code")
    );
    let renewed = browser.submit(&resumed, "form#resume", &[]).await;
    assert_eq!(renewed.kind(), "recovery-code");
    assert_ne!(renewed.text_of("#recovery-code").unwrap(), first);
    world.advance_minutes(6);
    let page = browser.get("/account").await;
    assert_eq!(browser.submit(&page, "form#renew-code", &[]).await.code(), "T-505");
}

#[tokio::test]
async fn what_ends_something_asks_for_a_passkey_of_the_last_minutes_and_what_is_issued_for_one_of_the_last_hour()
 {
    let mut hourly = Vec::new();
    let mut stepped_up = Vec::new();
    for (manner, path, guard) in routes_of_the_console() {
        if manner == Manner::Writes {
            match guard {
                Guard::InShown(_) => hourly.push(path),
                guard if guard.is_stepped_up() => stepped_up.push(path),
                _ => {}
            }
        }
    }
    for act in ["enrollments/{enrollment}/revoke", "enrollments/{enrollment}/reissue", "bulk/{job}/begin"] {
        assert!(stepped_up.contains(&format!("/o/{{organization}}/{act}").as_str()), "{act}");
    }
    for act in ["enrollments/{enrollment}/renew", "issue"] {
        assert!(hourly.contains(&format!("/o/{{organization}}/{act}").as_str()), "{act}");
    }
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let form = browser.get("/o/midori/issue").await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let fields = [("name", "田中 花子"), ("offer", offer.as_str())];
    world.advance_minutes(30);
    let handed = browser.submit(&form, "form#issue-form", &fields).await;
    assert_eq!(handed.kind(), "handover", "{}", handed.text);
    let enrollment = handed.find("a#enrollment", "href").unwrap();
    let form = browser.get(&format!("{enrollment}/reissue?why=lost-download")).await;
    let asked = browser.submit(&form, "form#act", &[("confirm", "田中 花子")]).await;
    assert_eq!((asked.status, asked.code().as_str()), (403, "T-505"), "{}", asked.text);
    let unchanged = browser.get(&enrollment).await;
    assert_eq!(unchanged.find("#state", "data-state").as_deref(), Some("invited"));
    // An hour after the passkey, nothing is issued either.
    world.advance_minutes(29);
    let form = browser.get("/o/midori/issue").await;
    world.advance_minutes(1);
    assert_eq!(browser.submit(&form, "form#issue-form", &fields).await.code(), "T-505");
}

#[tokio::test]
async fn a_form_that_says_of_no_site_where_it_comes_from_is_refused() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let page = browser.get("/account").await;
    assert_eq!(page.headers["referrer-policy"], "same-origin");
    browser.headers.insert("origin", "null".parse().unwrap());
    let refused = browser.submit(&page, "form#self", &[("name", "X")]).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "T-203"));
    browser.headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
    assert_eq!(browser.submit(&page, "form#self", &[("name", "新しい 名前")]).await.goes_to(), "/account");
}

#[tokio::test]
async fn who_goes_on_with_a_form_sees_what_is_sent_and_whether_somebody_else_typed_it() {
    let world = World::new().await;
    let first = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&first).await;
    let page = browser.get("/account").await;
    world.advance_minutes(61);
    let signed_out =
        browser.submit(&page, "form#self", &[("name", "途中の 名前"), ("secret", "ABCDE-FGHJK")]).await;
    assert_eq!(signed_out.code(), "T-501");
    // Somebody else signs in on that page.
    let token = world.link(&world.midori, Role::Operator).await;
    let (mut other, mut key) = (world.browser(), Authenticator::new(&origin(&world)));
    let page = other.get(&format!("/join/{}", token.expose())).await;
    let credential = key.create(&page.options());
    other.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    let credential = key.get(&signed_out.options());
    let resumed = browser.submit(&signed_out, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!(resumed.kind(), "resume", "{}", resumed.text);
    assert!(resumed.text_of("#others").is_some(), "{}", resumed.text);
    let sent = resumed.text_of("#sent").unwrap();
    assert!(sent.contains("/account") && sent.contains("途中の 名前"), "{sent}");
    assert!(!sent.contains("ABCDE-FGHJK"), "{sent}");
}
