//! The installation's administrators: organizations are founded, closed and opened again, administrators come and go, and never
//! nobody is left.

use tegata::directory::Role;

use crate::authenticator::Authenticator;
use crate::world::World;

const ORGANIZATIONS: &str = "/installation/organizations";
const ADMINISTRATORS: &str = "/installation/administrators";

#[tokio::test]
async fn an_organization_is_founded_once_and_its_first_operator_gets_in() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let mut browser = world.signed_in(&administrator).await;
    let chooser = browser.get("/").await;
    assert_eq!(chooser.find("a#installation", "href").as_deref(), Some(ORGANIZATIONS), "{}", chooser.text);
    let form = browser.get(&format!("{ORGANIZATIONS}/new")).await;
    let fields = [("name", "さくら会"), ("id", "sakura"), ("operator", "高橋 みどり"), ("email", "")];
    let first = browser.submit(&form, "form#found-form", &fields).await;
    assert_eq!((first.status, first.kind().as_str()), (200, "operator-link"), "{}", first.text);
    let second = browser.submit(&form, "form#found-form", &fields).await;
    let link = first.text_of("#link").unwrap();
    assert_eq!(second.text_of("#link").unwrap(), link);
    assert_eq!(first.text_of("#invited-name").as_deref(), Some("高橋 みどり"));
    // Another form finds it taken.
    let form = browser.get(&format!("{ORGANIZATIONS}/new")).await;
    let taken = browser.submit(&form, "form#found-form", &fields).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text_of("#problem-id").is_some(), "{}", taken.text);
    let page = browser.get(&format!("{ORGANIZATIONS}/sakura")).await;
    assert!(page.text_of("#nobody").is_some() && page.text.contains("高橋 みどり"), "{}", page.text);
    // The first operator joins, and is alone in it.
    let path = format!("/join/{}", link.split_once("/join/").unwrap().1);
    let mut theirs = world.browser();
    let mut key = Authenticator::new(&format!("http://localhost:{}", world.nodes[0].port()));
    let join = theirs.get(&path).await;
    let credential = key.create(&join.options());
    let joined = theirs.submit(&join, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!(joined.kind(), "recovery-code", "{}", joined.text);
    assert_eq!(theirs.get("/o/sakura").await.status, 200);
    assert_eq!(theirs.get("/o/midori").await.status, 404);
    assert_eq!(browser.get("/o/sakura").await.status, 404, "an administrator sees nothing inside");
    let page = browser.get(&format!("{ORGANIZATIONS}/sakura")).await;
    assert_eq!(page.text_of("#operators").as_deref(), Some("1"));
}

#[tokio::test]
async fn every_fault_of_a_founding_is_told_and_nothing_is_made() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let mut browser = world.signed_in(&administrator).await;
    let good = [("name", "さくら会"), ("id", "sakura"), ("operator", "高橋"), ("email", "")];
    for (field, value) in [
        ("id", ""),
        ("id", "Sakura"),
        ("id", "さくら"),
        ("id", "midori"),
        ("name", ""),
        ("operator", " "),
        ("email", "nowhere"),
    ] {
        let form = browser.get(&format!("{ORGANIZATIONS}/new")).await;
        let fields = good.map(|(name, own)| (name, if name == field { value } else { own }));
        let page = browser.submit(&form, "form#found-form", &fields).await;
        assert_eq!((page.status, page.kind().as_str()), (422, "found"), "{field}={value}");
        assert!(page.text_of(&format!("#problem-{field}")).is_some(), "{field}={value}: {}", page.text);
        assert_eq!(page.find("#field-name", "value").unwrap(), if field == "name" { "" } else { "さくら会" });
    }
    let list = browser.get(ORGANIZATIONS).await;
    assert!(!list.text.contains("sakura"), "{}", list.text);
}

