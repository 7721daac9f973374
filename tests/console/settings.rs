//! The organization's settings: each section by itself, on condition that nobody was quicker there, with its history.

use tegata::directory::{FirstQuestion, Organization, Role, SecretByMail};

use crate::browser::{Browser, Page};
use crate::world::World;

const SETTINGS: &str = "/o/midori/settings";

async fn organization(world: &World) -> Organization {
    world.authority.directory().find_organization(&world.midori).await.unwrap().unwrap()
}

async fn section(browser: &mut Browser, name: &str) -> Page {
    let page = browser.get(&format!("{SETTINGS}/{name}")).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "settings-section"), "{}", page.text);
    assert_eq!(page.find("body", "data-section").as_deref(), Some(name));
    page
}

async fn changed(browser: &mut Browser, name: &str, fields: &[(&str, &str)]) -> Page {
    let page = section(browser, name).await;
    browser.submit(&page, "form#settings-form", fields).await
}

#[tokio::test]
async fn every_section_is_changed_by_itself_and_tells_from_what_to_what() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    for (name, fields, told) in [
        ("name", &[("name", "みどり医療会"), ("contact-phone", "03-1234-5678")][..], "03-1234-5678"),
        ("look", &[("colour", "#1A4F9C"), ("dark-colour", "")], "#1a4f9c"),
        ("entry", &[("first-question", "facility")], "施設コード"),
        ("offers", &[("which", "some"), ("offers", "minimal")], "minimal"),
        ("limits", &[("certificates-per-person", "3"), ("link-hours", "４８")], "48"),
        (
            "mail",
            &[("secret", "apart"), ("secret-delay", "30"), ("reply-to", "desk@example.jp")],
            "desk@example.jp",
        ),
    ] {
        let done = changed(&mut browser, name, fields).await;
        assert_eq!(done.goes_to(), format!("{SETTINGS}/{name}"), "{name}: {}", done.text);
        let shown = section(&mut browser, name).await;
        assert!(shown.text_of("#said").is_some());
        let history = shown.text_of("#history").unwrap();
        assert!(history.contains(told) && history.contains("佐藤 明子"), "{name}: {history}");
        // What was not typed has not changed.
        assert_eq!(shown.text.matches("<ul class=\"changes\">").count(), 1, "{name}: {}", shown.text);
    }
    let it = organization(&world).await;
    assert_eq!((it.name.as_str(), it.contact.phone.as_deref()), ("みどり医療会", Some("03-1234-5678")));
    assert_eq!(it.look.colour.unwrap().to_string(), "#1a4f9c");
    assert_eq!(it.first_question, FirstQuestion::Facility);
    assert!(it.policy.allows("minimal") && !it.policy.allows("standard"));
    assert_eq!((it.policy.certificates_per_person, it.policy.link_hours), (Some(3), Some(48)));
    assert_eq!(
        (it.secret_by_mail(), it.mail.secret_delay, it.policy.notices.len()),
        (SecretByMail::Apart, 30, 4)
    );
    let overview = browser.get(SETTINGS).await;
    assert!(overview.text.contains("みどり医療会") && overview.text.contains("desk@example.jp"));
    let log = browser.get("/o/midori/audit?kind=changed").await;
    assert_eq!(log.text.matches("data-kind=\"changed\"").count(), 6);
    // Saying the same again changes nothing and writes nothing down.
    changed(&mut browser, "limits", &[]).await;
    let log = browser.get("/o/midori/audit?kind=changed").await;
    assert_eq!(log.text.matches("data-kind=\"changed\"").count(), 6);
    // The first page of people asks for the facility now.
    let first = world.authority.directory().first_page().await.unwrap();
    assert_eq!(first, tegata::directory::FirstPage::Either);
}

