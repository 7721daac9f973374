//! The log on the console: what was done and what was refused, by whom, found again, taken away as a file, and only as far as the
//! reader reaches.

use tegata::directory::{Act, Actor, Role};
use tegata::enrollment::{Caller, Invite, Once, SubscriberInvite};

use crate::browser::{Browser, Page};
use crate::world::{FACILITY, World};

const LOG: &str = "/o/midori/audit";

/// The kinds of the lines that a page shows, newest first.
fn kinds(page: &Page) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.text);
    let rows = scraper::Selector::parse("#audit tbody tr").unwrap();
    html.select(&rows).map(|row| row.attr("data-kind").unwrap().to_owned()).collect()
}

fn count(page: &Page, kind: &str) -> usize {
    kinds(page).iter().filter(|own| *own == kind).count()
}

/// Issues at the desk; the enrollment's page.
async fn issue(browser: &mut Browser, name: &str, id: &str, facility: &str) -> (Page, String) {
    let form = browser.get("/o/midori/issue").await;
    let fields = [("name", name), ("id", id), ("facility", facility)];
    let page = browser.submit(&form, "form#issue-form", &fields).await;
    assert_eq!(page.kind(), "handover", "{}", page.text);
    let enrollment = page.find("a#enrollment", "href").unwrap();
    (page, enrollment)
}

#[tokio::test]
async fn the_log_tells_who_did_what_to_whom_and_leads_there() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let (_, enrollment) = issue(&mut browser, "田中 花子", "10234", FACILITY).await;
    let log = browser.get(LOG).await;
    assert_eq!((log.status, log.kind().as_str()), (200, "audit"), "{}", log.text);
    assert_eq!(kinds(&log)[0], "invited", "{}", log.text);
    assert!(log.find(&format!("#audit a[href='{enrollment}']"), "href").is_some());
    let first = log.text_of("#audit tbody tr").unwrap();
    assert!(
        first.contains("佐藤 明子") && first.contains("田中 花子") && first.contains("127.0.0.1"),
        "{first}"
    );
    for (query, least) in [
        ("who=%E4%BD%90%E8%97%A4", 2),
        ("kind=issuing", 1),
        ("kind=invited", 1),
        ("subscriber=10234", 2),
        ("facility=g13b", 2),
        ("from=2026-11-21&to=2026-11-21", 3),
    ] {
        let found = browser.get(&format!("{LOG}?{query}")).await;
        assert!(
            kinds(&found).len() >= least && count(&found, "invited") == 1,
            "{query}: {:?}",
            kinds(&found)
        );
    }
    let id = enrollment.rsplit('/').next().unwrap();
    assert_eq!(kinds(&browser.get(&format!("{LOG}?enrollment={id}")).await), ["invited"]);
    for query in ["who=nobody", "kind=revoked", "from=2026-11-22", "to=2026-11-20", "subscriber=10235"] {
        let found = browser.get(&format!("{LOG}?{query}")).await;
        assert_eq!((found.status, kinds(&found).len()), (200, 0), "{query}");
    }
    let unreadable = browser.get(&format!("{LOG}?enrollment=x&from=soon")).await;
    assert!(unreadable.text_of("#unreadable").is_some() && kinds(&unreadable).is_empty());
}

#[tokio::test]
async fn pages_go_on_where_the_one_before_ended() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    for number in 0..40 {
        let caller = Caller::new(world.midori.clone(), Actor::CommandLine);
        let invite = Invite {
            subscriber: SubscriberInvite { id: None, name: format!("P {number}"), kana: None, email: None },
            facility: None,
            offer: "minimal".to_owned(),
            platforms: Vec::new(),
            note: None,
            carrier: tegata::enrollment::Carrier::Letter,
        };
        world.authority.invite_once(&caller, invite, Some(Once([number; 16]))).await.unwrap();
    }
    let first = browser.get(LOG).await;
    assert_eq!(kinds(&first).len(), 50);
    let mut all = kinds(&first);
    let mut next = first.find("a[rel=next]", "href");
    while let Some(address) = next {
        let page = browser.get(&address).await;
        all.extend(kinds(&page));
        next = page.find("a[rel=next]", "href");
    }
    // Each issue makes a person and an enrollment.
    assert_eq!(all.iter().filter(|kind| *kind == "invited").count(), 40);
    let whole = browser.get("/o/midori/audit.csv").await;
    // The head, and that it was taken away.
    assert_eq!(whole.text.lines().count(), all.len() + 2, "{}", whole.text);
}

