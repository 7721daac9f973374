//! A whole store, row by row: what copying, checking and counting stand on, and how a new store is filled with the rows of
//! another.

use std::fmt;

use async_trait::async_trait;
use openssl::sha::Sha256;

use super::{Document, Event, Key, Partition, Position, Store, StoreError, Version};

/// What a partition consists of. Rows of one kind are read one page after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// Documents.
    Document,
    /// Places in indexes.
    Place,
    /// Events.
    Event,
    /// What events are about.
    Mention,
    /// Volatile entries, expired ones that nobody swept included.
    Entry,
}

impl RowKind {
    /// All kinds, in the order in which a store is filled: an event comes before what it is about.
    pub const ALL: [Self; 5] = [Self::Document, Self::Place, Self::Event, Self::Mention, Self::Entry];

    /// The word for it in messages and in exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Place => "place",
            Self::Event => "event",
            Self::Mention => "mention",
            Self::Entry => "entry",
        }
    }
}

/// One row, exactly as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A document with its version.
    Document(Document),
    /// A place in an index.
    Place {
        /// The index.
        index: Key,
        /// What it is ordered by.
        order: String,
        /// The document that stands there.
        document: Key,
    },
    /// An event at its position.
    Event(Event),
    /// That the event at this position is about this document.
    Mention {
        /// The document.
        about: Key,
        /// The event.
        position: Position,
    },
    /// A volatile entry.
    Entry {
        /// Its name.
        key: Key,
        /// The moment from which on it has expired, in milliseconds since 1970.
        ends: i64,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

impl Row {
    /// What kind of row it is.
    #[must_use]
    pub const fn kind(&self) -> RowKind {
        match self {
            Self::Document(_) => RowKind::Document,
            Self::Place { .. } => RowKind::Place,
            Self::Event(_) => RowKind::Event,
            Self::Mention { .. } => RowKind::Mention,
            Self::Entry { .. } => RowKind::Entry,
        }
    }

    /// The bytes that its caller gave it: keys and values, without what an engine adds.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Document(document) => document.key.as_str().len() + document.bytes.len(),
            Self::Place { order, document, .. } => order.len() + document.as_str().len(),
            Self::Event(event) => event.bytes.len(),
            Self::Mention { about, .. } => about.as_str().len(),
            Self::Entry { key, bytes, .. } => key.as_str().len() + bytes.len(),
        }
    }
}

/// A row that is there and cannot be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Where reading goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowCursor {
    /// Good for another process as well, and later.
    Lasting(String),
    /// Good only as long as nothing was written and the server was not started again.
    Passing(String),
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The rows: of a store that nobody writes to, each exactly once over all pages.
    pub rows: Vec<Row>,
    /// What cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Where to go on; `None` at the end.
    pub next: Option<RowCursor>,
}

/// The beginning of a partition: what its next commit counts on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which.
    pub partition: Partition,
    /// The newest version.
    pub version: Version,
    /// The newest event's position.
    pub position: Position,
}

/// How many rows a partition has, without reading them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Documents.
    pub documents: u64,
    /// Places in all indexes.
    pub places: u64,
    /// Events.
    pub events: u64,
    /// Volatile entries.
    pub entries: u64,
}

impl Tally {
    /// All of them together. What events are about is not counted: it comes with the events.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.documents + self.places + self.events + self.entries
    }
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineFacts {
    /// The embedded engine.
    Embedded {
        /// Bytes of the file.
        file: u64,
        /// Bytes of the log beside it.
        log: u64,
        /// Bytes of the file that are free for new rows.
        free: u64,
        /// The version of its schema.
        schema: i32,
    },
    /// The Redis engine: its servers, each with what `INFO` and `CONFIG GET` said.
    Redis(Vec<RedisFacts>),
}

/// What one Redis server says of itself; a number that it does not tell is 0, a word is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedisFacts {
    /// Where it is.
    pub address: String,
    /// Its version.
    pub version: String,
    /// `used_memory`, in bytes, whoever uses it.
    pub used_memory: u64,
    /// `maxmemory`, in bytes; 0 for no limit.
    pub max_memory: u64,
    /// `maxmemory-policy`.
    pub policy: String,
    /// Whether it writes an append-only file.
    pub appends: bool,
    /// `appendfsync`.
    pub flushes: String,
    /// How the last write to the append-only file went: `ok` or `err`.
    pub last_append: String,
    /// Bytes of the append-only file.
    pub append_file: u64,
    /// Replicas that follow it.
    pub replicas: u64,
}

