//! The records of one enrollment, as Tegata really wrote them, and as many more like them as are wanted, each with names, hashes and
//! times of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::{SignedDuration, Timestamp};
use openssl::sha::sha256;
use serde_json::Value;
use tegata::clock::SystemClock;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::{
    Commit, Contents, EntryChange, Guard, IndexEntry, Key, Partition, Row, RowKind, Store, Version,
};
use tokio::task::JoinSet;

use crate::load;
use crate::process::Installation;

/// Enrollments that one commit brings.
const BATCH: u64 = 60;

/// How far an enrollment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Invited, and nobody has come.
    Idle,
    /// Fetched, and the time for that is over.
    Issued,
}

/// What stands in the place of a name in another enrollment.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Drawn from these characters.
    Name(&'static [u8]),
    /// As much later as the enrollment came later.
    Moment(Timestamp),
    /// The same in milliseconds, at the beginning of an order.
    Milliseconds(i64),
}

const HEX: &[u8] = b"0123456789abcdef";
const LETTERS: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// One enrollment's rows, and what has to differ in the next one's.
pub struct Life {
    idle: Vec<(Partition, Row)>,
    fetched: Vec<(Partition, Row)>,
    matcher: AhoCorasick,
    names: Vec<(String, Kind)>,
    organization: Partition,
}

type Place = (String, RowKind, String);

fn place(partition: &Partition, row: &Row) -> Place {
    let within = match row {
        Row::Document(document) => document.key.as_str().to_owned(),
        Row::Place { index, order, .. } => format!("{index} {order}"),
        Row::Event(event) => event.position.0.to_string(),
        Row::Mention { position, .. } => position.0.to_string(),
        Row::Entry { key, .. } => key.as_str().to_owned(),
    };
    (partition.as_str().to_owned(), row.kind(), within)
}

async fn rows(installation: &Installation) -> BTreeMap<Place, (Partition, Row)> {
    let store = EmbeddedStore::open(installation.store_file(), Arc::new(SystemClock)).unwrap();
    let mut all = BTreeMap::new();
    for head in store.partitions().await.unwrap() {
        for kind in RowKind::ALL {
            let page = store.rows(&head.partition, kind, None, 1_000).await.unwrap();
            assert!(page.next.is_none(), "one enrollment has few rows");
            for row in page.rows {
                all.insert(place(&head.partition, &row), (head.partition.clone(), row));
            }
        }
    }
    all
}

