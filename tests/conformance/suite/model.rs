//! Random sequences against a model that is plain enough to be seen to be right.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tegata::clock::{Clock, ManualClock};
use tegata::store::{
    Commit, Cursor, EntryChange, Guard, IndexEntry, Key, NewEvent, Partition, Position, Scan, Store,
    StoreError, Version,
};
use tokio::runtime::Handle;

use super::subject::{Subject, key};

/// Few names, so that sequences meet themselves.
fn name() -> impl Strategy<Value = Key> {
    prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(key)
}

fn order() -> impl Strategy<Value = String> {
    "[ab ~]{1,3}"
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..6)
}

fn lifetime() -> impl Strategy<Value = SignedDuration> {
    (1_i64..60_000).prop_map(SignedDuration::from_millis)
}

/// What a guard demands, before it is known which version the document has.
#[derive(Debug, Clone)]
enum Demand {
    Absent,
    AsItStands,
    AsItWas,
}

fn demand() -> impl Strategy<Value = Demand> {
    prop_oneof![1 => Just(Demand::Absent), 4 => Just(Demand::AsItStands), 1 => Just(Demand::AsItWas)]
}

#[derive(Debug, Clone)]
struct Change {
    demands: Vec<(Key, Demand)>,
    commit: Commit,
}

fn entry_change() -> impl Strategy<Value = EntryChange> {
    prop_oneof![
        (name(), bytes(), lifetime()).prop_map(|(key, bytes, lifetime)| EntryChange::Put {
            key,
            bytes,
            lifetime
        }),
        name().prop_map(EntryChange::Delete),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let index_entry = (prop::sample::select(vec!["i", "j"]), order(), name())
        .prop_map(|(index, order, document)| IndexEntry { index: key(index), order, document });
    let index_delete =
        (prop::sample::select(vec!["i", "j"]), order()).prop_map(|(index, order)| (key(index), order));
    (
        prop::collection::vec((name(), demand()), 0..3),
        prop::collection::vec((name(), bytes()), 0..4),
        prop::collection::vec(name(), 0..2),
        prop::collection::vec(index_entry, 0..4),
        prop::collection::vec(index_delete, 0..3),
        prop::collection::vec(entry_change(), 0..3),
        prop::collection::vec(bytes(), 0..3),
    )
        .prop_map(|(demands, puts, deletes, index_puts, index_deletes, entries, events)| Change {
            demands,
            commit: Commit {
                guards: Vec::new(),
                puts,
                deletes,
                index_puts,
                index_deletes,
                entries,
                events: events.into_iter().map(|bytes| NewEvent { about: None, bytes }).collect(),
            },
        })
}

#[derive(Debug, Clone)]
enum Step {
    Change(Change),
    PutEntry(Key, Vec<u8>, SignedDuration),
    DeleteEntry(Key, Vec<u8>),
    DeleteEntryAsItStands(Key),
    Count(Key, i64, SignedDuration),
    Pass(SignedDuration),
    Sweep,
}

fn entry_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (name(), bytes(), lifetime()).prop_map(|(name, bytes, life)| Step::PutEntry(name, bytes, life)),
        1 => (name(), bytes()).prop_map(|(name, bytes)| Step::DeleteEntry(name, bytes)),
        2 => name().prop_map(Step::DeleteEntryAsItStands),
        4 => (name(), -9_i64..9, lifetime()).prop_map(|(name, by, life)| Step::Count(name, by, life)),
        3 => lifetime().prop_map(Step::Pass),
        1 => Just(Step::Sweep),
    ]
}

#[derive(Default)]
struct Model {
    last: Option<Version>,
    documents: BTreeMap<Key, (Version, Vec<u8>)>,
    /// Every version that each document ever had.
    past: BTreeMap<Key, Vec<Version>>,
    places: BTreeMap<(Key, String), Key>,
    events: Vec<Vec<u8>>,
    /// With the millisecond of their end.
    entries: BTreeMap<Key, (Vec<u8>, i64)>,
}

impl Model {
    fn guards(&self, demands: &[(Key, Demand)]) -> Vec<Guard> {
        let version = |key: &Key, demand: &Demand| match demand {
            Demand::Absent => None,
            Demand::AsItStands => self.documents.get(key).map(|(version, _)| *version),
            Demand::AsItWas => self.past.get(key).and_then(|versions| versions.first().copied()),
        };
        demands
            .iter()
            .map(|(key, demand)| match version(key, demand) {
                Some(version) => Guard::Version(key.clone(), version),
                None => Guard::Absent(key.clone()),
            })
            .collect()
    }

