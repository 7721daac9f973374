//! Passkeys, one-time links and recovery codes, shown by an authenticator in software.

use tegata::directory::Role;

use crate::authenticator::Authenticator;
use crate::browser::{Browser, Page};
use crate::world::World;

fn origin(world: &World) -> String {
    format!("http://localhost:{}", world.nodes[0].port())
}

/// Follows a one-time link to the page with the recovery code.
async fn join(world: &World, role: Role) -> (Browser, Authenticator, String) {
    let token = world.link(&world.midori, role).await;
    let (mut browser, mut key) = (world.browser(), Authenticator::new(&origin(world)));
    let page = browser.get(&format!("/join/{}", token.expose())).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "join"));
    let credential = key.create(&page.options());
    let shown = browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((shown.status, shown.kind().as_str()), (200, "recovery-code"), "{}", shown.text);
    let code = shown.text_of("#recovery-code").unwrap();
    (browser, key, code)
}

async fn sign_out(browser: &mut Browser) {
    let page = browser.get("/account").await;
    let left = browser.submit(&page, "form#sign-out", &[]).await;
    assert_eq!(left.goes_to(), "/sign-in");
    assert!(!browser.cookies.contains_key("tegata-session"));
}

/// Signs in; the page that was answered.
async fn sign_in(browser: &mut Browser, key: &mut Authenticator) -> Page {
    let page = browser.get("/sign-in").await;
    let credential = key.get(&page.options());
    browser.submit(&page, "form#passkey", &[("credential", &credential)]).await
}

#[tokio::test]
async fn a_link_makes_a_passkey_that_signs_in_on_any_node() {
    let world = World::new().await;
    let (mut browser, mut key, code) = join(&world, Role::HelpDesk).await;
    assert_eq!(code.len(), 35);
    assert_eq!(browser.get("/o/midori").await.find("#role", "data-role").as_deref(), Some("help-desk"));
    sign_out(&mut browser).await;
    assert_eq!(browser.get("/o/midori").await.goes_to(), "/sign-in?back=%2Fo%2Fmidori");
    // The page comes from one node, the other one takes the answer.
    let page = browser.get("/sign-in?back=%2Fo%2Fmidori").await;
    let credential = key.get(&page.options());
    browser.node = world.nodes[1];
    let entered = browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((entered.status, entered.goes_to()), (303, "/o/midori"));
    browser.node = world.nodes[0];
    assert_eq!(browser.get("/o/midori").await.status, 200);
}

