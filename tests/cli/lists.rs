//! `tegata bulk`: lists judged, issued, followed, brought again, and killed in the middle.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ground::{Ground, Ran};
use crate::person::Service;

/// So many people.
fn people(count: usize) -> String {
    let mut text = "subscriber_id,name,kana,facility,facility_name\n".to_owned();
    for i in 0..count {
        writeln!(text, "S{i},山田 花子{i},やまだ はなこ,F{},第{}診療所", i % 3, i % 3).unwrap();
    }
    text
}

fn bulk(ground: &Ground, arguments: &[&str]) -> Ran {
    ground.on_site(&[&["bulk"], arguments].concat())
}

fn enrollments(ground: &Ground) -> usize {
    let listed = ground.on_site(&["list", "--limit", "1000", "--json"]).json();
    listed["enrollments"].as_array().unwrap().len()
}

/// What the commands on lists print, by their names.
pub fn outputs(ground: &Ground) -> Vec<(&'static str, Value)> {
    ground.write("people.csv", "subscriber_id,name,device\n1,Hanako,fax\n2,Taro,\n");
    ground.write("more.csv", "subscriber_id,name\n3,Jiro\n");
    ground.write("facilities.csv", "facility,facility_name\nG13B,Midori\nK02,Aoba\n");
    let issued = bulk(ground, &["issue", "people.csv", "--partly", "--json"]).json();
    let job = issued["job"]["job"].as_str().unwrap().to_owned();
    let letters = ["letters", &job, "--letter", "jl.pdf", "--secret-letter", "js.pdf", "--yes", "--json"];
    let checked = bulk(ground, &["check", "people.csv", "--json"]);
    let begun = bulk(ground, &["issue", "more.csv", "--no-wait", "--json"]).json();
    let other = begun["job"]["job"].as_str().unwrap();
    // A node that runs may be quicker; then there is nothing to stop.
    let stopped = bulk(ground, &["cancel", other, "--yes", "--json"]);
    let stopped = match stopped.code {
        Some(0) => stopped.json(),
        _ => bulk(ground, &["status", other, "--json"]).json()["job"].clone(),
    };
    vec![
        ("bulk issue", issued),
        ("bulk check", serde_json::from_str(&checked.out).unwrap()),
        ("bulk letters", bulk(ground, &letters).json()),
        ("bulk status", bulk(ground, &["status", "--json"]).json()),
        ("bulk status", bulk(ground, &["status", &job, "--json"]).json()),
        ("bulk cancel", stopped),
        ("bulk template", bulk(ground, &["template", "t.csv", "--json"]).json()),
        ("facility import", ground.on_site(&["facility", "import", "facilities.csv", "--json"]).json()),
    ]
}

