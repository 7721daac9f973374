//! How much a person has to do, and how much a page weighs, by device.

use std::fmt::Write as _;

use crate::document;
use tegata::enrollment::Once;

use crate::journey::{claim, fetch, file_address, install, link, prove, some_phone, unpack};
use crate::phone::Phone;
use crate::phone::browser::{self, Browser};
use crate::phone::bundle::Identity;
use crate::phone::connection::Tls;
use crate::phone::page::{Page, hook};
use crate::site::Site;

fn count(page: &Page, css: &str) -> usize {
    let pattern = scraper::Selector::parse(css).unwrap();
    scraper::Html::parse_document(&page.text).select(&pattern).count()
}

/// Bytes as the tables give them.
fn kilobytes(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(1_024);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// One device's line: the whole way, counted as it is gone.
async fn line(site: &Site, name: &str, browser: Browser) -> String {
    let phone = Phone::new(browser);
    let invitation = site.invite("minimal").await;
    let secret = invitation.secret.grouped();
    let entry = phone.open(&link(&invitation)).await;
    let typed = count(&entry, "form#entry input:not([type=hidden])");
    let mut form = entry.form();
    phone.run_script(&mut form);
    form.fill(hook::SECRET, &secret);
    let ticket = phone.follow(&phone.send(&form).await).await;
    let file = phone.fetch(&file_address(&ticket), &[]).await;
    let identity = unpack(site, &file, &secret);
    let check = prove(site, Some(&identity)).await;
    assert_eq!(check.attribute("data-outcome").as_deref(), Some("ok"));
    // One action on each of our screens: the button below the secret, the file, the check.
    let screens = [&entry, &ticket, &check];
    let taps = count(&entry, "#claim") + count(&ticket, "a#file") + count(&ticket, "a#check");
    assert!(screens.len() <= 4 && typed == 1 && taps == 3, "{name}: {typed} typed, {taps} taps");
    assert!(entry.text.len() <= 30 * 1_024, "the first page has {} bytes", entry.text.len());
    let bytes = screens.map(|page| kilobytes(page.text.len()));
    let steps = count(&ticket, "ol#steps > li");
    format!(
        "| {name} | {} | {taps} | {typed} | {steps} | {} | {} |",
        screens.len(),
        bytes.join(" | "),
        kilobytes(file.bytes.len())
    )
}

/// Columns of kilobytes may be off by what a longer name or a new line of style makes; all others are exact.
fn nearly(written: &str, counted: &str) -> bool {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let (written, counted) = (cells(written), cells(counted));
    let near = |one: &str, other: &str| match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) if format!("{one}{other}").contains('.') => (one - other).abs() <= 1.0,
        _ => one == other,
    };
    written.len() == counted.len() && written.iter().zip(&counted).all(|(one, other)| near(one, other))
}

#[tokio::test]
async fn docs_count_screens_taps_typed_fields_and_bytes() {
    let site = Site::start().await;
    let mut table = "| device | our screens | taps on them | fields typed | steps of the guide | first page, KiB | ticket, KiB | check, KiB | file, KiB |\n\
                     |---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for (name, browser) in [
        ("iPhone, iOS 26", browser::IPHONE),
        ("iPhone, iOS 16", browser::OLD_IPHONE),
        ("iPad", browser::IPAD),
        ("Android 15", browser::ANDROID),
        ("Android, version unknown", browser::OLD_ANDROID),
        ("Windows 11", browser::WINDOWS),
        ("Mac", browser::MAC),
    ] {
        writeln!(table, "{}", line(&site, name, browser).await).unwrap();
    }
    document::holds("Screens, taps, fields and bytes", &table, nearly);
}

/// A page of the check site, as the device shows it that holds this identity.
async fn behind(site: &Site, identity: &Identity, path: &str) -> Page {
    let (connection, path) = (site.connection(Some(identity), Tls::V1_3), path.to_owned());
    let answer = tokio::task::spawn_blocking(move || connection.get(&path)).await.unwrap();
    Page::read(&answer.text)
}

#[tokio::test]
async fn docs_count_what_a_change_of_devices_takes() {
    let site = Site::start().await;
    let old = install(&site, &some_phone(), &site.invite("minimal").await).await;
    let check = prove(&site, Some(&old)).await;
    let begins = behind(&site, &old, "/change").await;
    let der = old.certificate.to_der().unwrap();
    let begun = site.authority.begin_change(Some(&der), Once([7; 16]), None).await.unwrap();
    let address = format!("/change/{}", data_encoding::BASE64URL_NOPAD.encode(&[7; 16]));
    let shown = behind(&site, &old, &address).await;
    let phone = Phone::new(browser::ANDROID);
    let ticket = claim(&phone, &begun).await;
    let taken = behind(&site, &old, &address).await;
    let new = unpack(&site, &fetch(&phone, &ticket).await, &begun.secret.grouped());
    assert_eq!(prove(&site, Some(&new)).await.code(), None);
    let done = behind(&site, &old, &address).await;
    let stages = [(&begins, "idle"), (&shown, "shown"), (&taken, "taken"), (&done, "done")];
    for (page, stage) in stages {
        assert_eq!(page.attribute("data-stage").as_deref(), Some(stage), "{}", page.said());
    }
    let (taps, typed) = (count(&check, "a#change") + count(&begins, "form#begin button"), 0);
    assert_eq!((taps, count(&shown, "input:not([type=hidden])")), (2, typed));
    // The page with the code becomes the last one by itself, where a script runs; else by one tap on one link.
    let screens = [&check, &begins, &shown, &done];
    let bytes = [&check, &begins, &shown, &taken, &done].map(|page| kilobytes(page.text.len()));
    let table = format!(
        "| our screens on the old device | taps on them | fields typed | check, KiB | beginning, KiB | code, KiB | fetched, KiB | done, KiB |\n\
         |---|---|---|---|---|---|---|---|\n| {} | {taps} | {typed} | {} |\n",
        screens.len(),
        bytes.join(" | ")
    );
    document::holds("Changing to another device", &table, nearly);
}
