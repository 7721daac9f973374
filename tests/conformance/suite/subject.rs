//! An empty store under test, with the clock that it judges lifetimes by, and short words for what the cases do with it.

use std::any::Any;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tegata::clock::ManualClock;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::{
    Commit, Committed, Contents, Guard, IndexEntry, Key, Partition, Scan, Scanned, StoreError, Version,
};

pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A store, and whatever must live as long as it.
pub struct Subject {
    pub store: Arc<dyn Contents>,
    pub clock: Arc<ManualClock>,
    _kept: Box<dyn Any + Send + Sync>,
}

pub fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

pub async fn embedded() -> Subject {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(noon()));
    let store = EmbeddedStore::open(directory.path().join("store.sqlite"), clock.clone()).unwrap();
    Subject::new(Arc::new(store), clock, Box::new(directory))
}

pub fn key(text: impl AsRef<str>) -> Key {
    Key::new(text).unwrap()
}

/// The partition that a case works in when it needs but one.
pub fn here() -> Partition {
    Partition::organization("here").unwrap()
}

/// Another one.
pub fn there() -> Partition {
    Partition::organization("there").unwrap()
}

pub fn put(name: &str, bytes: &[u8]) -> Commit {
    Commit::new().put(key(name), bytes.to_vec())
}

pub fn place(index: &str, order: impl Into<String>, document: &str) -> IndexEntry {
    IndexEntry { index: key(index), order: order.into(), document: key(document) }
}

pub fn all() -> Scan {
    Scan { limit: 1_000, ..Scan::default() }
}

impl Subject {
    pub fn new(store: Arc<dyn Contents>, clock: Arc<ManualClock>, kept: Box<dyn Any + Send + Sync>) -> Self {
        Self { store, clock, _kept: kept }
    }

    pub async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.store.commit(&here(), commit).await
    }

    pub async fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.store.find(&here(), &key(name)).await.unwrap().map(|document| document.bytes)
    }

    pub async fn version(&self, name: &str) -> Option<Version> {
        self.store.find(&here(), &key(name)).await.unwrap().map(|document| document.version)
    }

    /// The guard that the document stands as it stands now.
    pub async fn as_it_stands(&self, name: &str) -> Guard {
        match self.version(name).await {
            Some(version) => Guard::Version(key(name), version),
            None => Guard::Absent(key(name)),
        }
    }

    pub async fn scan(&self, index: &str, scan: Scan) -> Scanned {
        self.store.scan(&here(), &key(index), scan).await.unwrap()
    }

    /// All of an index: order and document.
    pub async fn index(&self, index: &str) -> Vec<(String, String)> {
        let found = self.scan(index, all()).await;
        found.entries.into_iter().map(|(order, document)| (order, document.to_string())).collect()
    }

    /// All events, as text.
    pub async fn events(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut after = tegata::store::Position::default();
        loop {
            let events = self.store.events(&here(), after, 1_000).await.unwrap();
            let Some(last) = events.last() else { return texts };
            after = last.position;
            texts.extend(events.into_iter().map(|event| String::from_utf8(event.bytes).unwrap()));
        }
    }

    pub async fn entry(&self, name: &str) -> Option<Vec<u8>> {
        self.store.find_entry(&here(), &key(name)).await.unwrap()
    }

    pub async fn put_entry(&self, name: &str, bytes: &[u8], lifetime: SignedDuration) -> bool {
        self.store.put_entry_if_absent(&here(), &key(name), bytes, lifetime).await.unwrap()
    }

    pub async fn count(&self, name: &str, by: i64) -> i64 {
        self.store.count(&here(), &key(name), by, MINUTE).await.unwrap()
    }
}
