//! `tegata config`, and what every command says of a wrong configuration.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tegata::clock::{Clock as _, SystemClock};

use crate::ground::Ground;
use crate::issuing::Ca;

#[test]
fn a_new_installation_is_right() {
    let ran = Ground::new().on_site(&["config", "check"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "The configuration is right: site/tegata.toml\n"));
    assert_eq!(ran.err, "");
}

#[test]
fn without_a_configuration_it_is_said_where_it_was_looked_for() {
    let ground = Ground::bare();
    insta::assert_snapshot!(ground.run(&["list"]).whole());
    let ran = ground.run(&["--config", "elsewhere.toml", "list"]);
    insta::assert_snapshot!(ran.whole());
}

#[test]
fn every_problem_of_the_settings_is_told_with_its_place() {
    let ground = Ground::new();
    ground.configure(&[
        ("#listen = \"127", "lisen = \"127.0.0.1:8080\""),
        ("#listen = \"0.0", "listen = \"0.0.0.0\""),
        ("#attempts", "attempts = 1000"),
        ("#level", "level = \"loud\""),
    ]);
    let ran = ground.on_site(&["config", "check"]);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ran.whole());
    // Every other command refuses to work on it, with the same words.
    assert_eq!(ground.on_site(&["list"]).err, ran.err);
}

#[test]
fn every_problem_of_what_the_settings_name_is_told_with_its_place() {
    let ground = Ground::new();
    let site = ground.site();
    fs::write(site.join("pepper"), "too short\n").unwrap();
    fs::set_permissions(site.join("issuer/issuer.key"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(site.join("signer/signer.pem")).unwrap();
    fs::write(site.join("offers/minimal.toml"), "name = \"minimal\"\ntitel = \"x\"\n").unwrap();
    fs::copy(site.join("signer/signer.key"), site.join("check/server.key")).unwrap();
    fs::remove_dir_all(site.join("store")).unwrap();
    let ran = ground.on_site(&["config", "check"]);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ground.redacted(&ran.whole()));
}

#[test]
fn a_key_of_another_ca_is_told_as_that() {
    let (ground, other) = (Ground::new(), Ground::bare());
    assert_eq!(other.run(&["init", "site", "--key", "p-256"]).code, Some(0));
    for name in ["issuer.key", "passphrase"] {
        fs::copy(other.site().join("issuer").join(name), ground.site().join("issuer").join(name)).unwrap();
    }
    insta::assert_snapshot!(ground.on_site(&["config", "check"]).err);
    fs::write(ground.site().join("issuer/passphrase"), "wrong\n").unwrap();
    insta::assert_snapshot!(ground.on_site(&["config", "check"]).err);
}

#[test]
fn an_issuer_or_signer_that_ended_is_told_with_what_to_do() {
    let ground = Ground::new();
    let ca = Ca::made_at("2015-01-01T00:00:00Z");
    ca.put_into(&ground.site().join("issuer"));
    ca.put_signer_into(&ground.site().join("signer"));
    let ran = ground.on_site(&["config", "check"]);
    assert_eq!(ran.code, Some(3));
    insta::assert_snapshot!(ran.err);
    // Ten years less two months: it still works, but not for long.
    let ground = Ground::new();
    let nearly = SystemClock.now() - jiff::SignedDuration::from_hours(24 * 3_590);
    Ca::made_at(&nearly.to_string()).put_into(&ground.site().join("issuer"));
    let ran = ground.on_site(&["config", "check"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.err.starts_with("warning: site/tegata.toml:"), "{}", ran.err);
    assert!(ran.err.contains("or one above it, ends on "), "{}", ran.err);
}

#[test]
fn the_environment_goes_before_the_file_and_is_named_where_it_is_wrong() {
    let ground = Ground::new();
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = ground.command(&["--config", "site"]);
        command.args(arguments).envs(variables.iter().copied());
        crate::ground::Ran::of(&command.output().unwrap())
    };
    let shown = run(&[("TEGATA_HTTP_LISTEN", "127.0.0.1:9000")], &["config", "show", "--json"]).json();
    let listen = shown["settings"].as_array().unwrap().iter().find(|s| s["key"] == "http.listen").unwrap();
    assert_eq!(
        (&listen["value"], &listen["source"], &listen["place"]),
        (&"\"127.0.0.1:9000\"".into(), &"environment".into(), &"TEGATA_HTTP_LISTEN".into())
    );
    let wrong = run(&[("TEGATA_HTTP_LISTEN", "9000"), ("TEGATA_CLAIM_ATTEMPT", "3")], &["config", "check"]);
    insta::assert_snapshot!(wrong.whole());
}

#[test]
fn secrets_can_come_from_the_environment_and_are_never_shown() {
    let ground = Ground::new();
    let pepper = fs::read_to_string(ground.site().join("pepper")).unwrap();
    fs::remove_file(ground.site().join("pepper")).unwrap();
    assert_eq!(ground.on_site(&["list"]).code, Some(3));
    let with_pepper = |arguments: &[&str]| {
        let mut command = ground.command(&["--config", "site"]);
        command.args(arguments).env("TEGATA_PEPPER", pepper.trim());
        crate::ground::Ran::of(&command.output().unwrap())
    };
    assert_eq!(with_pepper(&["list"]).code, Some(0));
    let shown = with_pepper(&["config", "show", "--all"]);
    assert!(shown.out.contains("file = (hidden)  # TEGATA_PEPPER"), "{}", shown.out);
    assert!(!shown.out.contains(pepper.trim()));
}

#[test]
fn all_settings_are_shown_with_everything_that_is_known_of_them() {
    let ground = Ground::new();
    let ran = ground.on_site(&["config", "show", "--all"]);
    insta::assert_snapshot!(ground.redacted(&ran.out));
    let brief = ground.on_site(&["config", "show"]);
    insta::assert_snapshot!(ground.redacted(&brief.out));
}

#[test]
fn an_unfinished_configuration_can_be_shown_all_the_same() {
    let ground = Ground::bare();
    let mut command = ground.command(&["config", "show"]);
    let ran = crate::ground::Ran::of(&command.env("TEGATA_LOG_LEVEL", "debug").output().unwrap());
    assert_eq!(ran.code, Some(3));
    assert!(ran.out.contains("level = \"debug\"  # TEGATA_LOG_LEVEL"), "{}", ran.out);
    assert!(ran.err.contains("http.public_url: it is not set"), "{}", ran.err);
}

#[test]
fn what_letters_cannot_be_printed_with_is_told_before_there_is_a_letter() {
    let ground = Ground::new();
    let ran = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = ground.command(&["--config", "site"]);
        command.args(arguments).envs(variables.iter().copied());
        crate::ground::Ran::of(&command.output().unwrap())
    };
    let no_font = ground.write("no.otf", "no font");
    let wrong = [
        ("TEGATA_LETTERS_FONT", "/nonexistent.otf"),
        ("TEGATA_LETTERS_BOLD_FONT", no_font.to_str().unwrap()),
        ("TEGATA_LETTERS_WINDOW_LEFT", "120"),
    ];
    let checked = ran(&wrong, &["config", "check"]);
    assert_eq!(checked.code, Some(3));
    insta::assert_snapshot!(ground.redacted(&checked.whole()));
    // `serve` says the same, and does not start.
    let served = ran(&wrong, &["serve"]);
    assert_eq!((served.code, served.err), (Some(3), checked.err));
    let right = [("TEGATA_LETTERS_FONT", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")];
    assert_eq!(ran(&right, &["config", "check"]).code, Some(0));
}
