//! The systemd unit, judged by systemd, and what it is told by the program.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
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

/// What systemd says of the unit and its drop-ins. What it does not know it says, and succeeds all the same.
fn judged(unit: &Path) -> Vec<String> {
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(unit)
        .env("SYSTEMD_LOG_LEVEL", "warning")
        .output()
        .expect("systemd-analyze; `make packages` installs it");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().filter(|line| line.contains("tegata")).map(ToOwned::to_owned).collect()
}

#[test]
fn systemd_understands_every_line_of_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(judged(&unit(&folder)), Vec::<String>::new());
}

/// The one that lets a node without a proxy have port 443.
#[test]
fn systemd_understands_the_drop_in_for_port_443_and_protects_the_service_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(&folder);
    let drop_in = folder.path().join("tegata.service.d/443.conf");
    std::fs::create_dir(drop_in.parent().unwrap()).unwrap();
    let text = read("docs/deploy/systemd/tegata-443.conf");
    std::fs::write(&drop_in, text.replace("[Service]", "[Service]\nNonsense=1")).unwrap();
    assert!(
        judged(&unit).iter().any(|line| line.contains("Nonsense")),
        "it is not read: {:?}",
        judged(&unit)
    );
    std::fs::write(&drop_in, &text).unwrap();
    assert_eq!(judged(&unit), Vec::<String>::new());
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--offline=true", "--threshold=25", "--no-pager"]).arg(&unit);
    let said = succeed(&mut analyze);
    assert!(said.contains("Overall exposure level"), "{said}");
    // The two things without which no process of another user than root has a port below 1024.
    for line in ["AmbientCapabilities=CAP_NET_BIND_SERVICE", "PrivateUsers=no"] {
        assert!(text.lines().any(|known| known == line), "{line}");
    }
}

/// The unit's own instructions, and then any command.
#[test]
fn after_the_installation_that_the_unit_describes_commands_see_the_services_store() {
    let folder = tempfile::tempdir().unwrap();
    let (site, data) = (folder.path().join("etc"), folder.path().join("data"));
    let tegata = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.env_clear().args(arguments);
        command
    };
    succeed(tegata(&["init", "--key", "p-256"]).arg(&site));
    let text = read("docs/deploy/systemd/tegata.service");
    let said = |begin: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("#   ")?.strip_prefix(begin));
        format!("{begin}{}", line.unwrap_or_else(|| panic!("nothing begins with {begin}")))
    };
    let moving = said("mkdir -p /var/lib/tegata && mv ").replace(" && chown -R tegata: /var/lib/tegata", "");
    for line in [moving, said("sed -i ")] {
        let line = line.replace("/var/lib/tegata", &data.display().to_string());
        succeed(Command::new("sh").args(["-e", "-c", &line]).current_dir(&site));
    }
    let site = site.to_str().unwrap();
    succeed(&mut tegata(&["--config", site, "invite", "--subscriber", "Hanako"]));
    let listed = succeed(&mut tegata(&["--config", site, "list"]));
    assert!(listed.contains("Hanako"), "{listed}");
    assert!(data.join("store.sqlite").exists());
    // The service reads the same line, and nothing overrules it.
    assert!(!text.contains("TEGATA_STORE_DIRECTORY"));
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
    for file in ["tegata.service", "tegata-443.conf"] {
        handed_over(&read(&format!("docs/deploy/systemd/{file}")));
    }
}

fn handed_over(text: &str) {
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