    fn broken(&self, guards: &[Guard]) -> Option<Key> {
        let holds = |guard: &&Guard| match guard {
            Guard::Absent(key) => !self.documents.contains_key(key),
            Guard::Version(key, version) => {
                self.documents.get(key).is_some_and(|(stands, _)| stands == version)
            }
        };
        let broken = guards.iter().find(|guard| !holds(guard))?;
        let (Guard::Absent(key) | Guard::Version(key, _)) = broken;
        Some(key.clone())
    }

    fn apply(&mut self, commit: &Commit, version: Version, now: i64) {
        self.last = Some(version);
        self.documents.retain(|key, _| !commit.deletes.contains(key));
        for (key, bytes) in &commit.puts {
            self.documents.insert(key.clone(), (version, bytes.clone()));
            self.past.entry(key.clone()).or_default().push(version);
        }
        self.places.retain(|place, _| !commit.index_deletes.contains(place));
        for entry in &commit.index_puts {
            self.places.insert((entry.index.clone(), entry.order.clone()), entry.document.clone());
        }
        for change in &commit.entries {
            match change {
                EntryChange::Put { key, bytes, lifetime } => {
                    self.entries.insert(key.clone(), (bytes.clone(), end(now, *lifetime)));
                }
                EntryChange::Delete(key) => drop(self.entries.remove(key)),
            }
        }
        self.events.extend(commit.events.iter().map(|event| event.bytes.clone()));
    }

    fn entry(&self, key: &Key, now: i64) -> Option<&Vec<u8>> {
        self.entries.get(key).filter(|(_, end)| *end > now).map(|(bytes, _)| bytes)
    }

    fn scan(&self, index: &Key, scan: &Scan) -> Vec<(String, Key)> {
        let mut found: Vec<_> = self
            .places
            .iter()
            .filter(|((name, order), _)| name == index && order.starts_with(&scan.prefix))
            .filter(|((_, order), _)| match &scan.after {
                None => true,
                Some(Cursor(after)) if scan.descending => order < after,
                Some(Cursor(after)) => order > after,
            })
            .map(|((_, order), document)| (order.clone(), document.clone()))
            .collect();
        if scan.descending {
            found.reverse();
        }
        found
    }
}

fn end(now: i64, lifetime: SignedDuration) -> i64 {
    now + i64::try_from(lifetime.as_millis()).unwrap()
}

/// A partition of its own for each sequence, so that one store serves all of them.
struct Run<'a> {
    store: &'a dyn Store,
    clock: &'a ManualClock,
    partition: Partition,
    model: Model,
}

