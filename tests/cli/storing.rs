//! `tegata store`: what moves, checks and counts a store whole.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::ground::{Ground, Ran, mode};
use crate::person::Service;
use crate::redis::Server;

/// What `store check --json` prints of a store that misses an index and a pointer.
pub fn damaged() -> Value {
    let ground = Ground::new();
    let id = ground.enrollment();
    let store = rusqlite::Connection::open(ground.site().join("store/store.sqlite")).unwrap();
    let removed = store.execute("DELETE FROM place WHERE name = 'enrollments'", []).unwrap();
    assert_eq!(removed + store.execute("DELETE FROM document WHERE key LIKE 'code/%'", []).unwrap(), 2);
    let ran = ground.on_site(&["store", "check", "--json"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(error["error"]["code"], "unsound");
    assert_eq!(error["error"]["message"], "the store has 2 faults");
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&told["ok"], &told["enrollments"]), (&Value::Bool(false), &Value::from(1)));
    let found: Vec<_> = told["findings"].as_array().unwrap().iter().map(|found| &found["fault"]).collect();
    assert_eq!(found, ["not-in-index", "pointer-missing"]);
    assert_eq!(told["findings"][0]["row"], format!("document enrollment/{id}"));
    told
}

#[test]
fn damage_is_told_to_a_person_with_the_remedy() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let sound = ground.on_site(&["store", "check"]);
    assert_eq!((sound.code, sound.err.as_str()), (Some(0), ""));
    assert!(sound.out.starts_with("The store is sound.\n"), "{sound:?}");
    let store = rusqlite::Connection::open(ground.site().join("store/store.sqlite")).unwrap();
    store.execute("DELETE FROM document WHERE key LIKE 'code/%'", []).unwrap();
    let ran = ground.on_site(&["store", "check"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(4), "error: the store has a fault\n"));
    assert!(ran.out.contains(&format!("document enrollment/{id}: there is no pointer code/")), "{ran:?}");
    assert!(ran.out.contains("hint: the person cannot go on: `tegata reissue`"), "{ran:?}");
}

#[test]
fn a_store_goes_to_redis_and_back_and_nothing_is_lost() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let redis = Server::durable(&[]);
    let before = ground.on_site(&["show", &id, "--json"]).json();
    let copied = ground.on_site(&["store", "copy", "--to", &redis.url()]);
    assert_eq!(copied.code, Some(0), "{copied:?}");
    assert!(copied.out.starts_with("Copied to redis://127.0.0.1:"), "{copied:?}");
    assert!(copied.err.contains("store.url"), "{copied:?}");

    let on_redis = |arguments: &[&str]| {
        let all = [&["--config", "site"], arguments].concat();
        Ran::of(&ground.command(&all).env("TEGATA_STORE_URL", redis.url()).output().unwrap())
    };
    assert_eq!(on_redis(&["show", &id, "--json"]).json(), before);
    assert_eq!(on_redis(&["store", "check", "--json"]).json()["ok"], true);
    let stats = on_redis(&["store", "stats", "--json"]).json();
    assert_eq!(stats["engine"]["servers"][0]["append_fsync"], "always", "{stats}");
    assert!(on_redis(&["store", "stats"]).out.contains("append-only file"));

    // Neither is written over, and the one that is used is not copied onto itself.
    let again = ground.on_site(&["store", "copy", "--to", &redis.url(), "--json"]);
    let (error, code) = again.error();
    assert!(error["message"].as_str().unwrap().contains("there is a store in Redis at"), "{error}");
    assert_eq!(code, 4);
    let (error, code) = ground.on_site(&["store", "copy", "--to", "site/store", "--json"]).error();
    assert!(error["message"].as_str().unwrap().contains("exists already"), "{error}");
    assert_eq!(code, 4);

    let cancelled = on_redis(&["cancel", &id, "--yes", "--json"]).json();
    on_redis(&["store", "copy", "--to", "back", "--json"]).json();
    let back = ground.path().join("back");
    assert_eq!(mode(&back), 0o700);
    assert_eq!(mode(&back.join("store.sqlite")), 0o600);
    let all = ["--config", "site", "show", &id, "--json"];
    let there = ground.command(&all).env("TEGATA_STORE_DIRECTORY", &back).output().unwrap();
    assert_eq!(Ran::of(&there).json()["state"], cancelled["state"]);
}

