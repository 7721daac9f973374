//! Leases: of several nodes, one does the work that runs by itself.
//!
//! A lease is a document in the partition that its work changes. It is judged by the clock of whoever looks, so that it only
//! keeps nodes from doing the same work twice; what keeps a node from acting late, after a pause or with a wrong clock, is the
//! guard: every commit of the work demands that the lease stands as it was taken ([`Held::guard`]). Its number grows with
//! every taking and is never given twice.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::entropy::{Entropy, EntropyError};
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, Guard, Key, KeyError, Partition, Store, StoreError, Version};

/// No two nodes with clocks that are right are so far apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(1);

/// Who does a work, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    /// The node's name.
    holder: String,
    /// From then on, another may take it.
    until: Timestamp,
    /// How often it was taken.
    number: u64,
}

impl Record for Lease {
    const NAME: &'static str = "lease";
    const FORMAT: u32 = 1;
}

/// Takes leases for one node.
#[derive(Debug, Clone)]
pub struct Leases {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    node: String,
}

/// A lease that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its number: greater than that of every taking before.
    pub number: u64,
    /// Until when nobody else takes it.
    pub until: Timestamp,
    key: Key,
    version: Version,
}

impl Held {
    /// What every commit of the work must demand: that nobody took the lease since.
    #[must_use]
    pub fn guard(&self) -> Guard {
        Guard::Version(self.key.clone(), self.version)
    }

    /// Whether a commit failed since somebody took the lease.
    #[must_use]
    pub fn is_lost(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Conflict(key) if *key == self.key)
    }
}

