//! A whole store goes from one engine to another, into a file and back, whatever comes in between.

mod copies;
mod files;
mod refusals;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use tegata::clock::ManualClock;
use tegata::entropy::SystemEntropy;
use tegata::store::embedded::{EmbeddedStore, IncomingFile};
use tegata::store::redis::{IncomingRedis, OpenError, RedisSettings, RedisStore};
use tegata::store::transfer::{Progress, TransferError, Transferred, copy, digest};
use tegata::store::{Commit, Contents, Digest, Head, Incoming, Partition, Row, Store, StoreError};

use crate::redis::new_settings as settings;
use crate::suite::subject::{MINUTE, here, key, noon, place, there};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(noon()))
}

fn embedded(path: &Path) -> EmbeddedStore {
    EmbeddedStore::open(path, clock()).unwrap()
}

async fn redis(settings: &RedisSettings) -> Result<RedisStore, OpenError> {
    RedisStore::open(RedisSettings { create: false, ..settings.clone() }, clock(), &SystemEntropy).await
}

async fn incoming_redis(settings: &RedisSettings) -> Result<IncomingRedis, OpenError> {
    IncomingRedis::open(settings.clone(), clock(), &SystemEntropy).await
}

fn incoming_file(path: &Path) -> IncomingFile {
    IncomingFile::open(path, clock()).unwrap()
}

fn silent() -> impl FnMut(Progress) + Send {
    |_| {}
}

async fn copied(source: &dyn Contents, target: &dyn Incoming) -> Result<Transferred, TransferError> {
    copy(source, target, &mut silent()).await
}

/// Several partitions, more rows of each kind than a page has, bytes of every kind, entries that live and that have expired.
async fn fill(store: &dyn Store) {
    for batch in 0..4_u8 {
        let commit = (0..240).fold(Commit::new(), |commit, number| {
            let name = format!("enrollment/{batch}-{number}");
            let bytes = if number % 7 == 0 {
                vec![batch, 0, 255, 128]
            } else {
                format!("{{\"n\":{number}}}").into_bytes()
            };
            commit
                .put(key(&name), bytes)
                .index(place("by-number", format!("{batch}/{number:04}"), &name))
                .event_about(key(&name), vec![batch; 40])
                .event_about(key("busy"), vec![number; 3])
        });
        store.commit(&here(), commit).await.unwrap();
    }
    for batch in 0..3_u32 {
        let commit = (0..900).fold(Commit::new(), |commit, number| {
            commit.put(key(format!("code/{batch}-{number}")), number.to_string().into_bytes())
        });
        store.commit(&Partition::installation(), commit).await.unwrap();
    }
    store.commit(&there(), Commit::new().event(b"alone".to_vec())).await.unwrap();
    for number in 0..300 {
        let (name, lifetime) =
            (key(format!("ticket/{number}")), SignedDuration::from_millis(1 + number * 100));
        store.put_entry_if_absent(&here(), &name, &[0, 255, 7], lifetime).await.unwrap();
    }
    store.count(&there(), &key("counter"), 12, MINUTE).await.unwrap();
}

/// The heads and digests of everything.
async fn summary(store: &dyn Contents) -> Vec<(Head, Digest)> {
    let mut summary = Vec::new();
    for head in store.partitions().await.unwrap() {
        let digest = digest(store, &head.partition, &mut |_| {}).await.unwrap();
        summary.push((head, digest));
    }
    summary
}

/// What happens to a target in the middle.
type Mishap<'a> = Box<dyn Fn() -> BoxFuture<'a, Result<(), StoreError>> + Send + Sync + 'a>;

/// A target that something happens to at one of its writes.
struct Interrupted<'a> {
    target: &'a dyn Incoming,
    left: AtomicU32,
    mishap: Mishap<'a>,
}

impl<'a> Interrupted<'a> {
    fn at(write: u32, target: &'a dyn Incoming, mishap: Mishap<'a>) -> Self {
        Self { target, left: AtomicU32::new(write), mishap }
    }

    /// A target that fails at one of its writes.
    fn broken_at(write: u32, target: &'a dyn Incoming) -> Self {
        let mishap = || async { Err(StoreError::Unavailable("cut".to_owned())) }.boxed();
        Self::at(write, target, Box::new(mishap))
    }
}

#[async_trait]
impl Incoming for Interrupted<'_> {
    async fn noted(&self) -> Result<Option<String>, StoreError> {
        self.target.noted().await
    }

    async fn note(&self, text: &str) -> Result<(), StoreError> {
        self.target.note(text).await
    }

    async fn restore(&self, partition: &Partition, rows: Vec<Row>) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            (self.mishap)().await?;
        }
        self.target.restore(partition, rows).await
    }

    async fn restore_head(&self, head: &Head) -> Result<(), StoreError> {
        self.target.restore_head(head).await
    }

    fn contents(&self) -> &dyn Contents {
        self.target.contents()
    }

    async fn finish(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}
