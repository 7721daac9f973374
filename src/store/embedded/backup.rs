//! A copy of the whole store while it is in use, and a look at whether the whole store is sound.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::failure::refusal;
use super::open::{LOCK_WAIT, connect_reader, unused_name};
use crate::store::StoreError;

/// Pages that are copied between two reports (4 MiB).
const STEP: i32 = 1_024;

/// How far a backup has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages copied.
    pub copied: u32,
    /// Pages in all.
    pub total: u32,
}

/// Why there is no backup. What stood in its place before still does.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something stands where the backup should go.
    #[error("{} exists already; choose another name", .0.display())]
    AlreadyThere(PathBuf),
    /// The file could not be written.
    #[error("the backup {} could not be written: {source}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The copying failed, on either side.
    #[error("the store could not be copied to {}: {source}", .path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// What the store said.
        source: StoreError,
    },
}

/// Copies the store at `from` as it stands at this moment. Commits go on meanwhile; the log grows until the end.
pub fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<(), BackupError> {
    let unwritable = |source| BackupError::Unwritable { path: to.to_owned(), source };
    refuse_existing(to)?;
    let (file, made) = unused_name(to).map_err(unwritable)?;
    drop(file);
    let copied = copy_pages(from, &made, progress)
        .map_err(|error| BackupError::Copy { path: to.to_owned(), source: refusal(&error) })
        .and_then(|()| File::open(&made).and_then(|file| file.sync_all()).map_err(unwritable))
        // A backup often goes to a file system that has neither links nor exclusive renames, so look once more instead.
        .and_then(|()| refuse_existing(to))
        .and_then(|()| std::fs::rename(&made, to).map_err(unwritable));
    if copied.is_err() {
        drop(std::fs::remove_file(&made));
        return copied;
    }
    let directory = match to.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(unwritable)
}

fn refuse_existing(to: &Path) -> Result<(), BackupError> {
    if to.symlink_metadata().is_ok() { Err(BackupError::AlreadyThere(to.to_owned())) } else { Ok(()) }
}

fn copy_pages(from: &Path, to: &Path, progress: &mut dyn FnMut(BackupProgress)) -> rusqlite::Result<()> {
    let source = connect_reader(from, LOCK_WAIT)?;
    // Nobody else knows the file, and it may lie where locks do not work.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags_and_vfs(to, flags, "unix-none")?;
    target.query_row("PRAGMA journal_mode = OFF", [], |row| row.get::<_, String>(0))?;
    target.pragma_update(None, "synchronous", "OFF")?;
    // One read transaction over all steps: without it every commit of another connection starts the copy over.
    let snapshot = source.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    let backup = Backup::new(&source, &mut target)?;
    loop {
        let step = backup.step(STEP)?;
        let now = backup.progress();
        let total = u32::try_from(now.pagecount).unwrap_or(0);
        let left = u32::try_from(now.remaining).unwrap_or(0);
        progress(BackupProgress { copied: total.saturating_sub(left), total });
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            other => {
                let text = format!("the copy did not go on: {other:?}");
                let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
                return Err(rusqlite::Error::SqliteFailure(busy, Some(text)));
            }
        }
    }
    drop(backup);
    drop(snapshot);
    target.close().map_err(|(_, error)| error)
}

/// Reads the whole file and its indexes.
pub fn check(path: &Path) -> Result<(), StoreError> {
    let ask = || -> rusqlite::Result<Vec<String>> {
        let connection = connect_reader(path, LOCK_WAIT)?;
        connection.prepare("PRAGMA integrity_check(20)")?.query_map([], |row| row.get(0))?.collect()
    };
    let found = ask().map_err(|error| refusal(&error))?;
    if found == ["ok"] { Ok(()) } else { Err(StoreError::Damaged(found.join("; "))) }
}
