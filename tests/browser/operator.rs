//! An operator's day in a real browser: beside a person with a phone in a second one, over a list of five hundred, when a phone is
//! lost, when an invitation is locked, when the session ends in the middle of a form, and with a role that may not.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

use fantoccini::Locator;
use jiff::{SignedDuration, Timestamp};
use tegata::directory::{Account, Actor, Doer, Facility, Invited, Passkey, Role, Shown};
use tegata::entropy::SystemEntropy;
use tegata::operations::{JobRunner, Leases};

use crate::chromium::{Chromium, Settings};
use crate::console::{Desk, signed_in};
use crate::devices::ANDROID;
use crate::journey::{claim, guess, install, prove, some_phone};
use crate::site::Site;
use crate::walk::ENTER;

async fn shows(browser: &Chromium, css: &str) {
    let waited = browser.client.wait().for_element(Locator::Css(css)).await;
    assert!(waited.is_ok(), "no {css}: {}", browser.client.source().await.unwrap());
}

async fn press(browser: &Chromium, css: &str) {
    let found = browser.client.find(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("no {css}: {error}")).send_keys(ENTER).await.unwrap();
}

async fn types(browser: &Chromium, css: &str, text: &str) {
    let found = browser.client.find(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("no {css}: {error}")).send_keys(text).await.unwrap();
}

async fn has(browser: &Chromium, css: &str) -> bool {
    !browser.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
}

/// Chooses the offer whose key is made at once, and types the name.
async fn fill_issue(desk: &Desk<'_>, name: &str) {
    desk.open("o/clinic/issue").await;
    desk.is_on("issue").await;
    let offer = desk.browser.client.find(Locator::Css("#field-offer")).await.unwrap();
    offer.select_by_value("quick").await.unwrap();
    types(desk.browser, "#field-name", name).await;
}

/// The phone of the person beside the desk, which shows its certificate without asking once it has one.
async fn phone(site: &Site) -> Chromium {
    let origin = format!("https://localhost:{}", site.check.port());
    let settings =
        Settings { device: Some(ANDROID), shows_certificate_to: &[&origin], ..Settings::default() };
    let phone = Chromium::start(&settings).await;
    phone.certificates.trust(&site.root());
    phone
}

/// Two browsers at the same time: every step of the phone appears on the operator's screen, which nobody touches.
#[tokio::test(flavor = "multi_thread")]
async fn the_operators_screen_follows_the_phone_beside_the_desk_to_the_end() {
    let site = Site::start().await;
    let (operator, phone) = tokio::join!(signed_in(&site), phone(&site));
    let desk = Desk { browser: &operator, site: &site };
    fill_issue(&desk, "田中 花子").await;
    desk.click("form#issue-form button[type=submit]").await;
    desk.is_on("handover").await;
    desk.shows("#live-mark:not([hidden])").await;
    let (link, secret) = (desk.text("#link").await, desk.text("#secret").await);
    let stays = operator.client.current_url().await.unwrap();

    phone.client.goto(&link).await.unwrap();
    desk.shows("#live [data-step=opened][data-done]").await;
    types(&phone, "#secret", "abcde-fghjk").await;
    press(&phone, "#claim").await;
    shows(&phone, "#problem").await;
    desk.shows("#told.warning").await;
    let field = phone.client.find(Locator::Css("#secret")).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(&secret).await.unwrap();
    press(&phone, "#claim").await;
    shows(&phone, "[data-page=ticket]").await;
    desk.shows("#live [data-step=claimed][data-done]").await;
    desk.shows("body[data-link=spent]").await;
    press(&phone, "#file").await;
    let (_, bundle) = phone.downloaded(".p12").await;
    desk.shows("#live [data-step=fetched][data-done]").await;
    phone.certificates.import(&bundle, &secret);
    press(&phone, "#check").await;
    shows(&phone, "[data-page=check][data-outcome=ok]").await;
    desk.shows("#live [data-step=installed][data-done]").await;
    desk.shows("#told.good").await;
    // Nothing was asked for anew: what is shown once is still there.
    assert_eq!(operator.client.current_url().await.unwrap(), stays);
    assert_eq!(desk.text("#secret").await, secret);
    operator.screenshot("operator-follows").await;
    phone.close().await;
    operator.close().await;
}

