//! Volatile entries: put once, expired by the clock, counted without loss.

use jiff::SignedDuration;
use tegata::clock::Clock;
use tegata::store::{Commit, EntryChange, Guard, StoreError};
use tokio::task::JoinSet;

use super::subject::{MINUTE, Subject, here, key, put, there};

const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

fn entry(name: &str, bytes: &[u8], lifetime: SignedDuration) -> Commit {
    Commit::new().entry(EntryChange::Put { key: key(name), bytes: bytes.to_vec(), lifetime })
}

async fn delete(on: &Subject, name: &str, expected: &[u8]) -> bool {
    on.store.delete_entry_if(&here(), &key(name), expected).await.unwrap()
}

pub async fn an_entry_is_put_once(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    assert!(!on.put_entry("a", b"2", MINUTE).await);
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"1"[..]));
}

pub async fn of_200_who_put_one_entry_exactly_one_does(on: Subject) {
    let mut racers = JoinSet::new();
    for racer in 0..200 {
        let store = on.store.clone();
        racers.spawn(async move {
            let bytes = racer.to_string().into_bytes();
            let put = store.put_entry_if_absent(&here(), &key("a"), &bytes, MINUTE).await.unwrap();
            put.then_some(bytes)
        });
    }
    let winners: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(on.entry("a").await.as_ref(), winners.first());
}

pub async fn an_entry_expires_when_its_lifetime_has_passed(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    on.clock.advance(MINUTE - MILLISECOND);
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"1"[..]));
    on.clock.advance(MILLISECOND);
    assert_eq!(on.entry("a").await, None);
}

pub async fn an_expired_entry_is_absent_for_the_next_put(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    on.clock.advance(MINUTE);
    assert!(on.put_entry("a", b"2", MINUTE).await);
    on.clock.advance(MINUTE - MILLISECOND);
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"2"[..]));
}

pub async fn an_entry_is_deleted_only_as_expected(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    assert!(!delete(&on, "a", b"2").await);
    assert!(!delete(&on, "b", b"1").await);
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"1"[..]));
    assert!(delete(&on, "a", b"1").await);
    assert_eq!(on.entry("a").await, None);
    assert!(!delete(&on, "a", b"1").await);
}

pub async fn an_expired_entry_is_not_deleted_but_gone(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    on.clock.advance(MINUTE);
    assert!(!delete(&on, "a", b"1").await);
}

pub async fn of_200_who_delete_one_entry_exactly_one_does(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    let mut racers = JoinSet::new();
    for _ in 0..200 {
        let store = on.store.clone();
        racers.spawn(async move { store.delete_entry_if(&here(), &key("a"), b"1").await.unwrap() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|deleted| *deleted).count(), 1);
}

pub async fn a_counter_sums_up(on: Subject) {
    assert_eq!(on.count("a", 1).await, 1);
    assert_eq!(on.count("a", 41).await, 42);
    assert_eq!(on.count("a", -50).await, -8);
    assert_eq!(on.count("a", 0).await, -8);
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"-8"[..]));
}

pub async fn a_counter_keeps_its_first_end(on: Subject) {
    assert_eq!(on.count("a", 1).await, 1);
    on.clock.advance(MINUTE - MILLISECOND);
    assert_eq!(on.count("a", 1).await, 2);
    on.clock.advance(MILLISECOND);
    assert_eq!(on.entry("a").await, None);
}

pub async fn an_expired_counter_starts_again(on: Subject) {
    assert_eq!(on.count("a", 5).await, 5);
    on.clock.advance(MINUTE);
    assert_eq!(on.count("a", 1).await, 1);
    on.clock.advance(MINUTE - MILLISECOND);
    assert_eq!(on.count("a", 1).await, 2);
}

pub async fn no_count_is_lost_under_concurrency(on: Subject) {
    let mut counters = JoinSet::new();
    for _ in 0..64 {
        let store = on.store.clone();
        counters.spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..10 {
                seen.push(store.count(&here(), &key("a"), 1, MINUTE).await.unwrap());
            }
            seen
        });
    }
    let mut seen: Vec<_> = counters.join_all().await.into_iter().flatten().collect();
    seen.sort_unstable();
    assert!(seen.into_iter().eq(1..=640));
}

pub async fn another_entry_is_no_counter(on: Subject) {
    assert!(on.put_entry("a", b"some", MINUTE).await);
    let refused = on.store.count(&here(), &key("a"), 1, MINUTE).await;
    assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"some"[..]));
}

