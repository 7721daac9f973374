//! A commit is all or nothing, and visible to all once it is acknowledged.

use tegata::store::{Commit, EntryChange, Guard, StoreError};
use tokio::task::JoinSet;

use super::subject::{MINUTE, Subject, here, key, place, put, there};

pub async fn one_broken_guard_among_many_changes_undoes_all(on: Subject) {
    on.commit(put("old", b"1").index(place("names", "old", "old"))).await.unwrap();
    assert!(on.put_entry("kept", b"1", MINUTE).await);
    let mut commit = Commit::new();
    for number in 0..100 {
        let name = format!("new-{number}");
        commit =
            commit.put(key(&name), b"1".to_vec()).index(place("names", &name, &name)).event(b"made".to_vec());
    }
    let entry = EntryChange::Put { key: key("new"), bytes: b"1".to_vec(), lifetime: MINUTE };
    let commit = commit
        .put(key("old"), b"2".to_vec())
        .delete(key("old"))
        .unindex(key("names"), "old")
        .entry(entry)
        .entry(EntryChange::Delete(key("kept")))
        .guard(Guard::Absent(key("new-50")))
        .guard(Guard::Absent(key("old")));
    let version = on.version("old").await;
    assert_eq!(on.commit(commit).await, Err(StoreError::Conflict(key("old"))));
    assert_eq!(on.version("old").await, version);
    assert_eq!(on.bytes("old").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(on.bytes("new-0").await, None);
    assert_eq!(on.index("names").await, [("old".to_owned(), "old".to_owned())]);
    assert_eq!(on.entry("kept").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(on.entry("new").await, None);
    assert_eq!(on.events().await, [""; 0]);
}

pub async fn a_refused_commit_leaves_its_neighbours_alone(on: Subject) {
    on.commit(put("there", b"1")).await.unwrap();
    let mut neighbours = JoinSet::new();
    for number in 0..200 {
        let store = on.store.clone();
        let guard =
            if number % 3 == 0 { Guard::Absent(key("there")) } else { Guard::Absent(key("not-there")) };
        let commit = put(&format!("n{number}"), b"1").guard(guard);
        neighbours.spawn(async move { (number, store.commit(&here(), commit).await) });
    }
    for (number, outcome) in neighbours.join_all().await {
        let refused = number % 3 == 0;
        assert_eq!(outcome.is_err(), refused);
        assert_eq!(on.bytes(&format!("n{number}")).await.is_none(), refused);
    }
}

pub async fn versions_grow_with_every_commit(on: Subject) {
    let mut last = on.commit(put("a", b"0")).await.unwrap().version;
    for number in 0..50 {
        let name = ["a", "b", "c"][number % 3];
        let commit = if number % 5 == 0 { Commit::new().delete(key(name)) } else { put(name, b"1") };
        let version = on.commit(commit).await.unwrap().version;
        assert!(version > last);
        last = version;
    }
}

pub async fn what_a_commit_puts_has_the_version_it_returns(on: Subject) {
    let version = on.commit(put("a", b"1").put(key("b"), b"1".to_vec())).await.unwrap().version;
    assert_eq!([on.version("a").await, on.version("b").await], [Some(version); 2]);
    on.commit(put("b", b"2")).await.unwrap();
    assert_eq!(on.version("a").await, Some(version));
}

pub async fn every_later_read_sees_an_acknowledged_commit(on: Subject) {
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let store = on.store.clone();
        writers.spawn(async move {
            let name = key(format!("w{writer}"));
            for round in 0..25_u8 {
                let commit = Commit::new().put(name.clone(), vec![round]);
                let version = store.commit(&here(), commit).await.unwrap().version;
                // Every writer's document is its own, so nothing but this very state may be found.
                let found = store.find(&here(), &name).await.unwrap().unwrap();
                assert_eq!((found.version, found.bytes), (version, vec![round]));
            }
        });
    }
    writers.join_all().await;
}

pub async fn an_empty_commit_changes_nothing_and_succeeds(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let version = on.version("a").await;
    let made = on.commit(Commit::new()).await.unwrap();
    assert_eq!(made.last_event, None);
    assert_eq!(on.version("a").await, version);
}

pub async fn deletes_come_before_puts(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    on.commit(put("a", b"2").delete(key("a"))).await.unwrap();
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"2"[..]));
}

pub async fn the_later_of_two_puts_stays(on: Subject) {
    on.commit(put("a", b"1").put(key("a"), b"2".to_vec())).await.unwrap();
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"2"[..]));
}

pub async fn deleting_what_is_not_there_is_no_error(on: Subject) {
    let commit = Commit::new()
        .delete(key("a"))
        .unindex(key("names"), "a")
        .entry(EntryChange::Delete(key("a")))
        .put(key("b"), b"1".to_vec());
    on.commit(commit).await.unwrap();
    assert_eq!(on.bytes("b").await.as_deref(), Some(&b"1"[..]));
}

pub async fn partitions_do_not_see_each_other(on: Subject) {
    on.commit(put("a", b"here").index(place("names", "a", "a"))).await.unwrap();
    assert_eq!(on.store.find(&there(), &key("a")).await, Ok(None));
    on.store.commit(&there(), put("a", b"there")).await.unwrap();
    on.store.commit(&there(), Commit::new().delete(key("a")).unindex(key("names"), "a")).await.unwrap();
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"here"[..]));
    assert_eq!(on.index("names").await.len(), 1);
}

pub async fn a_commit_in_one_partition_is_no_conflict_in_another(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let guard = on.as_it_stands("a").await;
    on.store.commit(&there(), put("a", b"1").guard(Guard::Absent(key("a")))).await.unwrap();
    on.commit(put("a", b"2").guard(guard)).await.unwrap();
}

pub async fn bytes_come_back_as_they_were(on: Subject) {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let longest_key = "k".repeat(200);
    on.commit(put("all", &all_bytes).put(key("empty"), Vec::new()).put(key(&longest_key), b"\0".to_vec()))
        .await
        .unwrap();
    assert_eq!(on.bytes("all").await, Some(all_bytes));
    assert_eq!(on.bytes("empty").await, Some(Vec::new()));
    assert_eq!(on.bytes(&longest_key).await, Some(vec![0]));
    // Keys differ by case.
    on.commit(put("Case", b"upper").put(key("case"), b"lower".to_vec())).await.unwrap();
    assert_eq!(on.bytes("Case").await.as_deref(), Some(&b"upper"[..]));
    assert_eq!(on.bytes("case").await.as_deref(), Some(&b"lower"[..]));
}

pub async fn a_store_that_works_is_ready(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    on.store.ready().await.unwrap();
    on.store.ready().await.unwrap();
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(on.events().await, [""; 0]);
}