#[tokio::test]
async fn a_link_that_is_looked_at_stays_open_and_works_once() {
    let world = World::new().await;
    let token = world.link(&world.midori, Role::Operator).await;
    let path = format!("/join/{}", token.expose());
    for _ in 0..3 {
        assert_eq!(world.browser().get(&path).await.status, 200);
    }
    let (mut first, mut second) = (world.browser(), world.browser());
    let (one, other) = (first.get(&path).await, second.get(&path).await);
    let mut key = Authenticator::new(&origin(&world));
    let credential = key.create(&one.options());
    assert_eq!(first.submit(&one, "form#passkey", &[("credential", &credential)]).await.status, 200);
    let credential = Authenticator::new(&origin(&world)).create(&other.options());
    let late = second.submit(&other, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((late.status, late.code().as_str()), (410, "T-509"));
    assert_eq!(world.browser().get(&path).await.code(), "T-509");
    assert_eq!(world.browser().get("/join/nothing").await.code(), "T-509");
}

#[tokio::test]
async fn an_answer_is_taken_once_within_minutes_and_in_its_own_browser() {
    let world = World::new().await;
    let (mut browser, mut key, _) = join(&world, Role::Operator).await;
    sign_out(&mut browser).await;
    let page = browser.get("/sign-in").await;
    let credential = key.get(&page.options());
    let stolen = browser.cookies.clone();
    assert_eq!(browser.submit(&page, "form#passkey", &[("credential", &credential)]).await.status, 303);
    // Somebody who has seen it all, the browser's name included, sends it again.
    let mut thief = world.browser();
    thief.cookies = stolen;
    let again = thief.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((again.status, again.code().as_str()), (410, "T-513"));
    // In another browser the form itself is not taken.
    let credential = key.get(&page.options());
    let other = world.browser().submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((other.status, other.code().as_str()), (403, "T-502"));
    // And not after ten minutes.
    let mut late = world.browser();
    let page = late.get("/sign-in").await;
    let credential = key.get(&page.options());
    world.advance_minutes(11);
    let late = late.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!(late.code(), "T-513");
}

#[tokio::test]
async fn a_passkey_that_was_copied_or_does_not_know_its_owner_is_refused() {
    let world = World::new().await;
    let (mut browser, mut key, _) = join(&world, Role::Operator).await;
    sign_out(&mut browser).await;
    assert_eq!(sign_in(&mut browser, &mut key).await.status, 303);
    sign_out(&mut browser).await;
    key.counter -= 1;
    let copied = sign_in(&mut browser, &mut key).await;
    assert_eq!((copied.status, copied.code().as_str()), (403, "T-507"));
    key.counter += 5;
    key.verifies = false;
    assert_eq!(sign_in(&mut browser, &mut key).await.code(), "T-506");
    key.verifies = true;
    let mut stranger = Authenticator::new(&origin(&world));
    let token = world.link(&world.aoba, Role::Operator).await;
    let page = world.browser().get(&format!("/join/{}", token.expose())).await;
    stranger.create(&page.options());
    assert_eq!(sign_in(&mut browser, &mut stranger).await.code(), "T-506");
    let mut elsewhere = Authenticator::new("https://console.example.com");
    let mut options = page.options();
    options["publicKey"]["rp"]["id"] = "console.example.com".into();
    elsewhere.create(&options);
    assert_eq!(sign_in(&mut browser, &mut elsewhere).await.code(), "T-506");
    assert_eq!(sign_in(&mut browser, &mut key).await.status, 303);
}

#[tokio::test]
async fn a_recovery_code_leads_to_a_new_passkey_once_and_ends_every_session() {
    let world = World::new().await;
    let (mut old, mut lost, code) = join(&world, Role::Operator).await;
    let mut browser = world.browser();
    let page = browser.get("/recover").await;
    let wrong =
        browser.submit(&page, "form#recovery", &[("code", "7KQ4M-2XW9A-B3CD4-E5FG6-H7JK8-M9NP0")]).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (403, "T-508"));
    let page = browser.submit(&wrong, "form#recovery", &[("code", &code.to_lowercase())]).await;
    assert_eq!(page.kind(), "recover-passkey");
    let mut key = Authenticator::new(&origin(&world));
    let credential = key.create(&page.options());
    world.advance_minutes(1);
    let shown = browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((shown.status, shown.kind().as_str()), (200, "recovery-code"), "{}", shown.text);
    assert_ne!(shown.text_of("#recovery-code").unwrap(), code);
    assert!(old.get("/account").await.goes_to().starts_with("/sign-in"));
    assert_eq!(browser.get("/account").await.status, 200);
    let mut again = world.browser();
    let page = again.get("/recover").await;
    assert_eq!(again.submit(&page, "form#recovery", &[("code", &code)]).await.code(), "T-508");
    // Whoever has the lost one does not get in with it.
    assert_eq!(sign_in(&mut old, &mut lost).await.code(), "T-506");
    // The last one stays.
    let page = browser.get("/account").await;
    assert!(page.find("form[action='/account/passkeys/remove']", "action").is_none());
}

#[tokio::test]
async fn who_is_signed_in_takes_a_further_place_with_the_same_account() {
    let world = World::new().await;
    let (mut browser, ..) = join(&world, Role::HelpDesk).await;
    let token = world.link(&world.aoba, Role::Auditor).await;
    let page = browser.get(&format!("/join/{}", token.expose())).await;
    assert_eq!(browser.get("/o/aoba").await.status, 404);
    let joined = browser.submit(&page, "form#join-as", &[]).await;
    assert_eq!(joined.goes_to(), "/");
    let there = browser.get("/o/aoba").await;
    assert_eq!(there.find("#role", "data-role").as_deref(), Some("auditor"));
}