/// Ten minutes are over: the page says so by itself, one click makes another code, and the old one says that it is dead.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_ended_while_it_was_shown_is_made_anew_by_one_click() {
    let site = Site::start().await;
    let (operator, phone) = tokio::join!(signed_in(&site), phone(&site));
    let desk = Desk { browser: &operator, site: &site };
    fill_issue(&desk, "田中 花子").await;
    desk.click("form#issue-form button[type=submit]").await;
    desk.is_on("handover").await;
    desk.shows("#live-mark:not([hidden])").await;
    let old = desk.text("#link").await;
    site.later(SignedDuration::from_mins(11));
    desk.shows("body[data-link=ended]").await;
    desk.click("form#renew button").await;
    desk.shows("body[data-page=handover][data-link=alive]").await;
    let new = desk.text("#link").await;
    assert_ne!(old, new);
    phone.client.goto(&old).await.unwrap();
    shows(&phone, "[data-page=refusal][data-code]").await;
    phone.client.goto(&new).await.unwrap();
    shows(&phone, "[data-page=secret]").await;
    desk.shows("#live [data-step=opened][data-done]").await;
    phone.close().await;
    operator.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_invitation_is_seen_and_unlocked() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let operator = signed_in(&site).await;
    let desk = Desk { browser: &operator, site: &site };
    desk.open(&format!("o/clinic/enrollments/{}", invitation.enrollment)).await;
    desk.shows("#live-mark:not([hidden])").await;
    let phone = some_phone();
    for _ in 0..5 {
        guess(&phone, &invitation).await;
    }
    // The page asks for itself anew when the state changes.
    desk.shows("#state[data-state=locked]").await;
    desk.click("#acts a[href$='/unlock']").await;
    desk.is_on("act").await;
    desk.click("form#act button[type=submit]").await;
    desk.shows("body[data-page=enrollment] #said.good").await;
    claim(&phone, &invitation).await;
    desk.shows("#state[data-state=claimed]").await;
    operator.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone_is_shut_out_at_once_and_the_new_one_follows() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let identity = install(&site, &some_phone(), &invitation).await;
    let (operator, phone) = tokio::join!(signed_in(&site), phone(&site));
    let desk = Desk { browser: &operator, site: &site };
    desk.open("o/clinic/enrollments?q=%E5%B1%B1%E7%94%B0").await;
    desk.click("#enrollments tbody a").await;
    desk.is_on("enrollment").await;
    desk.click("#acts a[href$='/reissue']").await;
    desk.click("#questions a[href$='why=lost']").await;
    desk.click("form#act button[type=submit]").await;
    // Nothing happens before the name is typed.
    desk.shows("#problem-confirm").await;
    assert_eq!(prove(&site, Some(&identity)).await.code(), None);
    types(&operator, "#field-confirm", "山田 花子").await;
    desk.click("form#act button[type=submit]").await;
    desk.is_on("handover").await;
    let refused = prove(&site, Some(&identity)).await;
    assert!(refused.code().is_some(), "the lost phone still gets in");
    let (link, secret) = (desk.text("#link").await, desk.text("#secret").await);
    phone.client.goto(&link).await.unwrap();
    types(&phone, "#secret", &secret).await;
    press(&phone, "#claim").await;
    shows(&phone, "[data-page=ticket]").await;
    desk.shows("#live [data-step=claimed][data-done]").await;
    assert_eq!(site.standing(&invitation.enrollment).await, "revoked");
    phone.close().await;
    operator.close().await;
}

