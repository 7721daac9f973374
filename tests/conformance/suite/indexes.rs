//! Indexes: ordered places, scanned by prefix and cursor in both directions.

use std::collections::BTreeSet;

use tegata::store::{Commit, Cursor, Scan, Scanned, StoreError};

use super::subject::{Subject, all, here, key, place, put, there};

/// Puts these orders into the index `names`, each for a document of the same number.
async fn fill(on: &Subject, orders: &[&str]) {
    let commit = orders.iter().enumerate().fold(Commit::new(), |commit, (number, order)| {
        commit.index(place("names", *order, &format!("d{number}")))
    });
    on.commit(commit).await.unwrap();
}

fn orders(scanned: &Scanned) -> Vec<&str> {
    scanned.entries.iter().map(|(order, _)| order.as_str()).collect()
}

async fn found(on: &Subject, scan: Scan) -> Vec<String> {
    on.scan("names", scan).await.entries.into_iter().map(|(order, _)| order).collect()
}

fn cursor(order: &str) -> Cursor {
    Cursor(order.to_owned())
}

pub async fn an_index_gives_what_was_put(on: Subject) {
    assert_eq!(on.scan("names", all()).await, Scanned { entries: Vec::new(), next: None });
    fill(&on, &["b", "a", "c"]).await;
    let expected =
        [("a", "d1"), ("b", "d0"), ("c", "d2")].map(|(order, document)| (order.to_owned(), key(document)));
    assert_eq!(on.scan("names", all()).await, Scanned { entries: expected.to_vec(), next: None });
}

pub async fn a_later_put_in_the_same_place_replaces(on: Subject) {
    on.commit(Commit::new().index(place("names", "a", "one"))).await.unwrap();
    on.commit(Commit::new().index(place("names", "a", "two")).index(place("names", "a", "three")))
        .await
        .unwrap();
    assert_eq!(on.index("names").await, [("a".to_owned(), "three".to_owned())]);
}

pub async fn a_place_can_be_removed_and_put_in_one_commit(on: Subject) {
    fill(&on, &["a", "b"]).await;
    let commit =
        Commit::new().index(place("names", "a", "new")).unindex(key("names"), "a").unindex(key("names"), "b");
    on.commit(commit).await.unwrap();
    assert_eq!(on.index("names").await, [("a".to_owned(), "new".to_owned())]);
}

pub async fn orders_are_compared_byte_by_byte(on: Subject) {
    let sorted = [" ", " a", "!", "0", "10", "9", "A", "Z", "_", "a", "a b", "a!", "aa", "z", "~", "~~"];
    let mut shuffled = sorted;
    shuffled.reverse();
    shuffled.swap(3, 11);
    fill(&on, &shuffled).await;
    assert_eq!(orders(&on.scan("names", all()).await), sorted);
    let mut descending = found(&on, Scan { descending: true, ..all() }).await;
    descending.reverse();
    assert_eq!(descending, sorted);
}

pub async fn a_prefix_finds_what_begins_with_it(on: Subject) {
    fill(&on, &["a", "ab", "ab ", "abc", "ab~~", "ac", "Ab", "b", "%", "_b", "ab%"]).await;
    let expected = ["ab", "ab ", "ab%", "abc", "ab~~"];
    let scan = Scan { prefix: "ab".into(), ..all() };
    assert_eq!(orders(&on.scan("names", scan.clone()).await), expected);
    let mut descending = found(&on, Scan { descending: true, ..scan }).await;
    descending.reverse();
    assert_eq!(descending, expected);
    // Nothing in a prefix is a wildcard.
    assert_eq!(found(&on, Scan { prefix: "%".into(), ..all() }).await, ["%"]);
    assert_eq!(found(&on, Scan { prefix: "_b".into(), ..all() }).await, ["_b"]);
}

pub async fn a_prefix_that_nothing_can_begin_with_finds_nothing(on: Subject) {
    fill(&on, &["a", "~", " "]).await;
    for prefix in ["\0".to_owned(), "a\0".into(), "\x7f".into(), "手形".into(), "a".repeat(100_000)] {
        for descending in [false, true] {
            let scan = Scan { prefix: prefix.clone(), descending, ..all() };
            assert_eq!(on.scan("names", scan).await, Scanned { entries: Vec::new(), next: None });
        }
    }
}

pub async fn a_limit_bounds_the_answer_and_gives_a_cursor(on: Subject) {
    fill(&on, &["a", "b", "c", "d"]).await;
    let up = on.scan("names", Scan { limit: 2, ..all() }).await;
    assert_eq!((orders(&up), &up.next), (vec!["a", "b"], &Some(cursor("b"))));
    let down = on.scan("names", Scan { limit: 2, descending: true, ..all() }).await;
    assert_eq!((orders(&down), &down.next), (vec!["d", "c"], &Some(cursor("c"))));
}

