//! Writers that commit as fast as they can, and know what was acknowledged to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tegata::store::redis::RedisStore;
use tegata::store::{Position, Store};
use tokio::task::JoinSet;

use crate::suite::subject::{here, put};

const WRITERS: usize = 8;

pub struct Writers {
    store: Arc<RedisStore>,
    stop: Arc<AtomicBool>,
    at_work: JoinSet<(usize, u32)>,
}

/// All events, as text.
pub async fn said(store: &RedisStore) -> Vec<String> {
    let mut said = Vec::new();
    let mut after = Position::default();
    loop {
        let events = store.events(&here(), after, 1_000).await.unwrap();
        let Some(last) = events.last() else { return said };
        after = last.position;
        said.extend(events.into_iter().map(|event| String::from_utf8(event.bytes).unwrap()));
    }
}

impl Writers {
    /// Every writer has a document of its own, and says in an event which round it is. There is no guard, so that nothing but
    /// the engine keeps a round from being made twice.
    pub fn start(store: &Arc<RedisStore>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut at_work = JoinSet::new();
        for writer in 0..WRITERS {
            let (store, stop) = (Arc::clone(store), Arc::clone(&stop));
            at_work.spawn(async move {
                let mut rounds = 0;
                while !stop.load(Ordering::Relaxed) {
                    let event = format!("{writer}/{rounds}").into_bytes();
                    store.commit(&here(), put(&format!("w{writer}"), &event).event(event)).await.unwrap();
                    rounds += 1;
                }
                (writer, rounds)
            });
        }
        Self { store: Arc::clone(store), stop, at_work }
    }

    /// Lets them make so many commits more.
    pub async fn go_on_for(&self, commits: u64) {
        let Position(now) = self.store.last_event(&here()).await.unwrap();
        while self.store.last_event(&here()).await.unwrap() < Position(now + commits) {}
    }

    /// Stops them. Every round that was acknowledged must be there, in its order, once.
    pub async fn finish(self) {
        self.stop.store(true, Ordering::Relaxed);
        let rounds = self.at_work.join_all().await;
        let said = said(&self.store).await;
        for (writer, rounds) in rounds {
            let prefix = format!("{writer}/");
            let own: Vec<_> = said.iter().filter_map(|event| event.strip_prefix(&prefix)).collect();
            assert_eq!(own, (0..rounds).map(|round| round.to_string()).collect::<Vec<_>>());
            assert!(rounds > 0);
        }
    }
}
