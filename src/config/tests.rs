//! The configuration as a whole.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;

const GOOD: &str = r#"
[http]
public_url = "https://cert.example.jp"
[check]
public_url = "https://check.example.jp"
"#;

fn loaded(text: &str) -> Loaded {
    read(&FileText::of("/etc/tegata/tegata.toml", text), &Environment::default())
}

fn problems(text: &str) -> Vec<String> {
    loaded(text).problems.iter().map(ToString::to_string).collect()
}

fn settings() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|section| section.settings)
}

#[test]
fn two_addresses_are_all_that_must_be_set() {
    let loaded = loaded(GOOD);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let settings = loaded.configuration.unwrap();
    assert_eq!(settings.store.directory, PathBuf::from("/etc/tegata/store"));
    assert_eq!(settings.check.listen.port(), 8443);
    assert_eq!(settings.claim.attempts, 5);
}

#[test]
fn every_problem_is_told_at_once_with_place_key_value_and_remedy() {
    let text = r#"
[http]
listen = "0.0.0.0"
public_url = "cert.example.jp"
wrokers = 4
[chek]
listen = "0.0.0.0:1"
[check]
public_url = 7
[claim]
attempts = 0
lock = 900
[log]
level = "trace"
format = "jsn"
[issuer]
workers = 1
"#;
    insta::assert_snapshot!(problems(text).join("\n"));
}

#[test]
fn settings_that_do_not_fit_together_are_told() {
    let text = r#"
[http]
listen = "0.0.0.0:8443"
public_url = "http://cert.example.jp/portal?x=1"
key = "tls.key"
[check]
public_url = "http://cert.example.jp"
[claim]
lock = "2h"
longest_lock = "1h"
"#;
    insta::assert_snapshot!(problems(text).join("\n"));
}

#[test]
fn a_check_site_behind_a_proxy_needs_a_proxy_that_is_trusted() {
    let behind = format!("{GOOD}behind_proxy = true\n");
    assert!(problems(&behind)[0].contains("check.behind_proxy = true: no proxy is trusted"));
    assert!(problems(&format!("{behind}[proxies]\ntrusted = [\"10.0.0.7\"]\n")).is_empty());
}

#[test]
fn an_open_landing_site_without_tls_is_a_warning() {
    let text = GOOD.replace("[check]", "listen = \"0.0.0.0:8080\"\n[check]");
    let loaded = loaded(&text);
    assert_eq!(loaded.problems[0].severity, Severity::Warning);
    assert!(!loaded.has_errors());
}

#[test]
fn settings_of_the_console_that_do_not_fit_together_are_told() {
    let texts = [
        "public_url = \"http://console.example.jp\"\nlisten = \"0.0.0.0:8080\"",
        "public_url = \"https://192.0.2.7\"\ncertificate = \"console.pem\"",
        "public_url = \"https://cert.example.jp\"\nlisten = \"0.0.0.0:8082\"\n[metrics]\nlisten = \"127.0.0.1:8082\"",
        "key = \"console.key\"",
        "public_url = \"http://localhost:8082\"",
        "public_url = \"https://console.example.jp\"",
    ];
    let told = texts.map(|text| problems(&format!("{GOOD}[console]\n{text}")).join("\n"));
    insta::assert_snapshot!(told.join("\n---\n"));
}

fn with_store(lines: &str) -> String {
    format!("{GOOD}[store]\n{lines}")
}

#[test]
fn a_redis_is_named_by_its_address_alone() {
    let text = with_store("url = \"redis+sentinel://127.0.0.1,127.0.0.1:26380/main\"\nwait_replicas = 1");
    assert!(problems(&text).is_empty(), "{:?}", problems(&text));
    let store = loaded(&text).configuration.unwrap().store;
    assert_eq!(store.url.unwrap().to_string(), "redis+sentinel://127.0.0.1:26379,127.0.0.1:26380/main/0");
    assert_eq!((store.prefix.as_str(), store.wait_replicas, store.accept_loss), ("tegata", 1, false));
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let long = "s3cret".repeat(20);
    for url in ["redis://:s3cret@10.0.0.7", "redis://me:s3cr@s3cret@h", &format!("redis://me:{long}@h")] {
        let in_file = problems(&with_store(&format!("url = \"{url}\"")));
        let file = FileText::of("/etc/tegata/tegata.toml", GOOD);
        let environment = Environment::of([("TEGATA_STORE_URL", url)]);
        let in_environment = read(&file, &environment).problems.iter().map(ToString::to_string).collect();
        for said in [in_file, in_environment].map(|said: Vec<String>| said.join("\n")) {
            assert!(said.contains("must not hold a user or a password") && !said.contains("s3cr"), "{said}");
        }
    }
}

