//! `tegata letters`, and `tegata invite --letter`: what is on the paper, read by other programs.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::ground::{Ground, mode};

/// A person whose characters are rare, one with a long name and a long address, and one of whom only the name is known.
const LIST: &str = "\
name,kana,facility,facility_name,device,postal_code,address,address2
東海林 渚,しょうじ なぎさ,G13B,みどりクリニック,iphone,1000001,東京都千代田区千代田1丁目1番1号,みどりビル 3階
Maximiliana Featherstonehaugh von Hohenlohe,まくしみりあーな,K02,医療法人社団みどり会 地域包括支援センター 訪問リハビリテーション事業部,android,190-0021,東京都立川市羽衣町一丁目二十三番地の四十五 羽衣グリーンヒルズ南館1203号室,
𠮷野 髙子,よしの たかこ,G13B,みどりクリニック,,,,
山田 太郎,,,,,,,
";

/// Millimetres in a point.
const MILLIMETRES: f64 = 25.4 / 72.0;

#[track_caller]
fn output(program: &str, arguments: &[&str], directory: &Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The text of every page.
fn pages(ground: &Ground, file: &str) -> Vec<String> {
    let text = output("pdftotext", &["-raw", file, "-"], ground.path());
    text.trim_end_matches('\u{c}').split('\u{c}').map(ToOwned::to_owned).collect()
}

/// What every QR code says, by another program, from the pages as they are printed.
fn codes(ground: &Ground, file: &str) -> Vec<String> {
    output("pdftoppm", &["-r", "150", "-png", "-gray", file, "page"], ground.path());
    let mut images: Vec<String> = std::fs::read_dir(ground.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("page-"))
        .collect();
    images.sort();
    let mut codes = Vec::new();
    for image in images {
        let mut zbarimg = Command::new("zbarimg");
        let found = zbarimg.args(["--quiet", "--raw", &image]).current_dir(ground.path()).output().unwrap();
        codes.extend(String::from_utf8(found.stdout).unwrap().lines().map(ToOwned::to_owned));
        std::fs::remove_file(ground.path().join(image)).unwrap();
    }
    codes
}

/// Everything on a page that looks like a secret: two groups of five.
fn secrets(page: &str) -> BTreeSet<String> {
    let typed = |group: &str| group.len() == 5 && group.chars().all(|c| c.is_ascii_alphanumeric());
    let is_secret = |word: &&str| word.split_once('-').is_some_and(|(a, b)| typed(a) && typed(b));
    page.split_whitespace().filter(is_secret).map(ToOwned::to_owned).collect()
}

fn print(ground: &Ground) -> Value {
    ground.write("list.csv", LIST);
    let arguments =
        ["letters", "print", "list.csv", "--letter", "l.pdf", "--secret-letter", "s.pdf", "--json"];
    ground.on_site(&arguments).json()
}

#[test]
fn a_list_becomes_two_files_whose_sheets_pair_and_of_which_one_opens_nothing() {
    let ground = Ground::new();
    let report = print(&ground);
    let letters = report["letters"].as_array().unwrap();
    assert_eq!(letters.len(), 4);
    // Two letters of one facility share a list; so three lists.
    assert_eq!((&report["letter_sheets"], &report["secret_sheets"]), (&7.into(), &7.into()));
    assert_eq!(report["missing_characters"], Value::Array(vec![]));
    for file in ["l.pdf", "s.pdf"] {
        assert_eq!(mode(&ground.path().join(file)), 0o600);
        let about = output("pdfinfo", &[file], ground.path());
        assert!(about.contains("Tagged:          yes") && about.contains("A4"), "{about}");
    }
    let (first, second) = (pages(&ground, "l.pdf"), pages(&ground, "s.pdf"));
    let all = first.join("\n");
    let mut known = BTreeSet::new();
    for letter in letters {
        let mark = letter["mark"].as_str().unwrap();
        let sheet = |pages: &[String], foot: &str| {
            let found: Vec<_> =
                pages.iter().filter(|page| page.contains(&format!("{mark} {foot}"))).collect();
            assert_eq!(found.len(), 1, "{mark}");
            found[0].clone()
        };
        let (one, two) = (sheet(&first, "2枚のうちの1枚目"), sheet(&second, "2枚のうちの2枚目"));
        let name = letter["name"].as_str().unwrap().replace(' ', "");
        for page in [&one, &two] {
            let text: String = page.split_whitespace().collect();
            assert!(text.contains(&name), "{name} is not on {page}");
        }
        assert!(one.contains("証明書の受け取りのご案内") && two.contains("確認コードのお知らせ"));
        let secret = secrets(&two);
        assert_eq!(secret.len(), 1, "{two}");
        known.extend(secret);
        assert!(!two.contains("受取番号") && !two.contains("http"), "{two}");
    }
    assert_eq!(known.len(), 4);
    for secret in &known {
        assert!(!all.contains(secret) && !all.contains(&secret.replace('-', "")), "{secret}");
    }
    assert!(
        all.contains("しょうじ なぎさ")
            && all.contains("〒100-0001")
            && all.replace('\u{a0}', " ").contains("𠮷野 髙子 様")
    );
    let list: Vec<_> = second.iter().filter(|page| page.contains("お届け先の一覧")).collect();
    assert_eq!(list.len(), 3);
    assert!(list.iter().all(|page| secrets(page).is_empty()));
    let codes = codes(&ground, "l.pdf");
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 4, "{codes:?}");
    assert!(codes.iter().all(|code| code.starts_with("HTTP://LOCALHOST:8080/C/")), "{codes:?}");
}

