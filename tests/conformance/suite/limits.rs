//! What is too large or malformed is refused with its name, and changes nothing.

use jiff::SignedDuration;
use tegata::store::{
    Commit, EntryChange, MAX_COMMIT, MAX_LIFETIME, MAX_OPERATIONS, MAX_PAGE, MAX_VALUE, Position, Scan,
    StoreError,
};

use super::subject::{MINUTE, Subject, all, here, key, place, put};

#[track_caller]
fn assert_limit<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Limit(_))), "{outcome:?}");
}

fn entry(bytes: Vec<u8>, lifetime: SignedDuration) -> Commit {
    Commit::new().entry(EntryChange::Put { key: key("e"), bytes, lifetime })
}

/// The commit is refused together with a harmless change, and that was not made either.
async fn assert_refused_whole(on: &Subject, commit: Commit) {
    assert_limit(&on.commit(commit.put(key("harmless"), b"1".to_vec())).await);
    assert_eq!(on.bytes("harmless").await, None);
    assert_eq!(on.events().await, [""; 0]);
}

pub async fn the_largest_value_fits(on: Subject) {
    let largest: Vec<u8> = (0..=250_u8).cycle().take(MAX_VALUE).collect();
    on.commit(put("a", &largest).event(largest.clone())).await.unwrap();
    on.commit(entry(largest.clone(), MINUTE)).await.unwrap();
    assert!(on.put_entry("f", &largest, MINUTE).await);
    assert_eq!(on.bytes("a").await.as_ref(), Some(&largest));
    assert_eq!(on.entry("e").await.as_ref(), Some(&largest));
    assert_eq!(on.entry("f").await.as_ref(), Some(&largest));
    let events = on.store.events(&here(), Position::default(), 1).await.unwrap();
    assert_eq!(events[0].bytes, largest);
}

pub async fn a_larger_value_is_refused(on: Subject) {
    let larger = vec![0; MAX_VALUE + 1];
    assert_refused_whole(&on, put("a", &larger)).await;
    assert_refused_whole(&on, Commit::new().event(larger.clone())).await;
    assert_refused_whole(&on, entry(larger.clone(), MINUTE)).await;
    assert_limit(&on.store.put_entry_if_absent(&here(), &key("e"), &larger, MINUTE).await);
    assert_eq!(on.entry("e").await, None);
}

fn puts(number: usize) -> Commit {
    (0..number).fold(Commit::new(), |commit, number| commit.put(key(format!("k{number}")), b"1".to_vec()))
}

pub async fn as_many_operations_as_allowed_fit(on: Subject) {
    on.commit(puts(MAX_OPERATIONS)).await.unwrap();
    assert!(on.bytes(&format!("k{}", MAX_OPERATIONS - 1)).await.is_some());
}

pub async fn more_operations_are_refused(on: Subject) {
    assert_refused_whole(&on, puts(MAX_OPERATIONS)).await;
    assert_refused_whole(&on, (0..MAX_OPERATIONS).fold(Commit::new(), |commit, _| commit.delete(key("a"))))
        .await;
}

pub async fn a_commit_too_large_in_all_is_refused(on: Subject) {
    let value = vec![0; MAX_VALUE];
    let fits = MAX_COMMIT / MAX_VALUE;
    let commit =
        (0..fits).fold(Commit::new(), |commit, number| commit.put(key(format!("k{number}")), value.clone()));
    assert_refused_whole(&on, commit.clone()).await;
    on.commit(commit).await.unwrap();
}

pub async fn an_order_that_is_empty_long_or_unprintable_is_refused(on: Subject) {
    for order in
        [String::new(), "o".repeat(401), "tab\t".into(), "null\0".into(), "delete\x7f".into(), "形".into()]
    {
        assert_refused_whole(&on, Commit::new().index(place("names", &order, "a"))).await;
        assert_refused_whole(&on, Commit::new().unindex(key("names"), &order)).await;
    }
    let longest = "~".repeat(400);
    on.commit(Commit::new().index(place("names", &longest, "a")).index(place("names", " ", "a")))
        .await
        .unwrap();
    assert_eq!(on.index("names").await, [(" ".to_owned(), "a".to_owned()), (longest, "a".to_owned())]);
}

pub async fn a_lifetime_too_short_or_too_long_is_refused(on: Subject) {
    let too_short = SignedDuration::from_micros(999);
    let too_long = MAX_LIFETIME + SignedDuration::from_nanos(1);
    for lifetime in
        [too_short, SignedDuration::ZERO, -MINUTE, too_long, SignedDuration::MAX, SignedDuration::MIN]
    {
        assert_refused_whole(&on, entry(b"1".to_vec(), lifetime)).await;
        assert_limit(&on.store.put_entry_if_absent(&here(), &key("e"), b"1", lifetime).await);
        assert_limit(&on.store.count(&here(), &key("e"), 1, lifetime).await);
    }
    assert_eq!(on.entry("e").await, None);
    assert!(on.put_entry("e", b"1", MAX_LIFETIME).await);
    on.clock.advance(MAX_LIFETIME - SignedDuration::from_millis(1));
    assert_eq!(on.entry("e").await.as_deref(), Some(&b"1"[..]));
}

pub async fn a_page_of_none_or_too_many_is_refused(on: Subject) {
    on.commit(Commit::new().index(place("names", "a", "a")).event(b"1".to_vec())).await.unwrap();
    for limit in [0, MAX_PAGE + 1, usize::MAX] {
        assert_limit(&on.store.scan(&here(), &key("names"), Scan { limit, ..all() }).await);
        assert_limit(&on.store.events(&here(), Position::default(), limit).await);
    }
    for limit in [1, MAX_PAGE] {
        assert_eq!(on.scan("names", Scan { limit, ..all() }).await.entries.len(), 1);
        assert_eq!(on.store.events(&here(), Position::default(), limit).await.unwrap().len(), 1);
    }
}
