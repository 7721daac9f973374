//! Facilities on the console: found, made, changed, closed, brought from a file; and chosen among ten thousand.

use tegata::directory::{About, Deed, FacilityForm, Role};

use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World, doer};

const LIST: &str = "/o/midori/facilities";

fn code(text: &str) -> tegata::directory::FacilityCode {
    text.parse().unwrap()
}

async fn signed_in(world: &World, role: Role) -> Browser {
    let account = world.member(&world.midori, role).await;
    world.signed_in(&account).await
}

/// How many events a facility's history has.
async fn events(world: &World, facility: &str) -> usize {
    world.access().history_of(&world.midori, &About::Facility(code(facility))).await.unwrap().len()
}

/// Many facilities, `F00000` and on.
pub async fn many(world: &World, count: usize) {
    let directory = world.authority.directory();
    for chunk in (0..count).collect::<Vec<_>>().chunks(500) {
        let making = chunk.iter().map(|number| async move {
            let facility = tegata::directory::Facility::new(
                code(&format!("F{number:05}")),
                format!("みどり薬局 {number:05}号店"),
            );
            directory.put_facility(&world.midori, &facility).await.unwrap();
        });
        futures_util::future::join_all(making).await;
    }
}

#[tokio::test]
async fn a_facility_is_made_once_found_changed_closed_and_opened_again() {
    let world = World::new().await;
    let mut browser = signed_in(&world, Role::Operator).await;
    let form = browser.get(&format!("{LIST}/new")).await;
    let fields = [("code", "k02"), ("name", "あおば薬局"), ("contact-phone", "03-1")];
    let made = browser.submit(&form, "form#facility-form", &fields).await;
    assert_eq!(made.goes_to(), "/o/midori/facilities/K02", "{}", made.text);
    let again = browser.submit(&form, "form#facility-form", &fields).await;
    assert_eq!(again.goes_to(), made.goes_to());
    assert_eq!(events(&world, "K02").await, 1);
    let other = [("code", "K02"), ("name", "べつの薬局")];
    let taken = browser.submit(&form, "form#facility-form", &other).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text_of("#problem-code").is_some());
    assert_eq!(taken.find("#field-name", "value").as_deref(), Some("べつの薬局"));

    // By its code and by a part of its name, whatever the width.
    for text in ["k0", "%EF%BC%AB02", "%E8%96%AC%E5%B1%80"] {
        let found = browser.get(&format!("{LIST}?q={text}")).await;
        assert_eq!(found.text.matches("<tr><td data-label").count(), 1, "{text}: {}", found.text);
    }
    let nothing = browser.get(&format!("{LIST}?q=zzz&after=nonsense")).await;
    assert_eq!((nothing.status, nothing.text_of("#facilities")), (200, None));

    let page = browser.get(made.goes_to()).await;
    assert!(page.text_of("#contact").unwrap().contains("03-1"));
    assert!(page.text_of("#history").unwrap().contains("佐藤 明子"));
    let form = browser.get(&format!("{}/edit", made.goes_to())).await;
    let saved = browser.submit(&form, "form#facility-form", &[("name", "あおば薬局 本店")]).await;
    assert_eq!(saved.goes_to(), made.goes_to(), "{}", saved.text);
    let page = browser.get(saved.goes_to()).await;
    assert!(page.text_of("#said").is_some() && page.text_of("h1").unwrap().contains("本店"));
    assert!(page.text_of("#history del").unwrap().contains("あおば薬局"));

    let close = browser.get(&format!("{}/close", made.goes_to())).await;
    assert!(close.text_of("#effects").is_some());
    let unsure = browser.submit(&close, "form#act", &[("confirm", "K0")]).await;
    assert!(unsure.status == 422 && unsure.text_of("#problem-confirm").is_some(), "{}", unsure.text);
    let closed = browser.submit(&unsure, "form#act", &[("confirm", "K02")]).await;
    assert_eq!(closed.goes_to(), made.goes_to());
    let twice = browser.submit(&unsure, "form#act", &[("confirm", "K02")]).await;
    assert_eq!((twice.goes_to(), events(&world, "K02").await), (made.goes_to(), 3));
    let page = browser.get(made.goes_to()).await;
    assert!(page.text_of("#closed").is_some() && page.find("a#close", "href").is_none());
    assert!(page.find("a#issue", "href").is_none());
    let reopen = browser.get(&page.find("a#reopen", "href").unwrap()).await;
    assert_eq!(browser.submit(&reopen, "form#act", &[]).await.goes_to(), made.goes_to());
    assert!(browser.get(made.goes_to()).await.text_of("#closed").is_none());
}

