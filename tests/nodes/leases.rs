//! Leases on Redis; what they promise is told and tried in `src/operations/lease.rs` as well.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tegata::clock::ManualClock;
use tegata::entropy::SystemEntropy;
use tegata::operations::Leases;
use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Commit, Key, Partition, Store};

use crate::redis::Server;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test]
async fn a_node_that_was_paused_past_its_lease_changes_nothing_in_redis_any_more() {
    let redis = Server::durable(&[]);
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let node = async || {
        let settings = RedisSettings::new(redis.url().parse().unwrap());
        let store = RedisStore::open(settings, clock.clone(), &SystemEntropy).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        (Arc::clone(&store), Leases::new(store, clock.clone(), &SystemEntropy).unwrap())
    };
    let ((paused, old_leases), (other, new_leases)) = (node().await, node().await);
    // Work for an organization is under a lease in that organization's partition.
    for partition in [Partition::installation(), Partition::organization("here").unwrap()] {
        let take = async |leases: &Leases| leases.take(&partition, "notices", MINUTE).await.unwrap();
        let old = take(&old_leases).await.unwrap();
        assert_eq!((old.number, take(&new_leases).await), (1, None));
        clock.advance(MINUTE);
        let new = take(&new_leases).await.unwrap();
        assert_eq!(new.number, 2);
        let effect =
            |number: u64| Commit::new().put(Key::new("effect").unwrap(), vec![u8::try_from(number).unwrap()]);
        let late = paused.commit(&partition, effect(1).guard(old.guard())).await.unwrap_err();
        assert!(old.is_lost(&late), "{late}");
        other.commit(&partition, effect(2).guard(new.guard())).await.unwrap();
        let kept = other.find(&partition, &Key::new("effect").unwrap()).await.unwrap().unwrap();
        assert_eq!(kept.bytes, [2]);
    }
}
