//! A person changes phones alone, with both in hand: the old one shows the way and follows the new one; the operator sees it.

use std::process::Command;

use fantoccini::Locator;
use tegata::enrollment::IssuedInvitation;

use crate::chromium::{Chromium, Settings};
use crate::console::signed_in;
use crate::devices::ANDROID;
use crate::journey::{claim, fetch, unpack};
use crate::phone::{Phone, browser};
use crate::site::Site;
use crate::walk::ENTER;

fn origin(site: &Site) -> String {
    format!("https://localhost:{}", site.check.port())
}

/// A phone that shows its certificate without asking, once it has one.
async fn phone(site: &Site, without_script: bool) -> Chromium {
    let origin = origin(site);
    let settings = Settings {
        device: Some(ANDROID),
        without_script,
        shows_certificate_to: &[&origin],
        ..Settings::default()
    };
    let phone = Chromium::start(&settings).await;
    phone.certificates.trust(&site.root());
    phone
}

/// The phone that the person has had all along.
async fn old_phone(site: &Site, without_script: bool) -> (Chromium, IssuedInvitation) {
    let old = phone(site, without_script).await;
    let invitation = site.invite("quick").await;
    let simulated = Phone::new(browser::ANDROID);
    let file = fetch(&simulated, &claim(&simulated, &invitation).await).await;
    unpack(site, &file, &invitation.secret.grouped());
    old.certificates.import(&file.bytes, &invitation.secret.grouped());
    old.client.goto(&format!("{}/check", origin(site))).await.unwrap();
    shows(&old, "[data-outcome=ok]").await;
    (old, invitation)
}

async fn shows(phone: &Chromium, css: &str) {
    let waited = phone.client.wait().for_element(Locator::Css(css)).await;
    assert!(waited.is_ok(), "no {css}: {}", phone.client.source().await.unwrap());
}

async fn press(phone: &Chromium, css: &str) {
    let found = phone.client.find(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("no {css}: {error}")).send_keys(ENTER).await.unwrap();
}

async fn text(phone: &Chromium, css: &str) -> String {
    phone.client.find(Locator::Css(css)).await.unwrap().text().await.unwrap()
}

/// What a camera reads from the old phone's screen.
async fn scanned(old: &Chromium) -> String {
    let scan = old.client.find(Locator::Css("#scan svg")).await.unwrap();
    let picture = scan.screenshot().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("screen.png");
    std::fs::write(&file, picture).unwrap();
    let read = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&file).output();
    let read = read.expect("zbarimg; `make packages` installs it");
    String::from_utf8(read.stdout).unwrap().trim().to_owned()
}

/// From the green page to the one with the code.
async fn begin(old: &Chromium) {
    press(old, "a#change").await;
    shows(old, "[data-stage=idle]").await;
    press(old, "form#begin button").await;
    shows(old, "[data-stage=shown]").await;
}

/// The new phone scans, and the person types what the old one shows; the file comes.
async fn take(old: &Chromium, new: &Chromium) -> (Vec<u8>, String) {
    let secret = text(old, "#secret").await;
    new.client.goto(&scanned(old).await).await.unwrap();
    new.client.find(Locator::Css("input#secret")).await.unwrap().send_keys(&secret).await.unwrap();
    press(new, "#claim").await;
    shows(new, "[data-page=ticket]").await;
    press(new, "#file").await;
    let (_, bundle) = new.downloaded(".p12").await;
    (bundle, secret)
}

async fn prove(new: &Chromium, bundle: &[u8], password: &str) {
    new.certificates.import(bundle, password);
    press(new, "#check").await;
    shows(new, "[data-outcome=ok]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_phones_and_the_operator_follow_a_change_that_the_person_makes_alone() {
    let site = Site::start().await;
    let ((old, invitation), new, desk) =
        tokio::join!(old_phone(&site, false), phone(&site, false), signed_in(&site));
    let page = format!("o/clinic/enrollments/{}", invitation.enrollment);
    let operator_sees = async |state: &str, told: &[&str]| {
        desk.client.goto(site.console.join(&page).unwrap().as_str()).await.unwrap();
        shows(&desk, &format!("#state[data-state={state}]")).await;
        let history = text(&desk, "#history").await;
        assert!(told.iter().all(|told| history.contains(told)), "{history}");
    };
    begin(&old).await;
    old.screenshot("change-1-old").await;
    operator_sees("installed", &["利用者本人", "発行し直されました"]).await;
    desk.client.goto(site.console.join("o/clinic/enrollments").unwrap().as_str()).await.unwrap();
    assert!(text(&desk, "#enrollments").await.contains("利用者が開始"), "the list says who began it");

    let (bundle, secret) = take(&old, &new).await;
    // Nobody touches the old phone: it follows by itself.
    shows(&old, "[data-stage=taken]").await;
    assert!(!old.client.source().await.unwrap().contains(&secret));
    prove(&new, &bundle, &secret).await;
    shows(&old, "[data-stage=done]").await;
    old.screenshot("change-2-old-done").await;
    assert!(!text(&old, "#fact").await.is_empty());
    shows(&old, "#old-certificate").await;
    operator_sees("replaced", &["利用者本人"]).await;
    // Afterwards the old phone's certificate is told for what it is.
    old.client.goto(&format!("{}/check", origin(&site))).await.unwrap();
    shows(&old, "[data-code='T-306']").await;
    for browser in [old, new, desk] {
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_script_the_change_goes_the_same_way_by_one_link_and_can_be_stopped() {
    let site = Site::start().await;
    let ((old, _), new) = tokio::join!(old_phone(&site, true), phone(&site, true));
    begin(&old).await;
    press(&old, "form#stop button").await;
    shows(&old, "[data-stage=idle] #fact").await;
    press(&old, "form#begin button").await;
    shows(&old, "[data-stage=shown]").await;
    // Reloaded, or gone back to, it still shows what the new phone needs.
    let before = text(&old, "#secret").await;
    old.client.refresh().await.unwrap();
    assert_eq!(text(&old, "#secret").await, before);
    let (bundle, secret) = take(&old, &new).await;
    press(&old, "#again").await;
    shows(&old, "[data-stage=taken]").await;
    prove(&new, &bundle, &secret).await;
    press(&old, "#again").await;
    shows(&old, "[data-stage=done]").await;
    old.close().await;
    new.close().await;
}

/// A page of another site sends the form with the person's own certificate: nothing begins.
#[tokio::test(flavor = "multi_thread")]
async fn another_sites_form_begins_nothing_though_the_browser_shows_the_certificate() {
    let site = Site::start().await;
    let (old, invitation) = old_phone(&site, false).await;
    let forged = format!(
        "data:text/html,<form id=f method=post action='{}/change'><input name=form value=AAAA>\
         <button id=go>go</button></form>",
        origin(&site)
    );
    old.client.goto(&forged).await.unwrap();
    press(&old, "#go").await;
    shows(&old, "[data-code='T-203']").await;
    assert_eq!(site.show(&invitation.enrollment).await.summary.successor, None);
    old.close().await;
}
