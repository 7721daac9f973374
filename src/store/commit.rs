use jiff::SignedDuration;

use super::key::Key;
use super::limits::{check_commit, check_lifetime, check_order, check_value};
use super::{StoreError, Version};

/// What must be true of a document for a commit to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// It does not exist.
    Absent(Key),
    /// It exists in exactly this version.
    Version(Key, Version),
}

/// A place in an index: (index, order) is unique, a later put replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The index's name.
    pub index: Key,
    /// What the index is ordered by, in byte order; 1 to 400 bytes of printable ASCII.
    pub order: String,
    /// The document that stands there.
    pub document: Key,
}

/// A change to a volatile entry as part of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryChange {
    /// Puts it, whatever stood there.
    Put {
        /// Its name.
        key: Key,
        /// Its bytes.
        bytes: Vec<u8>,
        /// How long it lives from now.
        lifetime: SignedDuration,
    },
    /// Removes it, if it is there.
    Delete(Key),
}

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The document that it is about: its own events can be read without reading the whole log.
    pub about: Option<Key>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A change to one partition, applied whole or not at all.
///
/// A builder: `Commit::new().guard(…).put(…).event(…)`. Guards are judged by what stood before the commit. Then whatever
/// the order of the builder's calls: documents are deleted, then put; index entries are removed, then put; entries are
/// changed and events appended in their order. Of two puts in one place the later one stays. Deleting what is not there is
/// no error, and deleting a document leaves the index entries that point to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// What must hold.
    pub guards: Vec<Guard>,
    /// Documents to write.
    pub puts: Vec<(Key, Vec<u8>)>,
    /// Documents to remove.
    pub deletes: Vec<Key>,
    /// Index entries to write.
    pub index_puts: Vec<IndexEntry>,
    /// Index entries to remove, by index and order.
    pub index_deletes: Vec<(Key, String)>,
    /// Volatile entries to change.
    pub entries: Vec<EntryChange>,
    /// Events to append, in this order.
    pub events: Vec<NewEvent>,
}

impl Commit {
    /// An empty commit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Demands that something holds.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Writes a document.
    #[must_use]
    pub fn put(mut self, key: Key, bytes: Vec<u8>) -> Self {
        self.puts.push((key, bytes));
        self
    }

    /// Removes a document.
    #[must_use]
    pub fn delete(mut self, key: Key) -> Self {
        self.deletes.push(key);
        self
    }

    /// Writes an index entry.
    #[must_use]
    pub fn index(mut self, entry: IndexEntry) -> Self {
        self.index_puts.push(entry);
        self
    }

    /// Removes an index entry.
    #[must_use]
    pub fn unindex(mut self, index: Key, order: impl Into<String>) -> Self {
        self.index_deletes.push((index, order.into()));
        self
    }

    /// Changes a volatile entry.
    #[must_use]
    pub fn entry(mut self, change: EntryChange) -> Self {
        self.entries.push(change);
        self
    }

    /// Appends an event.
    #[must_use]
    pub fn event(mut self, bytes: Vec<u8>) -> Self {
        self.events.push(NewEvent { about: None, bytes });
        self
    }

    /// Appends an event about a document.
    #[must_use]
    pub fn event_about(mut self, about: Key, bytes: Vec<u8>) -> Self {
        self.events.push(NewEvent { about: Some(about), bytes });
        self
    }

    /// Checks the limits that hold for every engine.
    ///
    /// # Errors
    /// [`StoreError::Limit`] with what is too large or malformed.
    pub fn check(&self) -> Result<(), StoreError> {
        let operations = self.guards.len()
            + self.puts.len()
            + self.deletes.len()
            + self.index_puts.len()
            + self.index_deletes.len()
            + self.entries.len()
            + self.events.len();
        let mut total = 0;
        for bytes in
            self.puts.iter().map(|(_, bytes)| bytes).chain(self.events.iter().map(|event| &event.bytes))
        {
            check_value(bytes)?;
            total += bytes.len();
        }
        for change in &self.entries {
            if let EntryChange::Put { bytes, lifetime, .. } = change {
                check_value(bytes)?;
                check_lifetime(*lifetime)?;
                total += bytes.len();
            }
        }
        let orders = self.index_puts.iter().map(|entry| &entry.order);
        for order in orders.chain(self.index_deletes.iter().map(|(_, order)| order)) {
            check_order(order)?;
        }
        check_commit(operations, total)
    }
}
