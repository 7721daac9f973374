//! Operators on the console: listed, invited by a link that is shown once, changed, ended; never nobody is left.

use tegata::directory::{Facility, Role};

use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World, doer};

const LIST: &str = "/o/midori/operators";

async fn invite(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    let form = browser.get(&format!("{LIST}/invite")).await;
    assert_eq!(form.kind(), "operator-invite", "{}", form.text);
    browser.submit(&form, "form#invite-form", fields).await
}

#[tokio::test]
async fn somebody_is_invited_once_however_often_the_form_is_sent() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let form = browser.get(&format!("{LIST}/invite")).await;
    let fields = [("name", "鈴木 健"), ("role", "facility-manager"), ("facilities", FACILITY)];
    let first = browser.submit(&form, "form#invite-form", &fields).await;
    assert_eq!((first.status, first.kind().as_str()), (200, "operator-link"), "{}", first.text);
    let second = browser.submit(&form, "form#invite-form", &fields).await;
    let link = first.text_of("#link").unwrap();
    assert_eq!(second.text_of("#link").unwrap(), link);
    let list = browser.get(LIST).await;
    assert_eq!(list.text.matches("鈴木 健").count(), 1, "{}", list.text);
    let log = browser.get("/o/midori/audit?kind=welcomed").await;
    assert_eq!(log.text.matches("data-kind=\"welcomed\"").count(), 2, "{}", log.text);
    // The link leads to what was chosen.
    let path = link.split_once("/join/").unwrap().1.to_owned();
    let join = world.browser().get(&format!("/join/{path}")).await;
    assert_eq!((join.status, join.kind().as_str()), (200, "join"));
    assert!(join.text_of("#organization").unwrap().contains("みどり会"));
    // Withdrawn, it leads nowhere, and what is gone cannot be withdrawn again.
    let gone = browser.submit(&list, "#invited form", &[]).await;
    assert_eq!(gone.goes_to(), LIST);
    assert_eq!(world.browser().get(&format!("/join/{path}")).await.code(), "T-509");
    assert_eq!(browser.submit(&list, "#invited form", &[]).await.status, 404);
    assert!(browser.get(LIST).await.text_of("#nobody-invited").is_some());
    // The form of before does not bring it back.
    assert_eq!(browser.submit(&form, "form#invite-form", &fields).await.code(), "T-509");
}

#[tokio::test]
async fn every_fault_of_an_invitation_is_told_at_its_field_and_nothing_is_lost() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    for (fields, problem) in [
        (&[("name", ""), ("role", "auditor")][..], "name"),
        (&[("name", "a\u{202e}b"), ("role", "auditor")], "name"),
        (&[("name", "鈴木"), ("email", "nowhere"), ("role", "auditor")], "email"),
        (&[("name", "鈴木"), ("role", "facility-manager")], "facilities"),
        (&[("name", "鈴木"), ("role", "facility-manager"), ("facilities", "NONE")], "facilities"),
        (&[("name", "鈴木"), ("role", "facility-manager"), ("facilities", "no code")], "facilities"),
        (&[("name", "鈴木"), ("role", "emperor")], "role"),
    ] {
        let page = invite(&mut browser, fields).await;
        assert_eq!((page.status, page.kind().as_str()), (422, "operator-invite"), "{fields:?}");
        assert!(page.text_of(&format!("#problem-{problem}")).is_some(), "{fields:?} {}", page.text);
        assert!(page.find(&format!("#problems a[href='#field-{problem}']"), "href").is_some());
        assert!(page.find(&format!("#field-{problem}"), "id").is_some());
        let typed = fields.iter().find(|(name, _)| *name == "name").unwrap().1;
        assert_eq!(page.find("#field-name", "value").unwrap(), typed.trim());
    }
    assert!(browser.get(LIST).await.text_of("#nobody-invited").is_some());
}

#[tokio::test]
async fn one_of_ten_thousand_facilities_is_found_and_ticked_without_script() {
    let world = World::new().await;
    for number in 0..200 {
        let facility =
            Facility::new(format!("F{number:05}").parse().unwrap(), format!("あおば薬局 {number}号店"));
        world.authority.directory().put_facility(&world.midori, &facility).await.unwrap();
    }
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let fields = [("name", "鈴木 健"), ("search", "137号"), ("find", "yes")];
    let found = invite(&mut browser, &fields).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.find("#found input", "value").as_deref(), Some("F00137"), "{}", found.text);
    // It is ticked, and something else is looked for: both stay.
    let ticked = [("facilities", "F00137"), ("search", "f0004"), ("find", "yes")];
    let next = browser.submit(&found, "form#invite-form", &ticked).await;
    assert!(next.find("#facility-F00137[checked]", "value").is_some(), "{}", next.text);
    assert!(next.find("#facility-F00042", "value").is_some());
    assert_eq!(next.find("#field-name", "value").as_deref(), Some("鈴木 健"));
    let made = browser.submit(&next, "form#invite-form", &[]).await;
    assert_eq!(made.kind(), "operator-link", "{}", made.text);
    assert!(browser.get(LIST).await.text.contains("F00137"));
}

