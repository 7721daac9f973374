//! The device and its browser are recognised before anything is used up.

use reqwest::StatusCode;
use tegata::device::Platform;

use crate::journey::{claim, fetch, link};
use crate::phone::browser::{self, Browser};
use crate::phone::bundle::Profile;
use crate::phone::page::hook;
use crate::phone::{Phone, page};
use crate::site::Site;
use crate::{calling_itself, is_untouched, steps};

const ANDROID_TABLET_AS_DESKTOP: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const FIREFOX_ON_IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, \
                                 like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15";
const LINE_ON_ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; SC-53D Build/UP1A.231005.007; wv) AppleWebKit/537.36 \
                               (KHTML, like Gecko) Version/4.0 Chrome/129.0.6668.71 Mobile Safari/537.36 \
                               Line/14.16.0/IAB";
/// A browser inside a mail application, as Android's `WebView` says it.
const MAIL_ON_ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; SH-54D; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                               Version/4.0 Chrome/129.0.6668.71 Mobile Safari/537.36";
/// The same on an iPhone: `WebKit` without `Version/` and `Safari/`.
const MAIL_ON_IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                              Gecko) Mobile/15E148";
const YAHOO_ON_ANDROID: &str = "Mozilla/5.0 (Linux; Android 13; SO-51C Build/64.1.A.0.869; wv) AppleWebKit/537.36 (KHTML, \
                                like Gecko) Version/4.0 Chrome/124.0.6367.179 Mobile Safari/537.36 YJApp-ANDROID \
                                jp.co.yahoo.android.yjtop/3.160.0";
const HUAWEI: &str = "Mozilla/5.0 (Linux; Android 10; ELE-L29) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 \
                      HuaweiBrowser/15.0.4.312 Mobile Safari/537.36";
const MIUI: &str = "Mozilla/5.0 (Linux; U; Android 13; ja-jp; 22111317G Build/TKQ1.220905.001) AppleWebKit/537.36 (KHTML, \
                    like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.10.1.1-gn";
const ANDROID_4: &str = "Mozilla/5.0 (Linux; Android 4.4.2; SO-03F Build/17.1.2.B.0.314) AppleWebKit/537.36 (KHTML, like \
                         Gecko) Chrome/80.0.3987.99 Mobile Safari/537.36";
const WINDOWS_7: &str = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 \
                         Safari/537.36";
const INTERNET_EXPLORER: &str = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko";

/// An iPad says that it is a Mac; an Android tablet that wants desktop pages says that it is Linux.
#[tokio::test]
async fn row_01_a_tablet_gets_its_own_steps_or_is_put_right_by_one_tap() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    let ticket = claim(&Phone::new(browser::IPAD), &invitation).await;
    assert_eq!(ticket.attribute("data-platform").as_deref(), Some("ipados"), "{}", ticket.said());

    let without_script = Phone::new(Browser { touch_points: None, ..browser::IPAD });
    let invitation = site.invite("quick").await;
    let page = without_script.open(&link(&invitation)).await;
    let ipad = page.links("#device-change a[data-device=ipados]").remove(0);
    let page = without_script.open(&ipad).await;
    assert_eq!(page.attribute("data-platform").as_deref(), Some("ipados"), "{}", page.said());
    let mut form = page.form();
    form.fill(hook::SECRET, &invitation.secret.grouped());
    let ticket = without_script.follow(&without_script.send(&form).await).await;
    assert_eq!(ticket.attribute("data-platform").as_deref(), Some("ipados"), "{}", ticket.said());
    // Who corrects nothing gets a file that an iPad opens as well.
    let invitation = site.invite("quick").await;
    let file = fetch(&without_script, &claim(&without_script, &invitation).await).await;
    let profile = Profile::open(&file.bytes, &site.root());
    let target = profile.contents.get("TargetDeviceType").and_then(plist::Value::as_unsigned_integer);
    assert!(matches!(target, None | Some(0)), "a profile for {target:?} alone");

    let tablet = calling_itself(ANDROID_TABLET_AS_DESKTOP);
    let invitation = site.invite("quick").await;
    let page = tablet.open(&link(&invitation)).await;
    assert_eq!(page.kind(), hook::UNFIT, "{}", page.said());
    let page = tablet.open(&page.links("a[data-device=android]").remove(0)).await;
    assert_eq!(page.attribute("data-platform").as_deref(), Some("android"), "{}", page.said());
    assert!(page.has_form());
}

/// The page says which browser instead, links there, and can be opened in it with nothing lost.
async fn leads_elsewhere(site: &Site, phone: &Phone, begins: &[&str], instead: &Phone) {
    let invitation = site.invite("quick").await;
    let mut page = phone.open(&link(&invitation)).await;
    if page.status == StatusCode::FOUND {
        let hop = page.headers["location"].to_str().unwrap().to_owned();
        assert!(hop.contains("openExternalBrowser=1"), "{hop}");
        page = phone.open(&page.address.join(&hop).unwrap()).await;
    }
    assert_eq!(page.kind(), hook::BROWSER, "{}", page.said());
    assert!(!page.has_form(), "{}", page.said());
    assert!(page.text_of("#manual").is_some(), "the way by hand is always there: {}", page.said());
    let hop = page.attribute_of("a#hop", "href");
    assert_eq!(hop.is_some(), !begins.is_empty(), "{hop:?}");
    assert!(hop.is_none_or(|hop| begins.iter().any(|begin| hop.starts_with(begin))));
    let address = page.text_of("#address").expect("an address to copy");
    is_untouched(site, &invitation).await;
    let there = instead.open(&address.parse().unwrap()).await;
    assert!(there.has_form(), "{}", there.said());
    claim(instead, &invitation).await;
}