#[test]
fn an_export_is_private_and_is_imported_where_nothing_stands() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let exported = ground.on_site(&["store", "export", "all.jsonl", "--json"]).json();
    assert_eq!(mode(&ground.path().join("all.jsonl")), 0o600);
    assert_eq!(ground.on_site(&["store", "export", "all.jsonl", "--json"]).error().0["code"], "exists");
    let (error, code) = ground.on_site(&["store", "import", "all.jsonl", "--json"]).error();
    assert!(error["message"].as_str().unwrap().contains("nothing is written over"), "{error}");
    assert_eq!(code, 4);
    let before = ground.on_site(&["show", &id, "--json"]).json();
    std::fs::rename(ground.site().join("store"), ground.path().join("old")).unwrap();

    let whole = std::fs::read(ground.path().join("all.jsonl")).unwrap();
    ground.write("cut.jsonl", &whole[..whole.len() / 2]);
    let (error, code) = ground.on_site(&["store", "import", "cut.jsonl", "--json"]).error();
    assert_eq!((error["code"].as_str(), code), (Some("export"), 1));
    assert!(error["message"].as_str().unwrap().contains("it was cut"), "{error}");
    let (error, _) = ground.on_site(&["store", "import", "missing.jsonl", "--json"]).error();
    assert_eq!(error["code"], "export");

    let imported = ground.on_site(&["store", "import", "all.jsonl", "--json"]).json();
    assert_eq!(imported["rows"], exported["rows"]);
    assert_eq!(ground.on_site(&["show", &id, "--json"]).json(), before);
    ground.on_site(&["store", "export", "again.jsonl", "--json"]).json();
    assert_eq!(std::fs::read(ground.path().join("again.jsonl")).unwrap(), whole);
}

#[test]
fn a_store_that_is_served_is_checked_and_counted_but_not_moved() {
    let ground = Ground::new();
    let service = Service::start(&ground);
    assert_eq!(ground.on_site(&["store", "check", "--json"]).json()["ok"], true);
    ground.on_site(&["store", "stats", "--json"]).json();
    for arguments in
        [&["store", "copy", "--to", "copied", "--json"][..], &["store", "export", "file", "--json"]]
    {
        let (error, code) = ground.on_site(arguments).error();
        assert_eq!((error["code"].as_str(), code), (Some("already-serving"), 6), "{error}");
    }
    drop(service);
    assert!(!ground.path().join("file").exists());
    ground.on_site(&["store", "copy", "--to", "copied", "--json"]).json();
}

#[test]
fn a_copy_that_was_killed_goes_on() {
    let ground = Ground::new();
    let id = ground.enrollment();
    let redis = Server::durable(&[]);
    let url = redis.url();
    // It hangs at its first write, and dies there.
    redis.cli(&["client", "pause", "60000", "write"]);
    let mut copy = Command::new(env!("CARGO_BIN_EXE_tegata"));
    copy.current_dir(ground.path()).args(["--config", "site", "store", "copy", "--to", &url]);
    let mut copy = copy.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let waits = || redis.cli(&["info", "clients"]).contains("blocked_clients:1");
    while !waits() {
        assert!(copy.try_wait().unwrap().is_none(), "it ended before it wrote");
        std::thread::yield_now();
    }
    copy.kill().unwrap();
    copy.wait().unwrap();
    redis.cli(&["client", "unpause"]);
    let copied = ground.on_site(&["store", "copy", "--to", &url, "--json"]).json();
    assert!(copied["rows"].as_u64().unwrap() > 5);
    let all = ["--config", "site", "show", &id, "--json"];
    let there = Ran::of(&ground.command(&all).env("TEGATA_STORE_URL", &url).output().unwrap());
    assert_eq!(there.json()["state"], "invited");
}

#[test]
fn what_is_no_destination_is_refused() {
    let ground = Ground::new();
    for (to, why) in [
        ("http://127.0.0.1", "it must begin with redis://"),
        ("redis://:secret@127.0.0.1", "it must not hold a user or a password"),
    ] {
        let ran = ground.on_site(&["store", "copy", "--to", to]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(why), "{ran:?}");
    }
    let ran = ground.on_site(&["store", "copy"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}
