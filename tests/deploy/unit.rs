//! The systemd unit, judged by systemd, and what it is told by the program.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{read, succeed};

/// The unit in a directory of its own, with the program where it stands here.
fn unit(folder: &TempDir) -> PathBuf {
    let text = read("docs/deploy/systemd/tegata.service");
    let here =
        text.replace("ExecStart=/usr/local/bin/tegata", concat!("ExecStart=", env!("CARGO_BIN_EXE_tegata")));
    assert_ne!(text, here);
    let path = folder.path().join("tegata.service");
    std::fs::write(&path, here).unwrap();
    path
}

#[test]
fn systemd_understands_every_line_of_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(unit(&folder))
        .env("SYSTEMD_LOG_LEVEL", "warning")
        .output()
        .expect("systemd-analyze; `make packages` installs it");
    assert!(output.status.success(), "{output:?}");
    // What it does not know it says, and succeeds all the same.
    let about_us = String::from_utf8_lossy(&output.stderr);
    let about_us: Vec<_> = about_us.lines().filter(|line| line.contains("tegata")).collect();
    assert_eq!(about_us, Vec::<&str>::new());
}

/// In tenths; 100 is a service without any protection, and 15 is what systemd calls "OK". Left open are the network, local
/// sockets, and making threads give way.
#[test]
fn systemd_finds_the_service_well_protected() {
    let folder = tempfile::tempdir().unwrap();
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--offline=true", "--threshold=15", "--no-pager"]).arg(unit(&folder));
    let said = succeed(&mut analyze);
    assert!(said.contains("Overall exposure level"), "{said}");
}

#[test]
fn every_private_file_is_handed_over_by_systemd() {
    let text = read("docs/deploy/systemd/tegata.service");
    let values = |key: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        lines.map(ToOwned::to_owned).collect()
    };
    let environment = values("Environment");
    for credential in values("LoadCredential") {
        let (name, file) = credential.split_once(':').unwrap();
        assert!(file.starts_with("/etc/tegata/"), "{credential}");
        assert!(environment.iter().any(|set| set.ends_with(&format!("=%d/{name}"))), "nobody reads {name}");
    }
    let given: Vec<_> = environment.iter().filter(|set| set.contains("=%d/")).collect();
    assert_eq!(given.len(), values("LoadCredential").len());
}

/// `Type=notify`: started is it when people are let in, and no sooner.
#[test]
fn systemd_is_told_when_it_serves_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let site = folder.path().join("site");
    succeed(
        Command::new(env!("CARGO_BIN_EXE_tegata")).env_clear().args(["init", "--key", "p-256"]).arg(&site),
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_tegata"))
        .arg("serve")
        .env_clear()
        .env("TEGATA_CONFIG", &site)
        .env("TEGATA_HTTP_LISTEN", "127.0.0.1:0")
        .env("TEGATA_CHECK_LISTEN", "127.0.0.1:0")
        .env("TEGATA_POOL_RSA_2048", "0")
        .env("NOTIFY_SOCKET", folder.path().join("notify"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let heard = || {
        let mut word = [0; 64];
        let length = socket.recv(&mut word);
        length.map(|length| String::from_utf8_lossy(&word[..length]).trim().to_owned())
    };
    let begun = heard();
    let asked = kill_process(Pid::from_child(&child), Signal::TERM);
    let stopped = heard();
    let ended = child.wait().unwrap();
    asked.unwrap();
    assert_eq!((begun.unwrap().as_str(), stopped.unwrap().as_str()), ("READY=1", "STOPPING=1"));
    assert!(ended.success(), "{ended}");
}
