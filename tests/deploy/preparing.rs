//! `docs/deploy/prepare` by itself: what it asks for before it makes anything, and what it makes.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::{root, run, succeed};

const SITES: [&str; 3] = ["cert.example.com", "check.example.com", "portal.example.com"];

/// A program of a few lines of shell.
fn program(path: &Path, lines: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A machine on which root runs `prepare`, with nothing but these programs beside the usual ones.
fn machine(programs: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["sh", "dirname", "cat", "openssl", "sort", "uniq", "mkdir"] {
        let path = ["/usr/bin", "/bin"].map(|place| Path::new(place).join(name));
        let path = path.iter().find(|path| path.exists()).unwrap_or_else(|| panic!("there is no {name}"));
        symlink(path, folder.path().join(name)).unwrap();
    }
    program(&folder.path().join("id"), "echo 0");
    for (name, lines) in programs {
        program(&folder.path().join(name), lines);
    }
    folder
}

#[test]
fn without_compose_or_an_engine_it_says_so_and_makes_nothing() {
    let no_plugin = "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1";
    let no_engine =
        "case $* in *version*) exit 0 ;; esac; echo 'Cannot connect to the Docker daemon' >&2; exit 1";
    for (programs, told) in [
        (&[][..], "Compose is missing"),
        (&[("docker", no_plugin)][..], "Compose is missing"),
        (&[("docker", no_engine)][..], "the engine does not answer"),
        (&[("docker", no_plugin), ("docker-compose", no_engine)][..], "`docker-compose ps` says why"),
    ] {
        let machine = machine(programs);
        let deploy = machine.path().join("deploy");
        let mut prepare = Command::new(root().join("docs/deploy/prepare"));
        prepare.arg("--to").arg(&deploy).args(SITES).env_clear().env("PATH", machine.path());
        let refused = run(&mut prepare);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with("prepare: ") && said.contains(told) && said.contains("nothing was made"),
            "{said}"
        );
        assert!(!deploy.exists(), "{programs:?} left something behind");
    }
}

/// What stands in for the program: `init` that writes a configuration, and how it was called.
const INIT: &str = r#"[ "$1" = init ] || exit 1
mkdir -p "$2" && printf '%s\n' "$@" >"$2/called" && : >"$2/tegata.toml""#;

fn prepare(folder: &Path, more: &[&str]) -> String {
    let mut command = Command::new(root().join("docs/deploy/prepare"));
    command.arg("--program").arg(folder.join("tegata")).arg("--to").arg(folder.join("deploy"));
    command.args(more).args(SITES).env_clear().env("PATH", "/usr/bin:/bin");
    let output = run(&mut command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// Whether nginx takes what was prepared.
fn accepted(folder: &Path) {
    let deploy = folder.join("deploy");
    let prepared = std::fs::read_to_string(deploy.join("nginx/nginx.conf")).unwrap();
    let tls = deploy.join("tls").display().to_string();
    let here = prepared
        .replace("/etc/nginx/site/issuer/issuer.pem", &format!("{tls}/check.pem"))
        .replace("/etc/nginx/tls", &tls)
        .replace("/etc/nginx/revoked", &deploy.join("nginx/revoked").display().to_string())
        .replace("/tmp/nginx", &folder.join("nginx").display().to_string());
    let path = folder.join("nginx.conf");
    std::fs::write(&path, here).unwrap();
    succeed(Command::new("/usr/sbin/nginx").args(["-t", "-q", "-c"]).arg(&path));
}

#[test]
fn a_console_is_there_where_it_was_asked_for_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    program(&folder.path().join("tegata"), INIT);
    prepare(folder.path(), &[]);
    let read = |name: &str| std::fs::read_to_string(folder.path().join("deploy").join(name)).unwrap();
    for word in ["console.example", "http://console", "upstream console"] {
        assert!(!read("nginx/nginx.conf").contains(word), "{}", read("nginx/nginx.conf"));
    }
    assert!(!read("site/called").contains("--console-url"));
    assert!(!folder.path().join("deploy/tls/console.pem").exists());
    accepted(folder.path());

    // Later, as the documents say: without the old nginx.conf, again with its name.
    std::fs::remove_file(folder.path().join("deploy/nginx/nginx.conf")).unwrap();
    let said = prepare(folder.path(), &["--console", "console.example.com"]);
    assert!(
        said.contains("set public_url = \"https://console.example.com\" in its section [console]"),
        "{said}"
    );
    assert!(read("nginx/nginx.conf").contains("server_name console.example.com;"));
    assert!(!read("nginx/nginx.conf").contains("console.example.jp"));
    accepted(folder.path());
    std::fs::write(
        folder.path().join("deploy/site/tegata.toml"),
        "[console]\npublic_url = \"https://console.example.com\"\n",
    )
    .unwrap();
    assert!(!prepare(folder.path(), &["--console", "console.example.com"]).contains("[console]"));

    // From the beginning.
    let other = tempfile::tempdir().unwrap();
    program(&other.path().join("tegata"), INIT);
    prepare(other.path(), &["--console", "console.example.com"]);
    let called = std::fs::read_to_string(other.path().join("deploy/site/called")).unwrap();
    assert!(called.contains("--console-url\nhttps://console.example.com\n"), "{called}");
    accepted(other.path());
}

#[test]
fn two_sites_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(root().join("docs/deploy/prepare"));
    command
        .args(["--console", SITES[1], "--program", "/bin/false", "--to"])
        .arg(folder.path().join("deploy"));
    let refused = run(command.args(SITES));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("a name of its own"), "{refused:?}");
    assert!(!folder.path().join("deploy").exists());
}