#[test]
fn a_list_is_judged_issued_and_known_when_it_is_brought_again() {
    let ground = Ground::new();
    let text = people(130);
    let (shift_jis, _, lost) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!lost);
    ground.write("people.csv", &shift_jis);
    let refused = bulk(&ground, &["check", "people.csv", "--json"]);
    let report: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!(refused.code, Some(1));
    assert_eq!((&report["rows"], &report["encoding"]), (&130.into(), &"Shift_JIS".into()));
    assert_eq!(report["faults"][0]["code"], "no-such-facility");
    let (error, code) = bulk(&ground, &["issue", "people.csv", "--json"]).error();
    assert_eq!((error["code"].as_str(), code), (Some("list"), 1));
    assert_eq!(enrollments(&ground), 0);
    let create = ["issue", "people.csv", "--create-facilities", "--json"];
    let report = bulk(&ground, &create).json();
    assert_eq!((&report["job"]["standing"], &report["job"]["succeeded"]), (&"done".into(), &130.into()));
    assert_eq!(enrollments(&ground), 130);
    let again = bulk(&ground, &create).json();
    assert_eq!((&again["job"]["succeeded"], &again["job"]["known"]), (&0.into(), &130.into()));
    assert_eq!(enrollments(&ground), 130);
    assert_eq!(bulk(&ground, &["check", "people.csv", "--json"]).json()["known"], 130);
    // What came of it, for a spreadsheet: with a mark, and nothing that calculates.
    let job = report["job"]["job"].as_str().unwrap();
    bulk(&ground, &["status", job, "--result", "result.csv"]);
    let result = std::fs::read_to_string(ground.path().join("result.csv")).unwrap();
    assert!(result.starts_with("\u{feff}row,outcome,code,why,enrollment,"), "{result:.80}");
    assert_eq!(result.matches(",issued,").count(), 130);
    assert!(result.contains("山田 花子7"));
    let said = bulk(&ground, &["status", job]).out;
    assert!(said.contains("130 of 130 rows; 130 done now, 0 known before, 0 refused"), "{said}");
    // Letters are printed of what was issued, with secrets that are drawn then.
    let first = ground.on_site(&["list", "--limit", "1", "--json"]).json();
    let id = first["enrollments"][0]["enrollment"].as_str().unwrap();
    let reprint =
        ["letters", "reprint", id, "--letter", "l.pdf", "--secret-letter", "s.pdf", "--yes", "--json"];
    assert_eq!(ground.on_site(&reprint).json()["letters"][0]["enrollment"], id);
}

#[test]
fn the_letters_of_a_job_are_printed_by_facility_and_nobody_is_invited_twice() {
    let ground = Ground::new();
    ground.write("people.csv", people(6));
    let issued = bulk(&ground, &["issue", "people.csv", "--create-facilities", "--json"]).json();
    let job = issued["job"]["job"].as_str().unwrap();
    let own = ["letters", job, "--facility", "F1", "--letter", "l.pdf", "--secret-letter", "s.pdf", "--yes"];
    let printed = bulk(&ground, &[&own[..], &["--json"]].concat()).json();
    let names: Vec<&str> = printed["letters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|letter| letter["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["山田 花子1", "山田 花子4"]);
    assert!(ground.path().join("s.pdf").exists());
    // The other way to letters knows who has one.
    let twice = ["letters", "print", "people.csv", "--letter", "a.pdf", "--secret-letter", "b.pdf", "--json"];
    let (error, code) = ground.on_site(&twice).error();
    assert_eq!((error["code"].as_str(), code), (Some("duplicate"), 1));
    assert_eq!(enrollments(&ground), 6);
    let (error, _) = bulk(
        &ground,
        &["letters", job, "--facility", "F9", "--letter", "c.pdf", "--secret-letter", "d.pdf", "--json"],
    )
    .error();
    assert_eq!(error["code"], "no-letters");
    assert!(!ground.path().join("c.pdf").exists());
}

