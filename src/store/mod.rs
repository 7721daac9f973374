//! The store port: documents, indexes, events and volatile entries; nothing of the domain.
//!
//! Everything above is written once against [`Store`]; an engine joins by implementing it and adding its line to
//! `tests/conformance/main.rs`. A commit touches one partition and is all or nothing.

pub mod dump;
pub mod embedded;
pub mod measured;
pub mod record;
pub mod redis;
pub mod transfer;

mod commit;
mod contents;
mod key;
mod limits;

pub use commit::{Commit, EntryChange, Guard, IndexEntry, NewEvent};
pub use contents::{
    Contents, Digest, EngineFacts, Head, Incoming, RedisFacts, Row, RowCursor, RowKind, Rows, Tally,
    Unreadable,
};
pub use key::{Key, KeyError, Partition};
pub use limits::{MAX_COMMIT, MAX_LIFETIME, MAX_OPERATIONS, MAX_PAGE, MAX_VALUE};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// A document's version: greater at every commit that puts it, and never used again in its partition, so that a
/// document that was deleted and made anew cannot be mistaken for the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A place in a partition's event log; the first event has position 1, `Position(0)` is before all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

/// A document as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name in the partition.
    pub key: Key,
    /// What a guard must name to change it.
    pub version: Version,
    /// Its bytes; their format is the caller's.
    pub bytes: Vec<u8>,
}

/// What a commit made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The version of every document that this commit put.
    pub version: Version,
    /// The position of its last event, where it appended any.
    pub last_event: Option<Position>,
}

/// An event as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the partition's log; positions grow, without gaps being promised.
    pub position: Position,
    /// Its bytes; their format is the caller's.
    pub bytes: Vec<u8>,
}

/// Where a scan goes on: the order of the last entry that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// Which part of an index a scan wants, in byte order of the order keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Only orders that begin with this; empty for all. A text that no order can begin with finds nothing.
    pub prefix: String,
    /// Only what comes after this (before it, when descending).
    pub after: Option<Cursor>,
    /// From the greatest order down.
    pub descending: bool,
    /// At most so many entries, 1 to 1,000.
    pub limit: usize,
}

/// A part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// Order and document key, in the order asked for. The documents may have been deleted since.
    pub entries: Vec<(String, Key)>,
    /// Where to go on; `None` when nothing is left.
    pub next: Option<Cursor>,
}

/// Why the store did not do it. After [`StoreError::Unknown`] it may or may not have been done; after every other
/// error it has not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A guard did not hold: somebody was quicker. Read again and decide again.
    #[error("another change came first (document {0})")]
    Conflict(Key),
    /// The call was too large, or its limits were wrong.
    #[error("the store does not take this: {0}")]
    Limit(String),
    /// The disk (or the server's memory) is full.
    #[error("the store has no room left: {0}")]
    Full(String),
    /// What is stored cannot be read as what it should be.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// The store cannot be reached or refuses to work now; nothing was done.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The outcome of a commit is not known; read before deciding anew.
    #[error("the store did not say whether it was done: {0}")]
    Unknown(String),
}

/// A store engine.
///
/// Whatever was acknowledged survives the death of any process and loss of power, and every later read sees it. A call
/// whose future is dropped may or may not happen. Lifetimes are judged by the clock that the engine was given, in whole
/// milliseconds; an entry has expired once its lifetime has passed in full.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Reads one document.
    async fn find(&self, partition: &Partition, key: &Key) -> Result<Option<Document>, StoreError>;

    /// Applies a commit: all of it or nothing.
    async fn commit(&self, partition: &Partition, commit: Commit) -> Result<Committed, StoreError>;

    /// Reads part of an index.
    async fn scan(&self, partition: &Partition, index: &Key, scan: Scan) -> Result<Scanned, StoreError>;

    /// Reads events after `after`, oldest first, at most `limit` (1 to 1,000).
    async fn events(
        &self,
        partition: &Partition,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;

    /// Reads the events about one document after `after`, oldest first, at most `limit` (1 to 1,000).
    async fn events_about(
        &self,
        partition: &Partition,
        about: &Key,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;

    /// The position of the newest event, `Position(0)` where there is none.
    async fn last_event(&self, partition: &Partition) -> Result<Position, StoreError>;

    /// Reads a volatile entry that has not expired.
    async fn find_entry(&self, partition: &Partition, key: &Key) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts a volatile entry where none (or an expired one) stands; says whether it did. A lifetime is 1 ms to
    /// [`MAX_LIFETIME`].
    async fn put_entry_if_absent(
        &self,
        partition: &Partition,
        key: &Key,
        bytes: &[u8],
        lifetime: SignedDuration,
    ) -> Result<bool, StoreError>;

    /// Deletes a volatile entry if it still has these bytes; says whether it did.
    async fn delete_entry_if(
        &self,
        partition: &Partition,
        key: &Key,
        expected: &[u8],
    ) -> Result<bool, StoreError>;

    /// Adds `by` to a volatile counter and returns the sum. An absent or expired counter starts at 0 and lives for
    /// `lifetime`; a living one keeps its end. A counter is an entry that holds its sum in decimal digits: another
    /// entry of that name is [`StoreError::Damaged`], a sum beyond an `i64` [`StoreError::Limit`].
    async fn count(
        &self,
        partition: &Partition,
        key: &Key,
        by: i64,
        lifetime: SignedDuration,
    ) -> Result<i64, StoreError>;

    /// Removes the entries of all partitions that have expired at `now`, at most `limit`; says how many. Never needed for
    /// a right answer, only for room and for forgetting: where the engine can, what was erased or written over before is gone
    /// from its files too once fewer than `limit` were left to remove.
    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Fails where a commit would fail now (not reachable, read-only, full).
    async fn ready(&self) -> Result<(), StoreError>;

    /// The engine's name: `embedded` or `redis`.
    fn engine(&self) -> &'static str;

    /// How many changes wait in this process at this moment, where the engine has a queue of them.
    fn waiting(&self) -> Option<usize> {
        None
    }

    /// Whether only one serving process can use this store, so that work begun by another process is known to be dead.
    fn exclusive(&self) -> bool;
}
