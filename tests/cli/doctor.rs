//! What `tegata doctor` finds, each by making it so.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::X509Builder;
use openssl::x509::extension::SubjectAlternativeName;
use serde_json::Value;

use crate::ground::{Ground, Ran};
use crate::issuing::Ca;
use crate::person::{Running, value_of};
use crate::ports;

/// What the doctor says of the installation with these variables.
fn examined(ground: &Ground, variables: &[(&str, &str)], more: &[&str]) -> (Value, Ran) {
    let mut command = ground.command(&["--config", "site", "doctor", "--json"]);
    command.args(more).envs(variables.iter().copied());
    let ran = Ran::of(&command.output().unwrap());
    (serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}")), ran)
}

/// The level of a finding.
#[track_caller]
fn level(examined: &Value, group: &str, code: &str) -> String {
    let found = examined["findings"].as_array().unwrap().iter();
    let mut found = found.filter(|finding| finding["group"] == group && finding["code"] == code);
    let found = found.next().unwrap_or_else(|| panic!("no {group}/{code} in {examined:#}"));
    for key in ["why", "remedy"] {
        let told = found[key].as_str().is_some_and(|text| !text.is_empty());
        assert!(found["level"] == "ok" || key == "why" || told, "{found} has no {key}");
    }
    found["level"].as_str().unwrap().to_owned()
}

