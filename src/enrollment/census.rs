//! What a store holds, counted: rows by what they are, their bytes, and where enrollments stand.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::record::Enrollment;
use super::state::Standing;
use crate::store::record::decode;
use crate::store::{Contents, Partition, Row, RowKind, StoreError};

/// Rows that are read at once.
const PAGE: usize = 1_000;

/// How much there is of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many rows.
    pub rows: u64,
    /// Their keys and values, in bytes.
    pub bytes: u64,
}

impl Amount {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        self.bytes += row.size() as u64;
    }
}

/// What one partition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// Which.
    pub partition: Partition,
    /// Documents by the beginning of their key, such as `enrollment`.
    pub documents: BTreeMap<String, Amount>,
    /// Places by their index.
    pub indexes: BTreeMap<String, Amount>,
    /// Events.
    pub events: Amount,
    /// Volatile entries by the beginning of their key, such as `ticket`.
    pub entries: BTreeMap<String, Amount>,
    /// Entries among them that have expired and that no sweep has removed yet.
    pub expired: u64,
    /// Enrollments by where they stand, in the order of a life.
    pub standings: Vec<(Standing, u64)>,
}

fn kind(key: &str) -> String {
    key.split_once('/').map_or(key, |(kind, _)| kind).to_owned()
}

/// Counts everything. The number of rows so far and in all goes to `tell`.
///
/// # Errors
/// When the store cannot be read, or an enrollment not.
pub async fn census(
    store: &dyn Contents,
    now: Timestamp,
    tell: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Vec<Census>, StoreError> {
    let heads = store.partitions().await?;
    let (mut total, mut done) = (0, 0);
    for head in &heads {
        total += store.tally(&head.partition).await?.rows();
    }
    let mut found = Vec::with_capacity(heads.len());
    for head in heads {
        let mut census = Census {
            partition: head.partition,
            documents: BTreeMap::new(),
            indexes: BTreeMap::new(),
            events: Amount::default(),
            entries: BTreeMap::new(),
            expired: 0,
            standings: Standing::ALL.map(|standing| (standing, 0)).to_vec(),
        };
        // What events are about is counted with the events.
        for rows in [RowKind::Document, RowKind::Place, RowKind::Event, RowKind::Entry] {
            let mut after = None;
            loop {
                let page = store.rows(&census.partition, rows, after.as_ref(), PAGE).await?;
                for row in &page.rows {
                    census.add(row, now)?;
                }
                done += page.rows.len() as u64;
                tell(done, total);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        found.push(census);
    }
    Ok(found)
}

impl Census {
    fn add(&mut self, row: &Row, now: Timestamp) -> Result<(), StoreError> {
        match row {
            Row::Document(document) => {
                let kind = kind(document.key.as_str());
                if kind == "enrollment" {
                    let standing = decode::<Enrollment>(&document.bytes)?.standing(now);
                    let known = self.standings.iter_mut().find(|(known, _)| *known == standing);
                    if let Some((_, count)) = known {
                        *count += 1;
                    }
                }
                self.documents.entry(kind).or_default().add(row);
            }
            Row::Place { index, .. } => self.indexes.entry(index.to_string()).or_default().add(row),
            Row::Event(_) => self.events.add(row),
            Row::Mention { .. } => {}
            Row::Entry { key, ends, .. } => {
                self.expired += u64::from(*ends <= now.as_millisecond());
                self.entries.entry(kind(key.as_str())).or_default().add(row);
            }
        }
        Ok(())
    }
}