#[test]
fn the_same_fault_of_many_rows_is_told_once_and_rows_are_counted() {
    let ground = Ground::new();
    ground.write("people.csv", people(30));
    let said = bulk(&ground, &["check", "people.csv"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(said.out.matches("there is no facility").count(), 3, "{}", said.out);
    assert!(said.out.contains("rows 2, 5, 8, 11, 14, 17, 20, 23 and 2 more, facility"), "{}", said.out);
    assert!(said.out.contains("--create-facilities"), "{}", said.out);
    ground.write("faulty.csv", "subscriber_id,name,email,device\n1,Hanako,x,fax\n2,Taro,,\n");
    let said = bulk(&ground, &["check", "faulty.csv"]);
    assert!(said.out.contains("2 rows") && said.out.contains("1 cannot be issued"), "{}", said.out);
}

#[test]
fn what_is_no_list_is_refused_with_what_to_do() {
    let ground = Ground::new();
    ground.write("book.xlsx", b"PK\x03\x04\x14\0[Content_Types].xml");
    ground.write("formula.csv", "name,note\nHanako,\"=HYPERLINK(\"\"x\"\")\"\n");
    ground.write("unknown.csv", "nmae\nHanako\n");
    let refused = |list: &str| {
        let (error, code) = bulk(&ground, &["issue", list, "--json"]).error();
        assert_eq!((error["code"].as_str(), code), (Some("list"), 1), "{error}");
        format!("{} ({})", error["message"].as_str().unwrap(), error["hint"].as_str().unwrap())
    };
    assert_eq!(
        refused("book.xlsx"),
        "book.xlsx cannot be used: it is a workbook of Excel (.xlsx) (in Excel choose Save As and \"CSV UTF-8 (comma delimited)\")"
    );
    assert!(refused("unknown.csv").contains("row 1: there is no column \"nmae\"; did you mean name?"));
    assert!(refused("formula.csv").contains("1 of 1 rows cannot be issued"));
    let said = bulk(&ground, &["check", "formula.csv"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.starts_with("row 2, note: it begins like a formula (=)"), "{}", said.out);
    // A file of any size is refused without being read whole.
    let huge = std::fs::File::create(ground.path().join("huge.csv")).unwrap();
    huge.set_len(100 << 30).unwrap();
    let began = Instant::now();
    assert!(refused("huge.csv").contains("more than 16 MiB"));
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(enrollments(&ground), 0);
}

#[test]
fn a_template_is_filled_in_and_taken() {
    let ground = Ground::new();
    bulk(&ground, &["template", "people.csv"]);
    let template = std::fs::read_to_string(ground.path().join("people.csv")).unwrap();
    assert!(template.starts_with("\u{feff}利用者ID,氏名,フリガナ,"), "{template}");
    let (error, code) = bulk(&ground, &["template", "people.csv", "--json"]).error();
    assert_eq!((error["code"].as_str(), code), (Some("exists"), 1));
    let commas = template.trim_end().matches(',').count() - 1;
    ground.write("people.csv", format!("{template},山田 花子{}\r\n", ",".repeat(commas)));
    assert_eq!(bulk(&ground, &["issue", "people.csv", "--json"]).json()["job"]["succeeded"], 1);
}

/// Invariants 8 and 9.
#[test]
fn a_job_whose_process_is_killed_goes_on_in_another_one() {
    let ground = Ground::new();
    ground.write("people.csv", people(3_000));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
    command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(ground.path());
    command.args(["--config", "site", "bulk", "issue", "people.csv", "--create-facilities"]);
    let mut process =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(3);
    let job = loop {
        assert!(Instant::now() < deadline, "the job does not come forward");
        let jobs = bulk(&ground, &["status", "--json"]).json();
        let job = &jobs["jobs"][0];
        if job["done"].as_u64().is_some_and(|done| done > 0) {
            break job["job"].as_str().unwrap().to_owned();
        }
    };
    process.kill().unwrap();
    process.wait().unwrap();
    let stopped = bulk(&ground, &["status", &job, "--json"]).json()["job"].clone();
    assert_eq!(stopped["standing"], "running", "it was killed too late: {stopped}");
    // A node does it to its end, by itself.
    let service = Service::start(&ground);
    let done = loop {
        assert!(Instant::now() < deadline, "nobody goes on with the job");
        let job = bulk(&ground, &["status", &job, "--json"]).json()["job"].clone();
        if job["standing"] == "done" {
            break job;
        }
    };
    assert_eq!(
        (&done["done"], &done["succeeded"], &done["refused"]),
        (&3_000.into(), &3_000.into(), &0.into())
    );
    let again = bulk(&ground, &["issue", "people.csv", "--create-facilities", "--json"]).json();
    assert_eq!((&again["job"]["succeeded"], &again["job"]["known"]), (&0.into(), &3_000.into()));
    drop(service);
    let checked = ground.on_site(&["store", "check", "--json"]).json();
    assert_eq!(checked["enrollments"], 3_000, "{checked}");
}
