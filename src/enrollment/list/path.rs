//! Ways along the indexes, and the order that they lead in.

use std::cmp::Ordering;
use std::collections::{BTreeSet, VecDeque};

use jiff::Timestamp;

use super::need::{Need, NeedPolicy};
use super::query::Sort;
use crate::enrollment::places::{ALL, BY_END, BY_STATE, STATES, by_time};
use crate::enrollment::record::Enrollment;
use crate::store::{Cursor, Key, Partition, Scan, Store, StoreError};

/// Places of an index that are read at once.
const PAGE: usize = 200;

/// What a list is ordered by. The place of an enrollment in it, its *tail*, is a time and its name: what follows the prefix in
/// every index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Invited,
    Changed,
    End,
    Waiting(Need),
}

impl Order {
    pub(super) const fn of(sort: Sort, need: Option<Need>) -> Self {
        match (sort, need) {
            (Sort::LastChange, _) => Self::Changed,
            (Sort::CertificateEnd, _) => Self::End,
            (Sort::Waiting, Some(need)) => Self::Waiting(need),
            (Sort::Newest | Sort::Waiting, _) => Self::Invited,
        }
    }

    pub(super) const fn sort(self) -> Sort {
        match self {
            Self::Invited => Sort::Newest,
            Self::Changed => Sort::LastChange,
            Self::End => Sort::CertificateEnd,
            Self::Waiting(_) => Sort::Waiting,
        }
    }

    /// Newest first, but what ends or waits soonest first.
    const fn descending(self) -> bool {
        matches!(self, Self::Invited | Self::Changed)
    }

    pub(super) fn tail(self, it: &Enrollment) -> Option<String> {
        let at = match self {
            Self::Invited => Some(it.invited_at),
            Self::Changed => Some(it.changed().unwrap_or(it.invited_at)),
            Self::End => it.certificate_end(),
            Self::Waiting(need) => need.since(it),
        };
        at.map(|at| by_time(at, &it.id))
    }

    pub(super) fn compare(self, one: &str, other: &str) -> Ordering {
        if self.descending() { other.cmp(one) } else { one.cmp(other) }
    }
}

/// Part of an index: the orders that begin so.
#[derive(Debug, Clone)]
struct Source {
    index: &'static str,
    prefix: String,
}

/// Parts of indexes that are gone along together, in the same order.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) order: Order,
    sources: Vec<Source>,
    /// Only tails from here on.
    from: Option<String>,
    /// Only tails before this.
    before: Option<String>,
    /// What is meant beside them, wherever it stands.
    pub(super) also: Vec<Key>,
}

impl Path {
    pub(super) fn along(order: Order, sources: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let sources = sources.into_iter().map(|(index, prefix)| Source { index, prefix }).collect();
        Self { order, sources, from: None, before: None, also: Vec::new() }
    }

    /// Only between two times; for orders that ascend.
    pub(super) fn between(mut self, from: Option<String>, before: Option<String>) -> Self {
        (self.from, self.before) = (from, before);
        self
    }

    pub(super) fn with(mut self, also: Vec<Key>) -> Self {
        self.also = also;
        self
    }

    /// Everything there is, in this order.
    pub(super) fn whole(order: Order, now: Timestamp, policy: &NeedPolicy) -> Self {
        let all = (ALL, String::new());
        match order {
            Order::Invited => Self::along(order, [all]),
            // What was never touched has not changed since its invitation.
            Order::Changed => {
                let touched = STATES.map(|word| (BY_STATE, format!("{word}/")));
                Self::along(order, touched.into_iter().chain([all]))
            }
            Order::End => Self::along(order, [(BY_END, String::new())]),
            Order::Waiting(need) => need.path(now, policy),
        }
    }

    /// How many places it has, counted up to `most`.
    pub(super) async fn count(
        &self,
        store: &dyn Store,
        partition: &Partition,
        most: usize,
    ) -> Result<usize, StoreError> {
        let mut stream = Stream::open(self, None, most);
        Ok(stream.next(store, partition, most).await?.len())
    }

