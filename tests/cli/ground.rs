//! A directory with an installation, and the binary to be tried on it.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// The binary, with nothing of this machine's environment but the path.
pub fn tegata() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tegata"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TZ", "Asia/Tokyo");
    command.env("LANG", "C.UTF-8").write_stdin("");
    command
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Standard output as JSON, which must be all that there is.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error on standard error as JSON, and the exit code.
    #[track_caller]
    pub fn error(&self) -> (Value, i32) {
        let error: Value =
            serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        (error["error"].clone(), self.code.unwrap())
    }

    /// Everything, for a snapshot.
    pub fn whole(&self) -> String {
        let code = self.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        format!("exit code {code}\n--- standard output\n{}--- standard error\n{}", self.out, self.err)
    }
}

/// A directory, perhaps with an installation in `site`.
pub struct Ground {
    kept: TempDir,
}

static TEMPLATE: LazyLock<TempDir> = LazyLock::new(|| {
    let kept = tempfile::tempdir().unwrap();
    let mut command = tegata();
    command.current_dir(kept.path()).args([
        "init",
        "site",
        "--key",
        "p-256",
        "--organization",
        "Example Care",
    ]);
    command.assert().success();
    kept
});

fn copy(from: &Path, to: &Path) {
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Ground {
    /// An empty directory.
    pub fn bare() -> Self {
        Self { kept: tempfile::tempdir().unwrap() }
    }

    /// A directory with an installation.
    pub fn new() -> Self {
        let ground = Self::bare();
        copy(&TEMPLATE.path().join("site"), &ground.site());
        ground
    }

    pub fn path(&self) -> &Path {
        self.kept.path()
    }

    pub fn site(&self) -> PathBuf {
        self.kept.path().join("site")
    }

    /// The binary, in this directory.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tegata();
        command.current_dir(self.path()).args(arguments);
        command
    }

    /// Runs a command without an installation.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// Runs a command on the installation.
    pub fn on_site(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["--config", "site"];
        all.extend(arguments);
        self.run(&all)
    }

    /// Changes the configuration file: each pair is a line's beginning and the line in its place.
    pub fn configure(&self, changes: &[(&str, &str)]) {
        let path = self.site().join("tegata.toml");
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        for (beginning, line) in changes {
            let found = lines.iter_mut().find(|known| known.starts_with(beginning));
            (*line).clone_into(found.unwrap_or_else(|| panic!("no line begins with {beginning}")));
        }
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn private(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(name, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Invites somebody; the JSON that was printed.
    #[track_caller]
    pub fn invite(&self, more: &[&str]) -> Value {
        let mut arguments = vec!["invite", "--subscriber", "Hanako Yamada", "--json"];
        arguments.extend(more);
        self.on_site(&arguments).json()
    }

    /// The name of a new enrollment.
    #[track_caller]
    pub fn enrollment(&self) -> String {
        self.invite(&[])["enrollment"].as_str().unwrap().to_owned()
    }

    /// A text without this directory's name.
    pub fn redacted(&self, text: &str) -> String {
        text.replace(&self.path().canonicalize().unwrap().display().to_string(), "DIRECTORY")
            .replace(&self.path().display().to_string(), "DIRECTORY")
    }
}

/// The permission bits.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}
