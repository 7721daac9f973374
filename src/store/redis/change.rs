//! What changes the store: the arguments of the scripts, and what their outcomes mean.

use super::form;
use super::keyspace::PartitionKeys;
use crate::store::{Commit, Committed, EntryChange, Guard, Key, Position, StoreError, Version};

/// The keys and the arguments of a commit behind those that every script has that must be done once.
pub fn commit(of: &PartitionKeys, commit: &Commit, now: i64) -> (Vec<String>, Vec<Vec<u8>>) {
    let mut keys = vec![of.documents(), of.entries(), of.ends(), of.log(), of.about()];
    let mut indexes: Vec<&Key> = Vec::new();
    let named = commit.index_deletes.iter().map(|(index, _)| index);
    for index in named.chain(commit.index_puts.iter().map(|entry| &entry.index)) {
        if !indexes.contains(&index) {
            indexes.push(index);
            keys.push(of.index(index));
        }
    }
    let number = |index: &Key| {
        let place = indexes.iter().position(|known| *known == index).map_or(0, |place| place + 1);
        text(place)
    };
    let grows = |change: &EntryChange| matches!(change, EntryChange::Put { .. });
    let removes_only = commit.puts.is_empty()
        && commit.index_puts.is_empty()
        && commit.events.is_empty()
        && !commit.entries.iter().any(grows);

    let mut list = vec![flag(removes_only)];
    list.push(text(commit.guards.len()));
    for guard in &commit.guards {
        let (key, wanted) = match guard {
            Guard::Absent(key) => (key, Vec::new()),
            Guard::Version(key, version) => (key, form::version(*version)),
        };
        list.extend([bytes(key), wanted]);
    }
    list.push(text(commit.events.len()));
    for event in &commit.events {
        list.extend([event.about.as_ref().map(bytes).unwrap_or_default(), form::packed(&event.bytes)]);
    }
    list.push(text(commit.deletes.len()));
    list.extend(commit.deletes.iter().map(bytes));
    list.push(text(commit.puts.len()));
    for (key, value) in &commit.puts {
        list.extend([bytes(key), form::packed(value)]);
    }
    list.push(text(commit.index_deletes.len()));
    for (index, order) in &commit.index_deletes {
        list.extend([number(index), order.clone().into_bytes()]);
    }
    list.push(text(commit.index_puts.len()));
    for entry in &commit.index_puts {
        let document = form::behind(&entry.order, &entry.document);
        list.extend([number(&entry.index), entry.order.clone().into_bytes(), document]);
    }
    list.push(text(commit.entries.len()));
    for change in &commit.entries {
        match change {
            EntryChange::Put { key, bytes: value, lifetime } => {
                list.extend([bytes(key), text(end(now, *lifetime)), value.clone()]);
            }
            EntryChange::Delete(key) => list.extend([bytes(key), Vec::new(), Vec::new()]),
        }
    }
    (keys, list)
}

fn bytes(key: &Key) -> Vec<u8> {
    key.as_str().as_bytes().to_vec()
}

/// A number as an argument.
pub fn text(number: impl ToString + Copy) -> Vec<u8> {
    number.to_string().into_bytes()
}

/// A yes or no as an argument.
pub fn flag(flag: bool) -> Vec<u8> {
    if flag { b"1".to_vec() } else { Vec::new() }
}

/// The moment in milliseconds from which on an entry that is put at `now` has expired.
pub fn end(now: i64, lifetime: jiff::SignedDuration) -> i64 {
    now.saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX))
}

/// What came of a commit.
pub fn committed(commit: &Commit, outcome: &str) -> Result<Committed, StoreError> {
    let mut words = outcome.split(' ');
    let word = words.next();
    let mut number = || words.next().and_then(|number| number.parse::<u64>().ok());
    match word {
        Some("done") => {
            if let (Some(version), Some(position)) = (number(), number()) {
                let last_event = (!commit.events.is_empty()).then_some(Position(position));
                return Ok(Committed { version: Version(version), last_event });
            }
        }
        Some("conflict") => {
            let broken = number().and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
            if let Some(Guard::Absent(key) | Guard::Version(key, _)) =
                broken.and_then(|number| commit.guards.get(number))
            {
                return Err(StoreError::Conflict(key.clone()));
            }
        }
        _ => {}
    }
    Err(unknown(outcome))
}

/// What came of counting.
pub fn counted(key: &Key, by: i64, outcome: &str) -> Result<i64, StoreError> {
    match outcome.split_once(' ') {
        Some(("done", sum)) => sum.parse().map_err(|_| unknown(outcome)),
        Some(("overflow", standing)) => {
            Err(StoreError::Limit(format!("the counter {key} stands at {standing}, {by} more do not fit")))
        }
        None if outcome == "no-counter" => Err(StoreError::Damaged(format!("the entry {key} is no counter"))),
        _ => Err(unknown(outcome)),
    }
}

/// The fault that a script said what no script says.
pub fn unknown(outcome: &str) -> StoreError {
    let outcome: String = outcome.chars().take(80).collect();
    StoreError::Damaged(format!("a script in Redis ended with {outcome:?}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::store::redis::keyspace::Keyspace;
    use crate::store::{IndexEntry, Partition};

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    #[test]
    fn an_index_is_declared_once_however_often_it_changes() {
        let of = Keyspace::new("t").partition(&Partition::installation());
        let place = |index: &str| IndexEntry { index: key(index), order: "o".into(), document: key("d") };
        let changes = Commit::new().unindex(key("b"), "x").index(place("a")).index(place("b"));
        let (keys, list) = commit(&of, &changes, 0);
        assert_eq!(keys[5..], [of.index(&key("b")), of.index(&key("a"))]);
        let list: Vec<_> = list.iter().map(|argument| String::from_utf8_lossy(argument)).collect();
        assert_eq!(list, ["", "0", "0", "0", "0", "1", "1", "x", "2", "2", "o", "\0d", "1", "o", "\0d", "0"]);
    }

    #[test]
    fn only_a_commit_that_makes_room_is_marked_so() {
        let of = Keyspace::new("t").partition(&Partition::installation());
        let first = |changes: Commit| commit(&of, &changes, 0).1.swap_remove(0);
        assert_eq!(first(Commit::new().delete(key("a")).unindex(key("i"), "o")), b"1");
        assert_eq!(first(Commit::new().entry(EntryChange::Delete(key("a")))), b"1");
        assert_eq!(first(Commit::new().delete(key("a")).event(b"gone".to_vec())), b"");
        assert_eq!(first(Commit::new().put(key("a"), Vec::new())), b"");
    }

    #[test]
    fn an_outcome_that_no_script_has_is_damage() {
        let commit = Commit::new().guard(Guard::Absent(key("a")));
        assert_eq!(committed(&commit, "conflict 1"), Err(StoreError::Conflict(key("a"))));
        assert_eq!(committed(&commit, "done 5 7").unwrap().version, Version(5));
        for hostile in
            ["", "done", "done 1", "done -1 2", "conflict", "conflict 0", "conflict 2", "stands", "OK"]
        {
            assert!(matches!(committed(&commit, hostile), Err(StoreError::Damaged(_))), "{hostile:?}");
        }
        for hostile in ["", "done", "done x", "overflow"] {
            assert!(matches!(counted(&key("a"), 1, hostile), Err(StoreError::Damaged(_))), "{hostile:?}");
        }
    }
}
