//! A redis-server of its own for a test: on a free port of 127.0.0.1, with a directory that goes with it.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::ports;

/// Starts the server, and ends it by its number as soon as nobody holds the other end of standard input any more, however
/// that came about. With the server goes its directory, unless the last word was to keep it.
const WATCH: &str = r#"
directory=$1; shift
trap '' PIPE
cd "$directory" || exit 1
exec 3<&0
redis-server "$@" 2>&1 &
server=$!
echo "pid $server"
{ read -r word <&3; kill -9 $server 2>/dev/null; [ "$word" = keep ]; } &
reader=$!
wait $server
echo ended
wait $reader || rm -rf "$directory"
"#;

/// What makes a Redis keep what it acknowledges.
pub const DURABLE: [&str; 6] = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];

pub struct Server {
    pub port: u16,
    pub directory: PathBuf,
    pid: Pid,
    options: Vec<String>,
    watch: Child,
}

impl Server {
    /// Starts a server with these options and waits until it is ready.
    pub fn start(options: &[&str]) -> Self {
        let directory = tempfile::Builder::new().prefix("tegata-redis-").tempdir().unwrap().keep();
        Self::start_in(directory, options)
    }

    /// Starts a Sentinel with this configuration, which it goes on writing itself.
    pub fn sentinel(configuration: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("tegata-redis-").tempdir().unwrap().keep();
        std::fs::write(directory.join("sentinel.conf"), configuration).unwrap();
        Self::start_in(directory, &["sentinel.conf", "--sentinel"])
    }

    /// Starts a server that listens for nothing but TLS.
    pub fn over_tls(options: &[&str]) -> Self {
        Self::start(&[&["--tls"], options].concat())
    }

    fn start_in(directory: PathBuf, options: &[&str]) -> Self {
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        // Another program may take the port before Redis does.
        for _ in 0..20 {
            // A cluster's nodes speak among themselves on the one above.
            let port = ports::own_pair();
            if let Some((watch, pid)) = run(&directory, port, &options) {
                return Self { port, directory, pid, options, watch };
            }
        }
        panic!("redis-server did not start with {options:?}");
    }

    /// Starts a server that keeps what it acknowledges.
    pub fn durable(more: &[&str]) -> Self {
        Self::start(&[&DURABLE, more].concat())
    }

    /// SIGKILL, without waiting.
    pub fn kill(&self) {
        kill_process(self.pid, Signal::KILL).unwrap();
    }

    /// SIGSTOP.
    pub fn pause(&self) {
        kill_process(self.pid, Signal::STOP).unwrap();
    }

    /// SIGCONT.
    pub fn resume(&self) {
        kill_process(self.pid, Signal::CONT).unwrap();
    }

    /// Starts it again after [`Server::kill`], on the same port and directory.
    pub fn start_again(&mut self) {
        self.watch.stdin.take().unwrap().write_all(b"keep\n").unwrap();
        self.watch.wait().unwrap();
        let (watch, pid) = run(&self.directory, self.port, &self.options).unwrap();
        (self.watch, self.pid) = (watch, pid);
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// What redis-cli prints for a command, without the line's end.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let port = self.port.to_string();
        cli(&[&["-p", &port], arguments].concat())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A paused process cannot be waited for, a dead one not be continued.
        let _ = kill_process(self.pid, Signal::KILL);
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// Runs redis-cli.
pub fn cli(arguments: &[&str]) -> String {
    let output = Command::new("redis-cli").args(arguments).output();
    let Ok(output) = output else { panic!("redis-cli is missing: apt-get install redis-tools") };
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "redis-cli {arguments:?}: {text}");
    text.trim_end().to_owned()
}

/// Where to listen, by TLS where the options say so.
fn listening(port: u16, options: &[String]) -> Vec<String> {
    let port = port.to_string();
    let tls = options.iter().any(|option| option == "--tls");
    let ports = if tls { ["--port", "0", "--tls-port", &port] } else { ["--port", &port, "--tls-port", "0"] };
    [&ports[..], &["--bind", "127.0.0.1"]].concat().into_iter().map(str::to_owned).collect()
}

/// The watch and the server's number, or nothing where the port was taken.
fn run(directory: &Path, port: u16, options: &[String]) -> Option<(Child, Pid)> {
    let found = Command::new("redis-server").arg("--version").output();
    assert!(found.is_ok(), "redis-server is missing: apt-get install redis-server");
    let file = options.iter().take_while(|option| !option.starts_with("--"));
    let others = options.iter().skip_while(|option| !option.starts_with("--"));
    let mut watch = Command::new("sh")
        .args(["-c", WATCH, "watch"])
        .arg(directory)
        .args(file)
        .args(listening(port, options))
        .args(others.filter(|option| *option != "--tls"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    match beginning(&mut lines) {
        Ok(pid) => {
            read_on(lines);
            Some((watch, pid))
        }
        Err(said) => {
            let taken = said.iter().any(|line| line.contains("Failed listening on port"));
            let word: &[u8] = if taken { b"keep\n" } else { b"" };
            watch.stdin.take().unwrap().write_all(word).unwrap();
            watch.wait().unwrap();
            assert!(taken, "redis-server {options:?} ended: {said:#?}");
            None
        }
    }
}

/// The server's number once it is ready, or all it said before it ended.
fn beginning(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Pid, Vec<String>> {
    let (mut pid, mut ready, mut said) = (None, false, Vec::new());
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.strip_prefix("pid ") {
            pid = Pid::from_raw(number.parse().unwrap());
        }
        ready |= line.contains("Ready to accept connections") || line.contains("Sentinel ID is");
        match pid {
            Some(pid) if ready => return Ok(pid),
            _ if line == "ended" => return Err(said),
            _ => said.push(line),
        }
    }
    Err(said)
}

/// Keeps the server's words from filling the pipe.
fn read_on(lines: Lines<BufReader<ChildStdout>>) {
    std::thread::spawn(move || lines.for_each(drop));
}
