//! The embedded engine: one SQLite file, no server.
//!
//! One thread writes, and has all commits that wait share one transaction and one flush (`writer`); other threads read
//! beside it (`readers`). Several processes may use the file at once: what a commit demands is judged inside SQLite's own
//! write lock, and no state of the file is kept in memory.

mod backup;
mod change;
mod contents;
mod failure;
mod file;
mod incoming;
mod open;
mod query;
mod readers;
mod schema;
mod writer;

pub use backup::{BackupError, BackupProgress};
pub use incoming::IncomingFile;
pub use open::{OpenError, OpenOptions};

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use self::file::StoreFile;
use self::readers::Readers;
use self::writer::Writer;
use super::limits::{check_lifetime, check_page, check_value};
use super::{Commit, Committed, Document, Event, Key, Partition, Position, Scan, Scanned, Store, StoreError};
use crate::clock::Clock;

/// The name of the file in a data directory.
pub const FILE_NAME: &str = "store.sqlite";

/// The store in one SQLite file. Dropping it finishes what was begun.
pub struct EmbeddedStore {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    // The readers go first, so that the writer's connection is the last one and tidies the log away.
    readers: Readers,
    writer: Writer,
}

impl fmt::Debug for EmbeddedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl EmbeddedStore {
    /// Opens the file at `path`, or makes it where there is none. Takes milliseconds, however large the store is; lifetimes
    /// are judged by `clock`.
    ///
    /// # Errors
    /// Every [`OpenError`] says what is wrong, where, and what to do.
    pub fn open(path: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(path, clock, &OpenOptions::default())
    }

