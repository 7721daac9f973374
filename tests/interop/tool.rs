//! Runs other implementations. One that is missing is a failure that names the package to install.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A program of the system and the Debian package that it comes from.
#[derive(Clone, Copy)]
pub struct Tool {
    path: &'static str,
    package: &'static str,
}

pub const OPENSSL: Tool = Tool { path: "/usr/bin/openssl", package: "openssl" };
pub const PK12UTIL: Tool = Tool { path: "/usr/bin/pk12util", package: "libnss3-tools" };
pub const CERTUTIL: Tool = Tool { path: "/usr/bin/certutil", package: "libnss3-tools" };
pub const CERTTOOL: Tool = Tool { path: "/usr/bin/certtool", package: "gnutls-bin" };
/// Debian's own, so that the package's modules are found whatever else is installed.
pub const PYTHON: Tool = Tool { path: "/usr/bin/python3", package: "python3-cryptography" };

/// What a program said and how it ended.
pub struct Outcome {
    pub success: bool,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Outcome {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

impl Tool {
    /// Runs the program in `scratch`, with nothing of the caller's environment but a UTF-8 locale.
    pub fn try_run(self, scratch: &Scratch, arguments: &[&str]) -> Outcome {
        let Self { path, package } = self;
        let output = Command::new(path)
            .args(arguments)
            .current_dir(scratch.path())
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", scratch.path())
            .output()
            .unwrap_or_else(|error| match error.kind() {
                ErrorKind::NotFound => panic!("{path} is missing: apt-get install {package}"),
                _ => panic!("{path} does not start: {error}"),
            });
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Outcome { success: output.status.success(), stdout: output.stdout, stderr }
    }

    /// Runs the program, which must succeed.
    pub fn run(self, scratch: &Scratch, arguments: &[&str]) -> Outcome {
        let outcome = self.try_run(scratch, arguments);
        assert!(
            outcome.success,
            "{} {} failed:\n{}\n{}",
            self.path,
            arguments.join(" "),
            outcome.text(),
            outcome.stderr
        );
        outcome
    }
}

/// A directory for one test's files.
pub struct Scratch(TempDir);

impl Scratch {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and gives its name, relative to the directory.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.join(name), content).unwrap();
        name.to_owned()
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.join(name)).unwrap()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}
