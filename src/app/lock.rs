//! The lock on a data directory: one `tegata serve` at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::files::FileError;

/// The name of the lock's file in the data directory.
const NAME: &str = "serve.lock";

/// Why the data directory is not ours.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process serves from it.
    #[error("{} is in use by another `tegata serve`{}", directory.display(), process.as_ref().map_or_else(String::new, |pid| format!(" (process {pid})")))]
    Held {
        /// The data directory.
        directory: PathBuf,
        /// The other process, where it told.
        process: Option<String>,
    },
    /// The lock's file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The lock, held until it is dropped. The kernel lets it go when the process ends, however it ends.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the lock on `directory`.
    ///
    /// # Errors
    /// [`LockError::Held`] when another process has it.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let path = directory.join(NAME);
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = opened.map_err(FileError::new(&path, "opened"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.take(20).read_to_string(&mut text);
                let process = Some(text.trim().to_owned());
                let process = process.filter(|pid| read.is_ok() && pid.parse::<u32>().is_ok());
                return Err(LockError::Held { directory: directory.to_owned(), process });
            }
            Err(TryLockError::Error(error)) => return Err(FileError::new(&path, "locked")(error).into()),
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(FileError::new(&path, "written"))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_locked_once_and_its_holder_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let held = DirectoryLock::take(directory.path()).unwrap();
        let refused = DirectoryLock::take(directory.path()).unwrap_err();
        let said = refused.to_string();
        assert!(said.ends_with(&format!("`tegata serve` (process {})", std::process::id())), "{said}");
        drop(held);
        assert!(DirectoryLock::take(directory.path()).is_ok());
    }
}