pub async fn a_counter_does_not_overflow(on: Subject) {
    assert_eq!(on.count("a", i64::MAX).await, i64::MAX);
    let refused = on.store.count(&here(), &key("a"), 1, MINUTE).await;
    assert!(matches!(refused, Err(StoreError::Limit(_))), "{refused:?}");
    assert_eq!(on.count("a", 0).await, i64::MAX);
    assert_eq!(on.count("b", i64::MIN).await, i64::MIN);
}

pub async fn a_commit_changes_entries(on: Subject) {
    assert!(on.put_entry("old", b"1", MINUTE).await);
    on.commit(entry("new", b"2", MINUTE).entry(EntryChange::Delete(key("old")))).await.unwrap();
    assert_eq!(on.entry("old").await, None);
    assert_eq!(on.entry("new").await.as_deref(), Some(&b"2"[..]));
    on.clock.advance(MINUTE);
    assert_eq!(on.entry("new").await, None);
}

pub async fn a_commit_replaces_an_entry_and_its_lifetime(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    on.commit(entry("a", b"2", MINUTE + MINUTE)).await.unwrap();
    on.clock.advance(MINUTE);
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"2"[..]));
    on.commit(entry("a", b"3", MILLISECOND).entry(EntryChange::Delete(key("a"))).entry(EntryChange::Put {
        key: key("a"),
        bytes: b"4".to_vec(),
        lifetime: MILLISECOND,
    }))
    .await
    .unwrap();
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"4"[..]));
    on.clock.advance(MILLISECOND);
    assert_eq!(on.entry("a").await, None);
}

pub async fn a_refused_commit_changes_no_entry(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    assert!(on.put_entry("old", b"1", MINUTE).await);
    let commit =
        entry("new", b"1", MINUTE).entry(EntryChange::Delete(key("old"))).guard(Guard::Absent(key("a")));
    assert_eq!(on.commit(commit).await, Err(StoreError::Conflict(key("a"))));
    assert_eq!(on.entry("new").await, None);
    assert_eq!(on.entry("old").await.as_deref(), Some(&b"1"[..]));
}

pub async fn entries_and_documents_do_not_meet(on: Subject) {
    on.commit(put("a", b"document")).await.unwrap();
    assert!(on.put_entry("a", b"entry", MINUTE).await);
    on.commit(Commit::new().delete(key("a"))).await.unwrap();
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"entry"[..]));
    on.commit(put("a", b"document").guard(Guard::Absent(key("a")))).await.unwrap();
    assert!(delete(&on, "a", b"entry").await);
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"document"[..]));
}

pub async fn partitions_have_their_own_entries(on: Subject) {
    assert!(on.put_entry("a", b"1", MINUTE).await);
    assert_eq!(on.store.find_entry(&there(), &key("a")).await, Ok(None));
    assert_eq!(on.store.put_entry_if_absent(&there(), &key("a"), b"2", MINUTE).await, Ok(true));
    assert_eq!(on.store.delete_entry_if(&there(), &key("a"), b"2").await, Ok(true));
    assert_eq!(on.entry("a").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(on.count("c", 1).await, 1);
    assert_eq!(on.store.count(&there(), &key("c"), 1, MINUTE).await, Ok(1));
}

pub async fn a_sweep_removes_what_has_expired_and_nothing_else(on: Subject) {
    on.commit(put("a", b"document")).await.unwrap();
    assert!(on.put_entry("short", b"1", MINUTE).await);
    assert!(on.put_entry("long", b"1", MINUTE + MILLISECOND).await);
    assert_eq!(on.store.put_entry_if_absent(&there(), &key("short"), b"1", MINUTE).await, Ok(true));
    assert_eq!(on.store.sweep(on.clock.now(), 1_000).await, Ok(0));
    on.clock.advance(MINUTE);
    assert_eq!(on.store.sweep(on.clock.now(), 1_000).await, Ok(2));
    assert_eq!(on.store.sweep(on.clock.now(), 1_000).await, Ok(0));
    assert_eq!(on.entry("long").await.as_deref(), Some(&b"1"[..]));
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"document"[..]));
}

pub async fn a_sweep_stops_at_its_limit(on: Subject) {
    let mut commit = Commit::new();
    for number in 0..1_000 {
        let key = key(format!("e{number}"));
        commit = commit.entry(EntryChange::Put { key, bytes: b"1".to_vec(), lifetime: MINUTE });
    }
    on.commit(commit).await.unwrap();
    on.store.commit(&there(), entry("one-more", b"1", MINUTE)).await.unwrap();
    on.clock.advance(MINUTE);
    assert_eq!(on.store.sweep(on.clock.now(), 0).await, Ok(0));
    assert_eq!(on.store.sweep(on.clock.now(), 300).await, Ok(300));
    assert_eq!(on.store.sweep(on.clock.now(), usize::MAX).await, Ok(701));
}
