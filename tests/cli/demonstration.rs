//! `tegata demo`.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use crate::ground::Ground;
use crate::person::{Person, Running};

/// A demonstration on free ports, and its first line.
struct Demo {
    running: Running,
    ready: Value,
    _kept: Ground,
}

impl Demo {
    fn start(more: &[&str]) -> Self {
        let kept = Ground::bare();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.env_clear().current_dir(kept.path()).env("TMPDIR", kept.path());
        command
            .args(["demo", "--port", "0", "--check-port", "0", "--console-port", "0", "--json"])
            .args(more);
        let mut running = Running::start(&mut command, true);
        let ready = serde_json::from_str(&running.line("\"event\":\"ready\"")).unwrap();
        Self { running, ready, _kept: kept }
    }

    fn text(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap()
    }

    fn person(&self) -> Person {
        let site = |key| self.text(key).trim_end_matches('/').replace("localhost", "127.0.0.1");
        Person::at(&site("landing"), &site("check"))
    }

    fn event(&mut self, name: &str) -> Value {
        serde_json::from_str(&self.running.line(&format!("{{\"event\":\"{name}\""))).unwrap()
    }
}

/// The first line of a demonstration that is ended at once.
pub fn first_line() -> Value {
    Demo::start(&[]).ready.clone()
}

#[test]
fn it_shows_live_what_happens_and_leaves_nothing() {
    let mut demo = Demo::start(&[]);
    let directory = demo.text("directory").to_owned();
    assert!(Path::new(&directory).join("store/store.sqlite").exists());
    let person = demo.person();
    assert_eq!(person.get(&format!("{}healthz", demo.text("landing"))).text, "ok\n");
    let refused = person.claim(&demo.ready, "22222-22222");
    assert_eq!(refused.find("#attempts", "data-attempts-left").as_deref(), Some("4"));
    let identity = person.install(&demo.ready);
    assert_eq!(person.check(Some(identity)), "ok");
    demo.event("opened");
    assert_eq!(demo.event("wrong-secret")["attempts_left"], 4);
    assert_eq!(demo.event("claimed")["platform"], "android");
    for name in ["issued", "fetch-started", "fetched", "installed"] {
        let event = demo.event(name);
        assert_eq!(event["enrollment"], demo.ready["enrollment"]);
        assert!(event["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{event}");
    }
    demo.running.signal(Signal::INT);
    assert_eq!(demo.running.end(), Some(0));
    assert!(!Path::new(&directory).exists());
}

#[test]
fn every_offer_that_is_shipped_can_be_shown() {
    for offer in ["minimal", "wifi", "anchored"] {
        let mut demo = Demo::start(&["--offer", offer]);
        let person = demo.person();
        assert_eq!(person.check(Some(person.install(&demo.ready))), "ok", "{offer}");
        demo.running.signal(Signal::TERM);
        assert_eq!(demo.running.end(), Some(0));
        assert!(!Path::new(demo.text("directory")).exists());
    }
}

#[test]
fn its_check_site_is_trusted_under_every_name_by_whoever_trusts_its_root() {
    let demo = Demo::start(&["--host", "127.0.0.2"]);
    assert!(demo.text("landing").starts_with("http://127.0.0.2:"), "{}", demo.ready);
    let root = reqwest::Certificate::from_pem(&std::fs::read(demo.text("root")).unwrap()).unwrap();
    let client = reqwest::Client::builder().add_root_certificate(root).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let check = demo.text("check");
    for host in ["127.0.0.2", "127.0.0.1", "localhost"] {
        let url = check.replace("127.0.0.2", host) + "check";
        let response = runtime.block_on(client.get(&url).send()).unwrap();
        assert_eq!(response.status(), 200, "{url}");
    }
}

#[test]
fn it_starts_within_seconds() {
    let begun = std::time::Instant::now();
    let demo = Demo::start(&[]);
    let took = begun.elapsed();
    assert!(took < std::time::Duration::from_secs(15), "{took:?}");
    drop(demo);
}

#[test]
fn a_port_in_use_says_which_and_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ground = Ground::bare();
    let landing = ground.run(&["demo", "--port", &port, "--check-port", "0", "--console-port", "0"]);
    let check = ground.run(&["demo", "--port", "0", "--check-port", &port, "--console-port", "0"]);
    assert_eq!((landing.code, check.code), (Some(6), Some(6)));
    assert_eq!(
        landing.err.replace(&port, "PORT"),
        "error: the landing site cannot listen on 127.0.0.1:PORT: Address already in use (os error 98)\nhint: choose another port with --port; 0 picks a free one\n"
    );
    assert!(
        check.err.contains("the check site cannot listen") && check.err.contains("--check-port"),
        "{}",
        check.err
    );
}

#[test]
fn a_host_that_no_phone_could_open_is_refused() {
    let ground = Ground::bare();
    let said: Vec<String> = ["http://x", "a b", "0.0.0.0", "192.168.1.1:8080"]
        .iter()
        .map(|host| {
            let ran = ground.run(&["demo", "--host", host]);
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{host}");
            ran.err
        })
        .collect();
    insta::assert_snapshot!(said.join(""));
}

#[test]
fn for_people_it_prints_what_to_do_and_then_what_happens() {
    let ground = Ground::bare();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
    command.env_clear().current_dir(ground.path()).env("TMPDIR", ground.path());
    command.args(["demo", "--port", "0", "--check-port", "0", "--console-port", "0"]);
    let mut running = Running::start(&mut command, true);
    running.line("What happens (times are JST; Ctrl-C ends it)");
    running.line("  invited");
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(0));
    let said = running.seen.join("\n");
    for part in [
        "########",
        "open  ",
        "secret  ",
        "or number  ",
        "then prove it       https://localhost:",
        "operators' console  http://localhost:",
        "root certificate  ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(std::fs::read_dir(ground.path()).unwrap().count(), 0);
}
