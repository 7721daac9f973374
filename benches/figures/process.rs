//! Processes that are measured from outside: what the system says that they used.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Connection;
use crate::ports;

/// The system counts processor time in these.
const TICK: Duration = Duration::from_millis(10);

/// A process, killed when it is dropped.
pub struct Process {
    child: Child,
    began: Instant,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let began = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, began }
    }

    /// Waits until it listens on this port.
    pub fn listens(&mut self, port: u16) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended before it listened on {port}: {ended:?}");
            assert!(Instant::now() < deadline, "it does not listen on {port}");
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// The processor time that it has used so far (proc(5): `utime` and `stime`).
    pub fn used(&self) -> Duration {
        used(&self.child.id().to_string(), [13, 14])
    }
}

/// The processor time of the children that this process has waited for (`cutime` and `cstime`).
pub fn used_by_children() -> Duration {
    used("self", [15, 16])
}

fn used(process: &str, fields: [usize; 2]) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in brackets, may hold blanks; behind it stands the third field.
    let rest: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: u32 = fields.iter().map(|field| rest[field - 2].parse::<u32>().unwrap()).sum();
    TICK * ticks
}

/// How a node is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Serve {
    /// On this processor alone.
    pub processor: Option<usize>,
    /// The landing site speaks TLS.
    pub tls: bool,
}

/// A node and where it listens.
pub struct Node {
    pub port: u16,
    pub check: u16,
    pub process: Process,
}

impl Node {
    /// How long it took from its start until it said that it is ready.
    pub fn ready(&self) -> Duration {
        assert_eq!(Connection::open(self.port, "10.0.0.1").get("/readyz").status, 200);
        self.process.began.elapsed()
    }
}

/// An installation that `tegata init` makes, with an offer that costs little beside the usual ones.
pub struct Installation {
    folder: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

const OFFER: &str = r#"
name = "quick"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "測定用の証明書です。", en = "A certificate for measurements." }
key = "p-256"
"#;

impl Installation {
    pub fn create(settings: &[(&str, String)]) -> Self {
        // In the build directory: `/tmp` is often memory, on which a flush costs nothing.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let owned = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        let installation = Self { folder, settings: settings.iter().map(owned).collect() };
        let mut init = installation.tegata(&["init", "--key", "p-256", "--organization", "Example Care"]);
        let made = init.arg(installation.site()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(installation.site().join("offers/quick.toml"), OFFER).unwrap();
        installation
    }

    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The embedded engine's file.
    pub fn store_file(&self) -> PathBuf {
        self.site().join("store/store.sqlite")
    }

    pub fn tegata(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("TEGATA_CONFIG", self.site());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts a node and waits until it listens.
    pub fn serve(&self, serve: Serve) -> Node {
        let (port, check) = (ports::own(), ports::own());
        let tegata = self.tegata(&["serve"]);
        let mut command = match serve.processor {
            None => tegata,
            Some(number) => pinned(&tegata, number),
        };
        command
            .env("TEGATA_HTTP_LISTEN", format!("127.0.0.1:{port}"))
            .env("TEGATA_CHECK_LISTEN", format!("127.0.0.1:{check}"))
            .env("TEGATA_POOL_RSA_2048", "0")
            // So that one client can say that it is many, and is not asked to wait.
            .env("TEGATA_PROXIES_TRUSTED", "127.0.0.1/32");
        if serve.tls {
            command.env("TEGATA_HTTP_CERTIFICATE", self.site().join("check/server.pem"));
            command.env("TEGATA_HTTP_KEY", self.site().join("check/server.key"));
        }
        let mut process = Process::start(&mut command);
        process.listens(port);
        Node { port, check, process }
    }

    /// Invites somebody; what `tegata invite --json` prints.
    pub fn invited(&self, offer: &str) -> String {
        let mut command =
            self.tegata(&["invite", "--json", "--subscriber", "Hanako Yamada", "--offer", offer]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Invites somebody: code and secret.
    pub fn invite(&self) -> (String, String) {
        let told: Value = serde_json::from_str(&self.invited("quick")).unwrap();
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        (text("link").rsplit('/').next().unwrap().to_owned(), text("secret"))
    }
}

/// The same command on one processor.
pub fn pinned(command: &Command, processor: usize) -> Command {
    let mut taskset = Command::new("taskset");
    taskset.args(["--cpu-list", &processor.to_string()]).arg(command.get_program()).args(command.get_args());
    taskset.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            taskset.env(name, value);
        }
    }
    taskset
}
