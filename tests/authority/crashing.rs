//! A store whose process dies at a chosen commit: before it is done, or after it is done and before anybody is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tegata::store::{
    Commit, Committed, Document, Event, Key, Partition, Position, Scan, Scanned, Store, StoreError,
};

/// At which side of the last commit the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

#[derive(Debug)]
pub struct CrashingStore {
    inner: Arc<dyn Store>,
    /// Changes that are still done; negative: no crash is planned.
    left: AtomicI64,
    after: bool,
    dead: AtomicBool,
}

impl CrashingStore {
    /// Over `inner`; with a `plan`, so many changes are done and the next one is the last.
    pub fn new(inner: Arc<dyn Store>, plan: Option<(u8, Side)>) -> Self {
        Self {
            inner,
            left: AtomicI64::new(plan.map_or(-1, |(changes, _)| i64::from(changes))),
            after: plan.is_some_and(|(_, side)| side == Side::After),
            dead: AtomicBool::new(false),
        }
    }

    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    fn alive(&self) -> Result<(), StoreError> {
        if self.is_dead() { Err(StoreError::Unavailable("the process is dead".into())) } else { Ok(()) }
    }

    /// Whether this change is the one at which the process dies.
    fn dies_now(&self) -> bool {
        let dies = self.left.load(Ordering::SeqCst) >= 0 && self.left.fetch_sub(1, Ordering::SeqCst) == 0;
        if dies {
            self.dead.store(true, Ordering::SeqCst);
        }
        dies
    }

    fn killed<T>() -> Result<T, StoreError> {
        Err(StoreError::Unknown("the process was killed".into()))
    }
}

macro_rules! change {
    ($self:ident, $done:expr) => {{
        $self.alive()?;
        if $self.dies_now() {
            if $self.after {
                let _ = $done;
            }
            return Self::killed();
        }
        $done
    }};
}

#[async_trait]
impl Store for CrashingStore {
    async fn find(&self, partition: &Partition, key: &Key) -> Result<Option<Document>, StoreError> {
        self.alive()?;
        self.inner.find(partition, key).await
    }

    async fn commit(&self, partition: &Partition, commit: Commit) -> Result<Committed, StoreError> {
        change!(self, self.inner.commit(partition, commit).await)
    }

    async fn scan(&self, partition: &Partition, index: &Key, scan: Scan) -> Result<Scanned, StoreError> {
        self.alive()?;
        self.inner.scan(partition, index, scan).await
    }

    async fn events(
        &self,
        partition: &Partition,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.alive()?;
        self.inner.events(partition, after, limit).await
    }

    async fn events_about(
        &self,
        partition: &Partition,
        about: &Key,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.alive()?;
        self.inner.events_about(partition, about, after, limit).await
    }

    async fn last_event(&self, partition: &Partition) -> Result<Position, StoreError> {
        self.alive()?;
        self.inner.last_event(partition).await
    }

    async fn find_entry(&self, partition: &Partition, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.alive()?;
        self.inner.find_entry(partition, key).await
    }

    async fn put_entry_if_absent(
        &self,
        partition: &Partition,
        key: &Key,
        bytes: &[u8],
        lifetime: SignedDuration,
    ) -> Result<bool, StoreError> {
        change!(self, self.inner.put_entry_if_absent(partition, key, bytes, lifetime).await)
    }

    async fn delete_entry_if(
        &self,
        partition: &Partition,
        key: &Key,
        expected: &[u8],
    ) -> Result<bool, StoreError> {
        change!(self, self.inner.delete_entry_if(partition, key, expected).await)
    }

    async fn count(
        &self,
        partition: &Partition,
        key: &Key,
        by: i64,
        lifetime: SignedDuration,
    ) -> Result<i64, StoreError> {
        change!(self, self.inner.count(partition, key, by, lifetime).await)
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.alive()?;
        self.inner.sweep(now, limit).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.alive()?;
        self.inner.ready().await
    }

    fn engine(&self) -> &'static str {
        "crashing"
    }

    fn exclusive(&self) -> bool {
        self.inner.exclusive()
    }
}
