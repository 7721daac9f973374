//! Volatile entries whose time is over are taken off the disk.

use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// The most entries that one commit removes, so that others never wait long.
const BATCH: usize = 500;

/// Removes everything that has expired; says how much that was. It needs no lease to be right: what had expired when it began
/// is removed, however late, and whatever was put since has another end.
///
/// # Errors
/// When the store fails; what was removed before is gone.
pub async fn sweep(store: &dyn Store, clock: &dyn Clock) -> Result<usize, StoreError> {
    let mut removed = 0;
    loop {
        let batch = store.sweep(clock.now(), BATCH).await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::sync::Arc;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::clock::ManualClock;
    use crate::store::embedded::EmbeddedStore;
    use crate::store::{Key, Partition};

    #[tokio::test]
    async fn only_what_has_expired_is_removed_however_much_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let store =
            EmbeddedStore::open(directory.path().join("s.sqlite"), Arc::clone(&clock) as Arc<dyn Clock>)
                .unwrap();
        let partition = Partition::installation();
        let put = |name: String, hours| {
            let (store, partition) = (&store, &partition);
            async move {
                let key = Key::new(name).unwrap();
                let lifetime = SignedDuration::from_hours(hours);
                assert!(store.put_entry_if_absent(partition, &key, b"x", lifetime).await.unwrap());
            }
        };
        for i in 0..BATCH + 20 {
            put(format!("short/{i}"), 1).await;
        }
        put("long".to_owned(), 3).await;
        clock.advance(SignedDuration::from_hours(2));
        assert_eq!(sweep(&store, clock.as_ref()).await.unwrap(), BATCH + 20);
        assert_eq!(sweep(&store, clock.as_ref()).await.unwrap(), 0);
        assert!(store.find_entry(&partition, &Key::new("long").unwrap()).await.unwrap().is_some());
    }
}
