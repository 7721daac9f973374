//! `docs/cli.md` says what the commands print.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ground::{Ground, Ran};
use crate::issuing::Ca;
use crate::mail_server::MailServer;
use crate::person::{Person, Service};

const PAGE: &str = include_str!("../../docs/cli.md");

/// What the page says of one output.
struct Shape {
    sample: Value,
    optional: BTreeSet<String>,
    /// Whether every key may be absent in places that the page describes in words.
    text: String,
}

/// The shapes by the commands in their headings.
fn shapes() -> BTreeMap<String, Shape> {
    let mut shapes = BTreeMap::new();
    for section in PAGE.split("\n### ").skip(1) {
        let (heading, text) = section.split_once('\n').unwrap();
        let (words, rest) =
            text.split_once("```json\n").unwrap_or_else(|| panic!("no sample under {heading}"));
        let (sample, _) = rest.split_once("```").unwrap();
        let sample = serde_json::from_str(sample).unwrap_or_else(|error| panic!("{heading}: {error}"));
        let optional = words.split_once("Optional:").map_or("", |(_, optional)| optional);
        let optional: BTreeSet<String> =
            optional.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
        for name in heading.split(", ") {
            let name = name.trim_matches('`').trim_start_matches("tegata ").to_owned();
            shapes.insert(
                name,
                Shape { sample: Clone::clone(&sample), optional: optional.clone(), text: words.to_owned() },
            );
        }
    }
    shapes
}

/// Fails unless `found` has the keys and types of `sample`.
#[track_caller]
fn compare(path: &str, sample: &Value, found: &Value, shape: &Shape) {
    match (sample, found) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(known), Value::Object(found)) => {
            for key in found.keys() {
                assert!(known.contains_key(key), "{path}.{key} is not in docs/cli.md");
            }
            for (key, known) in known {
                let path = format!("{path}.{key}");
                match found.get(key) {
                    Some(found) => compare(&path, known, found, shape),
                    None => assert!(
                        is_optional(&path, key, shape),
                        "{path} is missing, and not said to be optional"
                    ),
                }
            }
        }
        (Value::Array(known), Value::Array(found)) => {
            for found in found {
                compare(&format!("{path}[]"), known.first().unwrap(), found, shape);
            }
        }
        (known, found) => assert_eq!(
            std::mem::discriminant(known),
            std::mem::discriminant(found),
            "{path}: {found} where docs/cli.md has {known}"
        ),
    }
}

fn is_optional(path: &str, key: &str, shape: &Shape) -> bool {
    let of_event = path.contains(".events[].") && !["at", "enrollment", "by", "kind"].contains(&key);
    shape.optional.contains(key) || (of_event && shape.text.contains("in `events` everything but those four"))
}

/// What the commands about mail print, before a server that takes everything.
fn mails(ground: &Ground, agree: &mut impl FnMut(&str, &Value)) {
    let server = MailServer::start();
    let run = |arguments: &[&str], input: &str| {
        let mut command = ground.command(&[&["--config", "site"], arguments].concat());
        command.env("TEGATA_MAIL_SERVER", format!("smtp+plain://127.0.0.1:{}", server.port));
        command.env("TEGATA_MAIL_FROM", "cert@example.jp").write_stdin(input);
        Ran::of(&command.output().unwrap()).json()
    };
    let invite = ["invite", "--subscriber", "H", "--email", "h@example.jp", "--mail", "--json"];
    let mailed = run(&invite, "");
    agree("invite", &mailed);
    let (id, mail) = (mailed["enrollment"].as_str().unwrap(), mailed["mails"][0].as_str().unwrap());
    agree("mail list", &run(&["mail", "list", "--json"], ""));
    agree("mail retry", &run(&["mail", "retry", mail, "--json"], ""));
    agree("mail resend", &run(&["mail", "resend", id, "--json"], ""));
    agree("mail test", &run(&["mail", "test", "--to", "you@example.jp", "--json"], ""));
    let report = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: {mail}.default\r\n\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n\r\n--b--\r\n"
    );
    agree("mail bounce", &run(&["mail", "bounce", "--json"], &report));
}

/// A CA that Tegata makes, and one that somebody else made.
fn issuers(agree: &mut impl FnMut(&str, &Value)) {
    let vacant = Ground::bare();
    vacant.run(&["init", "site", "--import-later"]);
    let create = ["issuer", "create", "--organization", "x", "--key", "p-256", "--json"];
    agree("issuer create", &vacant.on_site(&create).json());
    let vacant = Ground::bare();
    vacant.run(&["init", "site", "--import-later"]);
    Ca::made_at("2026-01-01T00:00:00Z").put_into(vacant.path());
    let import = [
        "issuer",
        "import",
        "--certificates",
        "issuer.pem",
        "--key",
        "issuer.key",
        "--passphrase-file",
        "passphrase",
        "--json",
    ];
    agree("issuer import", &vacant.on_site(&import).json());
}

