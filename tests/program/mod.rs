//! The real program on a directory of its own, as an administrator sets it up.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

use crate::ports;

/// An offer that costs little to make, so that the load is on what can be lost.
const OFFER: &str = r#"
name = "quick"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "p-256"
"#;

/// An installation made by `tegata init`. Clones are the same one.
#[derive(Clone)]
pub struct Installation {
    folder: Arc<TempDir>,
    landing: u16,
    /// The check page.
    pub check: Url,
    check_port: u16,
    settings: Vec<(String, String)>,
}

/// A running `tegata serve`, killed when dropped.
pub struct Server {
    process: Child,
}

impl Installation {
    /// Makes one in a temporary directory.
    pub fn create() -> Self {
        Self::create_with(&[], &[])
    }

    /// Makes one with more arguments for `tegata init`, and with settings (environment variables) for it and everything
    /// after it.
    pub fn create_with(arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let folder = Arc::new(tempfile::Builder::new().prefix("tegata-program-").tempdir().unwrap());
        let (landing, check_port) = (ports::own(), ports::own());
        let check = Url::parse(&format!("https://localhost:{check_port}/check")).unwrap();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings = settings.iter().map(owned).collect();
        let installation = Self { folder, landing, check, check_port, settings };
        let (public, check) =
            (format!("http://localhost:{landing}"), format!("https://localhost:{check_port}"));
        let directory = installation.directory();
        let made = installation
            .command(&["init", directory.to_str().unwrap(), "--public-url", &public, "--check-url", &check])
            .args(["--key", "p-256", "--organization", "Minato Clinic", "--contact-phone", "03-0000-0000"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(directory.join("offers/quick.toml"), OFFER).unwrap();
        installation
    }

    /// The same installation, to be served by another process on ports of its own.
    pub fn beside(&self) -> Self {
        let check_port = ports::own();
        let check = Url::parse(&format!("https://localhost:{check_port}/check")).unwrap();
        Self { landing: ports::own(), check, check_port, ..self.clone() }
    }

    /// The same installation with this setting (an environment variable).
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The data directory.
    pub fn directory(&self) -> PathBuf {
        self.folder.path().join("tegata")
    }

    /// The store's file.
    pub fn store(&self) -> PathBuf {
        self.directory().join("store/store.sqlite")
    }

    /// The root's certificate, PEM.
    pub fn root(&self) -> Vec<u8> {
        std::fs::read(self.root_file()).unwrap()
    }

    /// Where the root's certificate is.
    pub fn root_file(&self) -> PathBuf {
        self.directory().join("root/root.pem")
    }

    /// The landing site's address.
    pub fn landing(&self) -> Url {
        Url::parse(&format!("http://localhost:{}/", self.landing)).unwrap()
    }

    /// `tegata` with these arguments, on this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TEGATA_CONFIG", self.directory())
            .env("TEGATA_HTTP_LISTEN", format!("127.0.0.1:{}", self.landing))
            .env("TEGATA_CHECK_LISTEN", format!("127.0.0.1:{}", self.check_port))
            .env("TEGATA_POOL_RSA_2048", "0")
            // So that a client can say that it is many, and is not asked to wait.
            .env("TEGATA_PROXIES_TRUSTED", "127.0.0.1/32")
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::null());
        command
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join(format!("server-{}.log", self.landing))
    }

    fn log(&self) -> std::fs::File {
        std::fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap()
    }

    /// Everything that the servers of this node logged.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// The end of what the servers logged.
    fn log_tail(&self) -> String {
        let log = self.logged();
        let lines: Vec<_> = log.lines().rev().take(30).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Starts `tegata serve` and waits until it lets people in.
    pub fn serve(&self) -> Server {
        let process = self.command(&["serve"]).stdout(self.log()).stderr(self.log()).spawn().unwrap();
        let mut server = Server { process };
        let deadline = Instant::now() + Duration::from_mins(1);
        while [self.landing, self.check_port]
            .iter()
            .any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err())
        {
            let ended = server.process.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended by itself, {ended:?}: {}", self.log_tail());
            assert!(Instant::now() < deadline, "the server does not listen: {}", self.log_tail());
            std::thread::sleep(Duration::from_millis(5));
        }
        server
    }

    /// Invites somebody by `tegata invite`, where the store lets it.
    pub fn try_invite(&self, more: &[&str]) -> Option<Invited> {
        let mut command = self.command(&["invite", "--json", "--subscriber", "Hanako Yamada"]);
        let output = command.args(more).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        let excused = complaint.contains("\"code\":\"store\"");
        assert!(output.status.success() || excused, "nobody was invited: {complaint}");
        serde_json::from_slice(&output.stdout).ok()
    }

    /// Invites somebody by `tegata invite`. Who is `impatient` kills it after that time; what it has printed counts all the
    /// same, and `None` is nothing.
    pub fn invite(&self, more: &[&str], impatient: Option<Duration>) -> Option<Invited> {
        let mut command = self.command(&["invite", "--json", "--subscriber", "Hanako Yamada"]);
        let mut process = command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(patience) = impatient {
            std::thread::sleep(patience);
            process.kill().unwrap();
        }
        let output = process.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(impatient.is_some() || output.status.success(), "nobody was invited: {complaint}");
        serde_json::from_slice(&output.stdout).ok()
    }
}

/// What `tegata invite --json` prints.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Invited {
    pub enrollment: String,
    pub link: String,
    pub number: String,
    pub secret: String,
}

impl Server {
    fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// SIGSTOP: it lives, and does nothing.
    pub fn pause(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    /// SIGKILL: nothing is flushed, nothing is said.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// SIGTERM: the server finishes what it does and goes.
    pub fn stop(mut self) {
        self.signal(rustix::process::Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(30);
        let ended = loop {
            if let Some(ended) = self.process.try_wait().unwrap() {
                break ended;
            }
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already where the test went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