#[tokio::test]
async fn what_a_role_may_not_is_written_down_once_in_a_while() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let help = world.member(&world.midori, Role::HelpDesk).await;
    let (mut reader, mut helper) = (world.signed_in(&operator).await, world.signed_in(&help).await);
    for _ in 0..30 {
        assert_eq!(helper.get("/o/midori/issue").await.code(), "T-503");
        world.clock.advance(jiff::SignedDuration::from_secs(2));
    }
    let log = reader.get(&format!("{LOG}?kind=refused")).await;
    assert_eq!(kinds(&log), ["refused"], "{}", log.text);
    assert!(log.text_of("#audit tbody tr").unwrap().contains("T-503"));
    // Another act is another line, and so is the same one later.
    helper.get(LOG).await;
    world.advance_minutes(11);
    helper.get("/o/midori/issue").await;
    assert_eq!(count(&reader.get(&format!("{LOG}?kind=refused")).await, "refused"), 3);
    // Whoever has no role here leaves nothing in this organization's log.
    let stranger = world.member(&world.aoba, Role::Operator).await;
    assert_eq!(world.signed_in(&stranger).await.get("/o/midori").await.status, 404);
    assert_eq!(count(&reader.get(&format!("{LOG}?kind=refused")).await, "refused"), 3);
    // A script that asks for everything there is does not flood it either.
    for act in Act::ALL {
        let from = format!("192.0.2.{}", act as u8);
        let what = tegata::directory::Refusing {
            organization: Some(&world.midori),
            about: tegata::directory::About::Organization(world.midori.clone()),
            act: act.name(),
            role: Some(Role::HelpDesk),
            code: "T-503",
        };
        for code in ["T-503", "T-505", "T-512", "T-530"] {
            let actor = Actor::Account { id: help.id, name: help.name.clone() };
            let doer = tegata::directory::Doer { actor, from: Some(from.parse().unwrap()) };
            world.access().refused(tegata::directory::Refusing { code, ..what.clone() }, &doer).await;
        }
    }
    let file = reader.get("/o/midori/audit.csv?kind=refused").await;
    let told = file.text.lines().filter(|line| line.contains(",refused,")).count();
    assert!((50..=62).contains(&told), "{told}");
}

#[tokio::test]
async fn a_dangerous_act_without_a_passkey_and_one_that_came_too_late_are_written_down() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let (mut one, mut other) = (world.signed_in(&operator).await, world.signed_in(&operator).await);
    let (_, enrollment) = issue(&mut one, "田中 花子", "10234", FACILITY).await;
    let cancel = one.get(&format!("{enrollment}/cancel")).await;
    let renew = other.get(&format!("{enrollment}/renew")).await;
    other.submit(&renew, "form#act", &[]).await;
    assert_eq!(one.submit(&cancel, "form#act", &[]).await.status, 422);
    let log = one.get(&format!("{LOG}?kind=refused")).await;
    let told = log.text_of("#audit tbody tr").unwrap();
    assert!(told.contains("T-512") && told.contains("田中 花子"), "{told}");
    world.advance_minutes(6);
    let form = one.get("/o/midori/operators/invite").await;
    let asked = one.submit(&form, "form#invite-form", &[("name", "鈴木 健")]).await;
    assert_eq!(asked.code(), "T-505");
    let log = one.get(&format!("{LOG}?kind=refused")).await;
    assert!(log.text_of("#audit tbody tr").unwrap().contains("T-505"), "{}", log.text);
}