#[test]
fn the_code_on_a_letter_is_the_link_and_lives_as_long_as_the_number() {
    let ground = Ground::new();
    let paper = ["--letter", "l.pdf", "--secret-letter", "s.pdf", "--kana", "はなこ", "--language", "en"];
    let invitation = ground.invite(&paper);
    assert_eq!(codes(&ground, "l.pdf"), [invitation["link"].as_str().unwrap()]);
    assert_eq!(invitation["link_expires_at"], invitation["expires_at"]);
    let (first, second) = (&pages(&ground, "l.pdf")[0], &pages(&ground, "s.pdf")[0]);
    let number = invitation["number"].as_str().unwrap();
    assert!(first.contains(&format!("{} {}", &number[..4], &number[4..])), "{first}");
    let secret = invitation["secret"].as_str().unwrap();
    assert!(second.contains(secret) && !first.contains(secret));
    assert!(second.contains("Your secret") && first.contains("はなこ"));
}

#[test]
fn a_window_shows_the_whole_address_and_nothing_else_wherever_the_sheet_slides() {
    let ground = Ground::new();
    print(&ground);
    for file in ["l.pdf", "s.pdf"] {
        let words = output("pdftotext", &["-bbox", file, "-"], ground.path());
        let mut behind = 0;
        let mut is_list = false;
        let mut page: Vec<(String, [f64; 4])> = Vec::new();
        for line in words.lines() {
            if line.contains("</page>") {
                // The list lies on top of the letters, not in an envelope.
                if !is_list {
                    behind += page.len();
                    for (text, [left, top, right, bottom]) in page.drain(..) {
                        let inside = left >= 20.0 && top >= 11.5 && right <= 85.0 && bottom <= 36.5;
                        assert!(inside, "{text} at {left} {top} {right} {bottom} in {file}");
                    }
                }
                page.clear();
                is_list = false;
            }
            let Some((before, text)) = line.trim().strip_prefix("<word ").and_then(|l| l.split_once('>'))
            else {
                continue;
            };
            is_list |= text.starts_with("お届け先の一覧");
            let numbers: Vec<f64> = before
                .split('"')
                .skip(1)
                .step_by(2)
                .map(|n| n.parse::<f64>().unwrap() * MILLIMETRES)
                .collect();
            let place: [f64; 4] = numbers.try_into().unwrap();
            // What the window of 90 by 45 mm at 20, 12 can ever show: its own size and the play of 25 and 21 mm.
            if place[0] < 110.0 && place[1] < 57.0 {
                page.push((text.to_owned(), place));
            }
        }
        assert!(behind >= 12, "only {behind} words stand behind the window in {file}");
    }
}