#[test]
fn every_output_has_the_documented_shape() {
    let shapes = shapes();
    let mut tried = BTreeSet::new();
    let mut agree = |name: &str, found: &Value| {
        let shape = shapes.get(name).unwrap_or_else(|| panic!("docs/cli.md says nothing of {name}"));
        compare(name, &shape.sample, found, shape);
        tried.insert(name.to_owned());
    };
    let ground = Ground::bare();
    agree("init", &ground.run(&["init", "site", "--key", "p-256", "--json"]).json());
    agree("init", &ground.run(&["init", "site", "--json"]).json());
    let service = Service::start(&ground);
    let person = Person::at(&service.landing, &service.check);
    let mut ready = ground.command(&["--config", "site", "ready", "--json"]);
    ready.env("TEGATA_HTTP_LISTEN", service.landing.trim_start_matches("http://"));
    agree("ready", &Ran::of(&ready.output().unwrap()).json());
    let invitation = ground.invite(&["--facility", "G13B", "--note", "n"]);
    agree("invite", &invitation);
    let id = invitation["enrollment"].as_str().unwrap();
    person.claim(&invitation, "22222-22222");
    assert_eq!(person.check(Some(person.install(&invitation))), "ok");
    agree("show", &ground.on_site(&["show", id, "--json"]).json());
    agree("reissue", &ground.on_site(&["reissue", id, "--reason", "new-device", "--json"]).json());
    agree("revoke", &ground.on_site(&["revoke", id, "--yes", "--json"]).json());
    agree("show", &ground.on_site(&["show", id, "--json"]).json());
    let other = ground.enrollment();
    ground.write("list.csv", "name\n\u{102}\n");
    let files = ["--letter", "a.pdf", "--secret-letter", "b.pdf", "--force", "--json"];
    let letters = |more: &[&str]| ground.on_site(&[&["letters"], more, &files].concat()).json();
    agree("letters print", &letters(&["print", "list.csv"]));
    agree("letters reprint", &letters(&["reprint", &other, "--yes"]));
    for (name, found) in crate::lists::outputs(&ground) {
        agree(name, &found);
    }
    agree("letters sample", &ground.on_site(&["letters", "sample", "c.pdf", "--json"]).json());
    mails(&ground, &mut agree);
    agree("unlock", &ground.on_site(&["unlock", &other, "--json"]).json());
    agree("cancel", &ground.on_site(&["cancel", &other, "--yes", "--json"]).json());
    agree("list", &ground.on_site(&["list", "--json", "--limit", "1"]).json());
    let load = ["load", &service.landing, "--make", "2", "--wrong", "0", "--json"];
    agree("load", &ground.on_site(&load).json());
    let invite =
        ["operator", "invite", "Ken Ito", "--role", "facility-manager", "--facility", "G13B", "--json"];
    assert!(ground.on_site(&invite).err.contains("\"no-console\""));
    ground.configure(&[("[console]", "[console]\npublic_url = \"http://localhost:8082\"")]);
    agree("operator invite", &ground.on_site(&invite).json());
    let administrator = ["operator", "invite", "Hana", "--administrator", "--json"];
    agree("operator invite", &ground.on_site(&administrator).json());
    let listed = ground.on_site(&["operator", "list", "--json"]).json();
    agree("operator list", &listed);
    let invitation = listed["invitations"][0]["invitation"].as_str().unwrap();
    agree("operator end", &ground.on_site(&["operator", "end", invitation, "--yes", "--json"]).json());
    agree("organization show", &ground.on_site(&["organization", "show", "--json"]).json());
    agree("organization set", &ground.on_site(&["organization", "set", "--name", "x", "--json"]).json());
    agree("offer list", &ground.on_site(&["offer", "list", "--json"]).json());
    agree("issuer show", &ground.on_site(&["issuer", "show", "--json"]).json());
    agree("store check", &ground.on_site(&["store", "check", "--json"]).json());
    agree("store check", &crate::storing::damaged());
    agree("store stats", &ground.on_site(&["store", "stats", "--json"]).json());
    agree("store backup", &ground.on_site(&["store", "backup", "copy", "--json"]).json());
    // What moves a store whole wants it to itself.
    drop(service);
    agree("store export", &ground.on_site(&["store", "export", "export", "--json"]).json());
    agree("store copy", &ground.on_site(&["store", "copy", "--to", "copied", "--json"]).json());
    std::fs::rename(ground.site().join("store"), ground.path().join("old")).unwrap();
    agree("store import", &ground.on_site(&["store", "import", "export", "--json"]).json());
    agree("config show", &ground.on_site(&["config", "show", "--all", "--json"]).json());
    agree("doctor", &ground.on_site(&["doctor", "--offline", "--json"]).json());
    agree("device", &ground.run(&["device", "x", "--json"]).json());

    ground.configure(&[
        ("#listen = \"127", "listen = \"0.0.0.0:8080\""),
        ("public_url = \"http:", "public_url = \"https://x.jp\""),
    ]);
    let warned = ground.on_site(&["config", "check", "--json"]).json();
    assert_eq!(warned["problems"][0]["severity"], "warning", "{warned}");
    agree("config check", &warned);
    ground.configure(&[("listen = \"0.0.0.0:8080\"", "listen = \"0.0.0.0\"")]);
    let wrong = ground.on_site(&["list", "--json"]);
    agree("error", &serde_json::from_str(&wrong.err).unwrap());
    ground.write("bad.toml", "titel = 1\n");
    agree(
        "offer check",
        &serde_json::from_str(&ground.run(&["offer", "check", "bad.toml", "--json"]).out).unwrap(),
    );

    issuers(&mut agree);
    agree("demo", &crate::demonstration::first_line());

    let documented: BTreeSet<String> = shapes.keys().cloned().collect();
    assert_eq!(tried, documented);
}

#[test]
fn every_exit_code_of_the_help_is_in_the_page() {
    let help = Ground::bare().run(&["--help"]).out;
    let codes: Vec<(String, String)> = help
        .split_once("Exit codes:\n")
        .unwrap()
        .1
        .lines()
        .filter_map(|line| line.trim().split_once("  "))
        .map(|(code, meaning)| (code.to_owned(), meaning.to_owned()))
        .collect();
    assert_eq!(codes.len(), 7);
    for (code, meaning) in codes {
        assert!(PAGE.contains(&format!("| {code} | {meaning} |")), "{code} {meaning}");
    }
}