    /// Opens the file at `path` in a chosen way.
    ///
    /// # Errors
    /// As [`EmbeddedStore::open`].
    pub fn open_with(
        path: impl AsRef<Path>,
        clock: Arc<dyn Clock>,
        options: &OpenOptions,
    ) -> Result<Self, OpenError> {
        // SQLite would take a relative name that begins with "file:" for a URI.
        let path =
            std::path::absolute(path.as_ref()).map_err(|error| OpenError::system(path.as_ref(), error))?;
        let connection = open::open(&path, options)?;
        let file =
            StoreFile::at(&path, options.lock_wait).map_err(|error| OpenError::system(&path, error))?;
        let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let readers = (0..threads)
            .map(|_| open::connect_reader(&path, options.lock_wait))
            .collect::<Result<_, _>>()
            .map_err(|error| OpenError::sqlite(&path, error))?;
        let readers = Readers::start(readers).map_err(|error| OpenError::system(&path, error))?;
        let writer = Writer::start(connection, file).map_err(|error| OpenError::system(&path, error))?;
        Ok(Self { path, clock, readers, writer })
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Copies the store, as it stands at this moment, to a new file, while it stays in use. The copy is on disk when this
    /// returns, and it appears under its name only then. Blocks for as long as reading and writing the whole file takes.
    ///
    /// # Errors
    /// [`BackupError`], with nothing left behind.
    pub fn backup(&self, to: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<(), BackupError> {
        backup::copy(&self.path, to, progress)
    }

    /// Reads the whole file and says whether it is sound. Blocks for as long as that takes (seconds per gigabyte).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what was found.
    pub fn check(&self) -> Result<(), StoreError> {
        backup::check(&self.path)
    }

    /// Has what was erased or written over go from the log too: SQLite would leave it there until the log starts over, which on
    /// a quiet day may be tomorrow.
    async fn forget_erased(&self) -> Result<(), StoreError> {
        if !StoreFile::has_log(&self.path) {
            return Ok(());
        }
        // The long part, which nobody waits for: commits and readings go on meanwhile.
        let copied = self.readers.ask(file::move_log).await;
        if let Err(error) = copied {
            tracing::warn!(%error, path = %self.path.display(), "the store's log could not be moved");
        }
        if !self.writer.empty_log().await? {
            tracing::info!(path = %self.path.display(), "a long read keeps the store's log; the next sweep empties it");
        }
        Ok(())
    }

    /// The present in whole milliseconds, asked for when the writer comes to the operation.
    fn now(&self) -> impl Fn() -> i64 + Send + 'static {
        let clock = Arc::clone(&self.clock);
        move || clock.now().as_millisecond()
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn find(&self, partition: &Partition, key: &Key) -> Result<Option<Document>, StoreError> {
        let (partition, key) = (partition.clone(), key.clone());
        self.readers.ask(move |connection| query::find(connection, &partition, &key)).await
    }

    async fn commit(&self, partition: &Partition, commit: Commit) -> Result<Committed, StoreError> {
        commit.check()?;
        let (partition, now) = (partition.clone(), self.now());
        self.writer.run(move |connection| change::commit(connection, &partition, &commit, now())).await
    }

    async fn scan(&self, partition: &Partition, index: &Key, scan: Scan) -> Result<Scanned, StoreError> {
        check_page(scan.limit)?;
        let (partition, index) = (partition.clone(), index.clone());
        self.readers.ask(move |connection| query::scan(connection, &partition, &index, &scan)).await
    }

    async fn events(
        &self,
        partition: &Partition,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        check_page(limit)?;
        let partition = partition.clone();
        self.readers.ask(move |connection| query::events(connection, &partition, after, limit)).await
    }

    async fn events_about(
        &self,
        partition: &Partition,
        about: &Key,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        check_page(limit)?;
        let (partition, about) = (partition.clone(), about.clone());
        let ask = move |connection: &_| query::events_about(connection, &partition, &about, after, limit);
        self.readers.ask(ask).await
    }

    async fn last_event(&self, partition: &Partition) -> Result<Position, StoreError> {
        let partition = partition.clone();
        self.readers.ask(move |connection| query::last_event(connection, &partition)).await
    }

    async fn find_entry(&self, partition: &Partition, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        let (partition, key, now) = (partition.clone(), key.clone(), self.now());
        self.readers.ask(move |connection| query::find_entry(connection, &partition, &key, now())).await
    }

    async fn put_entry_if_absent(
        &self,
        partition: &Partition,
        key: &Key,
        bytes: &[u8],
        lifetime: SignedDuration,
    ) -> Result<bool, StoreError> {
        check_value(bytes)?;
        check_lifetime(lifetime)?;
        let (partition, key, bytes, now) = (partition.clone(), key.clone(), bytes.to_vec(), self.now());
        let put = move |connection: &_| {
            change::put_entry_if_absent(connection, &partition, (&key, &bytes), lifetime, now())
        };
        self.writer.run(put).await
    }

    async fn delete_entry_if(
        &self,
        partition: &Partition,
        key: &Key,
        expected: &[u8],
    ) -> Result<bool, StoreError> {
        let (partition, key, expected, now) = (partition.clone(), key.clone(), expected.to_vec(), self.now());
        let delete =
            move |connection: &_| change::delete_entry_if(connection, &partition, (&key, &expected), now());
        self.writer.run(delete).await
    }

    async fn count(
        &self,
        partition: &Partition,
        key: &Key,
        by: i64,
        lifetime: SignedDuration,
    ) -> Result<i64, StoreError> {
        check_lifetime(lifetime)?;
        let (partition, key, now) = (partition.clone(), key.clone(), self.now());
        let count = move |connection: &_| change::count(connection, &partition, (&key, by), lifetime, now());
        self.writer.run(count).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let mut swept = 0;
        while swept < limit {
            let part = (limit - swept).min(change::SWEEP);
            let now = now.as_millisecond();
            let removed = self.writer.run(move |connection| change::sweep(connection, now, part)).await?;
            swept += removed;
            if removed < part {
                break;
            }
        }
        if swept < limit {
            self.forget_erased().await?;
        }
        Ok(swept)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.run(change::probe).await
    }

    fn engine(&self) -> &'static str {
        "embedded"
    }

    fn waiting(&self) -> Option<usize> {
        Some(self.writer.waiting())
    }

    // The file itself takes several processes; the lock on the data directory lets only one of them serve.
    fn exclusive(&self) -> bool {
        true
    }
}
