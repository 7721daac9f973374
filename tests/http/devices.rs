//! Who gets which page, before anything is used up.

use reqwest::Method;
use tegata::device::Platform;
use tegata::enrollment::{Carrier, Invite, SubscriberInvite};

use crate::world::{ANDROID, Browser, IPHONE, LINE, LINE_PREVIEW, World};

const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";
const LINUX: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const OLD: &str = "Mozilla/5.0 (Linux; Android 4.4.2; SO-03F Build/17.1.2.B.0.314) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.99 Mobile Safari/537.36";
const INSTAGRAM: &str = "Mozilla/5.0 (Linux; Android 14; SM-S921N Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0.6261.119 Mobile Safari/537.36 Instagram 324.0.0.27.50 Android";
const FIREFOX_IOS: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15";

async fn link(world: &World) -> String {
    let invitation = world.invite().await;
    world.landing(&format!("/c/{}", invitation.code.expose()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_previewer_gets_a_page_without_a_form_whatever_it_asks_for() {
    let world = World::new().await;
    let claimed = world.claim(&world.invite().await).await;
    let bot = Browser::new(LINE_PREVIEW);
    for url in [link(&world).await, world.landing("/c/x"), world.landing("/"), claimed.ticket.clone()] {
        let page = bot.get(&url).await;
        assert_eq!((page.status, page.kind().as_str()), (200, "preview"), "{url}");
        assert!(!page.has("form") && !page.has("#bundle-password"));
    }
    let ticket = world.browser().get(&claimed.ticket).await;
    assert_eq!(ticket.mark("fetches-left").as_deref(), Some("5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn line_is_led_out_once_and_not_in_circles() {
    let world = World::new().await;
    let link = link(&world).await;
    let inside = Browser::new(LINE);
    for start in [link.clone(), format!("{link}?lang=en")] {
        let first = inside.get(&start).await;
        assert_eq!(first.status, 302);
        let location = first.header("location").unwrap();
        assert!(location.contains("openExternalBrowser=1"), "{location}");
        assert_eq!(location.contains("lang=en"), start.ends_with("lang=en"));
        // LINE that opens it again by itself gets the steps by hand.
        let second = inside.get(&format!("{link}{location}")).await;
        assert_eq!((second.status, second.kind().as_str()), (200, "browser"));
        assert_eq!(second.mark("obstacle").as_deref(), Some("in-app-browser"));
        assert!(!second.has("#hop") && second.has("#manual") && second.has("#anyway"));
        assert!(!second.text_of("#address").unwrap().contains("openExternalBrowser"));
    }
    let outside = Browser::new(IPHONE).get(&format!("{link}?openExternalBrowser=1")).await;
    assert_eq!(outside.kind(), "secret");
    let head = inside.send(Method::HEAD, &link, &[], None).await;
    assert_eq!(head.status, 302);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_cannot_install_is_told_the_way_and_can_go_on() {
    let world = World::new().await;
    let link = link(&world).await;
    for (agent, obstacle, begins) in
        [(INSTAGRAM, "in-app-browser", Some("intent://")), (FIREFOX_IOS, "other-browser", None)]
    {
        let browser = Browser::new(agent);
        let page = browser.get(&link).await;
        assert_eq!((page.kind().as_str(), page.mark("obstacle").as_deref()), ("browser", Some(obstacle)));
        if let Some(begins) = begins {
            assert!(page.find("#hop", "href").unwrap().starts_with(begins));
        }
        assert!(!page.has("form"));
        let anyway = format!("{link}{}", page.find("#anyway", "href").unwrap());
        assert_eq!(browser.get(&anyway).await.kind(), "secret", "{agent}");
        // Back in the same browser after a hop, only the steps by hand are left.
        let back = browser.get(&format!("{link}?hopped=1")).await;
        assert!(!back.has("#hop") && back.has("#manual"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_or_unfit_system_is_told_so() {
    let world = World::new().await;
    let link = link(&world).await;
    let old = Browser::new(OLD).get(&link).await;
    assert_eq!((old.status, old.kind().as_str()), (200, "too-old"));
    assert!(old.text_of("#fact").unwrap().contains("Android 5以降"), "{:?}", old.text_of("#fact"));
    let anyway = format!("{link}{}", old.find("#anyway", "href").unwrap());
    assert_eq!(Browser::new(OLD).get(&anyway).await.kind(), "secret");
    let linux = Browser::new(LINUX).get(&link).await;
    assert_eq!((linux.kind().as_str(), linux.mark("obstacle").as_deref()), ("unfit", Some("not-a-platform")));
    let corrected = format!("{link}{}", linux.find("a[data-device=android]", "href").unwrap());
    let page = Browser::new(LINUX).get(&corrected).await;
    assert_eq!((page.kind().as_str(), page.mark("platform").as_deref()), ("secret", Some("android")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_device_is_asked_for_and_the_answer_is_kept() {
    let world = World::new().await;
    let invitation = world.invite().await;
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let unknown = Browser::new("");
    let page = unknown.get(&link).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "choose"));
    let windows = format!("{link}{}", page.find("a[data-device=windows]", "href").unwrap());
    let page = unknown.get(&windows).await;
    assert_eq!((page.kind().as_str(), page.mark("platform").as_deref()), ("secret", Some("windows")));
    let action = format!("{link}{}", page.find("form#entry", "action").unwrap());
    let device = page.find("input[name=device]", "value").unwrap();
    let secret = invitation.secret.grouped();
    let fields = [("form", page.nonce()), ("secret", secret.to_string()), ("device", device)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sent = unknown.post(&action, &fields).await;
    let ticket = unknown.get(&world.landing(sent.header("location").unwrap())).await;
    assert_eq!(ticket.mark("platform").as_deref(), Some("windows"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ipad_that_says_it_is_a_mac_is_told_by_its_touch() {
    for (touch, platform) in [("5", "ipados"), ("0", "macos"), ("", "macos"), ("999", "macos")] {
        let world = World::new().await;
        let invitation = world.invite().await;
        let link = world.landing(&format!("/c/{}", invitation.code.expose()));
        let browser = Browser::new(MAC);
        let page = browser.get(&link).await;
        assert_eq!(page.mark("platform").as_deref(), Some("macos"));
        let secret = invitation.secret.grouped();
        let fields = [("form", page.nonce()), ("secret", secret.to_string()), ("touch", touch.to_owned())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sent = browser.post(&link, &fields).await;
        let ticket = browser.get(&world.landing(sent.header("location").unwrap())).await;
        assert_eq!(ticket.mark("platform").as_deref(), Some(platform), "{touch}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_of_a_script_choose_the_file_as_headers_do() {
    let frozen = ANDROID.replace("Android 15; Pixel 8", "Android 10; K");
    for (header, field, variant) in
        [(None, None, "compatible"), (Some("\"16.0.0\""), None, "modern"), (None, Some("16.0.0"), "modern")]
    {
        let world = World::new().await;
        let invitation = world.invite().await;
        let link = world.landing(&format!("/c/{}", invitation.code.expose()));
        let browser = Browser::new(&frozen);
        let nonce = browser.get(&link).await.nonce();
        let secret = invitation.secret.grouped();
        let mut fields = vec![("form", nonce.as_str()), ("secret", secret.as_str())];
        fields.extend(field.map(|_| ("ch_platform", "Android")));
        fields.extend(field.map(|version| ("ch_platform_version", version)));
        let mut headers = vec![];
        headers.extend(header.map(|_| ("sec-ch-ua-platform", "\"Android\"")));
        headers.extend(header.map(|version| ("sec-ch-ua-platform-version", version)));
        let sent = browser.post_with(&link, &headers, &fields).await;
        let ticket = browser.get(&world.landing(sent.header("location").unwrap())).await;
        assert_eq!(ticket.find("#file", "data-variant").as_deref(), Some(variant), "{header:?} {field:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_for_other_devices_says_for_which() {
    let world = World::new().await;
    let subscriber = SubscriberInvite { id: None, name: "田中 花子".into(), kana: None, email: None };
    let platforms = vec![Platform::Windows, Platform::Ipados];
    let invite = Invite {
        subscriber,
        facility: None,
        offer: "test".into(),
        platforms,
        note: None,
        carrier: Carrier::Message,
    };
    let invitation = world.authority.invite(&world.caller, invite).await.unwrap();
    let link = world.landing(&format!("/c/{}", invitation.code.expose()));
    let browser = world.browser();
    let page = browser.get(&link).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "unfit"));
    assert_eq!(page.mark("obstacle").as_deref(), Some("other-device"));
    assert_eq!(page.mark("code").as_deref(), Some("T-115"));
    assert!(page.text_of("#fact").unwrap().contains("Windows、iPad"));
    assert!(page.has("a[data-device=windows]") && !page.has("a[data-device=android]"));
    // Who was taken for something else corrects it; who sends the form all the same is refused, and nothing is used up.
    let corrected =
        browser.get(&format!("{link}{}", page.find("a[data-device=ipados]", "href").unwrap())).await;
    assert_eq!(corrected.kind(), "secret");
    let (nonce, secret) = (corrected.nonce(), invitation.secret.grouped());
    let fields = [("form", nonce.as_str()), ("secret", secret.as_str())];
    let refused = browser.post(&link, &fields).await;
    assert_eq!((refused.status, refused.mark("code").as_deref()), (403, Some("T-115")));
    assert_eq!(world.standing(&invitation).await, "invited");
    let unknown = Browser::new("").post(&link, &fields).await;
    assert_eq!(unknown.kind(), "choose");
    let taken = browser.post(&format!("{link}?device=ipados"), &fields).await;
    assert_eq!(taken.status, 303);
}
