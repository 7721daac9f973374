//! People on the console: found by identifier, name and reading, made, changed, moved, retired, taken back, and issued to.

use tegata::directory::{About, Policy, Role, Subscriber, SubscriberForm};
use tegata::enrollment::{Caller, ListQuery};

use crate::authenticator::Authenticator;
use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World, doer};

const LIST: &str = "/o/midori/subscribers";

async fn signed_in(world: &World, role: Role) -> Browser {
    let account = world.member(&world.midori, role).await;
    world.signed_in(&account).await
}

/// A person in the store.
async fn person(world: &World, id: &str, name: &str, kana: &str, facility: Option<&str>) -> Subscriber {
    let form = SubscriberForm {
        name: name.to_owned(),
        kana: Some(kana.to_owned()),
        email: None,
        facility: facility.map(|code| code.parse().unwrap()),
    };
    world.access().create_subscriber(&world.midori, &id.parse().unwrap(), &form, &doer()).await.unwrap()
}

async fn other_facility(world: &World) {
    let form = tegata::directory::FacilityForm { name: "あおば薬局".to_owned(), ..Default::default() };
    world.access().create_facility(&world.midori, &"K02".parse().unwrap(), &form, &doer()).await.unwrap();
}

async fn issue_to(browser: &mut Browser, id: &str) -> Page {
    let form = browser.get(&format!("/o/midori/issue?subscriber={id}")).await;
    let offer = form.find("#field-offer option", "value").unwrap_or_else(|| panic!("{}", form.text));
    browser.submit(&form, "form#issue-form", &[("offer", &offer)]).await
}

async fn events(world: &World, id: &str) -> usize {
    let about = About::Subscriber(id.parse().unwrap());
    world.access().history_of(&world.midori, &about).await.unwrap().len()
}