/// Does what a node does in the background, until nothing is left.
async fn run_jobs(site: &Site) {
    let leases = Leases::new(Arc::clone(&site.store), site.clock.clone(), &SystemEntropy).unwrap();
    let runner = JobRunner::new(site.authority.clone(), leases, site.clock.clone());
    while runner.round().await.unwrap().more {}
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_are_uploaded_judged_issued_and_their_letters_fetched() {
    const PEOPLE: usize = 500;
    let site = Site::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut list = "利用者ID,氏名,フリガナ,施設コード,郵便番号,住所\r\n".to_owned();
    for number in 0..PEOPLE {
        let facility = if number % 2 == 0 { "G13B" } else { "K02" };
        write!(list, "{number},山田 花子,やまだ はなこ,{facility},1000001,千代田区千代田{number}\r\n")
            .unwrap();
    }
    // One row is wrong, and says so before anything is issued.
    list.push_str("500,田中 太郎,たなか たろう,G13B,12,千代田区\r\n");
    let file = folder.path().join("list.csv");
    std::fs::write(&file, list).unwrap();
    let operator = signed_in(&site).await;
    let desk = Desk { browser: &operator, site: &site };
    desk.open("o/clinic/bulk").await;
    types(&operator, "#field-file", file.to_str().unwrap()).await;
    let offer = operator.client.find(Locator::Css("#field-offer")).await.unwrap();
    offer.select_by_value("quick").await.unwrap();
    desk.click("#field-create-yes").await;
    desk.click("form#bring button[type=submit]").await;
    desk.shows("body[data-page=job][data-standing=draft]").await;
    assert_eq!(desk.text("#new").await, PEOPLE.to_string());
    assert!(desk.text("#faults").await.contains("502"), "{}", desk.text("#faults").await);
    desk.click("form#begin button").await;
    desk.shows("body[data-standing=running] #progress").await;
    run_jobs(&site).await;
    // The page asks for itself anew until it is done.
    desk.shows("body[data-standing=done]").await;
    assert_eq!(desk.text("#succeeded").await, PEOPLE.to_string());
    desk.click("a#letters").await;
    desk.is_on("order").await;
    desk.click("form#print button[type=submit]").await;
    desk.is_on("printing").await;
    let ready = Locator::Css("body[data-state=ready]");
    let patience = std::time::Duration::from_mins(4);
    operator.client.wait().at_most(patience).for_element(ready).await.unwrap();
    desk.click("a[href$='/letters.pdf']").await;
    let (_, letters) = operator.downloaded("letters.pdf").await;
    desk.click("a[href$='/secrets.pdf']").await;
    let (_, secrets) = operator.downloaded("secrets.pdf").await;
    for (name, bytes) in [("letters.pdf", letters), ("secrets.pdf", secrets)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let told = Command::new("pdfinfo").arg(&path).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let pages = told.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap();
        let pages: usize = pages.trim().parse().unwrap();
        assert!(pages >= PEOPLE, "{name}: {pages} pages");
    }
    operator.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_in_the_middle_of_issuing_goes_on_where_it_was() {
    let site = Site::start().await;
    let operator = signed_in(&site).await;
    let desk = Desk { browser: &operator, site: &site };
    fill_issue(&desk, "東海林 渚").await;
    site.later(SignedDuration::from_mins(61));
    desk.click("form#issue-form button[type=submit]").await;
    desk.shows("body[data-page=sign-in][data-code='T-501']").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("resume").await;
    desk.click("form#resume button").await;
    desk.is_on("handover").await;
    assert!(operator.client.source().await.unwrap().contains("東海林 渚"));
    operator.close().await;
}

/// Somebody with this role, whose passkey nobody can show.
async fn member(site: &Site, role: Role) -> Account {
    let facilities = match role {
        Role::FacilityManager => ["K02".parse().unwrap()].into(),
        _ => BTreeSet::new(),
    };
    let organization = site.caller.organization.clone();
    let facility = Facility::new("K02".parse().unwrap(), "かもめ薬局".to_owned());
    site.authority.directory().put_facility(&organization, &facility).await.unwrap();
    let invited = Invited::Operator { organization, role, facilities };
    let access = site.authority.access();
    let (token, _) = access.invite(invited, "鈴木 一郎", None, &Doer::new(Actor::CommandLine)).await.unwrap();
    let passkey = Passkey {
        name: "key".to_owned(),
        credential_id: token.expose()[..20].to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        last_used_at: None,
        credential: "{}".to_owned(),
    };
    access.join(&token, "鈴木 一郎", &passkey, Some("ja"), None).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_is_refused_what_it_may_not_do_and_the_page_says_so() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let enrollment = format!("o/clinic/enrollments/{}", invitation.enrollment);
    let browser = Chromium::start(&Settings::default()).await;
    let desk = Desk { browser: &browser, site: &site };
    desk.open("sign-in").await;
    for (role, acts, refused) in [
        (
            Role::HelpDesk,
            vec!["resend", "unlock", "note"],
            vec!["issue", "bulk", "letters", "enrollments.csv", "ENROLLMENT/renew", "ENROLLMENT/revoke"],
        ),
        (
            Role::Auditor,
            vec![],
            vec!["issue", "bulk", "ENROLLMENT/resend", "ENROLLMENT/unlock", "ENROLLMENT/note"],
        ),
        (Role::FacilityManager, vec![], vec!["operators", "settings"]),
    ] {
        let account = member(&site, role).await;
        let credential_id = account.passkeys[0].credential_id.clone();
        let shown = Shown { account: account.id, credential_id, credential: None };
        let (token, _) = site.authority.access().begin_session(&shown, None, None).await.unwrap();
        browser.client.delete_all_cookies().await.unwrap();
        let keep = format!("document.cookie = 'tegata-session={}; path=/'", token.expose());
        browser.client.execute(&keep, vec![]).await.unwrap();
        desk.open("o/clinic").await;
        desk.shows(&format!("#role[data-role={}]", role.name())).await;
        for path in refused {
            desk.open(&format!("o/clinic/{path}").replace("o/clinic/ENROLLMENT", &enrollment)).await;
            let has_page = "body[data-page=refusal][data-code='T-503']";
            assert!(
                has(&browser, has_page).await || has(&browser, "body[data-code='T-208']").await,
                "{role}: {path}"
            );
            assert!(!desk.text("main").await.is_empty());
        }
        desk.open(&enrollment).await;
        if role == Role::FacilityManager {
            // The person is of another facility: there is no such page.
            desk.shows("body[data-page=refusal][data-code='T-208']").await;
            continue;
        }
        desk.is_on("enrollment").await;
        let buttons = browser.client.find_all(Locator::Css("#acts a")).await.unwrap();
        let mut offered = Vec::new();
        for button in buttons {
            offered.push(button.attr("href").await.unwrap().unwrap().rsplit('/').next().unwrap().to_owned());
        }
        assert_eq!(offered, acts, "{role}");
    }
    browser.close().await;
}
