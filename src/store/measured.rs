//! The port around any engine, with somebody who is told what every call took and how it ended.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tracing::Instrument as _;

use super::{Commit, Committed, Document, Event, Key, Partition, Position, Scan, Scanned, Store, StoreError};

/// A call of the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// [`Store::find`].
    Find,
    /// [`Store::commit`].
    Commit,
    /// [`Store::scan`].
    Scan,
    /// [`Store::events`].
    Events,
    /// [`Store::events_about`].
    EventsAbout,
    /// [`Store::last_event`].
    LastEvent,
    /// [`Store::find_entry`].
    FindEntry,
    /// [`Store::put_entry_if_absent`].
    PutEntryIfAbsent,
    /// [`Store::delete_entry_if`].
    DeleteEntryIf,
    /// [`Store::count`].
    Count,
    /// [`Store::sweep`].
    Sweep,
    /// [`Store::ready`].
    Ready,
}

impl Operation {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Commit => "commit",
            Self::Scan => "scan",
            Self::Events => "events",
            Self::EventsAbout => "events_about",
            Self::LastEvent => "last_event",
            Self::FindEntry => "find_entry",
            Self::PutEntryIfAbsent => "put_entry_if_absent",
            Self::DeleteEntryIf => "delete_entry_if",
            Self::Count => "count",
            Self::Sweep => "sweep",
            Self::Ready => "ready",
        }
    }
}

/// What one call took.
#[derive(Debug, Clone, Copy)]
pub struct Measurement {
    /// The engine's name.
    pub engine: &'static str,
    /// Which call.
    pub operation: Operation,
    /// How it ended: `done`, or the kind of its error.
    pub outcome: &'static str,
    /// From the call to its answer, waiting in queues included.
    pub took: Duration,
}

/// Somebody who is told of every call.
pub trait StoreWatch: Send + Sync + fmt::Debug {
    /// A call has ended. Called on the caller's own task; must be quick.
    fn done(&self, measurement: &Measurement);
}

impl StoreError {
    /// Its kind in a word, for those who count.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "conflict",
            Self::Limit(_) => "limit",
            Self::Full(_) => "full",
            Self::Damaged(_) => "damaged",
            Self::Unavailable(_) => "unavailable",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// An engine of which every call is measured. Whoever lets go of a call is not waited for, and nothing is measured then.
#[derive(Debug)]
pub struct MeasuredStore {
    store: Arc<dyn Store>,
    watch: Arc<dyn StoreWatch>,
}

impl MeasuredStore {
    /// Measures `store` for `watch`.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, watch: Arc<dyn StoreWatch>) -> Self {
        Self { store, watch }
    }

    async fn measure<T>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let begun = Instant::now();
        let engine = self.store.engine();
        let span = tracing::info_span!(
            "store",
            otel.name = operation.name(),
            otel.kind = "client",
            db.system.name = engine,
            db.operation.name = operation.name(),
            error.type = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
        );
        let answer = call.instrument(span.clone()).await;
        let outcome = answer.as_ref().map_or_else(StoreError::kind, |_| "done");
        if let Err(error) = &answer {
            span.record("error.type", outcome);
            // Who loses a race decides again; that is no failure.
            if !matches!(error, StoreError::Conflict(_)) {
                span.record("otel.status_code", "ERROR");
            }
        }
        self.watch.done(&Measurement { engine, operation, outcome, took: begun.elapsed() });
        answer
    }
}

#[async_trait]
impl Store for MeasuredStore {
    async fn find(&self, partition: &Partition, key: &Key) -> Result<Option<Document>, StoreError> {
        self.measure(Operation::Find, self.store.find(partition, key)).await
    }

    async fn commit(&self, partition: &Partition, commit: Commit) -> Result<Committed, StoreError> {
        self.measure(Operation::Commit, self.store.commit(partition, commit)).await
    }

    async fn scan(&self, partition: &Partition, index: &Key, scan: Scan) -> Result<Scanned, StoreError> {
        self.measure(Operation::Scan, self.store.scan(partition, index, scan)).await
    }

    async fn events(
        &self,
        partition: &Partition,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.measure(Operation::Events, self.store.events(partition, after, limit)).await
    }

    async fn events_about(
        &self,
        partition: &Partition,
        about: &Key,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let call = self.store.events_about(partition, about, after, limit);
        self.measure(Operation::EventsAbout, call).await
    }

    async fn last_event(&self, partition: &Partition) -> Result<Position, StoreError> {
        self.measure(Operation::LastEvent, self.store.last_event(partition)).await
    }

