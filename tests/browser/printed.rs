//! What comes out of a printer: everything that a person needs, and nothing that paper cannot do.

use data_encoding::BASE64;
use serde_json::json;

use crate::chromium::{Chromium, Settings};
use crate::devices::IPHONE;
use crate::protocol::issue;
use crate::samples::Samples;
use crate::site::Site;

/// The page as A4 in black, as text.
async fn printed(browser: &Chromium, samples: &Samples, name: &str) -> (usize, String) {
    browser.client.goto(samples.address(name).as_str()).await.unwrap();
    let paper = json!({ "paperWidth": 8.27, "paperHeight": 11.69 });
    let pdf = issue(&browser.client, "Page.printToPDF", paper).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.pdf");
    std::fs::write(&file, BASE64.decode(pdf["data"].as_str().unwrap().as_bytes()).unwrap()).unwrap();
    if let Some(pictures) = std::env::var_os("TEGATA_SCREENSHOTS") {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(pictures).join("printed");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(&file, folder.join(format!("{name}.pdf"))).unwrap();
    }
    let text = std::process::Command::new("pdftotext").arg(&file).arg("-").output();
    let text = String::from_utf8(text.expect("pdftotext; `make packages` installs it").stdout).unwrap();
    let pages = text.matches('\u{c}').count();
    (pages, text.split_whitespace().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_has_what_the_person_needs_and_no_buttons() {
    let site = Site::start().await;
    let samples = Samples::serve(&site).await;
    let browser = Chromium::start(&Settings { device: Some(IPHONE), ..Settings::default() }).await;
    let (pages, ticket) = printed(&browser, &samples, "ticket-iphone.ja").await;
    assert!(pages <= 5, "{pages} sheets");
    // The password, the steps, what stands folded up, whom to ask, and where the check is.
    for part in
        ["abcde-fghjk", "VPNとデバイス管理", "iPhone内", "03-1234-5678", "https://check.example.jp/check"]
    {
        assert!(ticket.contains(part), "no {part}: {ticket}");
    }
    let (pages, refusal) = printed(&browser, &samples, "T-104.ja").await;
    assert_eq!(pages, 1);
    assert!(refusal.contains("T-104") && refusal.contains("7K3QM-2XW9A"), "{refusal}");
    for text in [&ticket, &refusal] {
        assert!(!text.contains("English") && !text.contains("コピーコピー"), "{text}");
    }
    let (_, easy) = printed(&browser, &samples, "ticket-android-old.ja-easy").await;
    assert!(easy.contains("abcde-fghjk"), "{easy}");
    browser.close().await;
}
