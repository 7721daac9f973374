//! Files that are whole or not there, and readable to those who should.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A file or directory could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be {verb}: {source}", path.display())]
pub struct FileError {
    /// Which one.
    pub path: PathBuf,
    /// What should have been done: `read`, `written`, `made`.
    pub verb: &'static str,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// An operation on `path` that failed.
    pub(super) fn new(path: &Path, verb: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, verb, source }
    }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// The owner alone.
    Private,
    /// Everybody.
    Public,
}

/// Writes a new file, on disk when this returns. Never over another one.
pub(super) fn write_new(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let mode = match access {
        Access::Private => 0o600,
        Access::Public => 0o644,
    };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(FileError::new(path, "written"))
}

/// Makes a directory, and those above it, for the owner alone. One that exists stays as it is.
pub(super) fn make_directory(path: &Path) -> Result<(), FileError> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(FileError::new(path, "made"))
}

/// Has the entries of a directory on disk when it returns.
pub(super) fn sync_directory(path: &Path) -> Result<(), FileError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(FileError::new(path, "written"))
}

/// Reads a file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let failed = |source| FileError { path: path.to_owned(), verb: "read", source };
    // Asked before it is opened: opening a named pipe would wait for its writer.
    let found = std::fs::metadata(path).map_err(failed)?;
    if !found.is_file() {
        return Err(failed(io::Error::other("it is no file")));
    }
    let length = usize::try_from(found.len().min(limit)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(length + 1));
    File::open(path).map_err(failed)?.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(failed(io::Error::other(format!("it has more than {limit} bytes"))));
    }
    Ok(bytes)
}
