//! A day at the desk: issue, look, act, and be told when somebody was quicker.

use tegata::directory::Role;

use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World};

async fn issued(browser: &mut Browser, name: &str, facility: &str) -> (Page, String) {
    let form = browser.get("/o/midori/issue").await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let fields = [("name", name), ("facility", facility), ("offer", offer.as_str())];
    let page = browser.submit(&form, "form#issue-form", &fields).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "handover"), "{}", page.text);
    let enrollment = page.find("a#enrollment", "href").unwrap();
    (page, enrollment)
}

#[tokio::test]
async fn an_enrollment_is_issued_once_however_often_the_form_is_sent() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let form = browser.get("/o/midori/issue").await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let fields = [("name", "田中 花子"), ("offer", offer.as_str()), ("note", "予備")];
    let first = browser.submit(&form, "form#issue-form", &fields).await;
    let second = browser.submit(&form, "form#issue-form", &fields).await;
    for part in ["#link", "#secret", "#number"] {
        assert!(first.text_of(part).is_some());
        assert_eq!(first.text_of(part), second.text_of(part));
    }
    assert!(first.find("#scan svg", "viewbox").or(first.find("#scan svg", "viewBox")).is_some());
    let list = browser.get("/o/midori/enrollments").await;
    assert_eq!(list.text.matches("田中 花子</a>").count(), 1, "{}", list.text);
    let other = [("name", "鈴木 一郎"), ("offer", offer.as_str())];
    let moved = browser.submit(&form, "form#issue-form", &other).await;
    assert_eq!(moved.goes_to(), first.find("a#enrollment", "href").unwrap());
}

#[tokio::test]
async fn a_form_that_does_not_do_comes_back_with_what_is_wrong_and_what_was_typed() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::FacilityManager).await;
    let mut browser = world.signed_in(&account).await;
    let form = browser.get("/o/midori/issue").await;
    let offer = form.find("#field-offer option", "value").unwrap();
    let fields = [("name", ""), ("id", "あ"), ("facility", FACILITY), ("offer", offer.as_str())];
    let back = browser.submit(&form, "form#issue-form", &fields).await;
    assert_eq!(back.status, 422);
    assert!(back.text_of("#problem-name").is_some() && back.text_of("#problem-id").is_some());
    assert_eq!(back.find("#field-facility option[selected]", "value").as_deref(), Some(FACILITY));
    // A facility manager issues for nobody else's people.
    let fields = [("name", "田中 花子"), ("facility", "OTHER"), ("offer", offer.as_str())];
    let beyond = browser.submit(&form, "form#issue-form", &fields).await;
    assert!(beyond.text_of("#problem-facility").is_some(), "{}", beyond.text);
    assert_eq!(issued(&mut browser, "田中 花子", FACILITY).await.0.status, 200);
}

#[tokio::test]
async fn an_act_says_what_it_will_do_and_the_slower_operator_is_told_what_changed() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let (mut one, mut other) = (world.signed_in(&account).await, world.signed_in(&account).await);
    let (_, enrollment) = issued(&mut one, "田中 花子", FACILITY).await;
    let cancel = one.get(&format!("{enrollment}/cancel")).await;
    assert!(cancel.text_of("#effects").is_some());
    let renew = other.get(&format!("{enrollment}/renew")).await;
    let handed = other.submit(&renew, "form#act", &[]).await;
    assert_eq!(handed.kind(), "handover");
    let told = one.submit(&cancel, "form#act", &[]).await;
    assert_eq!(told.status, 422);
    assert!(told.text_of("#changed").is_some(), "{}", told.text);
    // Having seen it, the first one may go on.
    let done = one.submit(&told, "form#act", &[]).await;
    assert_eq!(done.goes_to(), enrollment);
    let shown = one.get(&enrollment).await;
    assert_eq!(shown.find("#state", "data-state").as_deref(), Some("cancelled"));
    assert!(shown.text_of("#said").is_some());
    let again = one.get(&format!("{enrollment}/cancel")).await;
    assert!(again.find("#hint", "data-hint").is_some());
}

#[tokio::test]
async fn what_happened_is_asked_first_and_then_issued_anew() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let (_, enrollment) = issued(&mut browser, "田中 花子", "").await;
    let question = browser.get(&format!("{enrollment}/reissue")).await;
    assert!(question.find("#questions a[href$='why=lost-download']", "href").is_some());
    assert!(question.find("form#act", "action").is_none());
    let answer = browser.get(&format!("{enrollment}/reissue?why=lost-download")).await;
    // It ends what there is, and so asks for the name.
    let refused = browser.submit(&answer, "form#act", &[]).await;
    assert!(refused.text_of("#problem-confirm").is_some(), "{}", refused.text);
    let handed = browser.submit(&refused, "form#act", &[("confirm", "田中 花子")]).await;
    assert_eq!(handed.kind(), "handover", "{}", handed.text);
    assert_ne!(handed.find("a#enrollment", "href").unwrap(), enrollment);
    let old = browser.get(&enrollment).await;
    assert_eq!(old.find("#state", "data-state").as_deref(), Some("replaced"));
    assert!(old.find("a#successor", "href").is_some());
}

#[tokio::test]
async fn lists_and_their_files_show_what_the_role_reaches_and_no_formulas() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let manager = world.member(&world.midori, Role::FacilityManager).await;
    let mut browser = world.signed_in(&operator).await;
    let (handed, enrollment) = issued(&mut browser, "田中 花子", FACILITY).await;
    issued(&mut browser, "=cmd()", "").await;
    let file = browser.get("/o/midori/enrollments.csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("田中 花子"));
    assert!(file.text.contains(",'=cmd(),") && !file.text.contains(",=cmd()"), "{}", file.text);
    issued(&mut browser, "＋1", "").await;
    assert!(browser.get("/o/midori/enrollments.csv").await.text.contains(",'＋1,"));
    assert!(!file.text.contains(&handed.text_of("#secret").unwrap()));
    let mut own = world.signed_in(&manager).await;
    let list = own.get("/o/midori/enrollments").await;
    assert!(list.text.contains("田中 花子") && !list.text.contains("=cmd()"));
    assert!(!own.get("/o/midori/enrollments.csv").await.text.contains("cmd()"));
    let number = handed.text_of("#number").unwrap();
    let query = url::form_urlencoded::byte_serialize(number.trim().as_bytes()).collect::<String>();
    let found = own.get(&format!("/o/midori/enrollments?q={query}")).await;
    assert_eq!(found.text.matches("<th scope=\"row\"").count(), 1);
    assert_eq!(own.get(&enrollment).await.kind(), "enrollment");
    let nothing = own.get("/o/midori/enrollments?state=revoked&after=nonsense&sort=waiting").await;
    assert_eq!((nothing.status, nothing.kind().as_str()), (200, "enrollments"));
}
