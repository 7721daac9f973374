//! Opening the file: what is checked first, what is made where nothing stands, and what is refused.

use std::fs::{File, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::failure::{is_busy, is_damage, is_full};
use super::file::{WAL_KEPT, beside, unfit_file_system, wait_for_locks};
use super::schema;

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// Make a new store where none stands (the default). Without it a missing file is an error, so that a server with the
    /// wrong directory does not start on an empty store.
    pub create: bool,
    /// The most bytes that the file may grow to, its log not counted; commits beyond are refused as full. `None` (the
    /// default) leaves it to the disk.
    pub max_bytes: Option<u64>,
    /// Take the directory even if it lies on a file system on which SQLite's locks are known to fail between machines. Right
    /// only where one machine alone uses it, for example FUSE under a container.
    pub any_file_system: bool,
    /// How long to wait for a lock that another process holds before a commit is refused as unavailable (five seconds).
    pub lock_wait: Duration,
}

/// Longer than any commit or checkpoint of another process should take, shorter than a person waits for a page.
pub const LOCK_WAIT: Duration = Duration::from_secs(5);

impl Default for OpenOptions {
    fn default() -> Self {
        Self { create: true, max_bytes: None, any_file_system: false, lock_wait: LOCK_WAIT }
    }
}

/// Why a store was not opened: what is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory does not exist.
    #[error("the directory {} does not exist; make it first (`tegata init` does), or correct the path", .0.display())]
    DirectoryMissing(PathBuf),
    /// There is no store and none was to be made.
    #[error("there is no store at {}; restore the backup, or correct store.directory", .0.display())]
    Missing(PathBuf),
    /// The directory lies on a file system that cannot carry a shared store.
    #[error(
        "{} lies on {kind}, where file locks do not hold and the store would be damaged; use a directory on a local disk",
        .path.display()
    )]
    UnfitFileSystem {
        /// The directory.
        path: PathBuf,
        /// The file system.
        kind: &'static str,
    },
    /// A new store was to be made where something stands.
    #[error("{} exists already; nothing is written over: name another place, or move it away first", .0.display())]
    Occupied(PathBuf),
    /// The file has no content, which no crash of ours leaves behind.
    #[error(
        "{} is empty: somebody or something truncated it; restore it from a backup, or remove it to begin anew",
        .0.display()
    )]
    Empty(PathBuf),
    /// It is something else.
    #[error("{} is not a Tegata store but {found}; correct the path, or move it away to begin anew", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What stands there instead.
        found: &'static str,
    },
    /// It was made by a program that knows more than this one.
    #[error(
        "{} was made by a newer Tegata (schema {found}, this one knows {known}); use that version, or restore an older backup",
        .path.display(), known = schema::VERSION
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i32,
    },
    /// The file is not whole.
    #[error("{} is damaged ({reason}); keep a copy for analysis and restore it from a backup", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        reason: String,
    },
    /// We may not read or write the file or its directory.
    #[error(
        "{} cannot be written ({reason}); the user that runs Tegata must own the file and its directory, and neither be read-only",
        .path.display()
    )]
    Denied {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// There is no room for the store or its log.
    #[error("there is no room left for {}; free some space on its disk", .0.display())]
    Full(PathBuf),
    /// Another process kept the file locked.
    #[error("another process keeps {} locked; wait until its backup or repair has ended", .0.display())]
    Busy(PathBuf),
    /// The system failed.
    #[error("{} could not be opened: {source}", .path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite failed in another way.
    #[error("{} could not be opened: {source}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl OpenError {
    pub(super) fn system(path: &Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { path, reason: source.to_string() }
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full(path),
            _ => Self::System { path, source },
        }
    }

    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign { path, found: "a file of another kind" },
            _ if is_damage(&source) => Self::Damaged { path, reason: source.to_string() },
            _ if is_full(&source) => Self::Full(path),
            _ if is_busy(&source) => Self::Busy(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::Denied { path, reason: source.to_string() }
            }
            _ => Self::Sqlite { path, source },
        }
    }
}

/// Sees to it that a store of our schema stands at `path` (absolute), and gives a connection that may write.
pub fn open(path: &Path, options: &OpenOptions) -> Result<Connection, OpenError> {
    let directory = path.parent().unwrap_or(path);
    if !directory.is_dir() {
        return Err(OpenError::DirectoryMissing(directory.to_owned()));
    }
    if let (false, Some(kind)) = (options.any_file_system, unfit_file_system(directory)) {
        return Err(OpenError::UnfitFileSystem { path: directory.to_owned(), kind });
    }
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(OpenError::Foreign { path: path.to_owned(), found: "a directory or device" });
        }
        Ok(metadata) if metadata.len() == 0 => return Err(OpenError::Empty(path.to_owned())),
        Ok(metadata) => keep_private(path, &metadata),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(OpenError::system(path, error)),
        Err(_) if !options.create => return Err(OpenError::Missing(path.to_owned())),
        Err(_) => create(path, directory)?,
    }
    let connection = connect(path, options.lock_wait).map_err(|error| OpenError::sqlite(path, error))?;
    check_and_migrate(path, connection, options)
}