impl Leases {
    /// Takes leases under a name of this node's own.
    ///
    /// # Errors
    /// When there is no randomness for the name.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, EntropyError> {
        let name: [u8; 8] = entropy.bytes()?;
        Ok(Self { store, clock, node: hex::encode(name) })
    }

    /// Takes the lease on `work` in `partition`, or takes it anew where this node has it; `None` while another node has it.
    /// What was held before is lost with that.
    ///
    /// # Errors
    /// When the store fails, or `work` is no key.
    pub async fn take(
        &self,
        partition: &Partition,
        work: &str,
        length: SignedDuration,
    ) -> Result<Option<Held>, StoreError> {
        let unfit = |error: KeyError| StoreError::Limit(error.to_string());
        let key = Key::new(format!("lease/{work}")).map_err(unfit)?;
        let now = self.clock.now();
        let (guard, number) = match self.store.find(partition, &key).await? {
            None => (Guard::Absent(key.clone()), 1),
            Some(document) => {
                let lease: Lease = decode(&document.bytes)?;
                let longest = now.checked_add(length + CLOCKS_APART).unwrap_or(Timestamp::MAX);
                // One that would last longer than any was taken by a clock that was wrong.
                if lease.holder != self.node && now < lease.until && lease.until <= longest {
                    return Ok(None);
                }
                (Guard::Version(key.clone(), document.version), lease.number + 1)
            }
        };
        let until = now.checked_add(length).unwrap_or(Timestamp::MAX);
        let lease = Lease { holder: self.node.clone(), until, number };
        let commit = Commit::new().guard(guard).put(key.clone(), encode(&lease)?);
        match self.store.commit(partition, commit).await {
            Ok(committed) => Ok(Some(Held { number, until, key, version: committed.version })),
            // Another node was quicker.
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets others take the lease at once, when the work is done. Where somebody took it meanwhile, nothing happens.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release(&self, partition: &Partition, held: Held) -> Result<(), StoreError> {
        let lease = Lease { holder: self.node.clone(), until: self.clock.now(), number: held.number };
        let commit = Commit::new().guard(held.guard()).put(held.key.clone(), encode(&lease)?);
        match self.store.commit(partition, commit).await {
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::entropy::SystemEntropy;
    use crate::store::embedded::EmbeddedStore;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    struct Ground {
        store: Arc<dyn Store>,
        clock: Arc<ManualClock>,
        _directory: tempfile::TempDir,
    }

    impl Ground {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
            let store = EmbeddedStore::open(directory.path().join("s.sqlite"), clock.clone()).unwrap();
            Self { store: Arc::new(store), clock, _directory: directory }
        }

        fn node(&self) -> Leases {
            Leases::new(Arc::clone(&self.store), self.clock.clone(), &SystemEntropy).unwrap()
        }
    }

    async fn take(node: &Leases) -> Option<Held> {
        node.take(&Partition::installation(), "sweep", MINUTE).await.unwrap()
    }

    #[tokio::test]
    async fn one_node_has_a_lease_until_it_ends_and_its_number_only_grows() {
        let ground = Ground::new();
        let (one, two) = (ground.node(), ground.node());
        assert_eq!(take(&one).await.unwrap().number, 1);
        assert_eq!(take(&two).await, None);
        assert_eq!(take(&one).await.unwrap().number, 2);
        ground.clock.advance(MINUTE - SignedDuration::from_millis(1));
        assert_eq!(take(&two).await, None);
        ground.clock.advance(SignedDuration::from_millis(1));
        assert_eq!(take(&two).await.unwrap().number, 3);
        assert_eq!(take(&one).await, None);
        // Another work is another lease.
        let other = one.take(&Partition::installation(), "notices", MINUTE).await.unwrap();
        assert_eq!(other.unwrap().number, 1);
    }

    #[tokio::test]
    async fn a_lease_from_a_clock_that_is_an_hour_ahead_keeps_nobody_from_the_work() {
        let ground = Ground::new();
        let (ahead, right) = (ground.node(), ground.node());
        ground.clock.advance(SignedDuration::from_hours(1));
        let wrong = take(&ahead).await.unwrap();
        ground.clock.advance(SignedDuration::from_hours(-1));
        let held = take(&right).await.unwrap();
        assert_eq!(held.number, 2);
        let late = Commit::new().guard(wrong.guard());
        assert!(wrong.is_lost(&ground.store.commit(&Partition::installation(), late).await.unwrap_err()));
        // A little ahead is not wrong.
        ground.clock.advance(SignedDuration::from_secs(-30));
        assert_eq!(take(&ahead).await, None);
    }

    #[tokio::test]
    async fn a_node_that_was_paused_past_its_lease_changes_nothing_any_more() {
        let ground = Ground::new();
        let (paused, other) = (ground.node(), ground.node());
        let installation = Partition::installation();
        let effect = |held: &Held| {
            let key = Key::new("effect").unwrap();
            ground.store.commit(
                &installation,
                Commit::new().guard(held.guard()).put(key, held.number.to_string().into_bytes()),
            )
        };
        let old = take(&paused).await.unwrap();
        effect(&old).await.unwrap();
        ground.clock.advance(MINUTE);
        let new = take(&other).await.unwrap();
        // Its work has not begun yet, and still the old one is over.
        let late = effect(&old).await.unwrap_err();
        assert!(old.is_lost(&late), "{late}");
        effect(&new).await.unwrap();
        assert!(old.is_lost(&effect(&old).await.unwrap_err()));
        let kept = ground.store.find(&installation, &Key::new("effect").unwrap()).await.unwrap().unwrap();
        assert_eq!(kept.bytes, b"2");
    }

    #[tokio::test]
    async fn a_lease_that_was_released_is_free_and_the_one_who_released_it_does_nothing_more() {
        let ground = Ground::new();
        let (one, two) = (ground.node(), ground.node());
        let installation = Partition::installation();
        let first = take(&one).await.unwrap();
        one.release(&installation, first.clone()).await.unwrap();
        let second = take(&two).await.unwrap();
        assert_eq!(second.number, 2);
        // Too late: it is another's.
        one.release(&installation, first.clone()).await.unwrap();
        assert_eq!(take(&one).await, None);
        let late = Commit::new().guard(first.guard());
        assert!(first.is_lost(&ground.store.commit(&installation, late).await.unwrap_err()));
    }

    #[tokio::test]
    async fn of_many_that_ask_at_the_same_time_one_gets_it() {
        let ground = Ground::new();
        let nodes: Vec<_> = (0..20).map(|_| ground.node()).collect();
        let taken = futures_util::future::join_all(nodes.iter().map(take)).await;
        assert_eq!(taken.into_iter().flatten().count(), 1);
    }
}