async fn states(world: &World) -> Vec<String> {
    let caller = Caller::new(world.midori.clone(), tegata::directory::Actor::CommandLine);
    let listed =
        world.authority.list(&caller, ListQuery { limit: 100, ..ListQuery::default() }).await.unwrap();
    listed.enrollments.iter().map(|it| it.state.name().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn people_are_found_by_identifier_name_and_reading_in_one_box() {
    let world = World::new().await;
    other_facility(&world).await;
    person(&world, "10234", "田中 花子", "たなか はなこ", Some(FACILITY)).await;
    person(&world, "20001", "東海林 渚", "ショウジ ナギサ", Some("K02")).await;
    let mut browser = signed_in(&world, Role::Operator).await;
    for (text, found) in [("102", "10234"), ("田中花", "10234"), ("ﾀﾅｶ", "10234"), ("しょうじ", "20001")]
    {
        let list = browser.get(&format!("{LIST}?q={}", encoded(text))).await;
        assert_eq!(list.text.matches("<tr><th scope=\"row\"").count(), 1, "{text}: {}", list.text);
        assert!(list.text.contains(&format!("{LIST}/{found}\"")), "{text}");
    }
    let narrowed = browser.get(&format!("{LIST}?facility=k02&state=active")).await;
    assert!(narrowed.text.contains("東海林") && !narrowed.text.contains("田中"));
    assert!(browser.get(&format!("{LIST}?state=retired")).await.text_of("#subscribers").is_none());
    assert_eq!(browser.get(&format!("{LIST}?after=%00nonsense&facility=%20%20x")).await.status, 200);
    // Whoever looks for somebody's enrollments finds them in the same ways.
    assert_eq!(issue_to(&mut browser, "10234").await.kind(), "handover");
    assert_eq!(issue_to(&mut browser, "20001").await.kind(), "handover");
    for text in ["たなか", "田中", "10234"] {
        let list = browser.get(&format!("/o/midori/enrollments?q={}", encoded(text))).await;
        assert_eq!(list.text.matches("<th scope=\"row\"").count(), 1, "{text}: {}", list.text);
    }
}

#[tokio::test]
async fn a_record_is_made_once_and_changed_by_whoever_saw_it_as_it_is() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let (mut one, mut other) = (world.signed_in(&account).await, world.signed_in(&account).await);
    let form = one.get(&format!("{LIST}/~new")).await;
    let fields = [("name", "田中 花子"), ("kana", "たなか はなこ"), ("facility", FACILITY)];
    let made = one.submit(&form, "form#subscriber-form", &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let at = made.goes_to().to_owned();
    let again = one.submit(&form, "form#subscriber-form", &fields).await;
    assert_eq!(again.goes_to(), at);
    assert_eq!(one.get(LIST).await.text.matches("<tr><th scope=\"row\"").count(), 1);
    let id = at.rsplit('/').next().unwrap().to_owned();
    // Another one who wants to be called so.
    let form = one.get(&format!("{LIST}/~new")).await;
    let taken = one.submit(&form, "form#subscriber-form", &[("name", "別人"), ("id", &id)]).await;
    assert!(taken.status == 422 && taken.text_of("#problem-id").is_some(), "{}", taken.text);
    let wrong = [("name", " "), ("id", "あ"), ("email", "x"), ("facility", "NONE")];
    let refused = one.submit(&form, "form#subscriber-form", &wrong).await;
    assert!(refused.text_of("#problem-id").is_some() && refused.text_of("#problem-facility").is_some());

    let edit = format!("{at}/edit");
    let (mine, theirs) = (one.get(&edit).await, other.get(&edit).await);
    let saved = other.submit(&theirs, "form#subscriber-form", &[("email", "hana@example.jp")]).await;
    assert_eq!(saved.goes_to(), at, "{}", saved.text);
    let told = one.submit(&mine, "form#subscriber-form", &[("name", "佐々木 花子")]).await;
    assert_eq!(told.status, 422);
    assert!(told.text_of("#changed ins").unwrap().contains("hana@example.jp"));
    assert_eq!(told.find("#field-name", "value").as_deref(), Some("佐々木 花子"));
    assert_eq!(events(&world, &id).await, 2);
    let saved = one.submit(&told, "form#subscriber-form", &[("email", "hana@example.jp")]).await;
    let twice = one.submit(&told, "form#subscriber-form", &[("email", "hana@example.jp")]).await;
    assert_eq!((saved.goes_to(), twice.goes_to(), events(&world, &id).await), (&*at, &*at, 3));
    let unfit = one.get(&edit).await;
    let unfit = one.submit(&unfit, "form#subscriber-form", &[("name", "a\u{202e}b")]).await;
    assert!(unfit.text_of("#problem-name").is_some());
    let page = one.get(&at).await;
    assert!(page.text_of("#history del").is_some() && page.text_of("#email").unwrap().contains("hana@"));
}

#[tokio::test]
async fn a_person_moves_once_after_being_told_what_that_means() {
    let world = World::new().await;
    other_facility(&world).await;
    person(&world, "10234", "田中 花子", "たなか", Some(FACILITY)).await;
    let mut browser = signed_in(&world, Role::Operator).await;
    let mut manager = signed_in(&world, Role::FacilityManager).await;
    let handed = issue_to(&mut browser, "10234").await;
    let enrollment = handed.find("a#enrollment", "href").unwrap();
    let at = format!("{LIST}/10234");
    assert_eq!(manager.get(&at).await.status, 200);
    let form = browser.get(&format!("{at}/move")).await;
    assert!(form.text_of("#effects").is_none());
    let same = browser.submit(&form, "form#move", &[("facility", FACILITY)]).await;
    assert!(same.status == 422 && same.text_of("#problem-facility").is_some());
    let shown = browser.submit(&form, "form#move", &[("facility", "K02")]).await;
    assert!(shown.status == 200 && shown.text_of("#effects").is_some(), "{}", shown.text);
    assert_eq!(events(&world, "10234").await, 1);
    // Another facility than the one that was shown is shown first.
    let other = browser.submit(&shown, "form#move", &[("facility", "")]).await;
    assert!(other.status == 200 && other.text_of("#effects").is_some());
    assert_eq!(events(&world, "10234").await, 1);
    let moved = browser.submit(&shown, "form#move", &[("facility", "K02")]).await;
    assert_eq!(moved.goes_to(), at, "{}", moved.text);
    let twice = browser.submit(&shown, "form#move", &[("facility", "K02")]).await;
    assert_eq!((twice.goes_to(), events(&world, "10234").await), (&*at, 2));
    // The old facility's manager sees what was issued there, and no longer the person.
    assert_eq!(manager.get(&at).await.status, 404);
    assert_eq!(manager.get(&enrollment).await.status, 200);
    assert!(browser.get(&at).await.text_of("#facility").unwrap().contains("K02"));
}

#[tokio::test]
async fn a_facility_manager_reaches_own_people_only_whatever_is_sent() {
    let world = World::new().await;
    other_facility(&world).await;
    person(&world, "1", "田中 花子", "たなか", Some(FACILITY)).await;
    person(&world, "2", "東海林 渚", "しょうじ", Some("K02")).await;
    person(&world, "3", "山田 太郎", "やまだ", None).await;
    let mut browser = signed_in(&world, Role::FacilityManager).await;
    let list = browser.get(LIST).await;
    assert!(list.text.contains("田中") && !list.text.contains("東海林") && !list.text.contains("山田"));
    assert!(!browser.get(&format!("{LIST}?facility=K02")).await.text.contains("東海林"));
    for id in ["2", "3"] {
        for below in ["", "/edit", "/move", "/retire", "/restore"] {
            assert_eq!(browser.get(&format!("{LIST}/{id}{below}")).await.status, 404, "{id}{below}");
        }
        assert_eq!(browser.get(&format!("/o/midori/issue?subscriber={id}")).await.status, 404);
    }
    assert!(!browser.get("/o/midori/issue?who=%E3%81%97%E3%82%87").await.text.contains("東海林"));
    // Nobody is moved or made where the manager does not reach.
    let form = browser.get(&format!("{LIST}/1/move")).await;
    for facility in ["K02", ""] {
        let refused = browser.submit(&form, "form#move", &[("facility", facility)]).await;
        assert!(refused.status == 422 && refused.text_of("#problem-facility").is_some(), "{facility:?}");
        let forced = [("facility", facility), ("to", facility), ("sure", "yes")];
        assert_eq!(browser.submit(&form, "form#move", &forced).await.status, 422);
        let new = browser.get(&format!("{LIST}/~new")).await;
        let made =
            browser.submit(&new, "form#subscriber-form", &[("name", "新人"), ("facility", facility)]).await;
        assert_eq!(made.status, 422, "{facility:?}");
    }
    let form = browser.get("/o/midori/issue?subscriber=1").await;
    let stolen = browser.submit(&form, "form#issue-form", &[("subscriber", "2")]).await;
    assert_eq!(stolen.status, 404);
    assert!(states(&world).await.is_empty());
}

#[tokio::test]
async fn help_desk_and_auditor_see_people_and_change_nothing() {
    let world = World::new().await;
    person(&world, "1", "田中 花子", "たなか", Some(FACILITY)).await;
    for role in [Role::HelpDesk, Role::Auditor] {
        let mut browser = signed_in(&world, role).await;
        assert!(browser.get(LIST).await.find("a#new", "href").is_none(), "{role}");
        let page = browser.get(&format!("{LIST}/1")).await;
        assert_eq!(page.status, 200, "{role}");
        for button in ["edit", "move", "retire", "issue", "restore"] {
            assert!(page.find(&format!("a#{button}"), "href").is_none(), "{role} {button}");
        }
        for below in ["1/edit", "1/move", "1/retire", "1/restore", "~new"] {
            assert_eq!(browser.get(&format!("{LIST}/{below}")).await.code(), "T-503", "{role} {below}");
        }
    }
}

#[tokio::test]
async fn who_leaves_loses_everything_once_by_name_with_a_passkey_and_may_come_back() {
    let world = World::new().await;
    person(&world, "10234", "田中 花子", "たなか", Some(FACILITY)).await;
    let token = world.link(&world.midori, Role::Operator).await;
    let mut browser = world.browser();
    let mut key = Authenticator::new(&format!("http://localhost:{}", world.nodes[0].port()));
    let page = browser.get(&format!("/join/{}", token.expose())).await;
    let credential = key.create(&page.options());
    browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    issue_to(&mut browser, "10234").await;
    issue_to(&mut browser, "10234").await;
    let at = format!("{LIST}/10234");
    let page = browser.get(&format!("{at}/retire")).await;
    assert_eq!(page.text.matches("/o/midori/enrollments/").count(), 2, "{}", page.text);
    let sure = [("confirm", "田中 花子"), ("reason", "affiliation-changed")];
    world.advance_minutes(6);
    let asked = browser.submit(&page, "form#act", &sure).await;
    assert_eq!(asked.code(), "T-505");
    assert_eq!(states(&world).await, ["invited", "invited"]);
    let credential = key.get(&asked.options());
    let resumed = browser.submit(&asked, "form#passkey", &[("credential", &credential)]).await;
    let unsure = browser.submit(&resumed, "form#resume", &[("confirm", "田中")]).await;
    assert!(unsure.status == 422 && unsure.text_of("#problem-confirm").is_some(), "{}", unsure.text);
    // Somebody else changes the record meanwhile.
    let edit = browser.get(&format!("{at}/edit")).await;
    browser.submit(&edit, "form#subscriber-form", &[("kana", "たなか はなこ")]).await;
    let told = browser.submit(&unsure, "form#act", &sure).await;
    assert!(told.status == 422 && told.text_of("#changed").is_some(), "{}", told.text);
    assert_eq!(states(&world).await, ["invited", "invited"]);
    let done = browser.submit(&told, "form#act", &sure).await;
    assert_eq!(done.goes_to(), at);
    assert_eq!(states(&world).await, ["cancelled", "cancelled"]);
    let retired = events(&world, "10234").await;
    let twice = browser.submit(&told, "form#act", &sure).await;
    assert_eq!((twice.goes_to(), events(&world, "10234").await), (&*at, retired));
    let page = browser.get(&at).await;
    assert!(page.text_of("#retired").is_some() && page.find("a#issue", "href").is_none());
    let refused = browser.get("/o/midori/issue?subscriber=10234").await;
    assert!(refused.text_of("#not-now").is_some() && refused.find("form#issue-form", "action").is_none());
    assert!(browser.get("/o/midori/issue?who=10234").await.text_of("#people").is_none());
    let restore = browser.get(&page.find("a#restore", "href").unwrap()).await;
    assert_eq!(browser.submit(&restore, "form#act", &[]).await.goes_to(), at);
    assert_eq!(browser.submit(&restore, "form#act", &[]).await.goes_to(), at);
    assert_eq!(events(&world, "10234").await, retired + 1);
    assert_eq!(issue_to(&mut browser, "10234").await.kind(), "handover");
}

#[tokio::test]
async fn an_enrollment_is_issued_to_somebody_who_is_known_and_the_cap_is_shown_before_it_is_met() {
    let world = World::new().await;
    person(&world, "10234", "田中 花子", "たなか はなこ", Some(FACILITY)).await;
    let (organization, version) = world.access().organization(&world.midori).await.unwrap().unwrap();
    let form = tegata::directory::OrganizationForm {
        name: organization.name.clone(),
        contact: organization.contact.clone(),
        first_question: organization.first_question,
        policy: Policy { certificates_per_person: Some(1), ..organization.policy.clone() },
    };
    world.access().edit_organization(&world.midori, version, &form, &doer()).await.unwrap();
    let mut browser = signed_in(&world, Role::Operator).await;
    let found = browser.get(&format!("/o/midori/issue?who={}", encoded("ハナ"))).await;
    assert!(found.text_of("#nobody").is_some(), "a reading is found by its beginning");
    let found = browser.get(&format!("/o/midori/issue?who={}", encoded("たなか"))).await;
    let form = browser.get(&found.find("#people a", "href").unwrap()).await;
    assert!(form.text_of("#chosen").unwrap().contains("田中 花子"));
    let offer = form.find("#field-offer option", "value").unwrap();
    let first = browser.submit(&form, "form#issue-form", &[("offer", &offer)]).await;
    assert_eq!(first.kind(), "handover", "{}", first.text);
    // Sent twice it is the same one, though the cap is met by it.
    let twice = browser.submit(&form, "form#issue-form", &[("offer", &offer)]).await;
    assert_eq!(twice.text_of("#secret"), first.text_of("#secret"));
    let full = browser.get("/o/midori/issue?subscriber=10234").await;
    assert!(full.text_of("#not-now").is_some() && full.find("form#issue-form", "action").is_none());
    let page = browser.get(&format!("{LIST}/10234")).await;
    assert!(page.text_of("#at-the-cap").is_some() && page.find("a#issue", "href").is_none());
    // Whoever opened the form before is told as well, and nothing is issued.
    let late = browser.get(&format!("{LIST}/10234")).await;
    assert_eq!(late.find("#living", "data-living").as_deref(), Some("1"));
    assert_eq!(states(&world).await, ["invited"]);
    // Nobody is given another person's identifier, or another name, by the way.
    let new = browser.get("/o/midori/issue").await;
    let other = [("name", "別人"), ("id", "10234"), ("offer", &*offer)];
    let refused = browser.submit(&new, "form#issue-form", &other).await;
    assert!(refused.status == 422 && refused.text_of("#problem-id").is_some(), "{}", refused.text);
    let known = world.access().subscriber(&world.midori, &"10234".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(known.0.name, "田中 花子");
}
