//! `tegata init`.

use std::fs;
use std::path::Path;

use crate::ground::{Ground, mode};

fn tree(directory: &Path, base: &Path, into: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(base).unwrap().display().to_string();
        into.push(format!("{:04o} {name}", mode(&path)));
        if path.is_dir() {
            tree(&path, base, into);
        }
    }
}

#[test]
fn an_installation_has_these_files_with_these_permissions() {
    let ground = Ground::new();
    let mut files = vec![format!("{:04o} .", mode(&ground.site()))];
    tree(&ground.site(), &ground.site(), &mut files);
    insta::assert_snapshot!(files.join("\n"));
}

#[test]
fn what_is_known_once_is_printed_once() {
    let ground = Ground::bare();
    let console = ["--console-url", "http://localhost:8082"];
    let init = ["init", "site", "--key", "p-256", "--operator", "keiko", "--json"];
    let first = ground.run(&[&init[..], &console].concat()).json();
    assert_eq!(first["initialised"], true);
    assert_eq!(first["operator"], "keiko");
    let token = first["operator_token"].as_str().unwrap();
    let passphrase = first["root_passphrase"].as_str().unwrap();
    assert!(token.starts_with("tgo_") && token.len() == 56, "{token}");
    assert_eq!(passphrase.len(), 39);
    let link = first["console_link"].as_str().unwrap();
    let welcome = link.strip_prefix("http://localhost:8082/join/").unwrap();
    assert_eq!(welcome.len(), 52);
    // None of them stands in any file.
    let mut files = Vec::new();
    tree(&ground.site(), &ground.site(), &mut files);
    for name in files.iter().map(|line| &line[5..]) {
        let path = ground.site().join(name);
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            for secret in [token, passphrase, welcome] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name}");
            }
        }
    }
    let key = ground.site().join("root/root.key");
    let opens = |passphrase: &str| {
        let pass = format!("pass:{passphrase}");
        let mut openssl = std::process::Command::new("openssl");
        openssl.args(["pkey", "-noout", "-passin", &pass, "-in"]).arg(&key).output().unwrap().status.success()
    };
    assert!(opens(passphrase) && !opens("wrong"));
}