#[tokio::test]
async fn every_fault_is_told_at_its_field_and_nothing_is_lost() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let long = "あ".repeat(201);
    for (name, field, value) in [
        ("name", "name", ""),
        ("name", "name", long.as_str()),
        ("name", "contact-email", "nowhere"),
        ("name", "contact-phone", "03\u{202e}1"),
        ("look", "colour", "blue"),
        ("look", "colour", "#ffcc00"),
        ("look", "dark-colour", "#0b2b8f"),
        ("limits", "certificates-per-person", "0"),
        ("limits", "link-hours", "two"),
        ("limits", "invitation-days", "366"),
        ("limits", "attempts", "-1"),
        ("limits", "stuck-after-hours", ""),
        ("limits", "abandoned-after-days", "999999999999"),
        ("mail", "secret", "shouted"),
        ("mail", "secret-delay", "10081"),
        ("mail", "reply-to", "a@b@c"),
        ("mail", "bounce", "x\u{200b}@例.jp"),
        ("mail", "from-name", long.as_str()),
    ] {
        let before = organization(&world).await;
        let page = changed(&mut browser, name, &[(field, value)]).await;
        assert_eq!((page.status, page.kind().as_str()), (422, "settings-section"), "{field}={value}");
        assert!(page.text_of(&format!("#problem-{field}")).is_some(), "{field}={value}: {}", page.text);
        assert!(page.find(&format!("#field-{field}"), "id").is_some());
        if field != "secret" {
            assert_eq!(page.find(&format!("#field-{field}"), "value").unwrap(), value);
        }
        assert_eq!(organization(&world).await, before);
    }
    let page = changed(&mut browser, "offers", &[("which", "some")]).await;
    assert!(page.text_of("#problem-offers").is_some(), "{}", page.text);
    // The nearest shade that can be read is offered, and is taken.
    let page = changed(&mut browser, "look", &[("colour", "#ffcc00")]).await;
    let right = page.text_of("#problem-colour .right").unwrap();
    let nearest = right.split('#').nth(1).unwrap()[..6].to_owned();
    let done = changed(&mut browser, "look", &[("colour", &nearest)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

#[tokio::test]
async fn two_sections_do_not_get_in_each_others_way_and_one_section_does() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let (mut one, mut other) = (world.signed_in(&operator).await, world.signed_in(&operator).await);
    let mine = section(&mut one, "name").await;
    let theirs = section(&mut other, "name").await;
    changed(&mut other, "limits", &[("attempts", "7")]).await;
    let done = one.submit(&mine, "form#settings-form", &[("contact-name", "情報室")]).await;
    assert_eq!(done.status, 303, "another section: {}", done.text);
    let told = other.submit(&theirs, "form#settings-form", &[("contact-phone", "03-0000-0000")]).await;
    assert_eq!(told.status, 422);
    let news = told.text_of("#changed").unwrap();
    assert!(news.contains("情報室") && !news.contains('7'), "{news}");
    assert_eq!(told.find("#field-contact-phone", "value").as_deref(), Some("03-0000-0000"));
    assert_eq!(organization(&world).await.contact.phone, None);
    // Having seen it, they send it again: what stands in the form is what holds.
    let done = other.submit(&told, "form#settings-form", &[("contact-name", "情報室")]).await;
    assert_eq!(done.status, 303);
    let it = organization(&world).await;
    assert_eq!((it.contact.name.as_deref(), it.policy.attempts), (Some("情報室"), Some(7)));
    assert_eq!(it.contact.phone.as_deref(), Some("03-0000-0000"));
}

#[tokio::test]
async fn a_colour_is_looked_at_before_it_is_kept() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let shown = changed(&mut browser, "look", &[("colour", "#8a1c5b"), ("preview", "yes")]).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text_of("#preview").is_some() && shown.text.contains("--accent:#8a1c5b"), "{}", shown.text);
    // The page may wear it: its policy names these very rules.
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert_eq!(policy.matches("'sha256-").count(), 2, "{policy}");
    assert_eq!(organization(&world).await.look.colour, None);
    let done = browser.submit(&shown, "form#settings-form", &[]).await;
    assert_eq!(done.status, 303);
    assert!(section(&mut browser, "look").await.text.contains("--accent:#8a1c5b"));
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let dots = vec![0x40; 3 * (width * height) as usize];
    encoder.write_header().unwrap().write_image_data(&dots).unwrap();
    file
}