#[tokio::test]
async fn organizations_are_searched_closed_by_name_and_opened_again() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&administrator).await;
    for (query, found) in [("", 2), ("?q=midori", 1), ("?q=%E3%81%82%E3%81%8A%E3%81%B0", 1), ("?q=x", 0)] {
        let list = browser.get(&format!("{ORGANIZATIONS}{query}")).await;
        assert_eq!(list.text.matches("<th scope=\"row\"").count(), found, "{query}: {}", list.text);
    }
    let here = format!("{ORGANIZATIONS}/midori");
    let page = browser.get(&format!("{here}/close")).await;
    let refused = browser.submit(&page, "form#close-form", &[("confirm", "midori")]).await;
    assert_eq!(refused.status, 422);
    let done = browser.submit(&refused, "form#close-form", &[("confirm", "みどり会")]).await;
    assert_eq!(done.goes_to(), here);
    let page = browser.get(&here).await;
    assert!(page.text_of("#closed").is_some() && page.text_of("#history").unwrap().contains("佐藤 明子"));
    // Its operators see it, and the log of the installation has it.
    let mut theirs = world.signed_in(&operator).await;
    assert!(theirs.get("/o/midori/settings").await.text_of("#closed").is_some());
    assert!(browser.get("/installation/audit?kind=ended").await.text.contains("midori"));
    let page = browser.get(&format!("{here}/close")).await;
    assert_eq!(browser.submit(&page, "form#reopen-form", &[]).await.goes_to(), here);
    assert!(browser.get(&here).await.text_of("#closed").is_none());
    assert_eq!(browser.get(&format!("{ORGANIZATIONS}/nowhere")).await.status, 404);
}

#[tokio::test]
async fn an_operator_is_invited_from_above_and_only_that_is_taken_back_there() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let mut browser = world.signed_in(&administrator).await;
    // What the organization's own operators gave out is not shown.
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut theirs = world.signed_in(&operator).await;
    let form = theirs.get("/o/midori/operators/invite").await;
    theirs.submit(&form, "form#invite-form", &[("name", "中の 人"), ("role", "auditor")]).await;
    // The first to expire stands first.
    world.advance_minutes(1);
    let here = format!("{ORGANIZATIONS}/midori");
    let form = browser.get(&format!("{here}/invite")).await;
    let refused = browser.submit(&form, "form#invite-form", &[("name", "")]).await;
    assert!(refused.text_of("#problem-name").is_some());
    let made = browser.submit(&refused, "form#invite-form", &[("name", "高橋 みどり")]).await;
    assert_eq!(made.kind(), "operator-link", "{}", made.text);
    let page = browser.get(&here).await;
    assert!(page.text.contains("高橋 みどり") && !page.text.contains("中の 人"), "{}", page.text);
    let inside = theirs.get("/o/midori/operators").await;
    assert!(inside.text.contains("中の 人") && inside.text.contains("高橋 みどり"), "{}", inside.text);
    let hidden = inside.find("#invited tr:first-child input[name=invitation]", "value").unwrap();
    let refused = browser.submit(&page, "#invited form", &[("invitation", &hidden)]).await;
    assert_eq!(refused.status, 404);
    assert_eq!(browser.submit(&page, "#invited form", &[]).await.goes_to(), here);
    assert!(!browser.get(&here).await.text.contains("高橋 みどり"));
}

#[tokio::test]
async fn administrators_are_invited_and_ended_and_the_last_one_stays() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let mut browser = world.signed_in(&administrator).await;
    let own = format!("{ADMINISTRATORS}/{}/end", administrator.id);
    let page = browser.get(&own).await;
    let refused = browser.submit(&page, "form#end-form", &[("confirm", &administrator.name)]).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "T-515"), "{}", refused.text);
    let form = browser.get(&format!("{ADMINISTRATORS}/invite")).await;
    let made = browser.submit(&form, "form#invite-form", &[("name", "次の 人")]).await;
    assert_eq!(made.kind(), "operator-link", "{}", made.text);
    let list = browser.get(ADMINISTRATORS).await;
    assert!(list.text.contains("次の 人"));
    assert_eq!(browser.submit(&list, "#invited form", &[]).await.goes_to(), ADMINISTRATORS);
    assert!(browser.get(ADMINISTRATORS).await.text_of("#nobody-invited").is_some());
    let second = world.administrator().await;
    let mut theirs = world.signed_in(&second).await;
    assert_eq!(theirs.get(ADMINISTRATORS).await.status, 200);
    let page = browser.get(&format!("{ADMINISTRATORS}/{}/end", second.id)).await;
    let wrong = browser.submit(&page, "form#end-form", &[("confirm", "x")]).await;
    assert_eq!(wrong.status, 422);
    let done = browser.submit(&wrong, "form#end-form", &[("confirm", &second.name)]).await;
    assert_eq!(done.goes_to(), ADMINISTRATORS, "{}", done.text);
    // It holds at the next click, and a second one finds nobody.
    assert_eq!(theirs.get(ADMINISTRATORS).await.code(), "T-504");
    assert_eq!(browser.submit(&wrong, "form#end-form", &[("confirm", &second.name)]).await.status, 404);
    // After five minutes a passkey is asked for.
    world.advance_minutes(6);
    let form = browser.get(&format!("{ADMINISTRATORS}/invite")).await;
    assert_eq!(browser.submit(&form, "form#invite-form", &[("name", "x")]).await.code(), "T-505");
}