    async fn find_entry(&self, partition: &Partition, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.measure(Operation::FindEntry, self.store.find_entry(partition, key)).await
    }

    async fn put_entry_if_absent(
        &self,
        partition: &Partition,
        key: &Key,
        bytes: &[u8],
        lifetime: SignedDuration,
    ) -> Result<bool, StoreError> {
        let call = self.store.put_entry_if_absent(partition, key, bytes, lifetime);
        self.measure(Operation::PutEntryIfAbsent, call).await
    }

    async fn delete_entry_if(
        &self,
        partition: &Partition,
        key: &Key,
        expected: &[u8],
    ) -> Result<bool, StoreError> {
        let call = self.store.delete_entry_if(partition, key, expected);
        self.measure(Operation::DeleteEntryIf, call).await
    }

    async fn count(
        &self,
        partition: &Partition,
        key: &Key,
        by: i64,
        lifetime: SignedDuration,
    ) -> Result<i64, StoreError> {
        self.measure(Operation::Count, self.store.count(partition, key, by, lifetime)).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.measure(Operation::Sweep, self.store.sweep(now, limit)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.measure(Operation::Ready, self.store.ready()).await
    }

    fn engine(&self) -> &'static str {
        self.store.engine()
    }

    fn waiting(&self) -> Option<usize> {
        self.store.waiting()
    }

    fn exclusive(&self) -> bool {
        self.store.exclusive()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::clock::SystemClock;
    use crate::store::Guard;
    use crate::store::embedded::EmbeddedStore;

    #[derive(Debug, Default)]
    struct Told(Mutex<Vec<(&'static str, &'static str)>>);

    impl StoreWatch for Told {
        fn done(&self, measurement: &Measurement) {
            assert_eq!(measurement.engine, "embedded");
            self.0.lock().unwrap().push((measurement.operation.name(), measurement.outcome));
        }
    }

    #[tokio::test]
    async fn every_call_is_told_with_how_it_ended_and_its_answer_is_the_engines() {
        let folder = tempfile::tempdir().unwrap();
        let engine = EmbeddedStore::open(folder.path().join("s.sqlite"), Arc::new(SystemClock)).unwrap();
        let told = Arc::new(Told::default());
        let store = MeasuredStore::new(Arc::new(engine), Arc::clone(&told) as Arc<dyn StoreWatch>);
        let partition = Partition::installation();
        let (key, hour) = (Key::new("a").unwrap(), SignedDuration::from_hours(1));
        let made = || Commit::new().guard(Guard::Absent(key.clone())).put(key.clone(), b"x".to_vec());
        let version = store.commit(&partition, made()).await.unwrap().version;
        assert_eq!(store.commit(&partition, made()).await, Err(StoreError::Conflict(key.clone())));
        assert_eq!(store.find(&partition, &key).await.unwrap().unwrap().version, version);
        let scan = Scan { limit: 1_001, ..Scan::default() };
        assert!(matches!(store.scan(&partition, &key, scan).await, Err(StoreError::Limit(_))));
        assert_eq!(store.events(&partition, Position(0), 1).await.unwrap(), []);
        assert_eq!(store.events_about(&partition, &key, Position(0), 1).await.unwrap(), []);
        assert_eq!(store.last_event(&partition).await.unwrap(), Position(0));
        assert!(store.put_entry_if_absent(&partition, &key, b"1", hour).await.unwrap());
        assert_eq!(store.count(&partition, &key, 2, hour).await.unwrap(), 3);
        assert_eq!(store.find_entry(&partition, &key).await.unwrap(), Some(b"3".to_vec()));
        assert!(store.delete_entry_if(&partition, &key, b"3").await.unwrap());
        assert_eq!(store.sweep(Timestamp::UNIX_EPOCH, 1).await.unwrap(), 0);
        store.ready().await.unwrap();
        assert_eq!((store.engine(), store.waiting(), store.exclusive()), ("embedded", Some(0), true));
        assert_eq!(
            *told.0.lock().unwrap(),
            [
                ("commit", "done"),
                ("commit", "conflict"),
                ("find", "done"),
                ("scan", "limit"),
                ("events", "done"),
                ("events_about", "done"),
                ("last_event", "done"),
                ("put_entry_if_absent", "done"),
                ("count", "done"),
                ("find_entry", "done"),
                ("delete_entry_if", "done"),
                ("sweep", "done"),
                ("ready", "done"),
            ]
        );
    }
}
