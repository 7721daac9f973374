//! A WebDriver server of one test: in a process group of its own, which ends with the test whatever happens.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// A process and all that it starts.
pub struct Group {
    process: Child,
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // The group may be gone already, which is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.process.wait();
    }
}

impl Group {
    /// Starts `command` with a home of its own and nothing of the machine's desktop; its standard output is piped.
    pub fn start(command: &mut Command, home: &Path) -> Self {
        let process = command
            .env("HOME", home)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("WAYLAND_DISPLAY")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let name = command.get_program().display();
        Self {
            process: process.unwrap_or_else(|error| panic!("{name}: {error}; `make packages` installs it")),
        }
    }

    /// The first line of its output of which `find` makes something.
    pub fn says<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let output = self.process.stdout.take()?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let found = lines.find_map(|line| find(&line));
        // The pipe stays open, so that a later line does not end the process.
        std::thread::spawn(move || lines.for_each(drop));
        found
    }

    /// Waits until it listens on `port`.
    pub fn listens(&mut self, port: u16) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the driver ended by itself: {ended:?}");
            assert!(Instant::now() < deadline, "the driver does not listen on {port}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