#[test]
fn settings_of_redis_that_do_not_fit_together_are_told() {
    let texts = [
        "url = \"redis://redis.example.jp\"\nuser = \"tegata\"\nca_file = \"ca.pem\"\nprefix = \"a{b}\"\naccept_loss = true",
        "url = \"rediss://redis.example.jp\"\nsentinel_user = \"me\"\nsentinel_password_file = \"p\"",
        "url = \"rediss+sentinel://redis.example.jp/main\"\nsentinel_user = \"me\"\nreplica_timeout = \"5s\"",
        "url = \"redis+sentinel://redis.example.jp\"",
        "password_file = \"password\"\nwait_replicas = 1",
    ];
    insta::assert_snapshot!(texts.map(|text| problems(&with_store(text)).join("\n")).join("\n---\n"));
}

#[test]
fn the_environment_goes_before_the_file() {
    let file = FileText::of("/etc/tegata/tegata.toml", GOOD);
    let environment = Environment::of([
        ("TEGATA_HTTP_LISTEN", "127.0.0.1:9000"),
        ("TEGATA_PROXIES_TRUSTED", "10.0.0.0/8, fd00::/8"),
        ("TEGATA_PEPPER", "0011"),
    ]);
    let loaded = read(&file, &environment);
    assert_eq!(loaded.place("http.listen"), Place::Environment("TEGATA_HTTP_LISTEN".to_owned()));
    assert_eq!(loaded.place("pepper.file"), Place::Environment("TEGATA_PEPPER".to_owned()));
    let pepper = loaded.found.iter().find(|found| found.setting.key() == "pepper.file").unwrap();
    assert_eq!(pepper.shown, "(hidden)");
    let settings = loaded.configuration.unwrap();
    assert_eq!(settings.http.listen.port(), 9000);
    assert_eq!(settings.proxies.trusted.len(), 2);
    assert_eq!(settings.pepper.file.read().unwrap().as_str(), "0011");
}

#[test]
fn a_path_in_the_environment_counts_from_where_the_process_started() {
    let file = FileText::of("/etc/tegata/tegata.toml", GOOD);
    let loaded = read(&file, &Environment::of([("TEGATA_STORE_DIRECTORY", "here")]));
    assert_eq!(loaded.configuration.unwrap().store.directory, PathBuf::from("here"));
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    let file = FileText::of("/etc/tegata/tegata.toml", GOOD);
    let environment = Environment::of([
        ("TEGATA_HTTP_LISTEN", "9000"),
        ("TEGATA_PEPPER", "00"),
        ("TEGATA_PEPPER_FILE", "pepper"),
        ("TEGATA_HTTP_LISTENN", "x"),
        ("TEGATA_PORT", "tcp://10.0.0.1:80"),
    ]);
    let said: Vec<_> = read(&file, &environment).problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_mistake_in_the_syntax_is_told_without_guesses_about_the_rest() {
    let said = problems("[http]\nlisten = 127.0.0.1:80\npublic_url = \"x\n");
    assert!(said.iter().all(|line| line.contains("this is no TOML")), "{said:#?}");
    assert!(said[0].starts_with("/etc/tegata/tegata.toml:2:"), "{said:#?}");
}

#[test]
fn names_of_settings_and_variables_are_unique() {
    let mut names = BTreeSet::new();
    for setting in settings() {
        let key = setting.key();
        assert!(names.insert(setting.variable()), "{key}");
        if let Some(variable) = setting.secret_variable() {
            assert!(names.insert(variable), "{key}");
        }
    }
    assert!(!names.contains(FILE_VARIABLE));
}

#[test]
fn every_setting_is_documented_in_a_sentence_and_its_default_can_be_read() {
    for setting in settings() {
        let about = setting.about.trim();
        assert!(about.ends_with('.') && about.len() > 20, "{}: {about}", setting.key());
        if let Some(default) = setting.default {
            assert!(setting.default_shown().is_some(), "{}: {default}", setting.key());
        }
    }
}

#[test]
fn the_file_that_init_writes_says_what_holds() {
    let set = [
        ("http.public_url", "\"https://cert.example.jp\"".to_owned()),
        ("check.public_url", "\"https://check.example.jp\"".to_owned()),
    ];
    let text = commented(&set);
    assert!(problems(&text).is_empty(), "{:?}", problems(&text));
    insta::assert_snapshot!(text);
    // With every comment taken away from the defaults, it still says the same.
    let bare: String = text
        .lines()
        .filter_map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).or(Some(line)))
        .filter(|line| !line.contains("=    # not set"))
        .fold(String::new(), |all, line| all + line + "\n");
    let (plain, bare) = (loaded(&text), loaded(&bare));
    assert!(bare.problems.is_empty(), "{:?}", bare.problems);
    let shown = |loaded: &Loaded| loaded.found.iter().map(|f| f.shown.clone()).collect::<Vec<_>>();
    assert_eq!(shown(&plain), shown(&bare));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[(http|check|log)\\]\n)?([a-z_]{1,8} ?= ?(\"[^\"]{0,12}\"|[0-9]{1,20}|\\[[^\\]]{0,8}\\]|.{0,12})\n){0,4}") {
        for problem in loaded(&text).problems {
            proptest::prop_assert!(!problem.to_string().is_empty());
        }
    }
}