fn check_and_migrate(
    path: &Path,
    mut connection: Connection,
    options: &OpenOptions,
) -> Result<Connection, OpenError> {
    let failed = |error| OpenError::sqlite(path, error);
    // Nothing is written to a file before it is known to be ours.
    if schema::application(&connection).map_err(failed)? != schema::APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.to_owned(), found: "the database of another program" });
    }
    let found = schema::version(&connection).map_err(failed)?;
    if found > schema::VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), found });
    }
    if connection.is_readonly("main").map_err(failed)? {
        return Err(OpenError::Denied { path: path.to_owned(), reason: "it is read-only".to_owned() });
    }
    prepare_writing(&connection, options).map_err(failed)?;
    schema::migrate(&mut connection).map_err(failed)?;
    Ok(connection)
}

/// A connection with what every connection needs.
pub fn connect(path: &Path, lock_wait: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    wait_for_locks(&mut connection, lock_wait)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Otherwise SQLite plans a question anew whenever the bounds of a range are others, which costs more than answering it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A file is data, whoever wrote it: its schema may not call functions, and its cells are checked as they are read.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A failing disk must give an error, not the signal that memory-mapped reads give.
    connection.pragma_update(None, "mmap_size", 0)?;
    // Whoever moves the log to the file flushes it as the writer does.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(connection)
}

/// A connection that cannot write.
pub fn connect_reader(path: &Path, lock_wait: Duration) -> rusqlite::Result<Connection> {
    let connection = connect(path, lock_wait)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn prepare_writing(connection: &Connection, options: &OpenOptions) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    connection
        .query_row(&format!("PRAGMA journal_size_limit = {WAL_KEPT}"), [], |row| row.get::<_, i64>(0))?;
    // A destroyed delivery is to be gone from the file too; the log is emptied by the sweep.
    connection.query_row("PRAGMA secure_delete = ON", [], |row| row.get::<_, i64>(0))?;
    if let Some(bytes) = options.max_bytes {
        let page: u32 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        let pages = (bytes / u64::from(page.max(1))).clamp(1, u64::from(u32::MAX - 1));
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, i64>(0))?;
    }
    Ok(())
}

/// Makes a whole store under another name and then gives it its own, so that what stands at `path` is never half a store.
fn create(path: &Path, directory: &Path) -> Result<(), OpenError> {
    let failed = |error| OpenError::system(directory, error);
    let (file, made) = unused_name(path).map_err(failed)?;
    drop(file);
    let filled = fill(&made).map_err(|error| OpenError::sqlite(&made, error));
    // Linking, unlike renaming, leaves alone what another process has put there meanwhile.
    let placed = filled.and_then(|()| {
        File::open(&made).and_then(|file| file.sync_all()).map_err(failed)?;
        match std::fs::hard_link(&made, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed(error)),
            _ => File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed),
        }
    });
    drop(std::fs::remove_file(&made));
    placed
}

/// A new file of mode 0600 beside `path`.
pub fn unused_name(path: &Path) -> std::io::Result<(File, PathBuf)> {
    let mut taken = 0_u32;
    loop {
        let name = beside(path, &format!(".new-{}-{taken}", std::process::id()));
        match File::options().write(true).create_new(true).mode(0o600).open(&name) {
            Ok(file) => return Ok((file, name)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && taken < 1_000 => taken += 1,
            Err(error) => return Err(error),
        }
    }
}

fn fill(path: &Path) -> rusqlite::Result<()> {
    let mut connection = connect(path, LOCK_WAIT)?;
    schema::migrate(&mut connection)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    connection.close().map_err(|(_, error)| error)
}

/// Takes from others what they may do with the file. Where that fails (it is another user's) the store is still usable.
fn keep_private(path: &Path, metadata: &Metadata) {
    let mode = metadata.permissions().mode();
    if mode.trailing_zeros() >= 6 {
        return;
    }
    match std::fs::set_permissions(path, Permissions::from_mode(mode & 0o700)) {
        Ok(()) => {
            tracing::warn!(path = %path.display(), "others could read the store; now only its owner can");
        }
        Err(error) => tracing::warn!(path = %path.display(), %error, "others can read the store"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_writing_connection_flushes_every_commit_to_disk() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(&directory.path().join("store"), &OpenOptions::default()).unwrap();
        let setting =
            |name| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        let full = 2;
        assert_eq!(setting("synchronous"), full);
        assert_eq!(setting("secure_delete"), 1);
        assert_eq!(setting("mmap_size"), 0);
    }

    #[test]
    fn a_reading_connection_cannot_write() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store");
        let _writer = open(&path, &OpenOptions::default()).unwrap();
        let reader = connect_reader(&path, LOCK_WAIT).unwrap();
        assert!(reader.execute("DELETE FROM entry", []).is_err());
    }

    #[test]
    fn what_a_store_was_made_from_is_tidied_away() {
        let directory = tempfile::tempdir().unwrap();
        drop(open(&directory.path().join("store"), &OpenOptions::default()).unwrap());
        let names: Vec<_> =
            std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["store"]);
    }
}