impl Life {
    /// Invites somebody to an installation, and has a phone fetch the file.
    pub async fn lived() -> Self {
        let installation = Installation::create(&[]);
        let before = rows(&installation).await;
        let invitation = installation.invited("minimal");
        let invited = rows(&installation).await;
        load::fetch(&installation, &invitation);
        let fetched = rows(&installation).await;
        let new = |rows: BTreeMap<Place, (Partition, Row)>| -> Vec<(Partition, Row)> {
            rows.into_iter().filter(|(place, _)| !before.contains_key(place)).map(|(_, row)| row).collect()
        };
        let organization = |(partition, _): &&(Partition, Row)| *partition != Partition::installation();
        let (idle, fetched) = (new(invited), new(fetched));
        let organization = idle.iter().find(organization).unwrap().0.clone();
        let mut names = BTreeMap::new();
        for (_, row) in &fetched {
            collect(row, &mut names);
        }
        let names: Vec<_> = names.into_iter().collect();
        let patterns = names.iter().map(|(name, _)| name.as_bytes());
        let matcher = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).unwrap();
        Self { idle, fetched, matcher, names, organization }
    }

    fn rows(&self, stage: Stage) -> impl Iterator<Item = &(Partition, Row)> {
        let rows = if stage == Stage::Idle { &self.idle } else { &self.fetched };
        let over = |row: &Row| matches!(row, Row::Entry { key, .. } if key.as_str().starts_with("delivery/"));
        rows.iter().filter(move |(_, row)| stage == Stage::Idle || !over(row))
    }

    /// The bytes of its keys and values, as they are given to the store.
    pub fn size(&self, stage: Stage) -> usize {
        self.rows(stage).map(|(_, row)| row.size()).sum()
    }

    /// The names of another enrollment.
    fn names(&self, number: u64) -> Vec<String> {
        let later = sha256(&number.to_be_bytes());
        let later = u32::from_be_bytes([later[0], later[1], later[2], later[3]]) % 1_000_000_000;
        let later = SignedDuration::new(i64::try_from(number).unwrap(), i32::try_from(later).unwrap());
        let draw = |place: usize, length: usize, characters: &[u8]| {
            let mut text = String::with_capacity(length);
            for part in 0_u8.. {
                let digest = sha256(format!("{number} {place} {part}").as_bytes());
                for byte in digest {
                    if text.len() == length {
                        return text;
                    }
                    text.push(char::from(characters[usize::from(byte) % characters.len()]));
                }
            }
            text
        };
        let other = |(place, (name, kind)): (usize, &(String, Kind))| match kind {
            Kind::Name(characters) => draw(place, name.len(), characters),
            Kind::Moment(moment) => (*moment + later).to_string(),
            Kind::Milliseconds(moment) => {
                let later = i64::try_from(later.as_millis()).unwrap();
                format!("{:0width$}", moment + later, width = name.len())
            }
        };
        self.names.iter().enumerate().map(other).collect()
    }

    fn text(&self, text: &str, names: &[String]) -> String {
        self.matcher.replace_all(text, names)
    }

    fn key(&self, key: &Key, names: &[String]) -> Key {
        Key::new(self.text(key.as_str(), names)).unwrap()
    }

    fn bytes(&self, bytes: &[u8], names: &[String]) -> Vec<u8> {
        self.matcher.replace_all_bytes(bytes, names)
    }

    fn add(&self, commit: Commit, row: &Row, about: Option<&Key>, names: &[String]) -> Commit {
        match row {
            Row::Document(document) => {
                commit.put(self.key(&document.key, names), self.bytes(&document.bytes, names))
            }
            Row::Place { index, order, document } => commit.index(IndexEntry {
                index: index.clone(),
                order: self.text(order, names),
                document: self.key(document, names),
            }),
            Row::Event(event) => {
                let bytes = self.bytes(&event.bytes, names);
                match about {
                    Some(about) => commit.event_about(self.key(about, names), bytes),
                    None => commit.event(bytes),
                }
            }
            Row::Mention { .. } => commit,
            Row::Entry { key, bytes, .. } => commit.entry(EntryChange::Put {
                key: self.key(key, names),
                bytes: self.bytes(bytes, names),
                lifetime: SignedDuration::from_hours(720),
            }),
        }
    }

    /// What the event that this row may be is about.
    fn about<'a>(rows: &'a [(Partition, Row)], row: &Row) -> Option<&'a Key> {
        let Row::Event(event) = row else { return None };
        rows.iter().find_map(|(_, row)| match row {
            Row::Mention { about, position } if *position == event.position => Some(about),
            _ => None,
        })
    }

    /// Brings so many enrollments in few commits, of which so many wait for the store at the same time.
    pub async fn fill(self: &Arc<Self>, store: &Arc<dyn Store>, stage: Stage, size: u64, at_once: usize) {
        let mut running = JoinSet::new();
        for first in (0..size).step_by(usize::try_from(BATCH).unwrap()) {
            if running.len() >= at_once {
                running.join_next().await.unwrap().unwrap();
            }
            let (life, store) = (Arc::clone(self), Arc::clone(store));
            running.spawn(async move {
                let (mut outside, mut inside) = (Commit::new(), Commit::new());
                for number in first..(first + BATCH).min(size) {
                    let names = life.names(number);
                    let all = if stage == Stage::Idle { &life.idle } else { &life.fetched };
                    for (partition, row) in life.rows(stage) {
                        let about = Self::about(all, row);
                        if *partition == life.organization {
                            inside = life.add(inside, row, about, &names);
                        } else {
                            outside = life.add(outside, row, about, &names);
                        }
                    }
                }
                store.commit(&Partition::installation(), outside).await.unwrap();
                store.commit(&life.organization, inside).await.unwrap();
            });
        }
        while let Some(done) = running.join_next().await {
            done.unwrap();
        }
    }

    fn row(&self, beginning: &str) -> &Row {
        let found = self.fetched.iter().find(|(_, row)| match row {
            Row::Document(document) => document.key.as_str().starts_with(beginning),
            Row::Entry { key, .. } => key.as_str().starts_with(beginning),
            _ => false,
        });
        &found.unwrap_or_else(|| panic!("a phone that has fetched leaves no {beginning}")).1
    }

    fn document(&self, beginning: &str, names: &[String]) -> (Key, Vec<u8>) {
        let Row::Document(document) = self.row(beginning) else { panic!("{beginning} is no document") };
        (self.key(&document.key, names), self.bytes(&document.bytes, names))
    }

    /// What a claim asks of the store, from the right secret to the files that lie ready; without keys and certificates, which cost
    /// the same whatever the size.
    pub async fn claim(&self, store: &dyn Store, number: u64) {
        let names = self.names(number);
        let (installation, organization) = (Partition::installation(), &self.organization);
        let (code, _) = self.document("code/", &names);
        assert!(store.find(&installation, &code).await.unwrap().is_some());
        let (enrollment, claimed) = self.document("enrollment/", &names);
        let read = store.find(organization, &enrollment).await.unwrap().unwrap();
        assert!(store.find(organization, &Key::new("organization").unwrap()).await.unwrap().is_some());
        let points = self.add(Commit::new(), self.row("serial/"), None, &names);
        let points = self.add(points, self.row("ticket/"), None, &names);
        store.commit(&installation, points).await.unwrap();
        let (certificate, issued) = self.document("certificate/", &names);
        let event = || Commit::new().event_about(enrollment.clone(), self.event(&names));
        let guarded =
            |commit: Commit, version: Version| commit.guard(Guard::Version(enrollment.clone(), version));
        let begins = guarded(event(), read.version)
            .put(enrollment.clone(), claimed.clone())
            .put(certificate.clone(), issued[..issued.len() / 4].to_vec());
        let begun = store.commit(organization, begins).await.unwrap();
        let prepared = store.find(organization, &certificate).await.unwrap().unwrap();
        let ends = guarded(event(), begun.version)
            .guard(Guard::Version(certificate.clone(), prepared.version))
            .put(enrollment.clone(), claimed)
            .put(certificate, issued);
        let ends = self.add(ends, self.row("delivery/"), None, &names);
        let invited: BTreeSet<_> = self.idle.iter().map(|(partition, row)| place(partition, row)).collect();
        let ends = self.fetched.iter().fold(ends, |commit, (partition, row)| {
            let new = matches!(row, Row::Place { .. }) && !invited.contains(&place(partition, row));
            if new { self.add(commit, row, None, &names) } else { commit }
        });
        store.commit(organization, ends).await.unwrap();
    }

    fn event(&self, names: &[String]) -> Vec<u8> {
        let mut events = self.idle.iter().filter_map(|(_, row)| match row {
            Row::Event(event) => Some(&event.bytes),
            _ => None,
        });
        self.bytes(events.next().unwrap(), names)
    }
}

