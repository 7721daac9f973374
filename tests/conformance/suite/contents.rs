//! A store read whole.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use tegata::store::{
    Commit, Contents, EntryChange, Partition, Position, Row, RowCursor, RowKind, Tally, Version,
};

use super::subject::{MINUTE, Subject, here, key, noon, place, put, there};

/// All rows of a kind, in pages of `limit`.
pub async fn rows(store: &dyn Contents, partition: &Partition, kind: RowKind, limit: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut after: Option<RowCursor> = None;
    loop {
        let page = store.rows(partition, kind, after.as_ref(), limit).await.unwrap();
        assert_eq!(page.unreadable, []);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

async fn listed(subject: &Subject, kind: RowKind, limit: usize) -> Vec<Row> {
    rows(subject.store.as_ref(), &here(), kind, limit).await
}

pub async fn an_empty_store_has_no_rows(subject: Subject) {
    for kind in RowKind::ALL {
        assert_eq!(listed(&subject, kind, 10).await, []);
    }
    assert_eq!(subject.store.tally(&here()).await.unwrap(), Tally::default());
}

pub async fn partitions_are_listed_with_what_their_next_commit_counts_on_from(subject: Subject) {
    subject.commit(put("a", b"1").event(b"one".to_vec())).await.unwrap();
    let here_last = subject.commit(put("a", b"2").event(b"two".to_vec())).await.unwrap();
    let there_last = subject.store.commit(&there(), put("b", b"1")).await.unwrap();
    subject.store.commit(&Partition::installation(), put("c", b"1")).await.unwrap();
    let heads = subject.store.partitions().await.unwrap();
    let names: Vec<_> = heads.iter().map(|head| head.partition.clone()).collect();
    assert_eq!(names, [Partition::installation(), here(), there()]);
    assert_eq!((heads[1].version, heads[1].position), (here_last.version, Position(2)));
    assert_eq!((heads[2].version, heads[2].position), (there_last.version, Position(0)));
}

pub async fn every_document_is_listed_once_as_it_was_put(subject: Subject) {
    let mut versions: Vec<(String, Version)> = Vec::new();
    for batch in 0..5 {
        let names = (0..500).map(|number| format!("document/{batch}-{number}"));
        let commit = names
            .clone()
            .fold(Commit::new(), |commit, name| commit.put(key(&name), name.as_bytes().to_vec()));
        let made = subject.commit(commit).await.unwrap();
        versions.extend(names.map(|name| (name, made.version)));
    }
    subject.commit(Commit::new().delete(key("document/0-0"))).await.unwrap();
    versions.remove(0);
    let mut found: Vec<_> = listed(&subject, RowKind::Document, 300)
        .await
        .into_iter()
        .map(|row| match row {
            Row::Document(document) => {
                assert_eq!(document.key.as_str().as_bytes(), document.bytes);
                (document.key.to_string(), document.version)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    found.sort();
    versions.sort();
    assert_eq!(found, versions);
    assert_eq!(subject.store.tally(&here()).await.unwrap().documents, 2_499);
}

pub async fn every_place_of_every_index_is_listed_in_order(subject: Subject) {
    let indexes = ["by-name", "by-time", "z"];
    for index in indexes {
        let places = (0..40).fold(Commit::new(), |commit, number| {
            commit.index(place(index, format!("{number:03} of {index}"), &format!("d/{number}")))
        });
        subject.commit(places).await.unwrap();
    }
    // An index that was emptied is none that anybody misses.
    subject.commit(Commit::new().index(place("gone", "x", "d/1"))).await.unwrap();
    subject.commit(Commit::new().unindex(key("gone"), "x")).await.unwrap();
    let expected: Vec<_> = indexes
        .into_iter()
        .flat_map(|index| {
            (0..40).map(move |number| Row::Place {
                index: key(index),
                order: format!("{number:03} of {index}"),
                document: key(format!("d/{number}")),
            })
        })
        .collect();
    for limit in [1, 7, 40, 1_000] {
        assert_eq!(listed(&subject, RowKind::Place, limit).await, expected, "{limit}");
    }
    assert_eq!(subject.store.tally(&here()).await.unwrap().places, 120);
}

pub async fn every_event_is_listed_with_what_it_is_about(subject: Subject) {
    let mut mentioned = BTreeSet::new();
    for batch in 0..7 {
        let commit = (0..200).fold(Commit::new(), |commit, number| match number % 4 {
            0 => commit.event(format!("{batch}-{number}").into_bytes()),
            1 => commit.event_about(key(format!("rare/{number}")), b"rare".to_vec()),
            _ => commit.event_about(key("often"), b"often".to_vec()),
        });
        subject.commit(commit).await.unwrap();
    }
    for position in 0..1_400_u64 {
        match position % 4 {
            0 => {}
            1 => drop(mentioned.insert((key(format!("rare/{}", position % 200)), Position(position + 1)))),
            _ => drop(mentioned.insert((key("often"), Position(position + 1)))),
        }
    }
    let events = listed(&subject, RowKind::Event, 333).await;
    let positions: Vec<_> = events
        .iter()
        .map(|row| match row {
            Row::Event(event) => event.position.0,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(positions, (1..=1_400).collect::<Vec<_>>());
    let mentions = listed(&subject, RowKind::Mention, 100).await;
    assert_eq!(mentions.len(), mentioned.len());
    let mut often = Vec::new();
    for row in mentions {
        let Row::Mention { about, position } = row else { panic!("{row:?}") };
        if about == key("often") {
            often.push(position);
        }
        assert!(mentioned.remove(&(about, position)));
    }
    assert!(often.is_sorted(), "positions about one document come in their order");
    assert_eq!(subject.store.tally(&here()).await.unwrap().events, 1_400);
}

pub async fn every_entry_is_listed_with_its_end_also_when_it_has_expired(subject: Subject) {
    subject.put_entry("short", b"1", SignedDuration::from_millis(5)).await;
    subject.put_entry("long", &[0, 159, 146, 150], MINUTE).await;
    subject.count("counter", 7).await;
    let change = EntryChange::Put { key: key("by-commit"), bytes: b"4".to_vec(), lifetime: MINUTE * 2 };
    subject.commit(Commit::new().entry(change)).await.unwrap();
    subject.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(subject.entry("short").await, None);
    let mut found: Vec<_> = listed(&subject, RowKind::Entry, 2)
        .await
        .into_iter()
        .map(|row| match row {
            Row::Entry { key, ends, bytes } => (key.to_string(), ends - noon().as_millisecond(), bytes),
            other => panic!("{other:?}"),
        })
        .collect();
    found.sort();
    let entry = |key: &str, after: i64, bytes: &[u8]| (key.to_owned(), after, bytes.to_vec());
    assert_eq!(
        found,
        [
            entry("by-commit", 120_000, b"4"),
            entry("counter", 60_000, b"7"),
            entry("long", 60_000, &[0, 159, 146, 150]),
            entry("short", 5, b"1"),
        ]
    );
}

pub async fn the_engine_tells_what_it_is(subject: Subject) {
    use tegata::store::EngineFacts;
    subject.commit(put("a", b"1")).await.unwrap();
    match subject.store.facts().await.unwrap() {
        EngineFacts::Embedded { file, schema, .. } => assert!(file > 0 && schema > 0),
        EngineFacts::Redis(servers) => {
            assert!(!servers.is_empty());
            for server in servers {
                assert!(server.used_memory > 0 && server.appends && server.flushes == "always", "{server:?}");
                assert_eq!((server.policy.as_str(), server.last_append.as_str()), ("noeviction", "ok"));
            }
        }
    }
    subject.store.integrity().await.unwrap();
}