#[tokio::test]
async fn a_logo_is_brought_shown_replaced_and_taken_away() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let bring = async |browser: &mut Browser, page: &Page, file: &[u8]| {
        let (action, fields) = page.form("form#logo-form");
        let version = fields.iter().find(|(name, _)| name == "version").unwrap().1.clone();
        browser.post_file(&action, "logo.png", file, &[("version", &version)]).await
    };
    for bad in [&b"<svg/>"[..], &picture(8, 8), &picture(900, 20), &vec![0; 600 << 10], b""] {
        let page = section(&mut browser, "look").await;
        let refused = bring(&mut browser, &page, bad).await;
        assert_eq!((refused.status, refused.kind().as_str()), (422, "settings-section"), "{}", refused.text);
        assert!(refused.text_of("#problem-file").is_some());
    }
    let page = section(&mut browser, "look").await;
    let done = bring(&mut browser, &page, &picture(120, 40)).await;
    assert_eq!((done.status, done.goes_to()), (303, format!("{SETTINGS}/look").as_str()), "{}", done.text);
    let page = section(&mut browser, "look").await;
    let first = page.find("#logo-now", "src").unwrap();
    assert!(!browser.get_bytes(&first).await.is_empty());
    // A page that was shown before is told.
    let other = world.signed_in(&operator).await;
    let mut other = other;
    let stale = section(&mut other, "look").await;
    bring(&mut browser, &page, &picture(40, 40)).await;
    let told = bring(&mut other, &stale, &picture(64, 64)).await;
    assert_eq!(told.status, 422);
    assert!(told.text_of("#changed").is_some(), "{}", told.text);
    // What is named no more is gone.
    assert_eq!(browser.get(&first).await.status, 404);
    let page = section(&mut browser, "look").await;
    let second = page.find("#logo-now", "src").unwrap();
    let done = browser.submit(&page, "form#logo-remove", &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(browser.get(&second).await.status, 404);
    assert_eq!(organization(&world).await.look.logo, None);
}

#[tokio::test]
async fn an_organization_is_closed_by_name_and_opened_again() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let page = browser.get(&format!("{SETTINGS}/close")).await;
    assert!(page.text_of("#effects").is_some());
    let refused = browser.submit(&page, "form#close-form", &[("confirm", "あおば会")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(organization(&world).await.closed_at, None);
    let done = browser.submit(&refused, "form#close-form", &[("confirm", "みどり会")]).await;
    assert_eq!(done.goes_to(), SETTINGS);
    let again = browser.submit(&refused, "form#close-form", &[("confirm", "みどり会")]).await;
    assert_eq!(again.status, 303, "a second click is told that it is closed");
    let overview = browser.get(SETTINGS).await;
    assert!(overview.text_of("#closed").is_some(), "{}", overview.text);
    let form = browser.get("/o/midori/issue").await;
    let issued = browser.submit(&form, "form#issue-form", &[("name", "田中 花子")]).await;
    assert_eq!((issued.status, issued.kind().as_str()), (422, "issue"));
    let page = browser.get(&format!("{SETTINGS}/close")).await;
    let done = browser.submit(&page, "form#reopen-form", &[]).await;
    assert_eq!(done.goes_to(), SETTINGS);
    assert_eq!(organization(&world).await.closed_at, None);
    let history = browser.get(SETTINGS).await.text_of("#history").unwrap();
    assert!(history.contains("終了") && history.contains("再開"), "{history}");
}

#[tokio::test]
async fn what_is_dangerous_asks_for_a_passkey_and_an_auditor_only_looks() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let auditor = world.member(&world.midori, Role::Auditor).await;
    let mut browser = world.signed_in(&operator).await;
    world.advance_minutes(6);
    for (name, form) in
        [("limits", "form#settings-form"), ("mail", "form#settings-form"), ("close", "form#close-form")]
    {
        let page = browser.get(&format!("{SETTINGS}/{name}")).await;
        assert_eq!(browser.submit(&page, form, &[]).await.code(), "T-505", "{name}");
    }
    assert_eq!(changed(&mut browser, "name", &[("contact-name", "室")]).await.status, 303);
    let mut reader = world.signed_in(&auditor).await;
    let overview = reader.get(SETTINGS).await;
    assert_eq!(overview.status, 200);
    assert!(
        overview.find("a[href$='/settings/name']", "href").is_none()
            && overview.find("#close", "href").is_none()
    );
    assert_eq!(reader.get(&format!("{SETTINGS}/name")).await.code(), "T-503");
}

#[tokio::test]
async fn an_organization_takes_the_change_of_devices_back_to_its_operators() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    assert!(organization(&world).await.policy.change_alone);
    changed(&mut browser, "limits", &[("change-alone", "no")]).await;
    assert!(!organization(&world).await.policy.change_alone);
    let shown = section(&mut browser, "limits").await;
    assert!(shown.find("#change-alone-no", "checked").is_some(), "{}", shown.text);
    assert!(shown.text_of("#history").unwrap().contains("新しい端末への切り替え"), "{}", shown.text);
    // Other limits that are changed leave it as it is.
    changed(&mut browser, "limits", &[("attempts", "7")]).await;
    assert!(!organization(&world).await.policy.change_alone);
}
