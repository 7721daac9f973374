//! From the scan to the proof with the keyboard alone: Tab and Enter, and what is focused is always to be seen.

use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::Value;

use crate::chromium::{Chromium, Settings};
use crate::devices::WINDOWS;
use crate::journey::link;
use crate::site::Site;

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

/// The focused element's `id`, and how its focus is shown.
const FOCUSED: &str = "const element = document.activeElement, style = getComputedStyle(element);
return [element.id, element !== document.body &&
  (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none')];";

async fn strike(browser: &Chromium, keys: &str) {
    let strokes = keys.chars().fold(KeyActions::new("keyboard".to_owned()), |strokes, key| {
        strokes.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key })
    });
    browser.client.perform_actions(strokes).await.unwrap();
}

/// Presses Tab until the element of this `id` has the focus.
async fn tab_to(browser: &Chromium, id: &str) {
    let mut passed = Vec::new();
    for _ in 0..40 {
        strike(browser, &TAB.to_string()).await;
        let focused = browser.client.execute(FOCUSED, vec![]).await.unwrap();
        let (focused, shown): (String, Value) = serde_json::from_value(focused).unwrap();
        assert_eq!(shown, Value::Bool(true), "the focus on #{focused} is not to be seen, after {passed:?}");
        if focused == id {
            return;
        }
        passed.push(focused);
    }
    panic!("40 times Tab, and not at #{id}: {passed:?}");
}

async fn waits_for(browser: &Chromium, page: &str) {
    let selector = format!("[data-page={page}]");
    let came = browser.client.wait().for_element(Locator::Css(&selector)).await;
    came.unwrap_or_else(|error| panic!("no page {page}: {error}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_goes_by_keyboard_alone() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let origin = format!("https://localhost:{}", site.check.port());
    let settings =
        Settings { device: Some(WINDOWS), shows_certificate_to: &[&origin], ..Settings::default() };
    let browser = Chromium::start(&settings).await;
    browser.certificates.trust(&site.root());
    browser.client.goto(link(&invitation).as_str()).await.unwrap();
    // The first Tab offers to skip what every page has, and Enter does.
    strike(&browser, &TAB.to_string()).await;
    let first = browser.client.active_element().await.unwrap();
    assert_eq!(first.attr("href").await.unwrap().as_deref(), Some("#main"));
    strike(&browser, &ENTER.to_string()).await;
    tab_to(&browser, "secret").await;
    let secret = invitation.secret.grouped();
    strike(&browser, &secret).await;
    tab_to(&browser, "claim").await;
    strike(&browser, &ENTER.to_string()).await;
    waits_for(&browser, "ticket").await;
    tab_to(&browser, "file").await;
    strike(&browser, &ENTER.to_string()).await;
    let (_, bundle) = browser.downloaded(".p12").await;
    browser.certificates.import(&bundle, &secret);
    tab_to(&browser, "check").await;
    strike(&browser, &ENTER.to_string()).await;
    waits_for(&browser, "check").await;
    let outcome = browser.client.find(Locator::Css("[data-outcome]")).await.unwrap();
    assert_eq!(outcome.attr("data-outcome").await.unwrap().as_deref(), Some("ok"));
    browser.close().await;
}