pub async fn the_last_page_has_no_cursor(on: Subject) {
    fill(&on, &["a", "b", "c", "d", "x"]).await;
    for descending in [false, true] {
        assert_eq!(on.scan("names", Scan { limit: 5, descending, ..all() }).await.next, None);
        assert_eq!(
            on.scan("names", Scan { limit: 1, prefix: "x".into(), descending, ..all() }).await.next,
            None
        );
    }
}

/// Follows the cursors to the end.
async fn page_through(on: &Subject, mut scan: Scan) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let page = on.scan("names", scan.clone()).await;
        assert!(page.entries.len() <= scan.limit);
        seen.extend(page.entries.into_iter().map(|(order, _)| order));
        match page.next {
            None => return seen,
            next => scan.after = next,
        }
    }
}

async fn assert_pages_join(on: &Subject, descending: bool) {
    let numbers: Vec<String> = (0..100).map(|number| format!("n{number:02}")).collect();
    let all: Vec<&str> = ["a", "z"].into_iter().chain(numbers.iter().map(String::as_str)).collect();
    fill(on, &all).await;
    let mut expected = numbers.clone();
    if descending {
        expected.reverse();
    }
    for limit in [1, 7, 50, 99, 100, 101] {
        let scan = Scan { prefix: "n".into(), after: None, descending, limit };
        assert_eq!(page_through(on, scan).await, expected);
    }
}

pub async fn pages_join_without_gap_or_overlap_upwards(on: Subject) {
    assert_pages_join(&on, false).await;
}

pub async fn pages_join_without_gap_or_overlap_downwards(on: Subject) {
    assert_pages_join(&on, true).await;
}

pub async fn a_cursor_outlives_the_entry_it_names(on: Subject) {
    fill(&on, &["a", "b", "c"]).await;
    let first = on.scan("names", Scan { limit: 2, ..all() }).await;
    on.commit(Commit::new().unindex(key("names"), "b")).await.unwrap();
    assert_eq!(found(&on, Scan { after: first.next, ..all() }).await, ["c"]);
    assert_eq!(found(&on, Scan { after: Some(cursor("b")), descending: true, ..all() }).await, ["a"]);
}

pub async fn paging_meets_what_is_put_ahead_and_not_what_is_put_behind(on: Subject) {
    let stay: Vec<String> = (0..60).map(|number| format!("stay-{number:02}")).collect();
    fill(&on, &stay.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut seen, mut next) = (Vec::new(), None);
    for round in 0.. {
        let page = on.scan("names", Scan { after: next, limit: 7, ..all() }).await;
        seen.extend(page.entries.into_iter().map(|(order, _)| order));
        next = page.next;
        let Some(Cursor(last)) = &next else { break };
        let commit = Commit::new()
            .index(place("names", format!("before-{round}"), "d"))
            .index(place("names", format!("{last}+"), "d"))
            .unindex(key("names"), format!("before-{}", round - 1));
        on.commit(commit).await.unwrap();
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    assert!(seen.is_sorted());
    assert!(stay.iter().all(|order| seen.contains(order)));
    assert!(seen.iter().any(|order| order.ends_with('+')));
    assert!(!seen.iter().any(|order| order.starts_with("before")));
}

pub async fn a_cursor_outside_the_prefix_gives_all_or_nothing(on: Subject) {
    fill(&on, &["a", "m1", "m2", "z"]).await;
    let scan = |order: &str, descending| Scan {
        prefix: "m".into(),
        after: Some(cursor(order)),
        descending,
        limit: 10,
    };
    for below in ["", "a", "l~"] {
        assert_eq!(found(&on, scan(below, false)).await, ["m1", "m2"]);
        assert_eq!(found(&on, scan(below, true)).await, [""; 0]);
    }
    for above in ["n", "z", "\u{10ffff}"] {
        assert_eq!(found(&on, scan(above, false)).await, [""; 0]);
        assert_eq!(found(&on, scan(above, true)).await, ["m2", "m1"]);
    }
}

pub async fn indexes_do_not_see_each_other(on: Subject) {
    on.commit(Commit::new().index(place("one", "a", "1")).index(place("two", "a", "2"))).await.unwrap();
    on.store.commit(&there(), Commit::new().index(place("one", "a", "3"))).await.unwrap();
    on.commit(Commit::new().unindex(key("two"), "a")).await.unwrap();
    assert_eq!(on.index("one").await, [("a".to_owned(), "1".to_owned())]);
    assert_eq!(on.index("two").await, []);
    let others: Result<_, StoreError> = on.store.scan(&there(), &key("one"), all()).await;
    assert_eq!(others.unwrap().entries, [("a".to_owned(), key("3"))]);
}

pub async fn an_entry_outlives_its_document(on: Subject) {
    on.commit(put("a", b"1").index(place("names", "a", "a"))).await.unwrap();
    on.commit(Commit::new().delete(key("a"))).await.unwrap();
    assert_eq!(on.index("names").await, [("a".to_owned(), "a".to_owned())]);
    assert_eq!(on.store.find(&here(), &key("a")).await, Ok(None));
}
