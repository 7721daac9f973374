//! Every story and every refusal, on every device, with script and without, by Chromium and by `WebKit`. Phones are 320 CSS
//! pixels wide, and nothing may be wider than its screen.

use fantoccini::{Client, Locator};
use tegata::enrollment::IssuedInvitation;
use url::Url;

use crate::behind::check_without_tls;
use crate::chromium::{Chromium, Device, Settings};
use crate::devices::{ALL, Row, STRANGERS};
use crate::journey::link;
use crate::site::Site;
use crate::situations::{self, Situation};
use crate::walk::ENTER;
use crate::webkit::WebKit;

/// How long `WebKit` may take for one device; it takes a few seconds.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// Where a check fails: which device in which browser at which step.
struct Place<'a> {
    client: &'a Client,
    name: String,
    width: u32,
    press: Press,
}

/// How a button is pressed.
enum Press {
    /// By the keyboard; after a click Chromium's driver waits for a timer of the page, which never ends where scripts are off.
    Enter,
    /// By a click, after which `WebKit`'s driver waits for the next page; asked meanwhile it may never answer.
    Click,
}

impl Place<'_> {
    async fn goto(&self, address: &Url) {
        let gone = self.client.goto(address.as_str()).await;
        gone.unwrap_or_else(|error| panic!("{}: {address}: {error}", self.name));
    }

    /// The attribute of `<body>`.
    async fn mark(&self, name: &str) -> Option<String> {
        let body = self.client.find(Locator::Css("body")).await.unwrap();
        body.attr(name).await.unwrap()
    }

    /// The page is this one and no wider than the screen.
    async fn shows(&self, page: &str, code: Option<&str>) {
        let shown = (self.mark("data-page").await, self.mark("data-code").await);
        let at = self.client.current_url().await.unwrap();
        let expected = (Some(page.to_owned()), code.map(str::to_owned));
        assert_eq!(shown, expected, "{} at {at}", self.name);
        let script = "return [document.documentElement.scrollWidth, document.body.scrollWidth]";
        let wide = self.client.execute(script, vec![]).await.unwrap();
        let wide: Vec<u32> = serde_json::from_value(wide).unwrap();
        assert!(wide.iter().all(|wide| *wide <= self.width), "{} at {at}: {wide:?} pixels wide", self.name);
    }

    /// Types into a field and sends its form.
    async fn send(&self, fields: &[(&str, &str)]) {
        let before = self.client.find(Locator::Css("body")).await.unwrap();
        for (field, text) in fields {
            let found = self.client.find(Locator::Css(field)).await;
            let element = found.unwrap_or_else(|error| panic!("{}: no {field}: {error}", self.name));
            // WebKit's driver types only into what is in sight, and does not wait for a page that scrolls smoothly.
            let ready = "arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' }); arguments[0].value = ''";
            self.client.execute(ready, vec![serde_json::to_value(&element).unwrap()]).await.unwrap();
            element.send_keys(text).await.unwrap_or_else(|error| panic!("{}: {field}: {error}", self.name));
        }
        self.press("#claim").await;
        self.is_gone(before).await;
    }

    /// Presses a button or a link.
    async fn press(&self, css: &str) {
        let found = self.client.find(Locator::Css(css)).await;
        let element = found.unwrap_or_else(|error| panic!("{}: no {css}: {error}", self.name));
        let ready = "arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })";
        self.client.execute(ready, vec![serde_json::to_value(&element).unwrap()]).await.unwrap();
        let pressed = match self.press {
            Press::Enter => element.send_keys(ENTER).await,
            Press::Click => element.click().await,
        };
        pressed.unwrap_or_else(|error| panic!("{}: {css}: {error}", self.name));
    }

    /// Waits until the page that had this `<body>` has made room for the next one, and that one is there.
    async fn is_gone(&self, body: fantoccini::elements::Element) {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        while body.attr("data-page").await.is_ok() {
            if tokio::time::Instant::now() > deadline {
                let at = self.client.current_url().await.unwrap();
                panic!("{}: the page stays: {at}: {}", self.name, self.client.source().await.unwrap());
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let next = self.client.wait().for_element(Locator::Css("body[data-page]")).await;
        next.unwrap_or_else(|error| panic!("{}: no page comes: {error}", self.name));
    }

    async fn follow(&self, css: &str) {
        let before = self.client.find(Locator::Css("body")).await.unwrap();
        self.press(css).await;
        self.is_gone(before).await;
    }
}

/// From the link to the ticket, back and forth.
async fn straight(place: &Place<'_>, site: &Site, row: &Row, script: bool, counts_fingers: bool) {
    let invitation = site.invite("quick").await;
    place.goto(&link(&invitation)).await;
    place.shows("secret", None).await;
    assert_eq!(place.mark("data-platform").await.as_deref(), Some(row.platform), "{}", place.name);
    let secret = invitation.secret.grouped();
    place.send(&[("#secret", &secret)]).await;
    place.shows("ticket", None).await;
    let platform = if script && counts_fingers { row.with_script } else { row.platform };
    assert_eq!(place.mark("data-platform").await.as_deref(), Some(platform), "{}", place.name);
    let shown = place.client.find(Locator::Css("#bundle-password")).await.unwrap().text().await.unwrap();
    assert_eq!(shown.replace(char::is_whitespace, ""), *secret, "{}", place.name);
    let ticket = place.client.current_url().await.unwrap();
    // Loaded again, opened again, gone back and forth: nothing is lost and nothing is used up.
    place.client.refresh().await.unwrap();
    place.shows("ticket", None).await;
    place.client.back().await.unwrap();
    place.shows("secret", None).await;
    place.client.forward().await.unwrap();
    place.shows("ticket", None).await;
    assert_eq!(place.client.current_url().await.unwrap(), ticket);
    assert_eq!(place.mark("data-fetches-left").await.as_deref(), Some("5"), "{}", place.name);
}

/// Mistyped, wrong, too weak, and right in the end; by the link and by the number.
async fn stumbling(place: &Place<'_>, site: &Site) {
    let invitation = site.invite("chosen").await;
    let (secret, number) = (invitation.secret.grouped(), invitation.number.grouped());
    place.goto(&link(&invitation)).await;
    let password = "mizu-no-naka-no-7-tsuki";
    place.send(&[("#secret", "abc"), ("#password", password)]).await;
    place.shows("secret", Some("T-103")).await;
    place.send(&[("#secret", &wrong(&invitation)), ("#password", password)]).await;
    place.shows("secret", Some("T-102")).await;
    let left = place.client.find(Locator::Css("#attempts")).await.unwrap();
    assert_eq!(left.attr("data-attempts-left").await.unwrap().as_deref(), Some("4"), "{}", place.name);
    place.send(&[("#secret", &secret), ("#password", "password123")]).await;
    place.shows("secret", Some("T-114")).await;
    place.send(&[("#secret", &secret), ("#password", password)]).await;
    place.shows("ticket", None).await;
    let shown = place.client.find(Locator::Css("#bundle-password")).await.unwrap().text().await.unwrap();
    assert_eq!(shown, password, "{}", place.name);

    let invitation = site.invite("quick").await;
    let secret = invitation.secret.grouped();
    place.goto(&site.landing).await;
    place.shows("number", None).await;
    place.send(&[("#number", &number), ("#secret", &wrong(&invitation))]).await;
    place.shows("number", Some("T-102")).await;
    place.send(&[("#number", &invitation.number.grouped()), ("#secret", &secret)]).await;
    place.shows("ticket", None).await;
}

/// A secret that is well formed and not the right one.
fn wrong(invitation: &IssuedInvitation) -> String {
    let right = invitation.secret.expose();
    let wrong: String = right.chars().rev().collect();
    if wrong == right { "abcdefghjk".to_owned() } else { wrong }
}

async fn everything(place: &Place<'_>, situations: &[Situation]) {
    for situation in situations {
        place.goto(&situation.address).await;
        place.shows(situation.page, situation.code).await;
    }
}

async fn stands_before(place: &Place<'_>, address: &Url, page: &str, obstacle: Option<&str>) {
    place.goto(address).await;
    place.shows(page, None).await;
    assert_eq!(place.mark("data-obstacle").await.as_deref(), obstacle, "{}", place.name);
}

async fn chromium(without_script: bool) {
    let site = Site::start().await;
    let situations = situations::all(&site).await;
    for row in &ALL {
        let settings = Settings { device: Some(row.device), without_script, ..Settings::default() };
        let browser = Chromium::start(&settings).await;
        browser.certificates.trust(&site.root());
        browser.has_five_fingers(&row.device).await;
        let name = format!("Chromium as {} (without script: {without_script})", row.name);
        let place = Place { client: &browser.client, name, width: row.device.screen.0, press: Press::Enter };
        straight(&place, &site, row, !without_script, true).await;
        place.follow("#check").await;
        place.shows("check", Some("T-301")).await;
        stumbling(&place, &site).await;
        everything(&place, &situations).await;
        browser.close().await;
    }
    let waiting = link(&site.invite("quick").await);
    for stranger in &STRANGERS {
        let settings = Settings { device: Some(stranger.device), without_script, ..Settings::default() };
        let browser = Chromium::start(&settings).await;
        let name = format!("Chromium as {} (without script: {without_script})", stranger.name);
        let place =
            Place { client: &browser.client, name, width: stranger.device.screen.0, press: Press::Enter };
        stands_before(&place, &waiting, stranger.page, stranger.obstacle).await;
        browser.close().await;
    }
}

/// Does `walk` in a fresh `WebKit` as `device`. Its driver now and then never answers a command (2.50, under load): then the whole
/// walk begins anew, which proves no less.
async fn in_webkit(
    name: &str,
    device: Device<'static>,
    without_script: bool,
    walk: impl AsyncFn(&Place<'_>),
) {
    for _ in 0..3 {
        let browser = WebKit::start(device, without_script).await;
        let name = format!("WebKit as {name} (without script: {without_script})");
        let place = Place { client: &browser.client, name, width: device.screen.0, press: Press::Click };
        if tokio::time::timeout(PATIENCE, walk(&place)).await.is_ok() {
            return browser.close().await;
        }
    }
    panic!("WebKit's driver does not answer as {name}");
}

async fn webkit(without_script: bool) {
    let site = Site::start().await;
    // `MiniBrowser` would ask the person for a certificate over TLS, and there is none to answer.
    let check = check_without_tls(&site);
    let situations = situations::all(&site).await;
    for row in &ALL {
        in_webkit(row.name, row.device, without_script, async |place| {
            straight(place, &site, row, !without_script, false).await;
            place.goto(&check).await;
            place.shows("check", Some("T-301")).await;
            stumbling(place, &site).await;
            everything(place, &situations).await;
        })
        .await;
    }
    let waiting = link(&site.invite("quick").await);
    for stranger in &STRANGERS {
        in_webkit(stranger.name, stranger.device, without_script, async |place| {
            stands_before(place, &waiting, stranger.page, stranger.obstacle).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_every_story_and_every_refusal_on_every_device() {
    chromium(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_the_same_without_script() {
    chromium(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_every_story_and_every_refusal_on_every_device() {
    webkit(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_the_same_without_script() {
    webkit(true).await;
}
