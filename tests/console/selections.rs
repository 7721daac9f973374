//! The same act on many: chosen on the list, looked at before, done once, and told row by row.

use tegata::directory::{Actor, Role};
use tegata::enrollment::{Caller, Carrier, EnrollmentId, Invite, Standing, SubscriberInvite};

use crate::browser::{Browser, Page};
use crate::lists::run_jobs;
use crate::world::{FACILITY, World};

const LIST: &str = "/o/midori/enrollments";

fn caller(world: &World) -> Caller {
    Caller::new(world.midori.clone(), Actor::CommandLine)
}

async fn invited(world: &World, name: &str, facility: Option<&str>) -> EnrollmentId {
    let invite = Invite {
        subscriber: SubscriberInvite { id: None, name: name.to_owned(), kana: None, email: None },
        facility: facility.map(|code| code.parse().unwrap()),
        offer: "minimal".to_owned(),
        platforms: Vec::new(),
        note: None,
        carrier: Carrier::Message,
    };
    world.authority.invite(&caller(world), invite).await.unwrap().enrollment
}

/// Sends a selection from the list, as the browser does.
async fn choose(browser: &mut Browser, list: &str, act: &str, ids: &[&EnrollmentId], all: bool) -> Page {
    let page = browser.get(list).await;
    let (action, fields) = page.form("form#selection");
    let mut fields: Vec<_> = fields.into_iter().filter(|(name, _)| name != "all" && name != "act").collect();
    fields.extend(ids.iter().map(|id| ("enrollment".to_owned(), id.to_string())));
    fields.push(("act".to_owned(), act.to_owned()));
    if all {
        fields.push(("all".to_owned(), "yes".to_owned()));
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&action, &fields).await
}

async fn standing(world: &World, id: &EnrollmentId) -> Standing {
    world.authority.summary_of(&caller(world), id).await.unwrap().state
}

#[tokio::test]
async fn a_selection_is_looked_at_before_it_is_done_and_every_row_says_what_became_of_it() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let mut ids = Vec::new();
    for name in ["一 花子", "二 花子", "三 花子"] {
        ids.push(invited(&world, name, None).await);
    }
    world.authority.cancel(&caller(&world), &ids[2]).await.unwrap();
    let refused = choose(&mut browser, LIST, "cancel", &[], false).await;
    assert_eq!((refused.status, refused.goes_to()), (303, LIST));
    assert!(browser.get(LIST).await.find("#said.warning", "id").is_some());
    let chosen = choose(&mut browser, LIST, "cancel", &[&ids[0], &ids[2]], false).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    let page = browser.get(chosen.goes_to()).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "selection"), "{}", page.text);
    let told = |id: &str| page.text_of(id).unwrap();
    assert_eq!([told("#total"), told("#would"), told("#would-not")], ["2", "1", "1"]);
    assert!(page.find("#rows [data-hint=hint-used-already]", "data-hint").is_some(), "{}", page.text);
    assert_eq!(standing(&world, &ids[0]).await, Standing::Invited);
    // A double click begins it once.
    let begun = browser.submit(&page, "form#begin", &[]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let job = begun.goes_to().to_owned();
    assert_eq!(browser.submit(&page, "form#begin", &[]).await.goes_to(), job);
    run_jobs(&world).await;
    assert_eq!(standing(&world, &ids[0]).await, Standing::Cancelled);
    assert_eq!(standing(&world, &ids[1]).await, Standing::Invited);
    let done = browser.get(&job).await;
    assert_eq!(done.find("body", "data-standing").as_deref(), Some("done"));
    assert!(done.text_of("#outcomes").unwrap().contains("一 花子"), "{}", done.text);
    assert!(done.find("a#letters", "href").is_none());
    let file = browser.get(&format!("{job}/result.csv")).await;
    assert!(file.text.starts_with("\u{feff}row,outcome,code,why,enrollment,"), "{}", file.text);
    assert!(file.text.contains(&format!("{},", ids[0])) && file.text.contains("一 花子"), "{}", file.text);
    // What is over is shown, not begun again.
    assert_eq!(browser.get(chosen.goes_to()).await.goes_to(), job);
}

