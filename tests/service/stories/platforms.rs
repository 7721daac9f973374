//! One whole life for each platform: scan, secret, ticket, file, identity, proof.

use tegata::device::Platform;

use crate::journey::{claim, fetch, file_address, prove, unpack};
use crate::phone::Phone;
use crate::phone::browser::{self, Browser};
use crate::phone::bundle::{Encryption, Profile, openssl};
use crate::phone::page::hook;
use crate::site::Site;

/// What a device is given.
struct Given {
    platform: Platform,
    media_type: &'static str,
    ending: &'static str,
    encryption: Encryption,
}

const PROFILE: &str = "application/x-apple-aspen-config";
const PKCS12: &str = "application/x-pkcs12";

async fn live(browser: Browser, given: Given) {
    let site = Site::start().await;
    let phone = Phone::new(browser);
    let invitation = site.invite("minimal").await;
    let id = &invitation.enrollment;
    assert_eq!(site.standing(id).await, "invited");

    let ticket = claim(&phone, &invitation).await;
    assert_eq!(site.standing(id).await, "claimed");
    assert_eq!(site.show(id).await.summary.platform, Some(given.platform));

    let file = fetch(&phone, &ticket).await;
    site.becomes(id, "fetched").await;
    assert_eq!(file.header("content-type"), given.media_type);
    let disposition = file.header("content-disposition");
    assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
    assert!(disposition.ends_with(&format!("{}\"", given.ending)), "{disposition}");

    let identity = unpack(&site, &file, &invitation.secret.grouped());
    assert_eq!(identity.encryption, given.encryption);
    let name = identity.name.clone().expect("a name to choose it by");
    assert!(!name.contains(['.', '@']), "Android would cut {name}");
    assert!(identity.chain.iter().all(|certificate| certificate.alias().is_none()));
    is_a_client_certificate(&site, &identity.certificate.to_pem().unwrap());

    let proof = prove(&site, Some(&identity)).await;
    assert_eq!((proof.status.as_u16(), proof.code()), (200, None), "{}", proof.said());
    assert_eq!(site.standing(id).await, "installed");

    // What was waiting to be fetched is gone, and the page says why.
    let after = phone.open(&ticket.address).await;
    assert_eq!(after.kind(), hook::INSTALLED, "{}", after.said());
    assert!(!after.text.contains(invitation.secret.grouped().as_str()));
    assert_ne!(phone.fetch(&file_address(&ticket), &[]).await.status, 200);
}

/// What a relying party's OpenSSL says.
fn is_a_client_certificate(site: &Site, certificate: &[u8]) {
    let root = site.root();
    let chain = site.folder.path().join("server.pem");
    let (root, chain) = (root.to_str().unwrap(), chain.to_str().unwrap());
    let verify = ["verify", "-purpose", "sslclient", "-CAfile", root, "-untrusted", chain, "-x509_strict"];
    let said = openssl(&verify, "", certificate).unwrap_or_else(|error| panic!("{error}"));
    assert!(String::from_utf8_lossy(&said).contains("stdin: OK"));
}

#[tokio::test]
async fn an_iphone_installs_its_profile_and_is_proven() {
    let given = Given {
        platform: Platform::Ios,
        media_type: PROFILE,
        ending: ".mobileconfig",
        encryption: Encryption::Modern,
    };
    live(browser::IPHONE, given).await;
}

#[tokio::test]
async fn an_old_iphone_gets_the_encryption_that_it_can_read() {
    let given = Given {
        platform: Platform::Ios,
        media_type: PROFILE,
        ending: ".mobileconfig",
        encryption: Encryption::Compatible,
    };
    live(browser::OLD_IPHONE, given).await;
}

#[tokio::test]
async fn an_ipad_that_says_it_is_a_mac_is_known_by_its_fingers() {
    let given = Given {
        platform: Platform::Ipados,
        media_type: PROFILE,
        ending: ".mobileconfig",
        encryption: Encryption::Modern,
    };
    live(browser::IPAD, given).await;
}

/// Safari 18 runs on macOS 13 as well, which reads no AES in PKCS#12, and Safari does not say which macOS it is.
#[tokio::test]
async fn a_mac_installs_its_profile_and_is_proven() {
    let given = Given {
        platform: Platform::Macos,
        media_type: PROFILE,
        ending: ".mobileconfig",
        encryption: Encryption::Compatible,
    };
    live(browser::MAC, given).await;
}

#[tokio::test]
async fn a_new_android_says_its_version_and_gets_the_modern_file() {
    let given = Given {
        platform: Platform::Android,
        media_type: PKCS12,
        ending: ".p12",
        encryption: Encryption::Modern,
    };
    live(browser::ANDROID, given).await;
}

#[tokio::test]
async fn an_android_of_unknown_age_gets_the_file_that_every_android_reads() {
    let given = Given {
        platform: Platform::Android,
        media_type: PKCS12,
        ending: ".p12",
        encryption: Encryption::Compatible,
    };
    live(browser::OLD_ANDROID, given).await;
}

#[tokio::test]
async fn a_windows_pc_imports_its_file_and_is_proven() {
    let given = Given {
        platform: Platform::Windows,
        media_type: PKCS12,
        ending: ".p12",
        encryption: Encryption::Modern,
    };
    live(browser::WINDOWS, given).await;
}

#[tokio::test]
async fn an_ipad_whose_browser_runs_no_script_can_install_the_macs_profile() {
    let site = Site::start().await;
    let phone = Phone::new(Browser { touch_points: None, ..browser::IPAD });
    let invitation = site.invite("minimal").await;
    let file = fetch(&phone, &claim(&phone, &invitation).await).await;
    let profile = Profile::open(&file.bytes, &site.root());
    let target = profile.contents.get("TargetDeviceType").and_then(plist::Value::as_unsigned_integer);
    assert!(matches!(target, None | Some(0)), "a profile for {target:?} alone");
}

#[tokio::test]
async fn a_profile_says_what_it_is_and_when_it_ends() {
    let site = Site::start().await;
    let phone = Phone::new(browser::IPHONE);
    let invitation = site.invite("minimal").await;
    let ticket = claim(&phone, &invitation).await;
    let first = fetch(&phone, &ticket).await;
    let profile = Profile::open(&first.bytes, &site.root());
    assert_eq!(profile.text("PayloadType"), "Configuration");
    assert_eq!(profile.text("PayloadScope"), "User");
    let end = site.show(&invitation.enrollment).await.summary.not_after.unwrap();
    let removal = profile.contents["RemovalDate"].as_date().unwrap().to_xml_format();
    assert_eq!(removal, end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    let consent = profile.contents["ConsentText"].as_dictionary().unwrap();
    assert!(consent.contains_key("default") && consent.contains_key("ja"));
    assert_eq!(profile.payloads("com.apple.security.root").len(), 0, "nothing is to be trusted here");
}
