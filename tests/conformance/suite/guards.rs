//! A commit happens only where what it demands holds.

use tegata::store::{Commit, Guard, StoreError, Version};
use tokio::task::JoinSet;

use super::subject::{Subject, here, key, put};

fn conflict(name: &str) -> StoreError {
    StoreError::Conflict(key(name))
}

pub async fn a_document_is_made_where_none_stands(on: Subject) {
    on.commit(put("a", b"1").guard(Guard::Absent(key("a")))).await.unwrap();
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"1"[..]));
}

pub async fn a_document_is_not_made_twice(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let second = on.commit(put("a", b"2").guard(Guard::Absent(key("a")))).await;
    assert_eq!(second, Err(conflict("a")));
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"1"[..]));
}

pub async fn a_document_changes_in_the_version_that_was_read(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let guard = on.as_it_stands("a").await;
    on.commit(put("a", b"2").guard(guard)).await.unwrap();
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"2"[..]));
}

pub async fn a_document_that_has_changed_since_is_a_conflict(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let guard = on.as_it_stands("a").await;
    on.commit(put("a", b"1")).await.unwrap();
    assert_eq!(on.commit(put("a", b"2").guard(guard)).await, Err(conflict("a")));
    assert_eq!(on.bytes("a").await.as_deref(), Some(&b"1"[..]));
}

pub async fn a_document_that_is_not_there_has_no_version(on: Subject) {
    let made = on.commit(put("b", b"1")).await.unwrap();
    for version in [Version(0), made.version] {
        assert_eq!(
            on.commit(put("a", b"2").guard(Guard::Version(key("a"), version))).await,
            Err(conflict("a"))
        );
    }
    assert_eq!(on.bytes("a").await, None);
}

pub async fn a_document_made_anew_is_not_mistaken_for_the_old_one(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let guard = on.as_it_stands("a").await;
    on.commit(Commit::new().delete(key("a"))).await.unwrap();
    on.commit(put("a", b"1")).await.unwrap();
    assert_eq!(on.commit(put("a", b"2").guard(guard)).await, Err(conflict("a")));
}

pub async fn guards_see_what_stood_before_the_commit(on: Subject) {
    let commit = put("a", b"1").guard(Guard::Absent(key("a"))).guard(Guard::Absent(key("a")));
    on.commit(commit).await.unwrap();
    let guard = on.as_it_stands("a").await;
    on.commit(Commit::new().delete(key("a")).guard(guard)).await.unwrap();
    assert_eq!(on.bytes("a").await, None);
}

pub async fn the_first_broken_guard_is_named(on: Subject) {
    on.commit(put("b", b"1").put(key("c"), b"1".to_vec())).await.unwrap();
    let commit = Commit::new()
        .guard(Guard::Absent(key("a")))
        .guard(Guard::Absent(key("b")))
        .guard(Guard::Absent(key("c")));
    assert_eq!(on.commit(commit).await, Err(conflict("b")));
}

pub async fn a_version_beyond_all_numbers_is_a_conflict(on: Subject) {
    on.commit(put("a", b"1")).await.unwrap();
    let commit = put("a", b"2").guard(Guard::Version(key("a"), Version(u64::MAX)));
    assert_eq!(on.commit(commit).await, Err(conflict("a")));
}

/// Runs 200 commits at once and counts who won; whoever lost must have been told that it was a race for `a`.
async fn winners(on: &Subject, guard: &Guard) -> Vec<usize> {
    let mut racers = JoinSet::new();
    for racer in 0..200_usize {
        let (store, guard) = (on.store.clone(), guard.clone());
        let commit =
            put("a", racer.to_string().as_bytes()).guard(guard).event(racer.to_string().into_bytes());
        racers.spawn(async move { (racer, store.commit(&here(), commit).await) });
    }
    let mut winners = Vec::new();
    for (racer, outcome) in racers.join_all().await {
        match outcome {
            Ok(_) => winners.push(racer),
            Err(error) => assert_eq!(error, conflict("a")),
        }
    }
    winners
}

pub async fn of_200_changes_to_one_version_exactly_one_is_made(on: Subject) {
    on.commit(put("a", b"before")).await.unwrap();
    let guard = on.as_it_stands("a").await;
    let winners = winners(&on, &guard).await;
    assert_eq!(winners.len(), 1);
    assert_eq!(on.bytes("a").await, Some(winners[0].to_string().into_bytes()));
    assert_eq!(on.events().await, [winners[0].to_string()]);
}

pub async fn of_200_makers_of_one_document_exactly_one_succeeds(on: Subject) {
    let winners = winners(&on, &Guard::Absent(key("a"))).await;
    assert_eq!(winners.len(), 1);
    assert_eq!(on.bytes("a").await, Some(winners[0].to_string().into_bytes()));
    assert_eq!(on.events().await, [winners[0].to_string()]);
}
