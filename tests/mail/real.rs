//! The whole program before a real mail server, and what is left when it is killed.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::exim::Exim;
use crate::office::read;
use crate::program::Installation;
use crate::readers::python;
use crate::server::{MailServer, Stage};

/// An installation that mails by the server on this port.
fn mailing(port: u16, more: &[(&str, &str)]) -> Installation {
    let server = format!("smtp+plain://127.0.0.1:{port}");
    let settings = [
        ("TEGATA_MAIL_SERVER", server.as_str()),
        ("TEGATA_MAIL_FROM", "cert@example.jp"),
        ("TEGATA_MAIL_BOUNCE", "bounce@example.jp"),
        ("TEGATA_MAIL_TIMEOUT", "1s"),
    ];
    Installation::create_with(&[], &[&settings, more].concat())
}

#[track_caller]
fn json(installation: &Installation, arguments: &[&str]) -> Value {
    let output = installation.command(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn invite(installation: &Installation, email: &str) -> Value {
    let arguments = ["invite", "--json", "--mail", "--subscriber", "山田 花子", "--email", email];
    json(installation, &[&arguments[..], &["--offer", "quick"]].concat())
}

/// The only mail of an enrollment, once it stands so.
#[track_caller]
fn mail_once(installation: &Installation, invited: &Value, state: &str) -> Value {
    let enrollment = invited["enrollment"].as_str().unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let listed = json(installation, &["mail", "list", "--enrollment", enrollment, "--json"]);
        assert_eq!(listed["mails"].as_array().unwrap().len(), 1, "{listed}");
        if listed["mails"][0]["state"] == state {
            return listed["mails"][0].clone();
        }
        assert!(Instant::now() < deadline, "{listed}\n{}", installation.logged());
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_real_mail_server_delivers_an_invitation_whose_link_opens() {
    let exim = Exim::start();
    let installation = mailing(exim.port, &[]);
    let server = installation.serve();
    let invited = invite(&installation, "hanako@example.jp");
    let mail = python(&exim.mail_to("hanako@example.jp"));
    assert_eq!(mail["defects"], serde_json::json!([]), "{mail}");
    assert_eq!(mail["to"], serde_json::json!([["山田 花子", "hanako@example.jp"]]));
    assert_eq!(mail["return_path"], "<bounce@example.jp>");
    let link = invited["link"].as_str().unwrap();
    let code = &link[link.len() - 26..];
    let shown = format!("{}c/{code}", installation.landing());
    for text in ["plain", "html"].map(|part| mail[part].as_str().unwrap()) {
        assert!(text.contains(&shown), "{shown} is not in {text}");
        assert!(!text.contains(invited["secret"].as_str().unwrap()));
    }
    let sent = mail_once(&installation, &invited, "sent");
    let reply = sent["reply"].as_str().unwrap();
    assert!(reply.starts_with("250 OK id="), "the queue's identifier is kept: {reply}");
    let page = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = reqwest::Client::builder().user_agent("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36").build().unwrap();
        client.get(&shown).send().await.unwrap().status()
    });
    assert_eq!(page.as_u16(), 200);
    let tried = json(&installation, &["mail", "test", "--to", "you@example.jp", "--json"]);
    assert!(tried["reply"].as_str().unwrap().starts_with("250 OK id="), "{tried}");
    assert_eq!(python(&exim.mail_to("you@example.jp"))["subject"], "【Minato Clinic】メールの送信テスト");
    server.stop();
    let log = installation.logged();
    for secret in [code, invited["secret"].as_str().unwrap(), invited["number"].as_str().unwrap()] {
        assert!(!log.to_ascii_lowercase().contains(&secret.to_ascii_lowercase()), "{secret} is in the log");
    }
}

#[test]
fn a_real_report_marks_the_mail_that_it_is_about() {
    let exim = Exim::start();
    let installation = mailing(exim.port, &[]);
    let server = installation.serve();
    let invited = invite(&installation, "gone@example.jp");
    let report = std::fs::read(exim.mail_to("bounce@example.jp")).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), report).unwrap();
    let mut command = installation.command(&["mail", "bounce", "--json"]);
    let output = command.stdin(Stdio::from(file.reopen().unwrap())).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let taken: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&taken["marked"], &taken["mail"]), (&Value::Bool(true), &invited["mails"][0]));
    mail_once(&installation, &invited, "bounced");
    let refused = invite(&installation, "nobody@example.jp");
    let failed = mail_once(&installation, &refused, "failed");
    assert!(failed["problem"]["what"].as_str().unwrap().contains("no such person"), "{failed}");
    let findings = json(&installation, &["doctor", "--offline", "--json"]);
    let lost = findings["findings"].as_array().unwrap().iter().find(|found| found["code"] == "mail-lost");
    assert!(lost.unwrap()["what"].as_str().unwrap().starts_with("2 mails"), "{lost:?}");
    server.stop();
}