/// LINE leaves by its own parameter. `x-safari-https:` has no form for the plain HTTP of a test, so that only the way by hand is
/// left here; `device::hop` has the rest.
#[tokio::test]
async fn row_03_who_is_not_in_safari_is_told_before_the_claim() {
    let site = Site::start().await;
    let safari = Phone::new(browser::IPHONE);
    leads_elsewhere(&site, &Phone::new(browser::LINE_ON_IPHONE), &[], &safari).await;
    leads_elsewhere(&site, &calling_itself(FIREFOX_ON_IPHONE), &[], &safari).await;
}

#[tokio::test]
async fn row_13_a_browser_inside_an_application_is_left_for_the_real_one() {
    let site = Site::start().await;
    let chrome = Phone::new(browser::ANDROID);
    for agent in [MAIL_ON_ANDROID, YAHOO_ON_ANDROID] {
        leads_elsewhere(&site, &calling_itself(agent), &["intent://"], &chrome).await;
    }
    leads_elsewhere(&site, &calling_itself(MAIL_ON_IPHONE), &[], &Phone::new(browser::IPHONE)).await;
}

#[tokio::test]
async fn row_14_a_device_makers_own_browser_is_left_for_chrome() {
    let site = Site::start().await;
    for agent in [HUAWEI, MIUI] {
        leads_elsewhere(&site, &calling_itself(agent), &["intent://"], &Phone::new(browser::ANDROID)).await;
    }
}

#[tokio::test]
async fn row_29_a_code_that_another_application_scanned_leads_to_the_right_browser() {
    let site = Site::start().await;
    let line = calling_itself(LINE_ON_ANDROID);
    leads_elsewhere(&site, &line, &[], &Phone::new(browser::ANDROID)).await;
    // The address that LINE opens outside works there as it stands.
    let invitation = site.invite("quick").await;
    let hop = line.open(&link(&invitation)).await;
    let outside = hop.address.join(hop.headers["location"].to_str().unwrap()).unwrap();
    assert!(Phone::new(browser::ANDROID).open(&outside).await.has_form());
}

/// A phone cannot scan its own screen.
#[tokio::test]
async fn row_30_no_page_shows_a_phone_a_code_to_scan() {
    let site = Site::start().await;
    for browser in [browser::IPHONE, browser::IPAD, browser::ANDROID, browser::LINE_ON_IPHONE] {
        let phone = Phone::new(browser);
        let invitation = site.invite("quick").await;
        let mut pages = vec![phone.open(&link(&invitation)).await, phone.open(&site.landing).await];
        if pages[0].has_form() {
            pages.push(claim(&phone, &invitation).await);
        }
        for page in pages {
            assert!(!page.has("#qr"), "a code on a phone: {}", page.said());
        }
    }
}

/// On Android 10 and older a certificate needs a screen lock, and goes with it.
#[tokio::test]
async fn row_38_the_screen_lock_is_told_of_where_the_system_needs_one() {
    let site = Site::start().await;
    let told = async |browser: Browser| {
        let invitation = site.invite("quick").await;
        steps(&claim(&Phone::new(browser), &invitation).await)
    };
    let old = "Mozilla/5.0 (Linux; Android 9; SO-01L) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile \
               Safari/537.36";
    let old = told(Browser { user_agent: old, ..browser::UNKNOWN }).await;
    assert!(old.contains("画面ロック"), "{old}");
    let new = told(browser::ANDROID).await;
    assert!(!new.contains("画面ロック"), "{new}");
}

#[tokio::test]
async fn row_47_an_old_system_is_told_before_the_claim_and_uses_nothing_up() {
    let site = Site::start().await;
    let invitation = site.invite("quick").await;
    for (agent, obstacle) in [(ANDROID_4, "system-too-old"), (WINDOWS_7, "system-too-old")] {
        let page = calling_itself(agent).open(&link(&invitation)).await;
        assert_eq!((page.status, page.kind().as_str()), (StatusCode::OK, "too-old"), "{}", page.said());
        assert_eq!(page.attribute("data-obstacle").as_deref(), Some(obstacle));
        assert!(page.text_of("#fact").is_some() && !page.has_form(), "{}", page.said());
    }
    let page = calling_itself(INTERNET_EXPLORER).open(&link(&invitation)).await;
    assert_eq!(page.kind(), hook::BROWSER, "{}", page.said());
    is_untouched(&site, &invitation).await;
    claim(&Phone::new(browser::WINDOWS), &invitation).await;
    assert_eq!(site.show(&invitation.enrollment).await.summary.platform, Some(Platform::Windows));
}

impl page::Page {
    /// The attribute `name` of the first element that the CSS pattern fits.
    pub fn attribute_of(&self, css: &str, name: &str) -> Option<String> {
        let html = scraper::Html::parse_document(&self.text);
        let pattern = scraper::Selector::parse(css).unwrap();
        html.select(&pattern).next()?.value().attr(name).map(str::to_owned)
    }

    /// Whether there is such an element.
    pub fn has(&self, css: &str) -> bool {
        let pattern = scraper::Selector::parse(css).unwrap();
        scraper::Html::parse_document(&self.text).select(&pattern).next().is_some()
    }
}
