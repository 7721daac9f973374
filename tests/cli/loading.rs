//! `tegata load`: phones that are simulated meet a service that is not.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use serde_json::Value;

use crate::ground::{Ground, Ran};
use crate::person::{Running, value_of};

/// A service that believes this machine what it says of its phones' addresses.
fn served(ground: &Ground) -> (Running, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
    command.current_dir(ground.path()).args(["--config", "site", "serve"]).env_clear();
    command.env("TEGATA_HTTP_LISTEN", "127.0.0.1:0").env("TEGATA_CHECK_LISTEN", "127.0.0.1:0");
    command.env("TEGATA_PROXIES_TRUSTED", "127.0.0.1").env("TEGATA_POOL_RSA_2048", "0");
    let mut running = Running::start(&mut command, false);
    let port = |line: String| value_of(&line, "listens").rsplit(':').next().unwrap().to_owned();
    let landing = format!("http://localhost:{}", port(running.line("the landing site is open")));
    let check = format!("https://localhost:{}", port(running.line("the check site is open")));
    (running, landing, check)
}

/// An offer whose keys cost nothing.
fn quick(ground: &Ground) {
    let offer = std::fs::read_to_string(ground.site().join("offers/minimal.toml")).unwrap();
    let name = offer.lines().find(|line| line.starts_with("name")).unwrap();
    let quick = offer.replace(name, "name = \"quick\"\nkey = \"p-256\"");
    std::fs::write(ground.site().join("offers/quick.toml"), quick).unwrap();
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn count(report: &Value, step: &str) -> u64 {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().find(|found| found["step"] == step).map_or(0, |found| found["count"].as_u64().unwrap())
}

#[test]
fn every_phone_is_installed_whatever_it_does_on_the_way() {
    let ground = Ground::new();
    quick(&ground);
    let (_running, landing, check) = served(&ground);
    let habits =
        ["--abort", "100", "--twice", "100", "--again", "100", "--previews", "100", "--wrong", "100"];
    let mut arguments = vec!["load", &landing, "--make", "6", "--offer", "quick", "--at-once", "3", "--json"];
    arguments.extend(["--check", &check, "--root", "site/root/root.pem", "--think", "10"]);
    arguments.extend(habits);
    let ran = ground.on_site(&arguments);
    let found = report(&ran);
    assert_eq!(
        (ran.code, &found["ok"], &found["installed"]),
        (Some(0), &Value::Bool(true), &6.into()),
        "{found:#}"
    );
    for step in
        ["preview", "open", "wrong", "claim", "again", "ticket", "abort", "download", "twice", "check"]
    {
        assert_eq!(count(&found, step), 6, "{step} in {found:#}");
    }
    let people = ground.on_site(&["load", &landing, "--make", "1", "--offer", "quick"]);
    assert!(people.out.contains("1 of 1 phones"), "{}", people.out);
}

#[test]
fn invitations_come_from_a_file_and_one_that_does_not_open_is_told() {
    let ground = Ground::new();
    quick(&ground);
    let (_running, landing, _) = served(&ground);
    let (open, closed) = (ground.invite(&["--offer", "quick"]), ground.invite(&["--offer", "quick"]));
    let cancelled = ground.on_site(&["cancel", closed["enrollment"].as_str().unwrap(), "--yes"]);
    assert_eq!(cancelled.code, Some(0));
    ground.private("invitations.jsonl", format!("{open}\n{closed}\n"));
    let ran = ground.run(&["load", &landing, "--invitations", "invitations.jsonl", "--json", "--wrong", "0"]);
    let found = report(&ran);
    assert_eq!(
        (ran.code, &found["installed"], &found["failed"]),
        (Some(1), &1.into(), &1.into()),
        "{found:#}"
    );
    assert_eq!(found["broken"][0]["promise"], "an unused invitation opens", "{found:#}");
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(error["error"]["code"], "load");
}

/// A proxy in front of `target` that spoils what passes: an answer with `mark` in its head is changed by `spoil`.
fn spoiling(target: &str, mark: &'static str, spoil: fn(&mut Vec<u8>)) -> String {
    let target = target.trim_start_matches("http://localhost:").parse::<u16>().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut marked = 0;
        for stream in listener.incoming() {
            let Ok(mut client) = stream else { return };
            let mut request = vec![0; 16_384];
            let Ok(read) = client.read(&mut request) else { continue };
            request.truncate(read);
            let head = String::from_utf8_lossy(&request).replacen("\r\n", "\r\nconnection: close\r\n", 1);
            let mut server = TcpStream::connect(("127.0.0.1", target)).unwrap();
            server.write_all(head.as_bytes()).unwrap();
            let mut answer = Vec::new();
            let _ = server.read_to_end(&mut answer);
            if head.lines().next().is_some_and(|line| line.contains(mark)) {
                marked += 1;
                if marked > 1 {
                    spoil(&mut answer);
                }
            }
            let _ = client.write_all(&answer);
        }
    });
    format!("http://localhost:{port}")
}