#[test]
fn what_is_wrong_is_said_and_nobody_is_invited() {
    let ground = Ground::new();
    ground.write("list.csv", "name,device\nHanako,fax\n");
    ground.write("good.csv", "name\nHanako\n");
    let line = "山".repeat(80);
    let long = format!("name,address,address2\nHanako,,\nHanako,\"{line}\n{line}\",\"{line}\n{line}\"\n");
    ground.write("long.csv", long);
    ground.write("wide.csv", ["name\nHanako\n", &"山".repeat(70), "\n"].concat());
    ground.write("there.pdf", "precious");
    let run = |list: &str, letter: &str, secret: &str| {
        let arguments = ["letters", "print", list, "--letter", letter, "--secret-letter", secret, "--json"];
        let (error, code) = ground.on_site(&arguments).error();
        (error["code"].as_str().unwrap().to_owned(), code)
    };
    assert_eq!(run("list.csv", "l.pdf", "s.pdf"), ("list".to_owned(), 1));
    assert_eq!(run("long.csv", "l.pdf", "s.pdf"), ("letter".to_owned(), 1));
    assert_eq!(run("wide.csv", "l.pdf", "s.pdf"), ("unfit".to_owned(), 1));
    assert_eq!(run("good.csv", "there.pdf", "s.pdf"), ("exists".to_owned(), 1));
    assert_eq!(run("good.csv", "l.pdf", "l.pdf"), ("usage".to_owned(), 2));
    assert_eq!(run("good.csv", "nowhere/l.pdf", "s.pdf"), ("file".to_owned(), 1));
    let dry = ["letters", "print", "good.csv", "--letter", "l.pdf", "--secret-letter", "s.pdf", "--dry-run"];
    assert_eq!(ground.on_site(&dry).out, "1 people can be invited; nobody was\n");
    assert_eq!(ground.on_site(&["list", "--json"]).json()["enrollments"], Value::Array(vec![]));
    assert_eq!(std::fs::read_to_string(ground.path().join("there.pdf")).unwrap(), "precious");
    let left: Vec<_> = std::fs::read_dir(ground.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("tegata-letters"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_letter_that_is_printed_again_has_another_secret() {
    let ground = Ground::new();
    let invitation = ground.invite(&["--letter", "l.pdf", "--secret-letter", "s.pdf"]);
    let id = invitation["enrollment"].as_str().unwrap();
    let paper = ["letters", "reprint", id, "--letter", "l.pdf", "--secret-letter", "s.pdf"];
    let (error, code) = ground.on_site(&[&paper[..], &["--yes", "--json"]].concat()).error();
    assert_eq!((error["code"].as_str(), code), (Some("exists"), 1));
    let report = ground.on_site(&[&paper[..], &["--yes", "--force", "--json"]].concat()).json();
    assert_eq!(report["letters"][0]["enrollment"], id);
    let new = codes(&ground, "l.pdf");
    assert_ne!(new, [invitation["link"].as_str().unwrap()]);
    assert!(!pages(&ground, "s.pdf")[0].contains(invitation["secret"].as_str().unwrap()));
    let shown = ground.on_site(&["show", id, "--json"]).json();
    assert_eq!(shown["events"].as_array().unwrap().last().unwrap()["kind"], "redrawn");
    ground.on_site(&["cancel", id, "--yes"]);
    let (error, code) = ground.on_site(&[&paper[..], &["--yes", "--force", "--json"]].concat()).error();
    assert_eq!((error["code"].as_str(), code), (Some("not-now"), 1));
}

#[test]
fn a_specimen_opens_nothing_and_a_font_that_cannot_be_used_is_named() {
    let ground = Ground::new();
    ground.on_site(&["letters", "sample", "specimen.pdf", "--language", "ja-easy"]);
    let text = pages(&ground, "specimen.pdf");
    assert_eq!(text.len(), 3);
    assert!(text[0].contains("見本") && text[0].contains("しょうめいしょ"), "{}", text[0]);
    assert_eq!(ground.on_site(&["list", "--json"]).json()["enrollments"], Value::Array(vec![]));
    ground.write("font.otf", "no font");
    let refused = |font: &str| {
        let mut command = ground.command(&["--config", "site", "letters", "sample", "other.pdf", "--json"]);
        crate::ground::Ran::of(&command.env("TEGATA_LETTERS_FONT", font).output().unwrap()).error()
    };
    for font in ["font.otf", "nowhere.otf"] {
        let (error, code) = refused(font);
        assert_eq!((error["code"].as_str(), code), (Some("font"), 3));
        assert!(error["hint"].as_str().unwrap().contains("fonts-noto-cjk"), "{error}");
    }
}
