//! Chromium's certificate store on Linux: the NSS database `~/.pki/nssdb`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An NSS database under a home of its own.
pub struct CertificateStore {
    folder: PathBuf,
}

impl CertificateStore {
    /// Makes an empty database below `home`.
    pub fn create(home: &Path) -> Self {
        let folder = home.join(".pki/nssdb");
        std::fs::create_dir_all(&folder).unwrap();
        let store = Self { folder };
        store.run("certutil", &["-N", "--empty-password"]);
        store
    }

    /// Trusts a root (PEM) for servers, as a person does in the system's settings.
    pub fn trust(&self, root: &Path) {
        // Each has a name of its own, or the database refuses the second.
        let root = root.to_str().unwrap();
        self.run("certutil", &["-A", "-n", root, "-t", "C,,", "-i", root]);
    }

    /// Imports a PKCS#12, as a double click does.
    pub fn import(&self, bundle: &[u8], password: &str) {
        let file = self.folder.join("import.p12");
        std::fs::write(&file, bundle).unwrap();
        self.run("pk12util", &["-i", file.to_str().unwrap(), "-W", password, "-K", ""]);
    }

    /// What is in the database, as `certutil -L` lists it.
    pub fn list(&self) -> String {
        self.run("certutil", &["-L"])
    }

    fn run(&self, tool: &str, arguments: &[&str]) -> String {
        let database = format!("sql:{}", self.folder.display());
        let output = Command::new(tool)
            .args(arguments)
            .args(["-d", &database])
            .output()
            .unwrap_or_else(|error| panic!("{tool}: {error}; `make packages` installs it"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{tool} {arguments:?}: {out}{err}");
        out
    }
}
