//! The file, its password, and the steps of this very device.

use jiff::SignedDuration;

use crate::journey::{claim, fetch, file_address, filled, some_phone, unpack};
use crate::phone::browser::{self, Browser};
use crate::phone::bundle::{Encryption, Profile};
use crate::phone::page::{Page, hook};
use crate::phone::{File, Phone};
use crate::site::Site;
use crate::{explains, steps};

/// Safari on an iPhone of this version.
fn iphone(user_agent: &'static str) -> Phone {
    Phone::new(Browser { user_agent, ..browser::UNKNOWN })
}

const IOS_14: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 14_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/14.1.2 Mobile/15E148 Safari/604.1";
const IOS_17: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/17.5.1 Mobile/15E148 Safari/604.1";

async fn ticket_for(site: &Site, phone: &Phone, offer: &str) -> Page {
    let invitation = site.invite(offer).await;
    claim(phone, &invitation).await
}

#[tokio::test]
async fn row_04_a_download_that_goes_to_icloud_is_explained_with_the_setting() {
    let site = Site::start().await;
    let ticket = ticket_for(&site, &some_phone(), "quick").await;
    let help = ticket.text_of("#trouble-prompt").expect("what to do where no prompt comes");
    for word in ["Safari", "ダウンロード", "このiPhone内"] {
        assert!(help.contains(word), "{help}");
    }
    let android = ticket_for(&site, &Phone::new(browser::ANDROID), "quick").await;
    assert!(!android.text_of("#trouble-prompt").unwrap().contains("このiPhone内"));
}

#[tokio::test]
async fn row_05_each_ios_is_told_where_its_own_settings_keep_the_profile() {
    let site = Site::start().await;
    let old = steps(&ticket_for(&site, &iphone(IOS_14), "quick").await);
    assert!(old.contains("プロファイル") && !old.contains("VPNとデバイス管理"), "{old}");
    for phone in [iphone(IOS_17), some_phone()] {
        let new = steps(&ticket_for(&site, &phone, "quick").await);
        assert!(new.contains("VPNとデバイス管理"), "{new}");
    }
}

#[tokio::test]
async fn row_06_a_profile_that_vanished_after_eight_minutes_is_fetched_again() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    assert!(ticket.text_of("#deadline").unwrap().contains("8分"), "{}", ticket.said());
    let first = fetch(&phone, &ticket).await;
    site.becomes(&invitation.enrollment, "fetched").await;
    site.later(SignedDuration::from_secs(8 * 60 + 30));
    let page = phone.open(&ticket.address).await;
    assert!(page.has("#left") && page.has("#fetched"), "{}", page.said());
    let vanished = page.text_of("#deadline").unwrap();
    assert!(vanished.contains("もう一度ダウンロード"), "{vanished}");
    assert!(fetch(&phone, &page).await.bytes == first.bytes);
}

#[tokio::test]
async fn row_07_the_trust_switch_is_told_of_only_where_a_root_comes_along() {
    let site = Site::start().await;
    let phone = some_phone();
    let anchored = ticket_for(&site, &phone, "anchored").await;
    assert!(steps(&anchored).contains("証明書信頼設定"), "{}", steps(&anchored));
    let minimal = ticket_for(&site, &phone, "minimal").await;
    assert!(!steps(&minimal).contains("証明書信頼設定"), "{}", steps(&minimal));
    let profile = Profile::open(&fetch(&phone, &minimal).await.bytes, &site.root());
    assert_eq!(profile.payloads("com.apple.security.root").len(), 0, "nothing is to be trusted");
}

#[tokio::test]
async fn row_08_a_download_that_broke_off_uses_nothing_up() {
    let site = Site::start().await;
    let phone = Phone::new(browser::ANDROID);
    let invitation = site.invite("quick").await;
    let ticket = claim(&phone, &invitation).await;
    phone.break_off(&file_address(&ticket), 300).await;
    let [one, two] = [fetch(&phone, &ticket).await, fetch(&phone, &ticket).await];
    assert!(one.bytes == two.bytes, "the same file, byte for byte");
    unpack(&site, &two, &invitation.secret.grouped());
    assert_eq!(site.certificates_of(&invitation.enrollment).len(), 1);
}

#[tokio::test]
async fn row_15_the_encryption_is_one_that_this_system_reads() {
    let site = Site::start().await;
    for (browser, encryption) in [
        (browser::IPHONE, Encryption::Modern),
        (browser::OLD_IPHONE, Encryption::Compatible),
        (browser::ANDROID, Encryption::Modern),
        (browser::OLD_ANDROID, Encryption::Compatible),
        (browser::MAC, Encryption::Compatible),
        (browser::WINDOWS, Encryption::Modern),
    ] {
        let phone = Phone::new(browser);
        let invitation = site.invite("quick").await;
        let ticket = claim(&phone, &invitation).await;
        let password = invitation.secret.grouped();
        let identity = unpack(&site, &fetch(&phone, &ticket).await, &password);
        assert_eq!(identity.encryption, encryption, "{}", browser.user_agent);
        // Where it is one that an older system would call a wrong password, the other one is a tap away.
        let compatible = ticket.links("#trouble-password a#compatible");
        assert_eq!(compatible.len(), usize::from(encryption == Encryption::Modern), "{}", ticket.said());
        for address in compatible {
            let again = unpack(&site, &phone.fetch(&address, &[]).await, &password);
            assert_eq!((again.encryption, again.serial()), (Encryption::Compatible, identity.serial()));
        }
    }
}

#[tokio::test]
async fn row_16_a_forgotten_password_is_shown_again_inside_the_window() {
    let site = Site::start().await;
    let phone = some_phone();
    let invitation = site.invite("chosen").await;
    let chosen = "mizu-no-naka-no-7-tsuki";
    let mut form = filled(&phone, &invitation).await;
    form.fill(hook::PASSWORD, chosen);
    let ticket = phone.follow(&phone.send(&form).await).await;
    fetch(&phone, &ticket).await;
    site.later(SignedDuration::from_mins(9));
    let page = phone.open(&ticket.address).await;
    assert_eq!(page.text_of(hook::BUNDLE_PASSWORD).as_deref(), Some(chosen), "{}", page.said());
    // After the window nobody has it any more, and the page says how to get a new certificate.
    site.later(SignedDuration::from_mins(2));
    explains(&phone.open(&ticket.address).await, "T-112");
    assert!(!site.dump().iter().any(|row| row.contains(chosen)));
}

#[tokio::test]
async fn row_48_the_files_name_says_whose_it_is_and_what() {
    let site = Site::start().await;
    for browser in [browser::IPHONE, browser::ANDROID, browser::WINDOWS] {
        let phone = Phone::new(browser);
        let ticket = ticket_for(&site, &phone, "minimal").await;
        let file = fetch(&phone, &ticket).await;
        let name = file_name(&file);
        assert!(name.is_ascii() && name.contains("G13B"), "{name}");
        assert_eq!(ticket.text_of("#file-name").as_deref(), Some(name.as_str()), "the page says the same");
        let known_by = ticket.text_of("#certificate-name").unwrap();
        assert!(known_by.contains("花子"), "the name under which the device shows it: {known_by}");
    }
}

fn file_name(file: &File) -> String {
    let disposition = file.header("content-disposition");
    let (_, name) = disposition.split_once("filename=\"").expect("a name");
    name.split('"').next().unwrap().to_owned()
}
