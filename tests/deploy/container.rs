//! The image's last stage, run without an engine: the program, as the user without a name that the Dockerfile gives it, in
//! namespaces of its own (bubblewrap), without capabilities, on a root file system that nobody can write to and that holds what
//! the image holds: the C library, a shell, the public CAs, the font of letters, and the program.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::image::{image, packages};
use crate::succeed;

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy)]
struct Container<'a> {
    /// `/etc/tegata`, which is only read.
    site: &'a Path,
    /// `/var/lib/tegata`, the volume.
    data: &'a Path,
    ports: [u16; 2],
    /// Whether the packages with fonts are there, which the Dockerfile installs.
    fonts: bool,
}

impl Container<'_> {
    fn command(&self, words: &[String]) -> Command {
        let tegata = image("tegata");
        let (user, group) = tegata.user().unwrap().split_once(':').unwrap();
        let mut bwrap = Command::new("bwrap");
        bwrap.args([
            "--unshare-user",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--die-with-parent",
        ]);
        bwrap.args(["--uid", user, "--gid", group, "--cap-drop", "ALL", "--as-pid-1"]);
        bwrap.args(["--ro-bind", "/usr/lib", "/usr/lib", "--symlink", "usr/lib", "/lib"]);
        bwrap.args(["--ro-bind-try", "/lib64", "/lib64", "--ro-bind-try", "/usr/lib64", "/usr/lib64"]);
        bwrap.args(["--ro-bind", "/etc/ssl", "/etc/ssl"]);
        bwrap.args(["--ro-bind", "/usr/bin", "/usr/bin", "--symlink", "usr/bin", "/bin"]);
        if self.fonts && packages(tegata).contains("fonts-noto-cjk") {
            let fonts = "/usr/share/fonts/opentype/noto";
            bwrap.args(["--ro-bind", fonts, fonts]);
        }
        bwrap.args(["--ro-bind", env!("CARGO_BIN_EXE_tegata"), "/usr/local/bin/tegata"]);
        bwrap.arg("--ro-bind").arg(self.site).arg("/etc/tegata");
        bwrap.arg("--bind").arg(self.data).arg("/var/lib/tegata");
        bwrap.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--remount-ro", "/"]);
        bwrap.args([
            "--chdir",
            tegata.last("WORKDIR").unwrap(),
            "--clearenv",
            "--setenv",
            "PATH",
            "/usr/local/bin:/usr/bin",
        ]);
        for (name, value) in tegata.environment() {
            bwrap.args(["--setenv", &name, &value]);
        }
        let [landing, check] = self.ports;
        for (name, value) in [
            ("TEGATA_HTTP_LISTEN", format!("127.0.0.1:{landing}")),
            ("TEGATA_CHECK_LISTEN", format!("127.0.0.1:{check}")),
            ("TEGATA_STORE_DIRECTORY", "/var/lib/tegata/store".to_owned()),
            ("TEGATA_POOL_RSA_2048", "0".to_owned()),
        ] {
            bwrap.args(["--setenv", name, &value]);
        }
        bwrap.arg("--").args(words);
        bwrap
    }

    /// The health check, as the Dockerfile has it.
    fn healthy(&self) -> bool {
        let probe = image("tegata").last("HEALTHCHECK").unwrap().split_once("CMD ").unwrap().1;
        let probe: Vec<String> = serde_json::from_str(probe).unwrap();
        self.command(&probe).output().unwrap().status.success()
    }
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_image_serves_on_a_root_that_nobody_can_write_to_as_a_user_without_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let (site, data) = (folder.path().join("site"), folder.path().join("data"));
    succeed(
        Command::new(env!("CARGO_BIN_EXE_tegata")).env_clear().args(["init", "--key", "p-256"]).arg(&site),
    );
    std::fs::create_dir(&data).unwrap();
    std::fs::rename(site.join("store"), data.join("store")).unwrap();
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let ports = listeners.each_ref().map(|listener| listener.local_addr().unwrap().port());
    drop(listeners);
    let container = Container { site: &site, data: &data, ports, fonts: true };
    assert!(!container.healthy(), "nobody serves yet");
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut serving = container.command(&image("tegata").command());
    let child = serving.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
    let mut serving = Ended(child.expect("bwrap; `make packages` installs it"));
    let said = || std::fs::read_to_string(folder.path().join("log")).unwrap();
    let began = Instant::now();
    while !container.healthy() {
        assert!(serving.0.try_wait().unwrap().is_none() && began.elapsed() < PATIENCE, "{}", said());
    }
    // Commands work beside it, in the same image.
    let words = |line: &str| line.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
    let invited = succeed(&mut container.command(&words("tegata invite --subscriber Hanako --json")));
    assert!(invited.contains("\"link\""), "{invited}");
    succeed(&mut container.command(&words("tegata store check --json")));
    // Letters are printed into the memory of a container, and leave it by standard output.
    let print = "tegata letters sample /tmp/specimen.pdf >&2 && cat /tmp/specimen.pdf";
    let printed = container.command(&["sh", "-c", print].map(ToOwned::to_owned)).output().unwrap();
    assert!(printed.stdout.starts_with(b"%PDF-"), "{}", String::from_utf8_lossy(&printed.stderr));
    let doctor = words("tegata doctor --offline --json");
    let letters = |container: &Container<'_>| {
        let output = container.command(&doctor).output().unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = told["findings"].as_array().unwrap().clone();
        findings.into_iter().find(|finding| finding["group"] == "letters").unwrap()
    };
    assert_eq!(letters(&container)["level"], "ok");
    // In an image without a font the doctor says what is missing.
    let bare = Container { fonts: false, ..container };
    let missing = letters(&bare);
    assert_eq!(missing["level"], "warning", "{missing}");
    assert!(missing["remedy"].as_str().unwrap().contains("fonts-noto-cjk"), "{missing}");
    for place in ["/opt/site", "/etc/tegata/site", "/usr/local/site"] {
        let refused = container.command(&words(&format!("tegata init {place}"))).output().unwrap();
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("Read-only file system"), "{place}: {told}");
    }
    // An engine's `stop` sends the image's own signal.
    assert_eq!(image("tegata").last("STOPSIGNAL"), Some("SIGTERM"));
    let status = format!("/proc/{pid}/task/{pid}/children", pid = serving.0.id());
    let inside = std::fs::read_to_string(status).unwrap();
    let inside = inside.split_whitespace().next().expect("the program inside").parse().unwrap();
    kill_process(Pid::from_raw(inside).unwrap(), Signal::TERM).unwrap();
    let ended = serving.0.wait().unwrap();
    assert!(said().lines().all(|line| line.starts_with('{')), "TEGATA_LOG_FORMAT=json: {}", said());
    assert!(said().contains("stopping: requests under way are finished"), "{ended}: {}", said());
}