    /// Everything on it, in no order; `None` where that is more than `most`.
    pub(super) async fn gather(
        &self,
        store: &dyn Store,
        partition: &Partition,
        most: usize,
    ) -> Result<Option<Vec<Key>>, StoreError> {
        let mut stream = Stream::open(self, None, most);
        let found = stream.next(store, partition, most + 1).await?;
        if found.len() > most {
            return Ok(None);
        }
        let keys: BTreeSet<_> = found.into_iter().map(|(_, key)| key).chain(self.also.clone()).collect();
        Ok(Some(keys.into_iter().collect()))
    }
}

/// A part of an index that is being read.
struct Reading {
    index: &'static str,
    prefix: String,
    read: VecDeque<(String, Key)>,
    after: Option<Cursor>,
    ended: bool,
}

/// A path that is being gone along.
pub(super) struct Stream {
    order: Order,
    before: Option<String>,
    readings: Vec<Reading>,
    at_once: usize,
}

impl Stream {
    /// Begins behind the tail `after`; about `wanted` will be asked for.
    pub(super) fn open(path: &Path, after: Option<&str>, wanted: usize) -> Self {
        let after = match (after, &path.from) {
            (Some(after), Some(from)) if path.order.compare(after, from).is_lt() => Some(from.as_str()),
            (None, Some(from)) => Some(from.as_str()),
            (after, _) => after,
        };
        let reading = |source: &Source| Reading {
            index: source.index,
            prefix: source.prefix.clone(),
            read: VecDeque::new(),
            after: after.map(|after| Cursor(format!("{}{after}", source.prefix))),
            ended: false,
        };
        let share = (wanted + 1) / path.sources.len().max(1) + 1;
        Self {
            order: path.order,
            before: path.before.clone(),
            readings: path.sources.iter().map(reading).collect(),
            at_once: share.clamp(8, if wanted > PAGE { 1_000 } else { PAGE }),
        }
    }

    /// The next places, at most `most`, with their tails; fewer when there are no more.
    pub(super) async fn next(
        &mut self,
        store: &dyn Store,
        partition: &Partition,
        most: usize,
    ) -> Result<Vec<(String, Key)>, StoreError> {
        let mut found = Vec::new();
        while found.len() < most {
            self.fill(store, partition).await?;
            // All that are not at their end have something to show.
            let first =
                self.readings.iter_mut().filter(|reading| !reading.read.is_empty()).min_by(|one, other| {
                    let tail = |reading: &Reading| {
                        reading.read.front().map(|(tail, _)| tail.clone()).unwrap_or_default()
                    };
                    self.order.compare(&tail(one), &tail(other))
                });
            match first.and_then(|reading| reading.read.pop_front()) {
                Some(place) => found.push(place),
                None => break,
            }
        }
        Ok(found)
    }

    async fn fill(&mut self, store: &dyn Store, partition: &Partition) -> Result<(), StoreError> {
        let (descending, limit) = (self.order.descending(), self.at_once);
        let before = self.before.as_deref();
        let hungry = self.readings.iter_mut().filter(|reading| reading.read.is_empty() && !reading.ended);
        let filling = hungry.map(|reading| reading.read_on(store, partition, descending, limit, before));
        futures_util::future::try_join_all(filling).await?;
        Ok(())
    }
}

impl Reading {
    async fn read_on(
        &mut self,
        store: &dyn Store,
        partition: &Partition,
        descending: bool,
        limit: usize,
        before: Option<&str>,
    ) -> Result<(), StoreError> {
        let index = Key::new(self.index).map_err(|error| StoreError::Limit(error.to_string()))?;
        let scan = Scan { prefix: self.prefix.clone(), after: self.after.take(), descending, limit };
        let scanned = store.scan(partition, &index, scan).await?;
        self.after = scanned.next;
        self.ended = self.after.is_none();
        for (order, key) in scanned.entries {
            let Some(tail) = order.strip_prefix(&self.prefix) else { continue };
            if before.is_some_and(|before| tail >= before) {
                self.ended = true;
                break;
            }
            self.read.push_back((tail.to_owned(), key));
        }
        Ok(())
    }
}
