//! `tegata serve` as a process: its start, its end, and what it does meanwhile.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::ground::Ground;
use crate::issuing::Ca;
use crate::person::{Person, Running, Service, value_of};

#[test]
fn two_do_not_share_a_data_directory() {
    let ground = Ground::new();
    let service = Service::start(&ground);
    let second = ground.on_site(&["serve"]);
    assert_eq!(second.code, Some(6));
    let pid = service.running.child.id();
    let told = format!(
        "error: site/store is in use by another `tegata serve` (process {pid})\nhint: stop the other one"
    );
    assert!(second.err.contains(&told), "{}", second.err);
    // A killed one leaves no lock behind.
    service.running.signal(Signal::KILL);
    drop(service);
    let third = Service::start(&ground);
    assert_eq!(
        Person::at(&third.landing, &third.check).get(&format!("{}/readyz", third.landing)).text,
        "ok\n"
    );
}

#[test]
fn a_port_in_use_is_named_before_anything_is_served() {
    let ground = Ground::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (variable, site) in
        [("TEGATA_HTTP_LISTEN", "the landing site"), ("TEGATA_CHECK_LISTEN", "the check site")]
    {
        let mut command = ground.command(&["--config", "site", "serve"]);
        command.env("TEGATA_HTTP_LISTEN", "127.0.0.1:0").env("TEGATA_CHECK_LISTEN", "127.0.0.1:0");
        let ran = crate::ground::Ran::of(&command.env(variable, &address).output().unwrap());
        assert_eq!(ran.code, Some(6));
        let told = format!("error: {site} cannot listen on {address}: Address already in use");
        assert!(ran.err.contains(&told), "{}", ran.err);
        assert!(ran.err.contains("hint: another program uses this port"), "{}", ran.err);
    }
}

#[test]
fn a_node_says_whether_it_is_ready_over_tls_too() {
    let ground = Ground::new();
    let ask = |address: &str, tls: bool| {
        let mut command = ground.command(&["--config", "site", "ready"]);
        command.env("TEGATA_HTTP_LISTEN", address);
        if tls {
            command.env("TEGATA_HTTP_CERTIFICATE", "site/check/server.pem");
            command.env("TEGATA_HTTP_KEY", "site/check/server.key");
        }
        crate::ground::Ran::of(&command.output().unwrap())
    };
    let vacant = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ran = ask(&vacant, false);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(
        ran.err.contains(&format!("the node at {vacant} does not answer: Connection refused")),
        "{}",
        ran.err
    );
    // The check site is ready when the landing site is, and speaks TLS.
    let service = Service::start(&ground);
    for (address, tls) in [
        (service.landing.trim_start_matches("http://"), false),
        (service.check.trim_start_matches("https://"), true),
    ] {
        let ran = ask(address, tls);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "Ready.\n", ""), "{ran:?}");
    }
    let ran = ask(service.check.trim_start_matches("https://"), false);
    assert!(ran.code == Some(1) && ran.err.contains("does not answer"), "{ran:?}");
}

#[test]
fn both_signals_end_it_soon_and_well_even_with_idle_connections() {
    for signal in [Signal::TERM, Signal::INT] {
        let ground = Ground::new();
        let mut service = Service::start(&ground);
        let mut connection = TcpStream::connect(service.landing.trim_start_matches("http://")).unwrap();
        connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let begun = Instant::now();
        service.running.signal(signal);
        assert_eq!(service.running.end(), Some(0));
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
        assert!(service.running.seen.last().unwrap().contains("stopped"), "{:?}", service.running.seen);
        assert!(!ground.site().join("store/store.sqlite-wal").exists());
    }
}

#[test]
fn a_renewed_signer_is_taken_without_a_restart_and_a_wrong_one_is_not() {
    let ground = Ground::new();
    let mut service = Service::start(&ground);
    let signer = ground.site().join("signer");
    let kept = fs::read(signer.join("signer.key")).unwrap();
    fs::write(signer.join("signer.key"), "no key").unwrap();
    service.running.line("the new profile signer cannot be used, the old one stays in use");
    fs::write(signer.join("signer.key"), kept).unwrap();
    service.running.line("the profile signer was renewed");
    Ca::made_at("2026-06-01T00:00:00Z").put_signer_into(&signer);
    loop {
        // Certificate and key change one after the other; in between they do not fit.
        let line = service.running.line("profile signer");
        if line.contains("was renewed") && line.contains("ends=2028-09-0") {
            break;
        }
    }
}

#[test]
fn the_log_is_json_for_machines_and_holds_no_secret() {
    let ground = Ground::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
    command.current_dir(ground.path()).args(["--config", "site", "serve"]).env_clear();
    command.env("TEGATA_HTTP_LISTEN", "127.0.0.1:0").env("TEGATA_CHECK_LISTEN", "127.0.0.1:0");
    command
        .env("TEGATA_LOG_FORMAT", "json")
        .env("TEGATA_LOG_LEVEL", "debug")
        .env("TEGATA_POOL_RSA_2048", "1");
    let mut running = Running::start(&mut command, false);
    let listens = |line: String| {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        line["listens"].as_str().unwrap().to_owned()
    };
    let landing = format!("http://{}", listens(running.line("the landing site is open")));
    let check = format!("https://{}", listens(running.line("the check site is open")));
    let invitation = ground.invite(&[]);
    let person = Person::at(&landing, &check);
    let ticket = person.claim(&invitation, invitation["secret"].as_str().unwrap()).url;
    assert_eq!(person.check(Some(person.install(&invitation))), "ok");
    running.signal(Signal::TERM);
    assert_eq!(running.end(), Some(0));
    let code = invitation["link"].as_str().unwrap().rsplit('/').next().unwrap();
    let secret = invitation["secret"].as_str().unwrap();
    let hidden = [
        code,
        secret,
        &secret.replace('-', ""),
        invitation["number"].as_str().unwrap(),
        ticket.path().rsplit('/').next().unwrap(),
    ];
    assert!(running.seen.len() > 5);
    for line in &running.seen {
        let read: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(
            read["level"].is_string() && read["timestamp"].is_string() && read["message"].is_string(),
            "{line}"
        );
        for secret in hidden {
            assert!(!line.to_ascii_lowercase().contains(&secret.to_ascii_lowercase()), "{line}");
        }
    }
}

#[test]
fn nothing_is_served_from_a_wrong_configuration() {
    let ground = Ground::new();
    fs::set_permissions(ground.site().join("pepper"), fs::Permissions::from_mode(0o604)).unwrap();
    let ran = ground.on_site(&["serve"]);
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.err.contains("can be read or changed by everybody on this machine (mode 0604)"),
        "{}",
        ran.err
    );
}

#[test]
fn warnings_are_logged_and_keep_nothing_from_starting() {
    let ground = Ground::new();
    Ca::made_at("2020-01-01T00:00:00Z").put_signer_into(&ground.site().join("signer"));
    let service = Service::start(&ground);
    let warned = service.running.seen.iter().find(|line| line.contains("WARN")).unwrap();
    assert!(warned.contains("devices call new profiles not verified"), "{warned}");
    assert!(!value_of(&service.running.seen.join(" "), "listens").is_empty());
}
