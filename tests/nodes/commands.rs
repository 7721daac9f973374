//! The command line on a store in Redis.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use serde_json::Value;

use crate::ground::json;
use crate::program::Installation;
use crate::redis::Server;

fn ran(installation: &Installation, arguments: &[&str]) -> Output {
    installation.command(arguments).output().unwrap()
}

/// The error that a command prints with `--json`, and its exit code.
#[track_caller]
fn error(installation: &Installation, arguments: &[&str]) -> (Value, Option<i32>) {
    let output = ran(installation, arguments);
    let told: Value = serde_json::from_slice(&output.stderr)
        .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
    (told["error"].clone(), output.status.code())
}

#[test]
fn every_command_works_on_redis_as_a_user_that_may_do_no_more_than_it_needs() {
    let redis = Server::durable(&["--requirepass", "root"]);
    let acl = "~tegata:* -@all +@connection +@scripting +@hash +@sortedset +@stream +@string +exists +pexpire +time +wait +role +info +config|get +cluster|slots";
    let user = ["-a", "root", "--no-auth-warning", "acl", "setuser", "tegata", "on", ">hush hush"];
    let rules: Vec<_> = user.into_iter().chain(acl.split(' ')).collect();
    assert_eq!(redis.cli(&rules), "OK");
    let kept = tempfile::tempdir().unwrap();
    let password = kept.path().join("password");
    std::fs::write(&password, "hush hush\n").unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    let store = ["--store-url", &redis.url(), "--store-user", "tegata", "--store-password-file"];
    let store = [&store[..], &[password.to_str().unwrap()]].concat();
    let installation = Installation::create_with(&store, &[]);
    assert!(!installation.directory().join("store").exists());
    let configuration = std::fs::read_to_string(installation.directory().join("tegata.toml")).unwrap();
    assert!(configuration.contains(&format!("url = \"{}\"", redis.url())), "{configuration}");

    assert_eq!(json(&installation, &["config", "check", "--json"])["ok"], true);
    let invited = json(&installation, &["invite", "--json", "--subscriber", "Hanako Yamada"]);
    let id = invited["enrollment"].as_str().unwrap();
    assert_eq!(json(&installation, &["list", "--json"])["enrollments"][0]["enrollment"], id);
    assert_eq!(json(&installation, &["show", id, "--json"])["state"], "invited");
    assert_eq!(
        json(&installation, &["organization", "set", "--name", "Umi", "--json"])["name"],
        json(&installation, &["organization", "show", "--json"])["name"],
    );
    assert_eq!(json(&installation, &["cancel", id, "--yes", "--json"])["state"], "cancelled");
    installation.serve().stop();

    // A file is copied; Redis has its own means.
    let (told, code) = error(&installation, &["store", "backup", "copy.sqlite", "--json"]);
    assert_eq!((told["code"].as_str(), code), (Some("no-store-file"), Some(1)), "{told}");
    assert!(told["hint"].as_str().unwrap().contains("BGSAVE"), "{told}");
    // What reads a store whole needs no other rights.
    assert_eq!(json(&installation, &["store", "check", "--json"])["ok"], true);
    assert_eq!(json(&installation, &["store", "stats", "--json"])["enrollments"]["cancelled"], 1);
    let export = kept.path().join("export").display().to_string();
    json(&installation, &["store", "export", &export, "--json"]);
    let directory = kept.path().join("copy").display().to_string();
    let copied = json(&installation, &["store", "copy", "--to", &directory, "--json"]);
    assert_eq!(copied["partitions"].as_array().unwrap().len(), 2);
    assert!(!installation.directory().join("store").exists());

    std::fs::write(&password, "another\n").unwrap();
    let (told, code) = error(&installation, &["list", "--json"]);
    assert!(told["message"].as_str().unwrap().contains("refuses user or password"), "{told}");
    assert_eq!(code, Some(4));
    let (told, _) = error(&installation, &["config", "check", "--json"]);
    assert_eq!(told["problems"][0]["key"], "store.url", "{told}");
}

#[test]
fn a_new_installation_never_takes_over_the_store_of_another() {
    let redis = Server::durable(&[]);
    let first = Installation::create_with(&["--store-url", &redis.url()], &[]);
    let kept = tempfile::tempdir().unwrap();
    let second = kept.path().join("second");
    let arguments =
        ["init", second.to_str().unwrap(), "--key", "p-256", "--json", "--store-url", &redis.url()];
    let (told, code) = error(&first, &arguments);
    assert_eq!((told["code"].as_str(), code), (Some("store-stands"), Some(1)), "{told}");
    assert!(!second.exists());
    // Under another prefix there is room.
    let made = ran(&first, &[&arguments[..], &["--store-prefix", "second"]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(json(&first, &["list", "--json"])["enrollments"], serde_json::json!([]));
}

#[test]
fn the_environment_chooses_the_store_as_well() {
    let redis = Server::durable(&[]);
    let installation = Installation::create_with(&[], &[("TEGATA_STORE_URL", &redis.url())]);
    assert!(!installation.directory().join("store").exists());
    assert!(redis.cli(&["keys", "tegata:*:head"]).contains("{organization:default}"));
    json(&installation, &["invite", "--json", "--subscriber", "Hanako Yamada"]);
}

#[test]
fn a_redis_that_would_lose_acknowledged_writes_is_refused_with_the_setting_to_change() {
    let redis = Server::start(&["--save", ""]);
    let kept = tempfile::tempdir().unwrap();
    let place = kept.path().join("site");
    let installation = Installation::create();
    let arguments =
        ["init", place.to_str().unwrap(), "--key", "p-256", "--json", "--store-url", &redis.url()];
    let (told, code) = error(&installation, &arguments);
    let message = told["message"].as_str().unwrap();
    assert!(message.contains("`appendonly yes` (it is no)"), "{message}");
    assert!(message.contains("store.accept_loss = true"), "{message}");
    assert_eq!(code, Some(4));
    assert!(!place.exists());
    let made = ran(&installation, &[&arguments[..], &["--store-accept-loss"]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn a_redis_without_the_store_is_not_taken_for_an_empty_one() {
    let redis = Server::durable(&[]);
    let installation = Installation::create_with(&["--store-url", &redis.url()], &[]);
    redis.cli(&["flushall"]);
    let (told, code) = error(&installation, &["list", "--json"]);
    assert!(told["message"].as_str().unwrap().contains("there is no store in Redis"), "{told}");
    assert_eq!(code, Some(4));
    let served = ran(&installation, &["serve"]);
    assert_eq!(served.status.code(), Some(4), "{}", String::from_utf8_lossy(&served.stderr));
}
