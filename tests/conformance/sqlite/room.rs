//! A full disk, and a log that must not fill it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use tegata::store::embedded::{EmbeddedStore, OpenOptions};
use tegata::store::{Commit, Position, Store, StoreError};
use tokio::task::JoinSet;

use super::{Place, bytes, open_with};
use crate::suite::subject::{here, key, put};

#[tokio::test]
async fn a_full_store_refuses_keeps_what_it_has_and_works_again_when_there_is_room() {
    let place = Place::new();
    let options = OpenOptions { max_bytes: Some(1 << 20), ..OpenOptions::default() };
    let store = open_with(&place.file(), &options).unwrap();
    let value = vec![7; 20_000];
    let mut kept = 0_u32;
    let refused = loop {
        match store.commit(&here(), put(&format!("d{kept}"), &value).event(b"made".to_vec())).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 60);
    };
    assert!(matches!(refused, StoreError::Full(_)), "{refused:?}");
    assert!(kept > 40);
    assert!(matches!(store.ready().await, Err(StoreError::Full(_))));
    for number in 0..kept {
        assert_eq!(bytes(&store, &key(format!("d{number}"))).await.as_ref(), Some(&value));
    }
    // Nothing of the refused one is there.
    assert_eq!(bytes(&store, &key(format!("d{kept}"))).await, None);
    let events = store.events(&here(), Position::default(), 1_000).await.unwrap();
    assert_eq!(events.len(), usize::try_from(kept).unwrap());
    let deletes = (0..5).fold(Commit::new(), |commit, number| commit.delete(key(format!("d{number}"))));
    store.commit(&here(), deletes).await.unwrap();
    store.ready().await.unwrap();
    store.commit(&here(), put("again", &value).event(b"made".to_vec())).await.unwrap();
    store.check().unwrap();
    drop(store);
    let store = place.open();
    assert_eq!(bytes(&store, &key("again")).await, Some(value));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_commit_that_does_not_fit_leaves_those_beside_it_alone() {
    let place = Place::new();
    let options = OpenOptions { max_bytes: Some(1 << 20), ..OpenOptions::default() };
    let store = Arc::new(open_with(&place.file(), &options).unwrap());
    let mut neighbours = JoinSet::new();
    for number in 0..120 {
        let store = Arc::clone(&store);
        let large = number % 2 == 0;
        let value = vec![1; if large { 1 << 20 } else { 10 }];
        neighbours.spawn(async move {
            let commit = put(&format!("d{number}"), &value).put(key(format!("e{number}")), value);
            (number, large, store.commit(&here(), commit).await)
        });
    }
    for (number, large, outcome) in neighbours.join_all().await {
        if large {
            assert!(matches!(outcome, Err(StoreError::Full(_))), "{outcome:?}");
        } else {
            outcome.unwrap();
        }
        for half in ["d", "e"] {
            assert_eq!(bytes(&store, &key(format!("{half}{number}"))).await.is_none(), large);
        }
    }
    store.check().unwrap();
}

fn log(place: &Place) -> u64 {
    std::fs::metadata(place.0.path().join("store.sqlite-wal")).unwrap().len()
}

/// Writes a megabyte so often, each time another one, since SQLite does not write a page that stays the same.
async fn write_megabytes(store: &EmbeddedStore, rounds: Range<u8>) {
    for round in rounds {
        store.commit(&here(), put("a", &vec![round; 1 << 20])).await.unwrap();
    }
}

#[tokio::test]
async fn the_log_is_emptied_once_a_long_read_lets_it() {
    let place = Place::new();
    let store = place.open();
    write_megabytes(&store, 0..1).await;
    let reader = Connection::open(place.file()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM document;").unwrap();
    write_megabytes(&store, 1..41).await;
    assert!(log(&place) > 40 << 20, "{}", log(&place));
    reader.execute_batch("COMMIT").unwrap();
    write_megabytes(&store, 41..81).await;
    assert!(log(&place) <= 33 << 20, "{}", log(&place));
}

/// Two connections in turn, each beginning to read before the other one ends, so that somebody always reads.
fn read_without_a_gap(path: &Path, stop: &AtomicBool) {
    let readers = [Connection::open(path).unwrap(), Connection::open(path).unwrap()];
    let slow_read = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        SELECT count(*) FROM n, (SELECT count(*) FROM document)";
    let begin = |reader: &Connection| {
        reader.execute_batch("BEGIN").unwrap();
        assert_eq!(reader.query_row(slow_read, [], |row| row.get(0)), Ok(20_000));
    };
    begin(&readers[0]);
    while !stop.load(Ordering::Relaxed) {
        for (next, last) in [(1, 0), (0, 1)] {
            begin(&readers[next]);
            readers[last].execute_batch("COMMIT").unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_bounded_though_somebody_always_reads() {
    let place = Place::new();
    let store = place.open();
    write_megabytes(&store, 0..1).await;
    let stop = Arc::new(AtomicBool::new(false));
    let reading = std::thread::spawn({
        let (path, stop) = (place.file(), Arc::clone(&stop));
        move || read_without_a_gap(&path, &stop)
    });
    write_megabytes(&store, 1..101).await;
    let length = log(&place);
    stop.store(true, Ordering::Relaxed);
    reading.join().unwrap();
    assert!(length < 90 << 20, "{length}");
}