#[tokio::test]
async fn the_slower_of_two_who_change_a_facility_is_told_what_changed_and_loses_nothing() {
    let world = World::new().await;
    let account = world.member(&world.midori, Role::Operator).await;
    let (mut one, mut other) = (world.signed_in(&account).await, world.signed_in(&account).await);
    let at = format!("{LIST}/{FACILITY}/edit");
    let (mine, theirs) = (one.get(&at).await, other.get(&at).await);
    let saved = other.submit(&theirs, "form#facility-form", &[("contact-phone", "03-2222")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let told = one.submit(&mine, "form#facility-form", &[("name", "新しい医院")]).await;
    assert_eq!(told.status, 422);
    assert!(told.text_of("#changed ins").unwrap().contains("03-2222"), "{}", told.text);
    assert_eq!(told.find("#field-name", "value").as_deref(), Some("新しい医院"));
    assert_eq!(events(&world, FACILITY).await, 1);
    let saved = one.submit(&told, "form#facility-form", &[("contact-phone", "03-2222")]).await;
    assert_eq!(saved.status, 303);
    // Sent twice, the second one is not told of the first.
    let twice = one.submit(&told, "form#facility-form", &[("contact-phone", "03-2222")]).await;
    assert_eq!((twice.goes_to(), events(&world, FACILITY).await), (saved.goes_to(), 2));
    // A closing that was looked at before is not done to what has changed since.
    let close = one.get(&format!("{LIST}/{FACILITY}/close")).await;
    let edit = other.get(&at).await;
    other.submit(&edit, "form#facility-form", &[("name", "みどり医院")]).await;
    let told = one.submit(&close, "form#act", &[("confirm", FACILITY)]).await;
    assert_eq!(told.status, 422);
    assert!(told.text_of("#changed").is_some());
    assert_eq!(events(&world, FACILITY).await, 3);
}

#[tokio::test]
async fn what_a_facility_cannot_be_is_told_at_its_field() {
    let world = World::new().await;
    let mut browser = signed_in(&world, Role::Operator).await;
    let form = browser.get(&format!("{LIST}/new")).await;
    for (field, fields) in [
        ("code", vec![("code", "施設"), ("name", "x")]),
        ("name", vec![("code", "K1"), ("name", " ")]),
        ("contact-email", vec![("code", "K1"), ("name", "x"), ("contact-email", "x")]),
        ("offers", vec![("code", "K1"), ("name", "x"), ("only", "yes")]),
    ] {
        // The boxes that are not ticked are not sent.
        let (action, sent) = form.form("form#facility-form");
        let kept = sent.iter().filter(|(name, _)| name == "form").map(|(a, b)| (a.as_str(), b.as_str()));
        let all: Vec<_> = kept.chain(fields.iter().copied()).collect();
        let refused = browser.post(&action, &all).await;
        assert_eq!(refused.status, 422, "{field}");
        assert!(refused.text_of(&format!("#problem-{field}")).is_some(), "{field}: {}", refused.text);
        assert_eq!(refused.find("#field-code", "value").as_deref(), Some(fields[0].1));
    }
    assert!(world.access().facility(&world.midori, &code("K1")).await.unwrap().is_none());
}

#[tokio::test]
async fn everybody_sees_the_facilities_within_reach_and_only_what_they_may_do_to_them() {
    let world = World::new().await;
    let form = FacilityForm { name: "あおば薬局".to_owned(), ..FacilityForm::default() };
    world.access().create_facility(&world.midori, &code("K02"), &form, &doer()).await.unwrap();
    for (role, sees, edits) in [
        (Role::Operator, true, true),
        (Role::FacilityManager, false, false),
        (Role::HelpDesk, true, false),
        (Role::Auditor, true, false),
    ] {
        let mut browser = signed_in(&world, role).await;
        let list = browser.get(LIST).await;
        assert_eq!(list.text.contains("あおば薬局"), sees, "{role}");
        assert!(list.text.contains("みどり医院"), "{role}");
        assert_eq!(list.find("a#new", "href").is_some(), edits, "{role}");
        let other = browser.get(&format!("{LIST}/K02")).await;
        assert_eq!(other.status, if sees { 200 } else { 404 }, "{role}");
        let own = browser.get(&format!("{LIST}/{FACILITY}")).await;
        assert_eq!((own.status, own.find("a#edit", "href").is_some()), (200, edits), "{role}");
        let managers = own.text_of("#managers").is_some();
        assert_eq!(managers, role.may(tegata::directory::Act::ReadOperators), "{role}");
    }
    // Another organization's facility of the same code is another one.
    let stranger = world.member(&world.aoba, Role::Operator).await;
    let mut stranger = world.signed_in(&stranger).await;
    assert_eq!(stranger.get(&format!("{LIST}/K02")).await.status, 404);
    assert_eq!(stranger.get("/o/aoba/facilities/K02").await.status, 404);
}

async fn bring(browser: &mut Browser, bytes: &[u8]) -> Page {
    let page = browser.get(&format!("{LIST}/import")).await;
    let (action, _) = page.form("form#bring");
    browser.post_file(&action, "facilities.csv", bytes, &[]).await
}

/// Sends what was found, as the page carries it.
async fn apply(browser: &mut Browser, found: &Page) -> Page {
    let (action, fields) = found.form("form#apply");
    let carried = |name: &str| fields.iter().find(|(own, _)| own == name).unwrap().1.clone();
    browser.post_file(&action, "", carried("file").as_bytes(), &[("apply", &carried("apply"))]).await
}

#[tokio::test]
async fn facilities_are_brought_from_a_file_looked_at_first_and_made_once() {
    let world = World::new().await;
    let mut browser = signed_in(&world, Role::Operator).await;
    let template = browser.get(&format!("{LIST}/facilities.csv")).await;
    assert!(template.headers["content-disposition"].to_str().unwrap().contains("facilities.csv"));
    assert!(template.text.starts_with('\u{feff}'));
    let text = "施設コード,施設名\r\nG13B,みどり医院 本院\r\nK02,\"あおば, \"\"薬局\"\"\"\r\n施設,x\r\nK03,=1+1\r\nK02,二度目\r\n";
    let (file, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let found = bring(&mut browser, &file).await;
    assert_eq!(found.find("body", "data-looked").as_deref(), Some("found"), "{}", found.text);
    assert_eq!(found.text_of("#import-new").as_deref(), Some("1"));
    assert_eq!(found.text_of("#import-renamed").as_deref(), Some("1"));
    assert_eq!(found.text_of("#left-out").as_deref(), Some("3"));
    let faults = found.text_of("#faults").unwrap();
    assert!(["4", "5", "6"].iter().all(|row| faults.contains(row)), "{faults}");
    assert!(world.access().facility(&world.midori, &code("K02")).await.unwrap().is_none());
    let done = apply(&mut browser, &found).await;
    assert_eq!(done.find("body", "data-looked").as_deref(), Some("done"), "{}", done.text);
    let (made, _) = world.access().facility(&world.midori, &code("K02")).await.unwrap().unwrap();
    assert_eq!(made.name, "あおば, \"薬局\"");
    let history = world.access().history_of(&world.midori, &About::Facility(code("K02"))).await.unwrap();
    assert!(matches!(&history[..], [only] if matches!(only.deed, Deed::Created { .. })), "{history:?}");
    assert_eq!(events(&world, FACILITY).await, 1);
    // Sent twice, and brought again: nothing more.
    let again = apply(&mut browser, &found).await;
    assert_eq!(again.text_of("#import-same").as_deref(), Some("2"), "{}", again.text);
    assert_eq!((events(&world, "K02").await, events(&world, FACILITY).await), (1, 1));
    let again = bring(&mut browser, &file).await;
    assert!(again.find("form#apply", "action").is_none());
}

#[tokio::test]
async fn a_file_that_is_no_list_of_facilities_is_refused_with_what_to_do() {
    let world = World::new().await;
    let mut browser = signed_in(&world, Role::Operator).await;
    let everything_wrong = "施設コード,施設名\n施設,x\n";
    let headings = "コード番号,なまえ\nK02,x\n";
    let workbook = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0xl/workbook.xml";
    for bytes in [everything_wrong.as_bytes(), headings.as_bytes(), workbook, b""] {
        let refused = bring(&mut browser, bytes).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text_of("#problem-file .right").is_some(), "{}", refused.text);
        assert!(refused.find("form#apply", "action").is_none());
    }
    let large = vec![b'x'; (16 << 20) + 1];
    assert!(bring(&mut browser, &large).await.text_of("#problem-file .right").is_some());
    let none = browser.get(&format!("{LIST}/import")).await;
    let (action, _) = none.form("form#bring");
    assert!(browser.post_file(&action, "", b"", &[]).await.text_of("#problem-file").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_facility_is_chosen_among_ten_thousand_by_a_search_and_no_page_grows_with_them() {
    let world = World::new().await;
    many(&world, 10_000).await;
    let mut browser = signed_in(&world, Role::Operator).await;
    let list = browser.get(LIST).await;
    assert_eq!(list.text.matches("<tr><td data-label").count(), 50);
    assert!(list.text.len() < 100_000, "{}", list.text.len());
    let next = browser.get(&list.find("a[rel=next]", "href").unwrap()).await;
    assert_eq!(next.text.matches("<tr><td data-label").count(), 50);
    assert!(!next.text.contains("F00000"));

    let form = browser.get("/o/midori/issue").await;
    assert!(form.find("select#field-facility", "name").is_none() && form.text.len() < 100_000);
    let offer = form.find("#field-offer option", "value").unwrap();
    let typed = [("name", "田中 花子"), ("note", "夜勤"), ("offer", &*offer)];
    let mut fields = typed.to_vec();
    fields.extend([("facility", "薬局 09999"), ("find", "yes")]);
    let found = browser.submit(&form, "form#issue-form", &fields).await;
    assert_eq!((found.status, found.kind().as_str()), (200, "issue"), "{}", found.text);
    assert_eq!(found.find("#found button[name=pick]", "value").as_deref(), Some("F09999"));
    // Nothing was issued, and nothing that was typed is lost.
    assert_eq!(found.find("#field-note", "value").as_deref(), Some("夜勤"));
    let picked = browser.submit(&found, "form#issue-form", &[("pick", "F09999")]).await;
    assert_eq!(picked.find("#field-facility", "value").as_deref(), Some("F09999"));
    assert!(picked.text_of("#facility-called").unwrap().contains("09999"));
    let many = browser.submit(&form, "form#issue-form", &[("facility", "みどり"), ("find", "yes")]).await;
    assert_eq!(many.text.matches("name=\"pick\"").count(), 20);
    assert!(many.text.len() < 100_000, "{}", many.text.len());
    // A name is no code: it is looked for, and nothing is issued and no facility made by it.
    let unknown = browser
        .submit(
            &form,
            "form#issue-form",
            &[("name", "田中 花子"), ("facility", "薬局 00007"), ("offer", &offer)],
        )
        .await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.text_of("#problem-facility").is_some());
    assert_eq!(unknown.find("#found button[name=pick]", "value").as_deref(), Some("F00007"));
    let issued = browser.submit(&picked, "form#issue-form", &[("offer", &offer)]).await;
    assert_eq!(issued.kind(), "handover", "{}", issued.text);
    let people = browser.get("/o/midori/subscribers?facility=F09999").await;
    assert!(people.text.contains("田中 花子"));
}