#[test]
fn a_second_init_changes_nothing_and_says_so() {
    let ground = Ground::new();
    let before = fs::read(ground.site().join("tegata.toml")).unwrap();
    let ran = ground.run(&["init", "site", "--organization", "Other"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "site is initialised already; nothing was changed.\n")
    );
    let json = ground.run(&["init", "site", "--json"]).json();
    assert_eq!((&json["initialised"], &json["operator_token"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(fs::read(ground.site().join("tegata.toml")).unwrap(), before);
}

#[test]
fn a_directory_with_other_things_in_it_is_left_alone() {
    let ground = Ground::bare();
    fs::create_dir(ground.site()).unwrap();
    ground.write("site/thesis.odt", "x");
    let ran = ground.run(&["init", "site"]);
    insta::assert_snapshot!(ground.redacted(&ran.whole()));
    assert_eq!(fs::read_dir(ground.site()).unwrap().count(), 1);
}

#[test]
fn a_link_where_init_would_work_is_not_followed() {
    let ground = Ground::bare();
    let (site, victim) = (ground.site(), ground.site().with_file_name("victim"));
    fs::create_dir(&site).unwrap();
    fs::create_dir(&victim).unwrap();
    fs::write(victim.join("precious"), b"x").unwrap();
    std::os::unix::fs::symlink(&victim, site.join(".tegata-init")).unwrap();
    let refused = ground.run(&["init", "site", "--key", "p-256", "--json"]);
    assert_eq!(refused.error().1, 1);
    assert!(victim.join("precious").exists());
    assert!(!site.join("tegata.toml").exists());
}

#[test]
fn a_directory_that_others_may_write_to_is_no_place_for_keys() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::bare();
    fs::create_dir(ground.site()).unwrap();
    fs::set_permissions(ground.site(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(ground.run(&["init", "site", "--key", "p-256", "--json"]).error().1, 1);
    assert!(!ground.site().join("tegata.toml").exists());
}

#[test]
fn what_a_killed_init_left_does_not_stand_in_the_way() {
    let ground = Ground::bare();
    fs::create_dir_all(ground.site().join(".tegata-init/issuer")).unwrap();
    ground.write("site/.tegata-init/pepper", "half");
    assert_eq!(ground.run(&["--config", "site", "list"]).code, Some(3));
    assert_eq!(ground.run(&["init", "site", "--key", "p-256"]).code, Some(0));
    assert!(!ground.site().join(".tegata-init").exists());
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(0));
}

#[test]
fn an_init_that_is_killed_leaves_no_installation_and_can_be_repeated() {
    let ground = Ground::bare();
    let mut init = std::process::Command::new(env!("CARGO_BIN_EXE_tegata"));
    init.current_dir(ground.path()).args(["init", "site"]).stdout(std::process::Stdio::null());
    let mut child = init.spawn().unwrap();
    // The first file is there before the keys are made, which takes much longer than to see it.
    while !ground.site().join(".tegata-init/pepper").exists() {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ground.site().join(".tegata-init").exists() && !ground.site().join("tegata.toml").exists());
    assert_eq!(ground.run(&["init", "site", "--key", "p-256"]).code, Some(0));
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(0));
}

#[test]
fn two_inits_at_once_make_one_installation() {
    let ground = Ground::bare();
    let init = || {
        let mut init = std::process::Command::new(env!("CARGO_BIN_EXE_tegata"));
        init.current_dir(ground.path()).args(["init", "site", "--key", "p-256", "--json"]).output().unwrap()
    };
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(init)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let made = |output: &&std::process::Output| {
        String::from_utf8_lossy(&output.stdout).contains("\"initialised\":true")
    };
    assert_eq!(outputs.iter().filter(made).count(), 1, "{outputs:?}");
    for output in &outputs {
        assert!(matches!(output.status.code(), Some(0 | 6)), "{outputs:?}");
    }
    assert_eq!(ground.on_site(&["config", "check"]).code, Some(0));
}

#[test]
fn addresses_that_could_not_work_make_no_installation() {
    let ground = Ground::bare();
    let arguments = [
        "init",
        "site",
        "--public-url",
        "http://cert.example.jp",
        "--check-url",
        "https://cert.example.jp/check",
    ];
    let ran = ground.run(&arguments);
    insta::assert_snapshot!(ran.whole());
    assert!(!ground.site().exists());
}

#[test]
fn init_invite_and_list_need_no_configuration_to_be_named() {
    let ground = Ground::bare();
    assert_eq!(ground.run(&["init", "--key", "p-256"]).code, Some(0));
    assert_eq!(ground.run(&["invite", "--subscriber", "Hanako Yamada"]).code, Some(0));
    assert!(ground.run(&["list"]).out.contains("Hanako Yamada"));
    let from_variable =
        ground.command(&["list"]).env("TEGATA_CONFIG", "tegata/tegata.toml").output().unwrap();
    assert!(from_variable.status.success());
}

#[test]
fn the_first_operators_token_lets_in() {
    let ground = Ground::bare();
    let made = ground.run(&["init", "site", "--key", "p-256", "--json"]).json();
    let token = tegata::directory::OperatorToken::shown(made["operator_token"].as_str().unwrap());
    let pepper = fs::read_to_string(ground.site().join("pepper")).unwrap();
    let pepper = tegata::pepper::Pepper::new(&hex::decode(pepper.trim()).unwrap()).unwrap();
    let clock = std::sync::Arc::new(tegata::clock::SystemClock);
    let store = tegata::store::embedded::EmbeddedStore::open(ground.site().join("store/store.sqlite"), clock)
        .unwrap();
    let directory = tegata::directory::Directory::new(std::sync::Arc::new(store));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let id = "default".parse().unwrap();
    let found = runtime.block_on(directory.authenticate(&id, "admin", &token, &pepper)).unwrap();
    assert_eq!(found.unwrap().name, "admin");
}

#[test]
fn a_default_installation_has_rsa_cas_and_a_contact() {
    let ground = Ground::bare();
    let made =
        ground.run(&["init", "site", "--organization", "Example Care", "--contact-phone", "03-1234-5678"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert_eq!(ground.on_site(&["issuer", "show", "--json"]).json()["key"], "rsa-3072");
    let organization = ground.on_site(&["organization", "show", "--json"]).json();
    assert_eq!(
        (&organization["name"], &organization["contact"]["phone"]),
        (&"Example Care".into(), &"03-1234-5678".into())
    );
}