fn open_to(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_new_installation_is_well_but_for_what_it_cannot_know() {
    let ground = Ground::new();
    let (found, ran) = examined(&ground, &[], &["--offline"]);
    assert_eq!(
        (ran.code, &found["ok"], &found["errors"]),
        (Some(0), &Value::Bool(true), &0.into()),
        "{found:#}"
    );
    for (group, code) in [
        ("configuration", "configuration"),
        ("files", "files"),
        ("store", "store"),
        ("store", "pepper"),
        ("store", "organization"),
        ("issuer", "issuer"),
        ("servers", "self-made"),
        ("offers", "offers"),
        ("letters", "font"),
    ] {
        assert_eq!(level(&found, group, code), "ok", "{group}/{code}");
    }
    assert_eq!(level(&found, "files", "root-key"), "warning");
    assert_eq!(level(&found, "signer", "verified"), "warning");
    let people = ground.on_site(&["doctor", "--offline"]);
    assert!(
        people.out.contains("signer\n  warning: an iPhone calls the profiles not verified\n"),
        "{}",
        people.out
    );
    assert!(people.out.contains("    do: the landing site's public certificate"), "{}", people.out);
}

#[test]
fn a_server_that_is_down_is_told_and_the_rest_all_the_same() {
    let ground = Ground::new();
    let port = ports::own();
    let (listen, public) = (format!("127.0.0.1:{port}"), format!("http://localhost:{port}"));
    let variables = [("TEGATA_HTTP_LISTEN", listen.as_str()), ("TEGATA_HTTP_PUBLIC_URL", &public)];
    let (found, ran) = examined(&ground, &variables, &["--timeout", "2"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(level(&found, "public", "down"), "error");
    assert_eq!(level(&found, "store", "pepper"), "ok");
    let error: Value = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(error["error"]["code"], "unwell");
}

#[test]
fn what_others_could_change_or_read_is_told() {
    let ground = Ground::new();
    open_to(&ground.site().join("tegata.toml"), 0o666);
    open_to(&ground.site().join("store"), 0o755);
    let (found, ran) = examined(&ground, &[], &["--offline"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(level(&found, "files", "writable"), "error");
    assert_eq!(level(&found, "files", "open-store"), "warning");
    open_to(&ground.site().join("tegata.toml"), 0o644);
    open_to(&ground.site().join("offers/minimal.toml"), 0o664);
    assert_eq!(level(&examined(&ground, &[], &["--offline"]).0, "files", "writable"), "error");
    open_to(&ground.site().join("issuer/issuer.key"), 0o604);
    assert_eq!(level(&examined(&ground, &[], &["--offline"]).0, "issuer", "unusable"), "error");
}

#[test]
fn files_that_do_not_fit_are_told_in_their_groups() {
    let ground = Ground::new();
    fs::write(ground.site().join("offers/minimal.toml"), "titel = 1\n").unwrap();
    fs::write(ground.site().join("signer/signer.key"), "no key").unwrap();
    fs::remove_file(ground.site().join("check/server.pem")).unwrap();
    let font = [("TEGATA_LETTERS_FONT", "/nonexistent.otf")];
    let (found, _) = examined(&ground, &font, &["--offline"]);
    for group in ["offers", "signer", "servers", "letters"] {
        assert_eq!(level(&found, group, "unusable"), "error");
    }
    fs::remove_file(ground.site().join("store/store.sqlite")).unwrap();
    assert_eq!(level(&examined(&ground, &[], &["--offline"]).0, "store", "store"), "error");
}

#[test]
fn another_pepper_is_told() {
    let ground = Ground::new();
    ground.enrollment();
    let pepper = ground.site().join("pepper");
    fs::write(&pepper, "ab".repeat(32)).unwrap();
    assert_eq!(level(&examined(&ground, &[], &["--offline"]).0, "store", "pepper"), "error");
}

#[test]
fn a_self_made_certificate_behind_a_public_address_and_a_nameless_proxy_are_told() {
    let ground = Ground::new();
    let variables = [
        ("TEGATA_HTTP_PUBLIC_URL", "https://cert.example.jp"),
        ("TEGATA_CHECK_PUBLIC_URL", "https://check.example.jp"),
    ];
    let (found, _) = examined(&ground, &variables, &["--offline"]);
    assert_eq!(level(&found, "servers", "self-made"), "error");
    assert_eq!(level(&found, "servers", "name"), "error");
    assert_eq!(level(&found, "configuration", "proxies"), "warning");
}

/// A server's certificate for `localhost` that ended with 2020, with its key.
fn expired(folder: &Path) {
    let key = PKey::from_ec_key(
        EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap(),
    );
    let key = key.unwrap();
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_577_836_800).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(1_609_459_200).unwrap()).unwrap();
    let name =
        SubjectAlternativeName::new().dns("localhost").build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    fs::write(folder.join("server.pem"), builder.build().to_pem().unwrap()).unwrap();
    fs::write(folder.join("server.key"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
}

#[test]
fn dates_that_are_over_are_told() {
    let ground = Ground::new();
    Ca::made_at("2020-01-01T00:00:00Z").put_signer_into(&ground.site().join("signer"));
    expired(&ground.site().join("check"));
    let (found, _) = examined(&ground, &[], &["--offline"]);
    assert_eq!(level(&found, "signer", "dates"), "warning");
    assert_eq!(level(&found, "servers", "expired"), "error");
}

#[test]
fn a_signer_below_a_root_of_the_system_is_verified() {
    let ground = Ground::new();
    let root = ground.site().join("root/root.pem");
    let trusted = [("SSL_CERT_FILE", root.to_str().unwrap())];
    let (found, _) = examined(&ground, &trusted, &["--offline"]);
    assert_eq!(level(&found, "signer", "verified"), "ok");
    assert_eq!(level(&found, "servers", "server"), "ok");
}

/// A service at the addresses that its configuration calls public.
fn served(ground: &Ground, landing: u16, check: u16) -> (Running, Vec<(String, String)>) {
    let variables: Vec<(String, String)> = [
        ("TEGATA_HTTP_LISTEN", format!("127.0.0.1:{landing}")),
        ("TEGATA_CHECK_LISTEN", format!("127.0.0.1:{check}")),
        ("TEGATA_HTTP_PUBLIC_URL", format!("http://localhost:{landing}")),
        ("TEGATA_CHECK_PUBLIC_URL", format!("https://localhost:{check}")),
        ("TEGATA_POOL_RSA_2048", "0".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
    command
        .current_dir(ground.path())
        .args(["--config", "site", "serve"])
        .env_clear()
        .envs(variables.clone());
    let mut running = Running::start(&mut command, false);
    assert!(!value_of(&running.line("the check site is open"), "listens").is_empty());
    (running, variables)
}

#[test]
fn what_devices_meet_at_a_running_service_is_as_it_should_be() {
    let ground = Ground::new();
    let (_running, variables) = served(&ground, ports::own(), ports::own());
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (found, ran) = examined(&ground, &variables, &[]);
    assert_eq!(ran.code, Some(0), "{found:#}");
    for code in ["headers", "devices", "ready", "asks", "self-made"] {
        assert_eq!(level(&found, "public", code), "ok", "{code}");
    }
    assert_eq!(level(&found, "clock", "public-date"), "ok");

    // Another installation's issuer is not what this check site asks for.
    let other = Ground::bare();
    assert_eq!(other.run(&["init", "site", "--key", "p-256"]).code, Some(0));
    let (found, ran) = examined(&other, &variables, &[]);
    assert_eq!((level(&found, "public", "asks").as_str(), ran.code), ("error", Some(1)));
}

/// A server that answers every request with the same bytes, as a broken proxy does.
fn answering(answer: &'static str) -> u16 {
    use std::io::{Read as _, Write as _};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

#[test]
fn a_proxy_that_strips_keeps_or_answers_by_itself_is_told() {
    let ground = Ground::new();
    let stripped = answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: Tue, 01 Jan 2019 00:00:00 GMT\r\nConnection: close\r\n\r\nhi",
    );
    let kept = answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Request-Id: AAAAA-AAAAA\r\nConnection: close\r\n\r\n",
    );
    let at = |port: u16| {
        let public = format!("http://localhost:{port}");
        let listen = format!("127.0.0.1:{port}");
        let variables = [("TEGATA_HTTP_PUBLIC_URL", public.as_str()), ("TEGATA_HTTP_LISTEN", &listen)];
        examined(&ground, &variables, &["--timeout", "5"]).0
    };
    let found = at(stripped);
    for code in ["headers", "cache-control", "device"] {
        assert_eq!(level(&found, "public", code), "error", "{code}");
    }
    assert_eq!(level(&found, "clock", "public-date"), "warning");
    assert_eq!(level(&at(kept), "public", "cached"), "error");
}

/// What the doctor says of these nodes.
fn nodes(examined: &Value) -> Vec<(String, String, String)> {
    let found = examined["findings"].as_array().unwrap().iter().filter(|finding| finding["group"] == "nodes");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    found.map(|finding| (text(finding, "level"), text(finding, "code"), text(finding, "what"))).collect()
}

/// A node that is not ready, and whose clock stands at the beginning of the year 2000.
fn unready() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = std::io::Read::read(&mut stream, &mut [0; 4_096]);
            let head = "HTTP/1.1 503 No\r\nX-Unready: store-full\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\n";
            let _ = std::io::Write::write_all(
                &mut stream,
                format!("{head}Content-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
            );
        }
    });
    address
}

#[test]
fn every_node_is_asked_by_itself() {
    let ground = Ground::new();
    let service = crate::person::Service::start(&ground);
    let (silent, unready) = (format!("http://127.0.0.1:{}", ports::own()), unready());
    let by_argument = ["--node", &service.landing, "--node", &silent, "--node", &unready, "--timeout", "5"];
    let list = [service.landing.as_str(), &silent, &unready].join(", ");
    let by_setting = [("TEGATA_HTTP_NODES", list.as_str())];
    for (variables, more) in [(&[][..], &by_argument[..]), (&by_setting[..], &["--timeout", "5"][..])] {
        let (found, ran) = examined(&ground, variables, more);
        assert_eq!(ran.code, Some(1));
        let told: Vec<_> = nodes(&found).into_iter().map(|(level, code, _)| (level, code)).collect();
        let expected = [("ok", "ready"), ("error", "silent"), ("error", "ready"), ("error", "clock")];
        let expected: Vec<_> = expected.map(|(level, code)| (level.to_owned(), code.to_owned())).to_vec();
        assert_eq!(told, expected, "{found:#}");
        assert!(nodes(&found)[2].2.contains("store-full"), "{found:#}");
    }
    let offline = ground.on_site(&["doctor", "--offline", "--node", "http://127.0.0.1:1"]);
    assert_eq!(offline.code, Some(2), "{}", offline.err);
}
