//! Processes that are measured from outside: what the system says that they used.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The system counts processor time in these.
const TICK: Duration = Duration::from_millis(10);

/// A process, killed when it is dropped.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// The processor time that it has used so far (proc(5): `utime` and `stime`).
    pub fn used(&self) -> Duration {
        used(&self.0.id().to_string(), [13, 14])
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

/// Waits until a server listens.
pub fn listens(port: u16) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nobody listens on {port}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// An installation that `tegata init` makes, with an offer that costs little.
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
        let folder = tempfile::Builder::new().prefix("tegata-bench-").tempdir().unwrap();
        let owned = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        let installation = Self { folder, settings: settings.iter().map(owned).collect() };
        let mut init = installation.tegata(&["init", "--key", "p-256", "--organization", "Example Care"]);
        let made = init.arg(installation.site()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(installation.site().join("offers/quick.toml"), OFFER).unwrap();
        installation
    }

    fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn tegata(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("TEGATA_CONFIG", self.site());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts a node on one port for each site, on one processor where one is named.
    pub fn serve(&self, port: u16, processor: Option<usize>) -> Process {
        let tegata = self.tegata(&["serve"]);
        let mut command = match processor {
            None => tegata,
            Some(number) => pinned(&tegata, number),
        };
        command
            .env("TEGATA_HTTP_LISTEN", format!("127.0.0.1:{port}"))
            .env("TEGATA_CHECK_LISTEN", "127.0.0.1:0")
            .env("TEGATA_POOL_RSA_2048", "0")
            // So that one client can say that it is many, and is not asked to wait.
            .env("TEGATA_PROXIES_TRUSTED", "127.0.0.1/32");
        let process = Process::start(&mut command);
        listens(port);
        process
    }

    /// Invites somebody: code and secret.
    pub fn invite(&self) -> (String, String) {
        let mut command =
            self.tegata(&["invite", "--json", "--subscriber", "Hanako Yamada", "--offer", "quick"]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
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

/// The median.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// A count as a number to reckon with.
pub fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
