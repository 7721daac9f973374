//! The store's file and the log beside it, as the operating system sees them.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::failure::refusal;
use crate::store::StoreError;

/// The log shrinks to this when it starts over.
pub const WAL_KEPT: u64 = 16 << 20;

/// Beyond this, the log is emptied by force.
const WAL_CEILING: u64 = 32 << 20;

/// By so much the log grows before that is tried again.
const WAL_STEP: u64 = 16 << 20;

/// How long commits wait at most for the log to be emptied.
const BRIEFLY: Duration = Duration::from_millis(50);

/// Between two attempts at a lock. The pauses of SQLite's own handler grow to 100 ms, and between those a busy process is
/// always quicker.
const PAUSE: Duration = Duration::from_millis(2);

/// The store's file as it was when it was opened.
///
/// Nothing here opens the file again: closing a second handle would let go of the locks that SQLite holds for the process
/// (POSIX advisory locks).
#[derive(Debug)]
pub struct StoreFile {
    path: PathBuf,
    device: u64,
    inode: u64,
    wal: PathBuf,
    wal_ceiling: u64,
    lock_wait: Duration,
}

impl StoreFile {
    /// What stands at this path, on whose locks the writer waits for `lock_wait`.
    pub fn at(path: &Path, lock_wait: Duration) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        Ok(Self {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            wal: beside(path, "-wal"),
            wal_ceiling: WAL_CEILING,
            lock_wait,
        })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this very file still stands at its path. One that was put there in its stead has another identity.
    pub fn still_stands(&self) -> bool {
        std::fs::metadata(&self.path)
            .is_ok_and(|metadata| metadata.dev() == self.device && metadata.ino() == self.inode)
    }

    /// Empties the write-ahead log if it has grown too long.
    ///
    /// SQLite starts the log over by itself whenever nobody reads an old state; where readers follow each other without a
    /// gap that moment never comes, so it has to be waited for. A reader that stays long (a backup) is waited for only
    /// briefly, and tried again after the log has grown further.
    pub fn bound_wal(&mut self, connection: &mut Connection) {
        let length = std::fs::metadata(&self.wal).map_or(0, |metadata| metadata.len());
        if length <= self.wal_ceiling {
            return;
        }
        let emptied = self.empty_wal(connection);
        self.wal_ceiling = if let Ok(true) = emptied { WAL_CEILING } else { length + WAL_STEP };
        match emptied {
            Ok(true) => {}
            Ok(false) => tracing::info!(length, "a long read keeps the store's log from being emptied"),
            Err(error) => tracing::warn!(%error, length, "the store's log could not be emptied"),
        }
    }

    /// Whether something stands in the write-ahead log.
    pub fn has_log(path: &Path) -> bool {
        std::fs::metadata(beside(path, "-wal")).is_ok_and(|metadata| metadata.len() > 0)
    }

    /// Moves what is in the write-ahead log to the file, and cuts the log off. `false` where somebody reads an old state for
    /// longer than commits may wait.
    pub fn empty_wal(&self, connection: &mut Connection) -> rusqlite::Result<bool> {
        wait_for_locks(connection, BRIEFLY)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        wait_for_locks(connection, self.lock_wait)?;
        Ok(!busy?)
    }
}

/// Moves as much of the write-ahead log to the file as nobody reads in its old state, while others read and write.
pub fn move_log(connection: &Connection) -> Result<(), StoreError> {
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    moved.map_err(|error| refusal(&error))
}

/// The path with something added to its last name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Has the connection wait so long for a lock that another connection holds.
pub fn wait_for_locks(connection: &mut Connection, wait: Duration) -> rusqlite::Result<()> {
    let attempts = wait.as_millis() / PAUSE.as_millis();
    connection.busy_handler(Some(move |asked: i32| {
        let again = u128::try_from(asked).is_ok_and(|asked| asked < attempts);
        if again {
            std::thread::sleep(PAUSE);
        }
        again
    }))
}

/// A file system on which several processes cannot share a store, because its locks or shared memory do not hold.
#[cfg(target_os = "linux")]
pub fn unfit_file_system(directory: &Path) -> Option<&'static str> {
    let status = rustix::fs::statfs(directory).ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the field's width differs between architectures, its low 32 bits do not"
    )]
    unfit(status.f_type as u32)
}

/// By the magic number of statfs(2), as in linux/magic.h.
#[cfg(target_os = "linux")]
fn unfit(magic: u32) -> Option<&'static str> {
    match magic {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn file_systems_that_machines_share_are_unfit_and_local_ones_fit() {
        assert_eq!(unfit(0x6969), Some("NFS"));
        assert_eq!(unfit(0xff53_4d42), Some("SMB/CIFS"));
        assert_eq!(unfit(0x6573_5546), Some("FUSE"));
        let (ext4, tmpfs, btrfs, xfs, overlay) = (0xef53, 0x0102_1994, 0x9123_683e, 0x5846_5342, 0x794c_7630);
        for local in [ext4, tmpfs, btrfs, xfs, overlay] {
            assert_eq!(unfit(local), None);
        }
        // This one is none of them, which shows that the field is read rightly.
        assert_eq!(unfit_file_system(Path::new("/proc")), None);
        assert_eq!(rustix::fs::statfs("/proc").unwrap().f_type, rustix::fs::PROC_SUPER_MAGIC);
    }

    #[test]
    fn a_file_put_in_the_place_of_another_is_not_that_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        std::fs::write(&path, "one").unwrap();
        let file = StoreFile::at(&path, BRIEFLY).unwrap();
        assert!(file.still_stands());
        std::fs::write(directory.path().join("other"), "two").unwrap();
        std::fs::rename(directory.path().join("other"), &path).unwrap();
        assert!(!file.still_stands());
        std::fs::remove_file(&path).unwrap();
        assert!(!file.still_stands());
    }
}