/// Collects what must differ in another enrollment: names of its documents and entries, hashes, moments.
fn collect(row: &Row, names: &mut BTreeMap<String, Kind>) {
    match row {
        Row::Document(document) => {
            name(document.key.as_str(), names);
            values(&document.bytes, names);
        }
        Row::Entry { key, bytes, .. } => {
            name(key.as_str(), names);
            values(bytes, names);
        }
        Row::Event(event) => values(&event.bytes, names),
        Row::Place { order, .. } => {
            let begin = order.rsplit('/').next().unwrap_or(order).split('-').next().unwrap_or_default();
            if begin.len() == 15 {
                names.insert(begin.to_owned(), Kind::Milliseconds(begin.parse().unwrap()));
            }
        }
        Row::Mention { .. } => {}
    }
}

fn name(key: &str, names: &mut BTreeMap<String, Kind>) {
    if let Some((_, name)) = key.split_once('/') {
        let hex = name.bytes().all(|byte| HEX.contains(&byte));
        names.insert(name.to_owned(), Kind::Name(if hex { HEX } else { LETTERS }));
    }
}

fn values(bytes: &[u8], names: &mut BTreeMap<String, Kind>) {
    fn strings(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|value| strings(value, found)),
            Value::Object(fields) => fields.values().for_each(|value| strings(value, found)),
            _ => {}
        }
    }
    let Ok(value) = serde_json::from_slice(bytes) else { return };
    let mut found = Vec::new();
    strings(&value, &mut found);
    for text in found {
        if let (20.., Ok(moment)) = (text.len(), text.parse::<Timestamp>()) {
            names.insert(text, Kind::Moment(moment));
        } else if (32..=64).contains(&text.len()) && text.bytes().all(|byte| HEX.contains(&byte)) {
            names.insert(text, Kind::Name(HEX));
        }
    }
}