#[test]
fn starttls_and_a_password_are_used_and_a_foreign_certificate_is_refused() {
    let bare = Installation::create();
    let (root, check) = (bare.root_file(), bare.directory().join("check"));
    let exim = Exim::with(Some((&check.join("server.pem"), &check.join("server.key"))));
    let password = bare.directory().join("mail-password");
    std::fs::write(&password, "pass word\n").unwrap();
    std::fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let secured = bare
        .with("TEGATA_MAIL_SERVER", &format!("smtp://localhost:{}", exim.port))
        .with("TEGATA_MAIL_FROM", "cert@example.jp")
        .with("TEGATA_MAIL_USER", "tegata")
        .with("TEGATA_MAIL_PASSWORD_FILE", password.to_str().unwrap());
    let foreign = secured.command(&["mail", "test", "--to", "you@example.jp", "--json"]).output().unwrap();
    let said = String::from_utf8_lossy(&foreign.stderr).into_owned();
    assert!(!foreign.status.success() && said.contains("certificate"), "{said}\n{}", exim.said());
    let trusted = secured.with("TEGATA_MAIL_CA_FILE", root.to_str().unwrap());
    let tried = json(&trusted, &["mail", "test", "--to", "you@example.jp", "--json"]);
    assert!(tried["reply"].as_str().unwrap().starts_with("250 OK"), "{tried}");
    let received = std::fs::read_to_string(exim.mail_to("you@example.jp")).unwrap();
    assert!(received.contains("with esmtpsa"), "TLS and a user: {received}");
    std::fs::write(&password, "another\n").unwrap();
    let wrong = trusted.command(&["mail", "test", "--to", "you@example.jp", "--json"]).output().unwrap();
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("does not take the user and the password"), "{said}");
}

#[test]
fn a_plain_server_on_another_machine_is_refused_unless_somebody_says_so() {
    let installation = Installation::create()
        .with("TEGATA_MAIL_SERVER", "smtp+plain://192.0.2.1")
        .with("TEGATA_MAIL_FROM", "cert@example.jp");
    let check =
        |installation: &Installation| installation.command(&["config", "check", "--json"]).output().unwrap();
    let refused = check(&installation);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("mail.accept_plain"));
    let accepted = check(&installation.with("TEGATA_MAIL_ACCEPT_PLAIN", "true"));
    assert_eq!(accepted.status.code(), Some(0), "{}", String::from_utf8_lossy(&accepted.stderr));
}

#[test]
fn a_node_killed_between_the_servers_answer_and_its_record_sends_the_mail_twice_at_most_and_loses_none() {
    let post = MailServer::start();
    let installation = mailing(post.port, &[]);
    let server = Arc::new(Mutex::new(Some(installation.serve())));
    let doomed = Arc::clone(&server);
    // The server has the whole mail; its answer finds nobody.
    post.at_message(move || {
        if let Some(server) = doomed.lock().unwrap().take() {
            server.kill();
        }
    });
    let invited = invite(&installation, "hanako@example.jp");
    post.wait_for(1, Duration::from_mins(1));
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.lock().unwrap().is_some() {
        assert!(Instant::now() < deadline, "the node lives");
        std::thread::sleep(Duration::from_millis(10));
    }
    post.forget_hook();
    let between = mail_once(&installation, &invited, "sending");
    assert_eq!(between["attempts"], 1);
    let again = installation.serve();
    let sent = mail_once(&installation, &invited, "sent");
    assert_eq!(sent["attempts"], 2);
    let got = post.got();
    assert_eq!(got.len(), 2);
    assert_eq!(read(&got[0]).message_id, read(&got[1]).message_id);
    assert_eq!(got[0].bytes, got[1].bytes);
    again.stop();
}

#[test]
fn doctor_says_what_keeps_mails_from_being_sent() {
    let post = MailServer::start();
    let installation = mailing(post.port, &[]);
    let mail_server = |installation: &Installation| {
        let output = installation.command(&["doctor", "--json"]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = found["findings"].as_array().unwrap();
        findings.iter().find(|found| found["code"] == "mail-server").unwrap().clone()
    };
    assert_eq!(mail_server(&installation)["level"], "ok");
    post.plan(Stage::Greeting, crate::server::Act::Say("554 5.7.1 not from there"));
    let refused = mail_server(&installation);
    assert_eq!(refused["level"], "error");
    assert!(refused["what"].as_str().unwrap().contains("not from there"), "{refused}");
}