#[test]
fn a_file_that_differs_the_second_time_is_told() {
    let ground = Ground::new();
    quick(&ground);
    let (_running, landing, _) = served(&ground);
    let spoilt = spoiling(&landing, "/d/", |answer| {
        if let Some(last) = answer.last_mut() {
            *last ^= 1;
        }
    });
    let habits = ["--abort", "0", "--twice", "100", "--again", "0", "--previews", "0", "--wrong", "0"];
    let mut arguments = vec!["load", &spoilt, "--make", "1", "--offer", "quick", "--json"];
    arguments.extend(habits);
    let ran = ground.on_site(&arguments);
    let found = report(&ran);
    assert_eq!(ran.code, Some(1));
    assert_eq!(found["broken"][0]["promise"], "every fetch has the same bytes", "{found:#}");
}

/// Puts `to` in the place of what is as long.
fn replace(answer: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    if let Some(at) = answer.windows(from.len()).position(|part| part == from.as_bytes()) {
        answer[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
}

/// What to spoil, from the second answer on; the phones' habits; and the promise that is then broken.
type Case = (&'static str, fn(&mut Vec<u8>), [&'static str; 4], &'static str);

#[test]
fn every_promise_that_a_spoilt_server_breaks_is_told_by_its_name() {
    let cases: [Case; 6] = [
        // Wrong first, so that the right one is the second.
        (
            "POST /c/",
            |answer| replace(answer, "HTTP/1.1 303 See Other", "HTTP/1.1 200 Well done"),
            ["0", "0", "100", "0"],
            "the right secret leads to a ticket",
        ),
        (
            "POST /c/",
            |answer| replace(answer, "location: /t/", "location: /t?"),
            ["0", "100", "0", "0"],
            "the same form leads to the same ticket",
        ),
        (
            "GET /d/",
            |answer| replace(answer, "HTTP/1.1 200 OK", "HTTP/1.1 404 No"),
            ["100", "0", "0", "0"],
            "a ticket's file can be fetched",
        ),
        ("GET /d/", |answer| answer.truncate(answer.len() - 9), ["100", "0", "0", "0"], "the server answers"),
        // The second phone's own file is another one than its password opens.
        (
            "GET /d/",
            |answer| {
                let end = answer.len();
                answer[end - 60] ^= 1;
            },
            ["0", "0", "0", "2"],
            "a bundle opens with its password",
        ),
        (
            "GET /t/",
            |answer| replace(answer, "id=\"file\"", "id=\"none\""),
            ["0", "0", "0", "2"],
            "a ticket has a file",
        ),
    ];
    let ground = Ground::new();
    quick(&ground);
    let (_running, landing, _) = served(&ground);
    for (mark, spoil, [twice, again, wrong, phones], promise) in cases {
        let spoilt = spoiling(&landing, mark, spoil);
        let phones = if phones == "0" { "1" } else { phones };
        let mut arguments =
            vec!["load", &spoilt, "--make", phones, "--offer", "quick", "--at-once", "1", "--json"];
        arguments.extend([
            "--abort",
            "0",
            "--previews",
            "0",
            "--twice",
            twice,
            "--again",
            again,
            "--wrong",
            wrong,
        ]);
        let ran = ground.on_site(&arguments);
        let found = report(&ran);
        assert_eq!(ran.code, Some(1), "{promise}: {found:#}");
        let broken = found["broken"].as_array().unwrap();
        assert!(broken.iter().any(|broken| broken["promise"] == promise), "{promise}: {found:#}");
    }
}

#[test]
fn a_server_that_fails_is_told() {
    let ground = Ground::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let line = r#"{"link":"HTTP://X/C/ABC","secret":"abcde-fghjk"}"#;
    ground.private("invitations.jsonl", line);
    let ran =
        ground.run(&["load", &target, "--invitations", "invitations.jsonl", "--json", "--previews", "0"]);
    let found = report(&ran);
    assert_eq!(
        (ran.code, &found["broken"][0]["promise"]),
        (Some(1), &"the server does not fail".into()),
        "{found:#}"
    );
}

#[test]
fn another_machine_is_refused_unless_its_owner_names_it() {
    let ground = Ground::bare();
    let ran = ground.run(&["load", "https://cert.example.jp", "--invitations", "none", "--json"]);
    let (error, code) = ran.error();
    assert_eq!((code, &error["code"]), (2, &"not-yours".into()));
    assert!(error["hint"].as_str().unwrap().ends_with("--yes-i-own cert.example.jp"), "{error}");
    let check = ["load", "http://localhost:1", "--check", "https://x.jp", "--invitations", "none", "--json"];
    assert_eq!(ground.run(&check).error().1, 2);
    let named = ["load", "https://x.jp", "--yes-i-own", "x.jp", "--invitations", "none", "--json"];
    assert_eq!(ground.run(&named).error().0["code"], "file");
}
