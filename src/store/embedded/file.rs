//! The store's file and the log beside it, as the operating system sees them.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

/// Which file stands at a path. A file that was swapped for another one has the same path and another identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// Of the file that this describes.
    pub fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }

    /// Whether this very file still stands there. Never opens it: closing a second handle would let go of the locks that
    /// SQLite holds for the process (POSIX advisory locks).
    pub fn still_at(self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|metadata| Self::of(&metadata) == self)
    }
}

/// The log shrinks to this when it starts over.
pub const WAL_KEPT: u64 = 16 << 20;

/// Beyond this, the log is emptied by force.
const WAL_CEILING: u64 = 32 << 20;

const BRIEFLY: Duration = Duration::from_millis(50);
const PAUSE: Duration = Duration::from_millis(2);
const ATTEMPTS: i32 = 2_500;

/// The write-ahead log. SQLite starts it over by itself whenever nobody reads an old state; where readers follow each other
/// without a gap that moment never comes, so a log that has grown too long has to wait for one.
#[derive(Debug)]
pub struct Wal {
    path: PathBuf,
    ceiling: u64,
}

impl Wal {
    /// The log of the store at this path.
    pub fn of(store: &Path) -> Self {
        let mut path = store.as_os_str().to_owned();
        path.push("-wal");
        Self { path: path.into(), ceiling: WAL_CEILING }
    }

    /// Empties the log if it has grown too long. A reader that stays on an old state (a backup) is waited for only briefly,
    /// and tried again after the log has grown by as much again.
    pub fn bound(&mut self, connection: &mut Connection) {
        let length = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        if length <= self.ceiling {
            return;
        }
        match empty(connection) {
            Ok(false) => self.ceiling = WAL_CEILING,
            Ok(true) => {
                self.ceiling = length + WAL_CEILING;
                tracing::info!(length, "a long read keeps the store's log from being emptied");
            }
            Err(error) => {
                self.ceiling = length + WAL_CEILING;
                tracing::warn!(%error, length, "the store's log could not be emptied");
            }
        }
    }
}

/// Whether somebody was in the way.
fn empty(connection: &mut Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(BRIEFLY)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    connection.busy_handler(Some(patience))?;
    busy
}

/// Whether to ask again for a lock that another connection holds. Asks every two milliseconds, since the pauses of SQLite's
/// own handler grow to 100 ms, between which a busy process would always be quicker.
fn patience(asked: i32) -> bool {
    std::thread::sleep(PAUSE);
    asked < ATTEMPTS
}

/// Has the connection wait about five seconds for a lock that another connection holds.
pub fn wait_for_locks(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(patience))
}

/// A file system on which several processes cannot share a store, because its locks or shared memory do not hold.
#[cfg(target_os = "linux")]
pub fn unfit_file_system(directory: &Path) -> Option<&'static str> {
    let status = rustix::fs::statfs(directory).ok()?;
    // statfs(2), linux/magic.h; the field's width differs between architectures, its low 32 bits do not.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the magic number has 32 bits"
    )]
    match status.f_type as u32 {
        0x0000_6969 => Some("NFS"),
        0x0000_517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB/CIFS"),
        0x6573_5546 => Some("FUSE"),
        0x0102_1997 => Some("9P"),
        0x00c3_6400 => Some("Ceph"),
        0x5346_414f | 0x6b41_4653 => Some("AFS"),
        0x7375_7245 => Some("Coda"),
        _ => None,
    }
}

/// Only Linux tells cheaply.
#[cfg(not(target_os = "linux"))]
pub fn unfit_file_system(_directory: &Path) -> Option<&'static str> {
    None
}
