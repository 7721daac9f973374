//! The lock that makes one process the only one that serves.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::file::beside;

/// Held by the process that serves. It ends with the process, however that dies, or when this is dropped.
#[derive(Debug)]
pub struct Serving {
    // The operating system's lock lives as long as the open file.
    _locked: File,
}

/// Why this process may not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServingError {
    /// Another process does.
    #[error("another process serves from {} already; stop it first", .0.display())]
    Taken(PathBuf),
    /// The lock file could not be made or locked.
    #[error("{} could not be locked: {source}", .path.display())]
    System {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Takes the lock beside the store. The store's own file is not used for it, since SQLite's locks are on that.
pub fn lock(store: &Path) -> Result<Serving, ServingError> {
    let path = beside(store, "-serving");
    let failed = |source| ServingError::System { path: path.clone(), source };
    let file =
        File::options().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Serving { _locked: file }),
        Err(TryLockError::WouldBlock) => Err(ServingError::Taken(store.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