#[tokio::test]
async fn a_manager_reads_the_own_facilities_and_what_they_did_themselves() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let manager = world.member(&world.midori, Role::FacilityManager).await;
    let mut browser = world.signed_in(&operator).await;
    issue(&mut browser, "田中 花子", "1", FACILITY).await;
    issue(&mut browser, "山田 太郎", "2", "").await;
    let mut own = world.signed_in(&manager).await;
    let log = own.get(LOG).await;
    assert!(log.text.contains("田中 花子") && !log.text.contains("山田 太郎"), "{}", log.text);
    assert!(kinds(&log).contains(&"signed-in".to_owned()));
    let others = own.get(&format!("{LOG}?subscriber=2")).await;
    assert!(kinds(&others).is_empty());
    let file = own.get("/o/midori/audit.csv").await;
    assert!(file.text.contains("田中 花子") && !file.text.contains("山田 太郎"), "{}", file.text);
    // That the operator signed in and took nothing away is not theirs to read.
    assert_eq!(file.text.matches("signed-in").count(), 1, "{}", file.text);
}

#[tokio::test]
async fn whatever_is_taken_away_is_written_down_and_no_secret_is_in_it() {
    let world = World::new().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&operator).await;
    let (handed, _) = issue(&mut browser, "=cmd()", "1", FACILITY).await;
    browser.get("/o/midori/enrollments.csv").await;
    let form = browser.get("/o/midori/operators/invite").await;
    let fields = [("name", "@鈴木 健"), ("role", "auditor"), ("email", "")];
    let invited = browser.submit(&form, "form#invite-form", &fields).await;
    let file = browser.get("/o/midori/audit.csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.text.starts_with('\u{feff}'));
    assert_eq!(file.text.matches(",exported,").count(), 2, "{}", file.text);
    assert!(file.text.contains(",'=cmd(),") && !file.text.contains(",=cmd()"), "{}", file.text);
    let link = handed.text_of("#link").unwrap();
    let joining = invited.text_of("#link").unwrap();
    let secrets = [
        handed.text_of("#secret").unwrap(),
        handed.text_of("#number").unwrap(),
        link.rsplit('/').next().unwrap().to_owned(),
        joining.rsplit('/').next().unwrap().to_owned(),
        browser.cookies["tegata-session"].clone(),
    ];
    let plain =
        |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let log = browser.get(LOG).await;
    // The nonces of forms on the page are letters as well, but none of these.
    for text in [plain(&file.text), plain(&log.text)] {
        for secret in &secrets {
            let secret = plain(secret);
            assert!(secret.len() >= 8 && !text.contains(&secret), "{secret}");
        }
    }
    // Looking at the head takes nothing away.
    let before = kinds(&browser.get(&format!("{LOG}?kind=exported")).await).len();
    browser.head("/o/midori/audit.csv").await;
    assert_eq!(kinds(&browser.get(&format!("{LOG}?kind=exported")).await).len(), before);
}

#[tokio::test]
async fn the_installations_log_is_for_its_administrators() {
    let world = World::new().await;
    let administrator = world.administrator().await;
    let operator = world.member(&world.midori, Role::Operator).await;
    let mut browser = world.signed_in(&administrator).await;
    let log = browser.get("/installation/audit").await;
    assert_eq!((log.status, log.kind().as_str()), (200, "installation-audit"), "{}", log.text);
    assert!(count(&log, "signed-in") == 1 && count(&log, "created") == 2, "{:?}", kinds(&log));
    let mut other = world.signed_in(&operator).await;
    assert_eq!(other.get("/installation/audit").await.code(), "T-504");
    let log = browser.get("/installation/audit?kind=refused").await;
    assert!(log.text_of("#audit tbody tr").unwrap().contains("T-504"), "{}", log.text);
    let file = browser.get("/installation/audit.csv").await;
    assert!(file.text.contains(",exported,") && file.text.contains("T-504"), "{}", file.text);
}
