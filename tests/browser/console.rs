//! An operator's passkeys in a real browser, kept by an authenticator of WebDriver's: the one-time link, signing in and out, a
//! passkey once more, and the recovery code when the device is lost.

use std::collections::BTreeSet;

use fantoccini::Locator;
use jiff::SignedDuration;
use tegata::directory::{Actor, Doer, Invited, Role};

use crate::chromium::{Chromium, Settings};
use crate::protocol::{add_authenticator, remove_authenticator};
use crate::site::Site;

/// The operator's desk.
pub struct Desk<'a> {
    pub browser: &'a Chromium,
    pub site: &'a Site,
}

impl Desk<'_> {
    pub async fn open(&self, path: &str) {
        self.browser.client.goto(self.site.console.join(path).unwrap().as_str()).await.unwrap();
    }

    pub async fn click(&self, selector: &str) {
        let found = self.browser.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}")).click().await.unwrap();
    }

    /// Waits until the page is this one.
    pub async fn is_on(&self, page: &str) {
        let selector = format!("body[data-page='{page}']");
        let waited = self.browser.client.wait().for_element(Locator::Css(&selector)).await;
        assert!(waited.is_ok(), "not on {page}: {}", self.browser.client.source().await.unwrap());
    }

    pub async fn text(&self, selector: &str) -> String {
        self.browser.client.find(Locator::Css(selector)).await.unwrap().text().await.unwrap()
    }

    pub async fn shows(&self, selector: &str) {
        self.browser.client.wait().for_element(Locator::Css(selector)).await.unwrap();
    }
}

/// A browser in which an operator of the clinic is signed in.
pub async fn signed_in(site: &Site) -> Chromium {
    let browser = Chromium::start(&Settings::default()).await;
    let desk = Desk { browser: &browser, site };
    add_authenticator(&browser.client).await;
    let invited = Invited::Operator {
        organization: site.caller.organization.clone(),
        role: Role::Operator,
        facilities: BTreeSet::new(),
    };
    let doer = Doer::new(Actor::CommandLine);
    let (token, _) = site.authority.access().invite(invited, "佐藤 明子", None, &doer).await.unwrap();
    desk.open(&format!("join/{}", token.expose())).await;
    desk.is_on("join").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("recovery-code").await;
    desk.click("#onward").await;
    desk.is_on("home").await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lives_with_passkeys_from_the_first_link_to_the_lost_phone() {
    let site = Site::start().await;
    let browser = Chromium::start(&Settings::default()).await;
    let desk = Desk { browser: &browser, site: &site };
    let first = add_authenticator(&browser.client).await;
    let invited = Invited::Operator {
        organization: site.caller.organization.clone(),
        role: Role::Operator,
        facilities: BTreeSet::new(),
    };
    let doer = Doer::new(Actor::CommandLine);
    let (token, _) = site.authority.access().invite(invited, "佐藤 明子", None, &doer).await.unwrap();

    desk.open(&format!("join/{}", token.expose())).await;
    desk.is_on("join").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("recovery-code").await;
    let code = desk.text("#recovery-code").await;
    desk.click("#onward").await;
    desk.is_on("home").await;

    desk.click("form#sign-out button").await;
    desk.is_on("sign-in").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("home").await;

    // What cannot be undone asks once more after five minutes, and then goes on where it was.
    site.later(SignedDuration::from_mins(6));
    desk.open("account").await;
    desk.click("form#renew-code button").await;
    desk.shows("body[data-page='step-up'][data-code='T-505']").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("resume").await;
    desk.click("form#resume button").await;
    desk.is_on("recovery-code").await;
    let renewed = desk.text("#recovery-code").await;
    assert_ne!(renewed, code);

    // A session that ended in the middle of a form.
    desk.open("account").await;
    site.later(SignedDuration::from_mins(61));
    let name = browser.client.find(Locator::Id("field-name")).await.unwrap();
    name.clear().await.unwrap();
    name.send_keys("佐藤 あきこ").await.unwrap();
    desk.click("form#self button").await;
    desk.shows("body[data-page='sign-in'][data-code='T-501']").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("resume").await;
    desk.click("form#resume button").await;
    desk.shows("body[data-page='account'] #said").await;
    assert!(desk.text("#account").await.contains("佐藤 あきこ"));

    // The phone is lost, and every passkey with it.
    desk.click("form#sign-out button").await;
    desk.is_on("sign-in").await;
    remove_authenticator(&browser.client, &first).await;
    add_authenticator(&browser.client).await;
    desk.click("#recover").await;
    desk.is_on("recover").await;
    browser.client.find(Locator::Id("field-code")).await.unwrap().send_keys(&renewed).await.unwrap();
    desk.click("form#recovery button").await;
    desk.is_on("recover-passkey").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("recovery-code").await;
    assert_ne!(desk.text("#recovery-code").await, renewed);
    desk.click("form#sign-out button").await;
    desk.is_on("sign-in").await;
    desk.click("form#passkey button[type=submit]").await;
    desk.is_on("home").await;
    browser.close().await;
}
