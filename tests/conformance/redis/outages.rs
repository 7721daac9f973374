//! A Redis that is gone, paused, full or emptied: what is said, and that it heals.

use std::sync::Arc;
use std::time::Duration;

use tegata::entropy::{Entropy, SystemEntropy};
use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Commit, Position, Store, StoreError};
use tokio::task::JoinSet;

use super::server::Server;
use super::writers::{Writers, said};
use super::{open, settings};
use crate::suite::subject::{MINUTE, here, key, put, there};

const KILLS: u64 = 12;

/// Settings that give up soon.
fn hasty(server: &Server) -> RedisSettings {
    RedisSettings {
        response_timeout: Duration::from_millis(300),
        replica_timeout: Duration::from_millis(100),
        connect_timeout: Duration::from_millis(300),
        patience: Duration::from_millis(500),
        ..settings(&server.url())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_was_acknowledged_survives_kill_9_of_redis_and_nothing_is_done_twice() {
    let mut server = Server::durable(&[]);
    let patient = RedisSettings { patience: Duration::from_mins(1), ..settings(&server.url()) };
    let store = Arc::new(open(patient).await.unwrap());
    let writers = Writers::start(&store);
    for kill in 0..KILLS {
        // Somewhere among the commits of this life.
        writers.go_on_for(20 + 37 * kill).await;
        server.kill();
        server.start_again();
    }
    writers.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_gone_is_unavailable_and_serves_again_when_it_is_back() {
    let mut server = Server::durable(&[]);
    let store = open(hasty(&server)).await.unwrap();
    store.commit(&here(), put("a", b"1").event(b"1".to_vec())).await.unwrap();
    server.kill();
    // The first one may meet a connection that is not known to be broken.
    assert!(store.commit(&here(), put("a", b"2")).await.is_err());
    for _ in 0..2 {
        let refused = store.commit(&here(), put("a", b"3")).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        let unread = store.find(&here(), &key("a")).await;
        assert!(matches!(unread, Err(StoreError::Unavailable(_))), "{unread:?}");
        assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    }
    server.start_again();
    assert_eq!(store.find(&here(), &key("a")).await.unwrap().unwrap().bytes, b"1");
    store.commit(&here(), put("a", b"4")).await.unwrap();
    store.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_redis_leaves_a_commit_in_doubt_for_a_bounded_time_and_makes_it_once() {
    let server = Server::durable(&[]);
    let store = open(hasty(&server)).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    server.pause();
    let began = tokio::time::Instant::now();
    let outcome = store.commit(&here(), Commit::new().event(b"doubtful".to_vec())).await;
    assert!(matches!(outcome, Err(StoreError::Unknown(_))), "{outcome:?}");
    assert!(matches!(store.find(&here(), &key("a")).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    server.resume();
    store.commit(&here(), Commit::new().event(b"sure".to_vec())).await.unwrap();
    let said = said(&store).await;
    assert!(said == ["doubtful", "sure"] || said == ["sure"], "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_who_ask_a_paused_redis_wait_no_longer_than_one() {
    let server = Server::durable(&[]);
    let store = Arc::new(open(hasty(&server)).await.unwrap());
    server.pause();
    let began = tokio::time::Instant::now();
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let store = Arc::clone(&store);
        asking.spawn(async move { store.find(&here(), &key("a")).await.is_err() });
    }
    assert!(asking.join_all().await.into_iter().all(|failed| failed));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_refuses_keeps_what_it_has_and_lets_room_be_made() {
    let server = Server::durable(&[]);
    let store = open(settings(&server.url())).await.unwrap();
    let mut value = vec![0; 200_000];
    SystemEntropy.fill(&mut value).unwrap();
    for number in 0..20 {
        store.commit(&here(), put(&format!("d{number}"), &value).event(b"made".to_vec())).await.unwrap();
    }
    let memory = server.cli(&["info", "memory"]);
    let used = memory.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    let used: u64 = used.trim().parse().unwrap();
    server.cli(&["config", "set", "maxmemory", &(used - 500_000).to_string()]);

    let full = |refused: StoreError| assert!(matches!(refused, StoreError::Full(_)), "{refused:?}");
    full(
        store.commit(&here(), put("new", b"1").delete(key("d0")).event(b"made".to_vec())).await.unwrap_err(),
    );
    full(store.commit(&there(), put("new", b"1")).await.unwrap_err());
    full(store.commit(&here(), Commit::new().event_about(key("d0"), b"1".to_vec())).await.unwrap_err());
    full(store.count(&here(), &key("n"), 1, MINUTE).await.unwrap_err());
    full(store.put_entry_if_absent(&here(), &key("e"), b"1", MINUTE).await.unwrap_err());
    full(store.ready().await.unwrap_err());
    // Nothing of what was refused is there, and all of the rest.
    assert_eq!(store.find(&here(), &key("new")).await, Ok(None));
    assert_eq!(store.last_event(&here()).await, Ok(Position(20)));
    for number in 0..20 {
        assert_eq!(store.find(&here(), &key(format!("d{number}"))).await.unwrap().unwrap().bytes, value);
    }
    let deletes = (0..8).fold(Commit::new(), |commit, number| commit.delete(key(format!("d{number}"))));
    store.commit(&here(), deletes).await.unwrap();
    store.ready().await.unwrap();
    store.commit(&here(), put("new", b"1").event(b"made".to_vec())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_into_a_redis_that_was_emptied_or_replaced() {
    let mut server = Server::durable(&[]);
    let settings = hasty(&server);
    let store = open(settings.clone()).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let refuses = async |store: &RedisStore| {
        for partition in [here(), there(), tegata::store::Partition::installation()] {
            let refused = store.commit(&partition, put("a", b"2")).await;
            assert!(
                matches!(&refused, Err(StoreError::Unavailable(text)) if text.contains("emptied")),
                "{refused:?}"
            );
        }
        assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    };
    server.cli(&["flushall"]);
    refuses(&store).await;
    // One that is started with another directory's data.
    server.kill();
    std::fs::remove_dir_all(server.directory.join("appendonlydir")).unwrap();
    server.start_again();
    let unread = store.find(&here(), &key("a")).await;
    assert!(matches!(unread, Err(StoreError::Unavailable(_))), "{unread:?}");
    refuses(&store).await;
    let new = open(settings).await.unwrap();
    new.commit(&here(), put("a", b"3")).await.unwrap();
    // A third one in its place, made by somebody else: what the first store knew is not there either.
    refuses(&store).await;
}

#[tokio::test]
async fn a_partition_that_vanished_is_not_made_anew() {
    let server = Server::durable(&[]);
    let settings = settings(&server.url());
    let store = open(settings.clone()).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    server.cli(&["del", &format!("{}:{{organization:here}}:head", settings.prefix)]);
    let refused = store.commit(&here(), put("b", b"2")).await;
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
    store.commit(&there(), put("a", b"1")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_replicas_it_should_wait_for_a_commit_is_in_doubt() {
    let server = Server::durable(&[]);
    let hasty = RedisSettings { wait_replicas: 1, ..hasty(&server) };
    let patient = RedisSettings { prefix: hasty.prefix.clone(), wait_replicas: 1, ..settings(&server.url()) };
    let store = open(hasty).await.unwrap();
    let doubtful = store.commit(&here(), put("a", b"1").event(b"1".to_vec())).await;
    assert!(
        matches!(&doubtful, Err(StoreError::Unknown(text)) if text.contains("wait_replicas")),
        "{doubtful:?}"
    );
    assert_eq!(said(&store).await, ["1"]);
    let port = server.port.to_string();
    let replica = Server::durable(&["--replicaof", "127.0.0.1", &port]);
    while !server.cli(&["info", "replication"]).contains("state=online") {}
    // One that waits as long as a busy machine takes.
    let store = open(patient).await.unwrap();
    let guard = tegata::store::Guard::Absent(key("a"));
    let conflict = store.commit(&here(), put("a", b"2").guard(guard)).await;
    assert_eq!(conflict, Err(StoreError::Conflict(key("a"))));
    store.commit(&here(), put("a", b"2")).await.unwrap();
    drop(replica);
}
