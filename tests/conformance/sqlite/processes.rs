//! Several processes on one file.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tegata::store::embedded::{EmbeddedStore, OpenOptions};
use tegata::store::{Commit, Guard, Store, StoreError};
use tokio::task::JoinSet;

use super::{Place, bytes, open_with, process, store_of_this_process};
use crate::suite::subject::{MINUTE, here, key, put};

const PROCESSES: usize = 3;
const ROUNDS: usize = 60;

/// Adds one to the number in `sum` as often as asked for, each time from what it read.
async fn add_up(store: &EmbeddedStore, rounds: usize) {
    for _ in 0..rounds {
        loop {
            let found = store.find(&here(), &key("sum")).await.unwrap();
            let (guard, sum) = match found {
                None => (Guard::Absent(key("sum")), 0),
                Some(document) => {
                    let sum: usize = String::from_utf8(document.bytes).unwrap().parse().unwrap();
                    (Guard::Version(key("sum"), document.version), sum)
                }
            };
            let next = (sum + 1).to_string();
            let commit = put("sum", next.as_bytes()).guard(guard).event(next.into_bytes());
            match store.commit(&here(), commit).await {
                Ok(_) => break,
                Err(error) => assert_eq!(error, StoreError::Conflict(key("sum"))),
            }
        }
        store.count(&here(), &key("count"), 1, MINUTE).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_of_any_process_is_lost() {
    if let Some(path) = store_of_this_process() {
        let store = open_with(&path, &OpenOptions::default()).unwrap();
        return add_up(&store, ROUNDS).await;
    }
    // The first to come makes the store, all of them at once.
    let place = Place::new();
    let mut others: Vec<_> = (0..PROCESSES)
        .map(|_| {
            process("sqlite::processes::no_change_of_any_process_is_lost", &place.file()).spawn().unwrap()
        })
        .collect();
    let store = place.open();
    add_up(&store, ROUNDS).await;
    for other in &mut others {
        assert!(other.wait().unwrap().success());
    }
    let sum = (PROCESSES + 1) * ROUNDS;
    assert_eq!(bytes(&store, &key("sum")).await, Some(sum.to_string().into_bytes()));
    assert_eq!(store.find_entry(&here(), &key("count")).await, Ok(Some(sum.to_string().into_bytes())));
    let events = store.events(&here(), tegata::store::Position::default(), 1_000).await.unwrap();
    assert!(
        events
            .into_iter()
            .map(|event| event.bytes)
            .eq((1..=sum).map(|number| number.to_string().into_bytes()))
    );
    store.check().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_racers_in_two_stores_on_one_file_exactly_one_wins() {
    let place = Place::new();
    let stores = [Arc::new(place.open()), Arc::new(place.open())];
    let version = stores[0].commit(&here(), put("a", b"before")).await.unwrap().version;
    let mut racers = JoinSet::new();
    for racer in 0..200 {
        let store = Arc::clone(&stores[racer % 2]);
        let commit = put("a", racer.to_string().as_bytes()).guard(Guard::Version(key("a"), version));
        racers.spawn(async move { (racer, store.commit(&here(), commit).await) });
    }
    let mut winners = Vec::new();
    for (racer, outcome) in racers.join_all().await {
        match outcome {
            Ok(_) => winners.push(racer),
            Err(error) => assert_eq!(error, StoreError::Conflict(key("a"))),
        }
    }
    assert_eq!(winners.len(), 1);
    for store in stores {
        assert_eq!(bytes(&store, &key("a")).await, Some(winners[0].to_string().into_bytes()));
    }
}

#[tokio::test]
async fn what_one_process_acknowledged_the_other_one_sees() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    for round in 0..50_u8 {
        let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        writer.commit(&here(), put("a", &[round])).await.unwrap();
        assert_eq!(bytes(reader, &key("a")).await, Some(vec![round]));
    }
}

#[tokio::test]
async fn a_file_that_another_process_keeps_locked_is_unavailable_and_free_again_later() {
    let place = Place::new();
    let options = OpenOptions { lock_wait: Duration::from_millis(20), ..OpenOptions::default() };
    let store = open_with(&place.file(), &options).unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let mut other = Connection::open(place.file()).unwrap();
    let lock = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let refused = store.commit(&here(), put("a", b"2")).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    // Reading goes on.
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"1"[..]));
    lock.rollback().unwrap();
    store.commit(&here(), put("a", b"3")).await.unwrap();
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"3"[..]));
}

#[tokio::test]
async fn nothing_is_acknowledged_into_a_file_that_was_removed_or_replaced() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let moved = place.0.path().join("moved");
    std::fs::rename(place.file(), &moved).unwrap();
    for replaced in [false, true] {
        if replaced {
            std::fs::copy(&moved, place.file()).unwrap();
        }
        let refused = store.commit(&here(), put("a", b"2")).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert!(refused.unwrap_err().to_string().contains("start this process again"));
        assert!(store.ready().await.is_err());
    }
    std::fs::rename(&moved, place.file()).unwrap();
    store.commit(&here(), put("a", b"3")).await.unwrap();
}

#[tokio::test]
async fn a_process_stops_writing_once_a_newer_one_has_taken_over() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    Connection::open(place.file()).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let refused = store.commit(&here(), Commit::new().delete(key("a"))).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"1"[..]));
}
