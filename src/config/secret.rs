//! Secrets: from a file or from the environment, never from the configuration file or an argument.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// No secret is longer.
const LONGEST: u64 = 4_096;

/// Where a secret comes from.
#[derive(Clone)]
pub enum SecretSource {
    /// It stands in this file; a line end after it does not belong to it.
    File(PathBuf),
    /// It was given in the environment.
    Given(Zeroizing<String>),
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Given(_) => f.write_str("Given(..)"),
        }
    }
}

/// Why a secret, or another private file, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is a directory, or something else that holds no text.
    #[error("{} is no file", .0.display())]
    NotAFile(PathBuf),
    /// Everybody on the machine can read or change it.
    #[error("{} can be read or changed by everybody on this machine (mode {mode:04o}); `chmod 600 {}` mends it", path.display(), path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is empty.
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// It is too long, or no text.
    #[error("{} is no text of at most {LONGEST} bytes", .0.display())]
    NotText(PathBuf),
}

/// Makes sure that `path` is a file that can be read, and not by everybody.
///
/// # Errors
/// Whichever of the two is not so.
pub fn check_private(path: &Path) -> Result<(), PrivateFileError> {
    let unreadable = |source| PrivateFileError::Unreadable { path: path.to_owned(), source };
    // Asked before it is opened: opening a named pipe would wait for its writer.
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(PrivateFileError::NotAFile(path.to_owned()));
    }
    File::open(path).map_err(unreadable)?;
    let mode = meta.permissions().mode() & 0o7777;
    if mode & 0o007 != 0 {
        return Err(PrivateFileError::Open { path: path.to_owned(), mode });
    }
    Ok(())
}

/// Reads the one-line secret in `path`.
///
/// # Errors
/// When the file is not private, not readable, or holds no short text.
pub fn read_private(path: &Path) -> Result<Zeroizing<String>, PrivateFileError> {
    check_private(path)?;
    let unreadable = |source| PrivateFileError::Unreadable { path: path.to_owned(), source };
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(LONGEST).unwrap_or(4_096) + 1));
    File::open(path).map_err(unreadable)?.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::InvalidData => PrivateFileError::NotText(path.to_owned()),
            _ => unreadable(error),
        }
    })?;
    if text.len() as u64 > LONGEST {
        return Err(PrivateFileError::NotText(path.to_owned()));
    }
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    if text.is_empty() { Err(PrivateFileError::Empty(path.to_owned())) } else { Ok(text) }
}

impl SecretSource {
    /// Reads the secret.
    ///
    /// # Errors
    /// As [`read_private`].
    pub fn read(&self) -> Result<Zeroizing<String>, PrivateFileError> {
        match self {
            Self::File(path) => read_private(path),
            Self::Given(secret) => Ok(secret.clone()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::fs;

    use super::*;

    fn file(bytes: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (directory, path)
    }

    #[test]
    fn a_secret_is_the_file_without_its_line_end() {
        let (_kept, path) = file(b"pass word\r\n", 0o600);
        assert_eq!(read_private(&path).unwrap().as_str(), "pass word");
    }

    #[test]
    fn a_secret_that_everybody_can_read_is_refused_with_the_remedy() {
        let (_kept, path) = file(b"x", 0o644);
        let said = read_private(&path).unwrap_err().to_string();
        assert!(said.contains("mode 0644") && said.contains("chmod 600"), "{said}");
    }

    #[test]
    fn what_holds_no_short_text_is_refused() {
        let (_kept, path) = file(b"\n", 0o600);
        assert!(matches!(read_private(&path), Err(PrivateFileError::Empty(_))));
        let (_kept, path) = file(&[b'x'; 5_000], 0o600);
        assert!(matches!(read_private(&path), Err(PrivateFileError::NotText(_))));
        let (_kept, path) = file(b"\xff\xfe", 0o600);
        assert!(matches!(read_private(&path), Err(PrivateFileError::NotText(_))));
        let (kept, path) = file(b"x", 0o600);
        assert!(matches!(read_private(&path.with_extension("no")), Err(PrivateFileError::Unreadable { .. })));
        assert!(matches!(read_private(kept.path()), Err(PrivateFileError::NotAFile(_))));
    }

    #[test]
    fn a_given_secret_never_shows_in_debug_output() {
        let given = SecretSource::Given(Zeroizing::new("hush".to_owned()));
        assert_eq!(format!("{given:?}"), "Given(..)");
    }
}
