//! `tegata list`: what narrows it, and the whole of it as a file for a spreadsheet.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::ground::Ground;

/// The rows of a file, each with its headings.
fn rows(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = text.strip_prefix('\u{feff}').expect("spreadsheets know UTF-8 by its mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let owned = |record: &csv::StringRecord| record.iter().map(ToOwned::to_owned).collect::<Vec<_>>();
    let headings = owned(reader.headers().unwrap());
    (headings, reader.records().map(|record| owned(&record.unwrap())).collect())
}

/// What a list of JSON says, as the file has it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => panic!("a field is a text: {other}"),
    }
}

#[test]
fn the_file_says_what_the_json_says_and_calculates_nothing() {
    let ground = Ground::new();
    for note in ["=HYPERLINK(\"http://x\")", "@SUM(A1)", "山田, \"主任\"", "-"] {
        ground.invite(&["--facility", "G13B", "--note", note]);
    }
    let listed = ground.on_site(&["list", "--json"]).json();
    let ran = ground.on_site(&["list", "--csv"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let (headings, rows) = rows(&ran.out);
    let objects = listed["enrollments"].as_array().unwrap();
    assert_eq!(rows.len(), objects.len());
    for (row, object) in rows.iter().zip(objects) {
        let fields = object.as_object().unwrap();
        assert_eq!(headings.len(), fields.len());
        for (heading, cell) in headings.iter().zip(row) {
            let (said, cell) = (plain(&fields[heading]), cell.as_str());
            assert!(cell == said || cell == format!("'{said}"), "{heading}: {cell:?}, {said:?}");
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{heading}: {cell:?}");
        }
    }
}

#[test]
fn a_list_of_many_pages_is_printed_whole_and_on_from_any_place() {
    let ground = Ground::new();
    let people: Vec<_> = (0..1_100).map(|number| format!("P{number},Hanako {number}")).collect();
    ground.write("people.csv", format!("subscriber_id,name\n{}\n", people.join("\n")));
    assert_eq!(ground.on_site(&["bulk", "issue", "people.csv", "--json"]).code, Some(0));
    let whole = ground.on_site(&["list", "--csv"]).out;
    let (_, all) = rows(&whole);
    let mut people: Vec<_> = all.iter().map(|row| row[2].clone()).collect();
    assert_eq!(people.len(), 1_100);
    people.sort();
    people.dedup();
    assert_eq!(people.len(), 1_100, "nobody stands twice");
    // What comes behind a page is what the file has behind it, without headings.
    let page = ground.on_site(&["list", "--limit", "700", "--json"]).json();
    let rest = ground.on_site(&["list", "--csv", "--after", page["next"].as_str().unwrap()]).out;
    assert_eq!(rest.lines().count(), 400);
    assert!(whole.ends_with(&rest));
    // A reader who has seen enough ends it, which is no failure.
    let mut reading = Command::new(env!("CARGO_BIN_EXE_tegata"))
        .args(["--config", "site", "list", "--csv"])
        .current_dir(ground.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(reading.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let ended = reading.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn everything_that_narrows_the_console_narrows_the_command() {
    let ground = Ground::new();
    let iphone = ground.invite(&["--facility", "G13B", "--device", "iphone", "--subscriber-id", "10234"]);
    let other = ground.invite(&["--facility", "K02", "--note", "spare phone"]);
    let found = |arguments: &[&str]| {
        let listed = ground.on_site(&[&["list", "--json"], arguments].concat()).json();
        let ids = listed["enrollments"].as_array().unwrap().iter();
        ids.map(|one| one["enrollment"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (iphone, other) = (plain(&iphone["enrollment"]), plain(&other["enrollment"]));
    let offer = plain(&ground.on_site(&["show", &other, "--json"]).json()["offer"]);
    for word in ["iphone", "ios"] {
        assert_eq!(found(&["--device", word]), [iphone.as_str()]);
    }
    assert_eq!(found(&["--search", "10234"]), [iphone.as_str()]);
    assert_eq!(found(&["--search", "spare"]), [other.as_str()]);
    assert_eq!(found(&["--search", &other]), [other.as_str()]);
    assert_eq!(found(&["--offer", &offer, "--facility", "K02"]), [other.as_str()]);
    let nobody: [&[&str]; 4] = [
        &["--offer", "no-such-offer"],
        &["--state", "installed"],
        &["--ends-from", "2027-04-01", "--ends-before", "2027-05-01"],
        &["--need", "locked", "--sort", "waiting"],
    ];
    for arguments in nobody {
        assert_eq!(found(arguments), Vec::<String>::new(), "{arguments:?}");
        let (_, rows) = rows(&ground.on_site(&[&["list", "--csv"], arguments].concat()).out);
        assert!(rows.is_empty(), "{arguments:?}");
    }
    assert_eq!(found(&["--sort", "newest"]), [other, iphone]);
}

#[test]
fn what_no_list_can_mean_is_a_wrong_command_line() {
    let ground = Ground::new();
    let wrong: [&[&str]; 9] = [
        &["--after", ""],
        &["--after", "17"],
        &["--after", "000000000000000-"],
        &["--after", "00000000000000é-abc"],
        &["--device", "fax"],
        &["--ends-from", "tomorrow"],
        &["--need", "rest"],
        &["--sort", "name"],
        &["--limit", "0"],
    ];
    for arguments in wrong {
        let (error, code) = ground.on_site(&[&["list", "--json"], arguments].concat()).error();
        assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{arguments:?}: {error}");
    }
    for both in ["--json", "--limit=3"] {
        assert_eq!(ground.on_site(&["list", "--csv", both]).code, Some(2));
    }
}