#[tokio::test]
async fn a_role_is_changed_and_who_was_quicker_is_told() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let help = world.member(&world.midori, Role::HelpDesk).await;
    let (mut one, mut other) = (world.signed_in(&operator).await, world.signed_in(&operator).await);
    let here = format!("{LIST}/{}", help.id);
    let (mine, theirs) = (one.get(&here).await, other.get(&here).await);
    assert_eq!((mine.status, mine.kind().as_str()), (200, "operator"), "{}", mine.text);
    let mut helper = world.signed_in(&help).await;
    assert_eq!(helper.get("/o/midori/audit").await.code(), "T-503");
    let done = other.submit(&theirs, "form#operator-form", &[("role", "auditor")]).await;
    assert_eq!(done.goes_to(), here, "{}", done.text);
    // It holds for a session that is open.
    assert_eq!(helper.get("/o/midori/audit").await.status, 200);
    let fields = [("role", "facility-manager"), ("facilities", FACILITY)];
    let told = one.submit(&mine, "form#operator-form", &fields).await;
    assert_eq!(told.status, 422);
    assert!(told.text_of("#changed").is_some(), "{}", told.text);
    assert!(told.find("#role-facility-manager[checked]", "name").is_some(), "what was chosen is still there");
    let done = one.submit(&told, "form#operator-form", &[]).await;
    assert_eq!(done.goes_to(), here);
    let shown = one.get(&here).await;
    assert!(shown.text_of("#operator-role").unwrap().contains("施設担当"));
    assert!(shown.text_of("#history").unwrap().contains("施設担当"), "{}", shown.text);
    assert!(helper.get("/o/midori/audit").await.text.contains("みどり"));
}

#[tokio::test]
async fn who_is_ended_is_out_at_the_next_click_and_the_last_one_stays() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let second = world.member(&world.midori, Role::Operator).await;
    let (mut browser, mut theirs) = (world.signed_in(&operator).await, world.signed_in(&second).await);
    theirs.node = world.nodes[1];
    assert_eq!(theirs.get("/o/midori").await.status, 200);
    let here = format!("{LIST}/{}", second.id);
    let page = browser.get(&format!("{here}/end")).await;
    assert!(page.text_of("#effects").is_some());
    let refused = browser.submit(&page, "form#end-form", &[("confirm", "だれか")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(theirs.get("/o/midori").await.status, 200);
    let done = browser.submit(&refused, "form#end-form", &[("confirm", "佐藤 明子")]).await;
    assert_eq!(done.goes_to(), LIST, "{}", done.text);
    assert_eq!(theirs.get("/o/midori").await.status, 404);
    // A second click ends nothing more.
    let again = browser.submit(&refused, "form#end-form", &[("confirm", "佐藤 明子")]).await;
    assert_eq!((again.status, again.kind().as_str()), (422, "operator-end"));
    assert!(again.text_of("#over").is_some());
    // The last person stays, in spite of the program's token.
    let own = format!("{LIST}/{}", operator.id);
    let page = browser.get(&format!("{own}/end")).await;
    let refused = browser.submit(&page, "form#end-form", &[("confirm", "佐藤 明子")]).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "T-515"), "{}", refused.text);
    let page = browser.get(&own).await;
    let refused = browser.submit(&page, "form#operator-form", &[("role", "auditor")]).await;
    assert_eq!(refused.code(), "T-515");
    assert_eq!(browser.get(LIST).await.status, 200);
    let log = browser.get("/o/midori/audit?kind=refused").await;
    assert!(log.text.contains("T-515"), "{}", log.text);
}

#[tokio::test]
async fn a_person_whose_account_has_ended_is_nobody_who_is_left() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let gone = world.member(&world.midori, Role::Operator).await;
    world.access().end_account(&gone.id, &doer()).await.unwrap();
    let mut browser = world.signed_in(&operator).await;
    let page = browser.get(&format!("{LIST}/{}/end", operator.id)).await;
    let refused = browser.submit(&page, "form#end-form", &[("confirm", "佐藤 明子")]).await;
    assert_eq!(refused.code(), "T-515");
    assert!(browser.get(&format!("{LIST}/{}", gone.id)).await.text_of("#over").is_some());
}

#[tokio::test]
async fn programs_are_listed_as_what_they_are_and_can_be_ended() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let list = browser.get(LIST).await;
    assert!(list.find(&format!("a[href='{LIST}/program']"), "href").is_some(), "{}", list.text);
    let page = browser.get(&format!("{LIST}/program")).await;
    assert!(page.find("form#operator-form", "action").is_none());
    let page = browser.get(&format!("{LIST}/program/end")).await;
    let done = browser.submit(&page, "form#end-form", &[("confirm", "program")]).await;
    assert_eq!(done.goes_to(), LIST);
    assert!(!browser.get(LIST).await.text.contains("/operators/program"));
    assert!(browser.get(&format!("{LIST}?ended=yes")).await.text.contains("/operators/program"));
}

#[tokio::test]
async fn an_operator_of_an_older_store_is_found_by_the_list() {
    use tegata::store::record::encode;
    use tegata::store::{Commit, Key, Partition};
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let found = world.access().find_operator(&world.midori, "program").await.unwrap().unwrap().operator;
    let older =
        tegata::directory::Operator { name: "admin".to_owned(), display: "admin".to_owned(), ..found };
    // As it was written before there was a list.
    let commit = Commit::new().put(Key::new("operator/admin").unwrap(), encode(&older).unwrap());
    let partition = Partition::organization("midori").unwrap();
    world.store.commit(&partition, commit).await.unwrap();
    let mut browser = world.signed_in(&operator).await;
    for _ in 0..2 {
        let list = browser.get(LIST).await;
        assert_eq!(list.text.matches("/operators/admin\"").count(), 1, "{}", list.text);
    }
}

#[tokio::test]
async fn auditors_look_and_others_do_not() {
    let world = World::new().await;
    let auditor = world.member(&world.midori, Role::Auditor).await;
    let mut browser = world.signed_in(&auditor).await;
    let list = browser.get(LIST).await;
    assert_eq!(list.status, 200);
    assert!(list.find("#invite", "href").is_none());
    let page = browser.get(&format!("{LIST}/{}", auditor.id)).await;
    assert!(page.find("form#operator-form", "action").is_none() && page.find("a#end", "href").is_none());
    assert_eq!(browser.get(&format!("{LIST}/nobody")).await.status, 404);
}
