//! Dropping a store ends it in order.

use std::sync::Arc;

use futures_util::FutureExt;
use tegata::store::{Position, Store};

use super::{Place, bytes};
use crate::suite::subject::{here, key, put};

#[tokio::test]
async fn what_was_queued_is_done_before_the_store_closes() {
    let place = Place::new();
    let store = Arc::new(place.open());
    let mut calls = Vec::new();
    for number in 0..100 {
        let store = Arc::clone(&store);
        let mut call = async move {
            let commit = put(&format!("d{number}"), b"1").event(number.to_string().into_bytes());
            store.commit(&here(), commit).await
        }
        .boxed();
        // The first poll puts it into the queue.
        assert!((&mut call).now_or_never().is_none());
        calls.push(call);
    }
    drop(calls);
    drop(Arc::into_inner(store).unwrap());
    let store = place.open();
    let events = store.events(&here(), Position::default(), 1_000).await.unwrap();
    let expected = (0..100).map(|number| number.to_string().into_bytes());
    assert!(events.into_iter().map(|event| event.bytes).eq(expected));
    assert!(bytes(&store, &key("d99")).await.is_some());
}

#[tokio::test]
async fn no_connection_outlives_the_store() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let names = || -> Vec<_> {
        let entries = std::fs::read_dir(place.0.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names().len(), 3);
    // The last connection removes the log, so it is gone only if every thread has ended.
    drop(store);
    assert_eq!(names(), ["store.sqlite"]);
}
