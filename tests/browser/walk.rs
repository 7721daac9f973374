//! Chromium walks the whole way against the real program: invitation, secret, ticket, download, import, proof.

use fantoccini::Locator;

use crate::chromium::{Chromium, Device, Settings};
use crate::devices::{ANDROID, IPHONE, WINDOWS};
use crate::program::{Installation, Invited};

/// Invites somebody, and reads the QR code from its picture as a camera does.
fn scan(installation: &Installation) -> (Invited, String) {
    let picture = installation.directory().join("code.png");
    let picture = picture.to_str().unwrap();
    let invited = installation.invite(&["--qr-png", picture], None).unwrap();
    let read = std::process::Command::new("zbarimg").args(["--quiet", "--raw", picture]).output();
    let read = read.expect("zbarimg; `make packages` installs it");
    (invited, String::from_utf8(read.stdout).unwrap().trim().to_owned())
}

/// What the element says.
async fn text(browser: &Chromium, css: &str) -> String {
    let found = browser.client.find(Locator::Css(css)).await;
    let element = found.unwrap_or_else(|error| panic!("no {css}: {error}"));
    element.text().await.unwrap()
}

/// The Enter key (WebDriver, "keyboard actions").
pub const ENTER: &str = "\u{e007}";

/// Presses a button or a link. By the keyboard: after a click the driver waits for a timer of the page, which never ends
/// where scripts are off.
async fn press(browser: &Chromium, css: &str) {
    let found = browser.client.find(Locator::Css(css)).await;
    found.unwrap_or_else(|error| panic!("no {css}: {error}")).send_keys(ENTER).await.unwrap();
}

async fn page(browser: &Chromium) -> String {
    let body = browser.client.find(Locator::Css("body")).await.unwrap();
    body.attr("data-page").await.unwrap().unwrap_or_default()
}

/// From the link to the ticket's page.
async fn claim(browser: &Chromium, invited: &Invited) {
    browser.client.goto(&invited.link).await.unwrap();
    assert_eq!(page(browser).await, "secret");
    browser.client.find(Locator::Css("#secret")).await.unwrap().send_keys(&invited.secret).await.unwrap();
    press(browser, "#claim").await;
    browser.client.wait().for_element(Locator::Css("[data-page=ticket]")).await.unwrap();
}

/// The whole way on a device whose file is a PKCS#12.
async fn install(name: &str, device: Device<'_>, without_script: bool) {
    let installation = Installation::create();
    let server = installation.serve();
    let (invited, scanned) = scan(&installation);
    let origin = installation.check.origin().ascii_serialization();
    let settings = Settings {
        device: Some(device),
        without_script,
        shows_certificate_to: &[&origin],
        ..Settings::default()
    };
    let browser = Chromium::start(&settings).await;
    browser.certificates.trust(&installation.root_file());
    browser.client.goto(&scanned).await.unwrap();
    browser.screenshot(&format!("{name}-1-secret")).await;
    claim(&browser, &invited).await;
    browser.screenshot(&format!("{name}-2-ticket")).await;
    assert_eq!(text(&browser, "#bundle-password").await.replace(char::is_whitespace, ""), invited.secret);
    press(&browser, "#file").await;
    let (_, bundle) = browser.downloaded(".p12").await;
    browser.certificates.import(&bundle, &invited.secret);
    press(&browser, "#check").await;
    browser.client.wait().for_element(Locator::Css("[data-page=check]")).await.unwrap();
    browser.screenshot(&format!("{name}-3-check")).await;
    let outcome = browser.client.find(Locator::Css("[data-outcome]")).await.unwrap();
    assert_eq!(outcome.attr("data-outcome").await.unwrap().as_deref(), Some("ok"));
    let shown = installation.command(&["show", &invited.enrollment, "--json"]).output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["state"], "installed", "{shown}");
    browser.close().await;
    server.stop();
}

#[tokio::test]
async fn chromium_on_android_installs_and_proves() {
    install("android", ANDROID, false).await;
}

#[tokio::test]
async fn chromium_on_android_without_script_installs_and_proves() {
    install("android-without-script", ANDROID, true).await;
}

#[tokio::test]
async fn chromium_on_windows_installs_and_proves() {
    install("windows", WINDOWS, false).await;
}

/// Chromium cannot install a profile, but it can show and fetch what an iPhone gets.
#[tokio::test]
async fn chromium_as_an_iphone_fetches_the_profile() {
    let installation = Installation::create();
    let server = installation.serve();
    let invited = installation.invite(&[], None).unwrap();
    let browser = Chromium::start(&Settings { device: Some(IPHONE), ..Settings::default() }).await;
    claim(&browser, &invited).await;
    browser.screenshot("iphone-2-ticket").await;
    press(&browser, "#file").await;
    let (name, profile) = browser.downloaded(".mobileconfig").await;
    assert!(name.is_ascii() && profile.len() > 2_000, "{name}: {} bytes", profile.len());
    browser.close().await;
    server.stop();
}

/// The check page, as it meets somebody who has nothing to show.
#[tokio::test]
async fn chromium_without_a_certificate_is_told_so() {
    let installation = Installation::create();
    let server = installation.serve();
    let browser = Chromium::start(&Settings { device: Some(ANDROID), ..Settings::default() }).await;
    browser.certificates.trust(&installation.root_file());
    browser.client.goto(installation.check.as_str()).await.unwrap();
    browser.screenshot("android-check-none").await;
    let outcome = browser.client.find(Locator::Css("[data-code]")).await.unwrap();
    assert_eq!(outcome.attr("data-code").await.unwrap().as_deref(), Some("T-301"));
    browser.close().await;
    server.stop();
}