impl Run<'_> {
    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    async fn change(&mut self, change: &Change) -> Result<(), TestCaseError> {
        let commit = Commit { guards: self.model.guards(&change.demands), ..change.commit.clone() };
        let outcome = self.store.commit(&self.partition, commit.clone()).await;
        if let Some(key) = self.model.broken(&commit.guards) {
            prop_assert_eq!(outcome, Err(StoreError::Conflict(key)));
            return Ok(());
        }
        let made = outcome.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(Some(made.version) > self.model.last);
        prop_assert_eq!(made.last_event.is_some(), !commit.events.is_empty());
        self.model.apply(&commit, made.version, self.now());
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let now = self.now();
        match step {
            Step::Change(change) => self.change(change).await?,
            Step::PutEntry(key, bytes, lifetime) => {
                let absent = self.model.entry(key, now).is_none();
                let put = self.store.put_entry_if_absent(&self.partition, key, bytes, *lifetime).await;
                prop_assert_eq!(put, Ok(absent));
                if absent {
                    self.model.entries.insert(key.clone(), (bytes.clone(), end(now, *lifetime)));
                }
            }
            Step::DeleteEntry(key, expected) => self.delete(key, expected).await?,
            Step::DeleteEntryAsItStands(key) => {
                let expected = self.model.entry(key, now).cloned().unwrap_or_default();
                self.delete(key, &expected).await?;
            }
            Step::Count(key, by, lifetime) => self.count(key, *by, *lifetime).await?,
            Step::Pass(time) => self.clock.advance(*time),
            // Sequences leave expired entries behind, so that a sweep may find more than this one's.
            Step::Sweep => prop_assert!(self.store.sweep(self.clock.now(), 10_000).await.is_ok()),
        }
        Ok(())
    }

    async fn delete(&mut self, key: &Key, expected: &[u8]) -> Result<(), TestCaseError> {
        let stands = self.model.entry(key, self.now()).is_some_and(|bytes| bytes == expected);
        let deleted = self.store.delete_entry_if(&self.partition, key, expected).await;
        prop_assert_eq!(deleted, Ok(stands));
        if stands {
            self.model.entries.remove(key);
        }
        Ok(())
    }

    async fn count(&mut self, key: &Key, by: i64, lifetime: SignedDuration) -> Result<(), TestCaseError> {
        let now = self.now();
        let counted = self.store.count(&self.partition, key, by, lifetime).await;
        let (standing, end) = match self.model.entries.get(key).filter(|(_, end)| *end > now) {
            None => (Some(0), end(now, lifetime)),
            Some((bytes, end)) => {
                (std::str::from_utf8(bytes).ok().and_then(|digits| digits.parse().ok()), *end)
            }
        };
        let Some(standing) = standing else {
            prop_assert!(matches!(counted, Err(StoreError::Damaged(_))), "{:?}", counted);
            return Ok(());
        };
        let sum: i64 = standing + by;
        prop_assert_eq!(counted, Ok(sum));
        self.model.entries.insert(key.clone(), (sum.to_string().into_bytes(), end));
        Ok(())
    }

    async fn compare(&self) -> Result<(), TestCaseError> {
        for name in ["a", "b", "c", "d"].map(key) {
            let found = self.store.find(&self.partition, &name).await.unwrap();
            let found = found.map(|document| (document.version, document.bytes));
            prop_assert_eq!(found.as_ref(), self.model.documents.get(&name));
            let entry = self.store.find_entry(&self.partition, &name).await.unwrap();
            prop_assert_eq!(entry.as_ref(), self.model.entry(&name, self.now()));
        }
        let events = self.store.events(&self.partition, Position::default(), 1_000).await.unwrap();
        let last = events.last().map_or(Position::default(), |event| event.position);
        prop_assert_eq!(self.store.last_event(&self.partition).await, Ok(last));
        prop_assert!(events.into_iter().map(|event| event.bytes).eq(self.model.events.iter().cloned()));
        for index in ["i", "j"].map(key) {
            for prefix in ["", "a", "b~", "~"] {
                for after in
                    [None, Some(Cursor("a".into())), Some(Cursor("b ".into())), Some(Cursor("~~".into()))]
                {
                    for descending in [false, true] {
                        self.compare_scan(
                            &index,
                            Scan { prefix: prefix.into(), after: after.clone(), descending, limit: 3 },
                        )
                        .await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn compare_scan(&self, index: &Key, mut scan: Scan) -> Result<(), TestCaseError> {
        let expected = self.model.scan(index, &scan);
        let mut found = Vec::new();
        loop {
            let page = self.store.scan(&self.partition, index, scan.clone()).await.unwrap();
            found.extend(page.entries);
            match page.next {
                None => break,
                next => scan.after = next,
            }
        }
        prop_assert_eq!(found, expected);
        Ok(())
    }
}

fn play(on: &Subject, steps: impl Strategy<Value = Vec<Step>>) {
    let number = AtomicU32::new(0);
    // A case costs milliseconds; PROPTEST_CASES asks for more of them.
    let config =
        Config { cases: Config::default().cases / 4, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        let name = format!("sequence-{}", number.fetch_add(1, Ordering::Relaxed));
        let partition = Partition::organization(&name).unwrap();
        let mut run = Run { store: &*on.store, clock: &on.clock, partition, model: Model::default() };
        Handle::current().block_on(async {
            for step in &steps {
                run.step(step).await?;
            }
            run.compare().await
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

pub async fn random_commits_leave_what_a_plain_map_would_hold(on: Subject) {
    let steps = prop::collection::vec(change().prop_map(Step::Change), 1..24);
    tokio::task::block_in_place(|| play(&on, steps));
}

pub async fn random_entries_live_as_a_plain_map_would_hold_them(on: Subject) {
    let step = prop_oneof![4 => entry_step(), 1 => change().prop_map(Step::Change)];
    tokio::task::block_in_place(|| play(&on, prop::collection::vec(step, 1..40)));
}
