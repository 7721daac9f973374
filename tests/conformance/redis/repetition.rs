//! A change is made once, whatever the network does to its question and its answer.

use std::time::Duration;

use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Commit, Guard, Position, Store, StoreError};

use super::proxy::Proxy;
use super::server::Server;
use super::{open, settings};
use crate::suite::subject::{MINUTE, here, key, put};

/// A store behind a proxy, and one that reaches the same Redis without it.
async fn behind(proxy: &Proxy, server: &Server, quick: bool) -> (RedisStore, RedisStore) {
    let mut through = RedisSettings { connections: 1, ..settings(&proxy.url()) };
    if quick {
        through.response_timeout = Duration::from_millis(300);
        through.replica_timeout = Duration::from_millis(100);
    }
    let direct = RedisSettings { prefix: through.prefix.clone(), ..settings(&server.url()) };
    let store = open(through).await.unwrap();
    store.commit(&here(), put("there", b"1")).await.unwrap();
    (store, open(direct).await.unwrap())
}

async fn events(store: &RedisStore) -> Vec<Vec<u8>> {
    let events = store.events(&here(), Position::default(), 1_000).await.unwrap();
    events.into_iter().map(|event| event.bytes).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_when_its_answer_was_lost_is_known_and_not_done_again() {
    let server = Server::durable(&[]);
    let proxy = Proxy::to(server.port).await;
    let (store, direct) = behind(&proxy, &server, false).await;

    proxy.lose_the_next_answer();
    let commit = put("a", b"1").guard(Guard::Absent(key("a"))).event(b"made".to_vec());
    let made = store.commit(&here(), commit.clone()).await.unwrap();
    let found = direct.find(&here(), &key("a")).await.unwrap().unwrap();
    assert_eq!(found.version, made.version);
    assert_eq!(made.last_event, Some(Position(1)));
    assert_eq!(events(&direct).await, [b"made"]);

    proxy.lose_the_next_answer();
    assert_eq!(store.commit(&here(), commit).await, Err(StoreError::Conflict(key("a"))));
    assert_eq!(events(&direct).await, [b"made"]);

    proxy.lose_the_next_answer();
    assert_eq!(store.count(&here(), &key("n"), 1, MINUTE).await, Ok(1));
    proxy.lose_the_next_answer();
    assert_eq!(store.put_entry_if_absent(&here(), &key("e"), b"1", MINUTE).await, Ok(true));
    proxy.lose_the_next_answer();
    assert_eq!(store.delete_entry_if(&here(), &key("e"), b"1").await, Ok(true));
    assert_eq!(direct.count(&here(), &key("n"), 0, MINUTE).await, Ok(1));

    proxy.lose_the_next_answer();
    assert_eq!(store.find(&here(), &key("a")).await.unwrap(), Some(found));
    proxy.lose_the_next_answer();
    assert_eq!(store.ready().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_arrives_after_its_repetition_changes_nothing() {
    let server = Server::durable(&[]);
    let proxy = Proxy::to(server.port).await;
    let (store, direct) = behind(&proxy, &server, true).await;
    proxy.hold_the_next_request();
    store.commit(&here(), Commit::new().event(b"once".to_vec())).await.unwrap();
    assert_eq!(events(&direct).await, [b"once"]);
    proxy.held().await;
    proxy.release().await;
    assert_eq!(events(&direct).await, [b"once"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_at_its_repetition_stays_refused_when_it_arrives() {
    let server = Server::durable(&[]);
    let proxy = Proxy::to(server.port).await;
    let (store, direct) = behind(&proxy, &server, true).await;
    proxy.hold_the_next_request();
    let late = put("a", b"late").guard(Guard::Absent(key("a"))).event(b"late".to_vec());
    let late = tokio::spawn(async move { store.commit(&here(), late).await });
    proxy.held().await;
    direct.commit(&here(), put("a", b"early")).await.unwrap();
    assert_eq!(late.await.unwrap(), Err(StoreError::Conflict(key("a"))));
    // Now its guard would hold.
    direct.commit(&here(), Commit::new().delete(key("a"))).await.unwrap();
    proxy.release().await;
    assert_eq!(direct.find(&here(), &key("a")).await, Ok(None));
    assert_eq!(events(&direct).await, [b""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_change_of_a_partition_is_made_once_too() {
    let server = Server::durable(&[]);
    let proxy = Proxy::to(server.port).await;
    let (store, direct) = behind(&proxy, &server, true).await;
    let there = crate::suite::subject::there();
    proxy.hold_the_next_request();
    store.commit(&there, Commit::new().event(b"once".to_vec())).await.unwrap();
    proxy.held().await;
    proxy.release().await;
    assert_eq!(direct.last_event(&there).await, Ok(Position(1)));
}

#[tokio::test]
async fn scripts_that_redis_forgot_are_given_to_it_again() {
    let server = Server::durable(&[]);
    let store = open(settings(&server.url())).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    server.cli(&["script", "flush"]);
    store.commit(&here(), put("a", b"2").event_about(key("a"), b"2".to_vec())).await.unwrap();
    server.cli(&["script", "flush"]);
    assert_eq!(store.count(&here(), &key("n"), 1, MINUTE).await, Ok(1));
    server.cli(&["script", "flush"]);
    let about = store.events_about(&here(), &key("a"), Position::default(), 10).await.unwrap();
    assert_eq!(about.len(), 1);
}