#[tokio::test]
async fn all_that_a_filter_finds_is_what_the_list_shows_and_nothing_that_came_later() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(invited(&world, &format!("花子 {number}"), Some(FACILITY)).await);
    }
    let other = invited(&world, "太郎", None).await;
    let list = format!("{LIST}?facility={FACILITY}");
    assert_eq!(browser.get(&list).await.text.matches("name=\"enrollment\"").count(), 50);
    let chosen = choose(&mut browser, &list, "note", &[], true).await;
    let page = browser.get(chosen.goes_to()).await;
    assert_eq!(page.text_of("#total").as_deref(), Some("60"), "{}", page.text);
    assert!(page.find("nav.pager a[rel=next]", "href").is_some());
    let second = browser.get(&page.find("nav.pager a[rel=next]", "href").unwrap()).await;
    assert_eq!(second.text.matches("<tr><th scope=\"row\"").count(), 10);
    let late = invited(&world, "後 花子", Some(FACILITY)).await;
    // A note that does not do comes back with what was typed.
    let refused = browser.submit(&page, "form#begin", &[("note", &"x".repeat(201))]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text_of("#problem-note").is_some(), "{}", refused.text);
    let begun = browser.submit(&refused, "form#begin", &[("note", "交換予定")]).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    run_jobs(&world).await;
    let noted = async |id| world.authority.summary_of(&caller(&world), id).await.unwrap().note;
    assert_eq!(noted(&ids[0]).await.as_deref(), Some("交換予定"));
    assert_eq!(noted(&ids[59]).await.as_deref(), Some("交換予定"));
    assert_eq!((noted(&other).await, noted(&late).await), (None, None));
    // The same again changes nothing, and says so.
    let chosen = choose(&mut browser, LIST, "note", &[&ids[0]], false).await;
    let page = browser.get(chosen.goes_to()).await;
    let begun = browser.submit(&page, "form#begin", &[("note", "交換予定")]).await;
    run_jobs(&world).await;
    let done = browser.get(begun.goes_to()).await;
    assert!(done.find("#outcomes [data-outcome=known]", "data-outcome").is_some(), "{}", done.text);
}

#[tokio::test]
async fn certificates_end_by_name_and_with_a_passkey_shown_just_before() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&account).await;
    let ids = [invited(&world, "一 花子", None).await, invited(&world, "二 花子", None).await];
    let chosen = choose(&mut browser, LIST, "revoke", &[&ids[0], &ids[1]], false).await;
    let at = chosen.goes_to().to_owned();
    let page = browser.get(&at).await;
    let (action, _) = page.form("form#begin");
    assert_eq!(action, format!("{at}/end"));
    let refused = browser.submit(&page, "form#begin", &[("confirm", "みどり")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text_of("#problem-confirm").is_some(), "{}", refused.text);
    // No way round the passkey: a form for another address comes back to be looked at, and then does nothing there.
    let job = at.rsplit('/').next().unwrap();
    for path in [format!("{at}/begin"), format!("/o/midori/bulk/{job}/begin")] {
        let back = browser.post(&path, &[("confirm", "みどり会")]).await;
        assert_eq!(back.code(), "T-502");
        assert_eq!(browser.submit(&back, "form#resume", &[]).await.status, 404, "{path}");
    }
    world.advance_minutes(6);
    let asked = browser
        .submit(&page, "form#begin", &[("confirm", "みどり会"), ("reason", "cessation-of-operation")])
        .await;
    assert_eq!(asked.code(), "T-505", "{}", asked.text);
    let mut again = world.signed_in(&account).await;
    let page = again.get(&at).await;
    let fields = [("confirm", "みどり会"), ("reason", "cessation-of-operation")];
    let begun = again.submit(&page, "form#begin", &fields).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    run_jobs(&world).await;
    // Nobody has used these: an invitation is cancelled, not revoked, and every row says so.
    let done = again.get(begun.goes_to()).await;
    assert_eq!(done.text_of("#refused").as_deref(), Some("2"), "{}", done.text);
    assert_eq!(done.text.matches("data-outcome=\"refused\"").count(), 2);
}

#[tokio::test]
async fn a_selection_is_made_within_ones_reach_by_those_who_may() {
    let world = World::new().await;
    let (own, other) = (invited(&world, "一", Some(FACILITY)).await, invited(&world, "二", None).await);
    let manager = world.member(&world.midori, Role::FacilityManager).await;
    let mut browser = world.signed_in(&manager).await;
    let all = choose(&mut browser, LIST, "cancel", &[], true).await;
    assert_eq!(browser.get(all.goes_to()).await.text_of("#total").as_deref(), Some("1"));
    // What was slipped in is not there.
    let chosen = choose(&mut browser, LIST, "cancel", &[&own, &other], false).await;
    let page = browser.get(chosen.goes_to()).await;
    assert!(!page.text_of("#rows").unwrap().contains('二'), "{}", page.text);
    browser.submit(&page, "form#begin", &[]).await;
    run_jobs(&world).await;
    assert_eq!(standing(&world, &own).await, Standing::Cancelled);
    assert_eq!(standing(&world, &other).await, Standing::Invited);
    // Nobody else sees a manager's selection but those who see all; who may do nothing to many sees no boxes.
    let another = world.member(&world.midori, Role::FacilityManager).await;
    assert_eq!(world.signed_in(&another).await.get(chosen.goes_to()).await.status, 404);
    for role in [Role::HelpDesk, Role::Auditor] {
        let account = world.member(&world.midori, role).await;
        let mut browser = world.signed_in(&account).await;
        let page = browser.get(LIST).await;
        assert!(page.find("form#selection", "id").is_none(), "{role}");
        assert_eq!(browser.get(chosen.goes_to()).await.code(), "T-503");
    }
}
