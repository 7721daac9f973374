//! Damaged stores, full disks, readers who go away.

use std::fs;
use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use crate::ground::{Ground, Ran, tegata};

#[test]
fn a_store_that_is_damaged_missing_or_foreign_is_told_with_what_to_do() {
    let mut said = Vec::new();
    for (name, spoil) in [
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("foreign", Some(b"PK\x03\x04 not a store at all".repeat(300))),
    ] {
        let ground = Ground::new();
        let path = ground.site().join("store/store.sqlite");
        match spoil {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        for command in [&["list"][..], &["serve"], &["store", "check"]] {
            let ran = ground.on_site(command);
            assert_eq!(ran.code, Some(4), "{name} {command:?}: {ran:?}");
        }
        assert_eq!(ground.on_site(&["config", "check"]).code, Some(3));
        said.push(format!("{name}\n{}", ground.redacted(&ground.on_site(&["list"]).err)));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn damage_inside_the_file_is_found_by_store_check() {
    let ground = Ground::new();
    for _ in 0..5 {
        ground.enrollment();
    }
    assert_eq!(ground.on_site(&["store", "check", "--json"]).json()["ok"], true);
    let path = ground.site().join("store/store.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    for byte in &mut bytes[length / 2..length / 2 + 3_000] {
        *byte ^= 0x5a;
    }
    fs::write(&path, bytes).unwrap();
    let (error, code) = ground.on_site(&["store", "check", "--json"]).error();
    assert_eq!((code, error["code"].as_str()), (4, Some("store")), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("backup"), "{error}");
}

#[test]
fn a_backup_is_a_whole_store_and_never_written_over_another_file() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let made = ground.on_site(&["store", "backup", "copy.sqlite", "--json"]).json();
    assert_eq!(made["bytes"], fs::metadata(ground.path().join("copy.sqlite")).unwrap().len());
    let later = ground.enrollment();
    let again = ground.on_site(&["store", "backup", "copy.sqlite"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("copy.sqlite exists already"), "{}", again.err);
    fs::copy(ground.path().join("copy.sqlite"), ground.site().join("store/store.sqlite")).unwrap();
    assert_eq!(ground.on_site(&["show", &id]).code, Some(0));
    assert_eq!(ground.on_site(&["show", &later]).code, Some(5));
}

#[test]
fn a_full_disk_is_told_and_leaves_the_store_as_it_was() {
    let ground = Ground::new();
    let before = ground.on_site(&["list", "--json"]).out;
    // The first leaves no room to open the store, the second none to commit. The signal that goes with the limit is
    // ignored, as there is none on a full disk.
    for kibibytes in ["16", "36"] {
        let script = format!(
            "trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" --config site invite --subscriber x --json"
        );
        let mut bash = Command::new("bash");
        bash.current_dir(ground.path())
            .args(["-c", &script, env!("CARGO_BIN_EXE_tegata")])
            .stdin(Stdio::null());
        let ran = Ran::of(&bash.output().unwrap());
        let (error, code) = ran.error();
        assert_eq!((code, error["code"].as_str(), ran.out.as_str()), (4, Some("store"), ""), "{error}");
    }
    assert_eq!(ground.on_site(&["list", "--json"]).out, before);
    assert_eq!(ground.on_site(&["invite", "--subscriber", "x"]).code, Some(0));
}

#[test]
fn an_output_that_takes_nothing_more_is_an_error_and_one_that_nobody_reads_is_none() {
    let ground = Ground::new();
    let into = |target: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.current_dir(ground.path()).args(["--config", "site", "config", "show", "--all"]);
        Ran::of(&command.stdout(target).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap())
    };
    let full = into(OpenOptions::new().write(true).open("/dev/full").unwrap().into());
    assert_eq!(full.code, Some(1));
    assert!(full.err.contains("standard output takes nothing more: No space left on device"), "{}", full.err);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let gone = into(writer.into());
    assert_eq!((gone.code, gone.err.as_str()), (Some(0), ""));
}

#[test]
fn text_that_would_steer_the_terminal_is_refused_and_never_shown_as_it_is() {
    let ground = Ground::new();
    for (option, text) in
        [("--note", "\u{202e}gpj.exe"), ("--email", "\u{2066}a@b.jp"), ("--kana", "\u{200f}")]
    {
        let ran = ground.on_site(&["invite", "--subscriber", "Hanako", option, text, "--json"]);
        let (error, code) = ran.error();
        assert_eq!((error["code"].as_str(), code), (Some("unfit"), 1));
    }
    ground.write("list.csv", "name\n\u{202e}gpj.exe\n");
    let ran =
        ground.on_site(&["letters", "print", "list.csv", "--letter", "a.pdf", "--secret-letter", "b.pdf"]);
    assert!(ran.err.contains("row 2, name: it has an invisible character (U+202E)"), "{}", ran.err);
    assert!(!ran.err.contains('\u{202e}'), "{}", ran.err);
}

#[test]
fn an_offer_that_is_wrong_is_told_with_its_place() {
    let ground = Ground::bare();
    ground.write("good.toml", "name = \"good\"\ntitle.ja = \"あ\"\ndescription.ja = \"い\"\n");
    ground.write("bad.toml", "name = \"Bad Name\"\ntitel = \"x\"\nvalidity = \"soon\"\n");
    let ran = ground.run(&["offer", "check", "good.toml", "bad.toml"]);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ran.whole());
    assert_eq!(ground.run(&["offer", "check", "good.toml"]).code, Some(0));
    assert_eq!(ground.run(&["offer", "check", "missing.toml"]).code, Some(1));
    assert_eq!(ground.run(&["offer", "check", "."]).code, Some(1));
}

#[test]
fn the_reference_of_offers_is_the_documents() {
    let output = tegata().args(["offer", "reference"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim(), include_str!("../../docs/offers.md").trim());
}