/// A store that can be read whole.
#[async_trait]
pub trait Contents: Store {
    /// Every partition, in byte order.
    async fn partitions(&self) -> Result<Vec<Head>, StoreError>;

    /// Reads rows of one kind, about `limit` (1 to 1,000; less where they are large).
    async fn rows(
        &self,
        partition: &Partition,
        kind: RowKind,
        after: Option<&RowCursor>,
        limit: usize,
    ) -> Result<Rows, StoreError>;

    /// How many rows a partition has.
    async fn tally(&self, partition: &Partition) -> Result<Tally, StoreError>;

    /// What the engine says of itself.
    async fn facts(&self) -> Result<EngineFacts, StoreError>;

    /// Looks for damage below the rows: pages of a file, for example. Takes as long as reading everything.
    async fn integrity(&self) -> Result<(), StoreError>;
}

/// A store that is being filled with the rows of another and that nobody can open until it is finished.
#[async_trait]
pub trait Incoming: Send + Sync {
    /// What [`Incoming::note`] was last given, in this process or an earlier one.
    async fn noted(&self) -> Result<Option<String>, StoreError>;

    /// Keeps a note of how far the filling has come; at most 64 KiB.
    async fn note(&self, text: &str) -> Result<(), StoreError>;

    /// Writes rows of one kind as they are. Writing them again changes nothing; events and what they are about come in the order
    /// of their positions.
    async fn restore(&self, partition: &Partition, rows: Vec<Row>) -> Result<(), StoreError>;

    /// Writes where a partition's next commit counts on from.
    async fn restore_head(&self, head: &Head) -> Result<(), StoreError>;

    /// What has arrived so far.
    fn contents(&self) -> &dyn Contents;

    /// Makes it a store like any other.
    async fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

/// A digest of rows that does not depend on their order: the sum of their SHA-256 digests, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest {
    sum: [u64; 4],
    /// How many rows it covers.
    pub rows: u64,
}

impl Digest {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(row.kind().name().as_bytes());
        match row {
            Row::Document(document) => {
                part(document.key.as_str().as_bytes());
                part(&document.version.0.to_be_bytes());
                part(&document.bytes);
            }
            Row::Place { index, order, document } => {
                part(index.as_str().as_bytes());
                part(order.as_bytes());
                part(document.as_str().as_bytes());
            }
            Row::Event(event) => {
                part(&event.position.0.to_be_bytes());
                part(&event.bytes);
            }
            Row::Mention { about, position } => {
                part(about.as_str().as_bytes());
                part(&position.0.to_be_bytes());
            }
            Row::Entry { key, ends, bytes } => {
                part(key.as_str().as_bytes());
                part(&ends.to_be_bytes());
                part(bytes);
            }
        }
        let digest = hash.finish();
        for (sum, bytes) in self.sum.iter_mut().zip(digest.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_be_bytes(*bytes));
        }
        self.rows += 1;
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sum.iter().try_for_each(|part| write!(f, "{part:016x}"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn entry(key: &str, bytes: &[u8]) -> Row {
        Row::Entry { key: Key::new(key).unwrap(), ends: 7, bytes: bytes.to_vec() }
    }

    fn digest(rows: &[Row]) -> Digest {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row);
        }
        digest
    }

    #[test]
    fn a_digest_depends_on_rows_and_not_on_their_order() {
        let (one, two) = (entry("a", b"bc"), entry("ab", b"c"));
        assert_eq!(digest(&[one.clone(), two.clone()]), digest(&[two.clone(), one.clone()]));
        assert_ne!(digest(std::slice::from_ref(&one)), digest(std::slice::from_ref(&two)));
        assert_ne!(digest(&[one.clone(), one.clone()]), digest(std::slice::from_ref(&one)));
        assert_eq!(digest(&[one]).to_string().len(), 64);
    }
}
