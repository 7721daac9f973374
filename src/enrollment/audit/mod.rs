//! Holds every row of a store against every other: records, indexes, pointers, the ledger, what waits to be fetched, the log.
//!
//! Each row is judged by itself, by what it says and by what it leads to, so that nothing but a page of rows is in memory. What
//! seems wrong while others write is judged again from fresh rows.

mod certificates;
mod enrollments;
mod finding;
mod rows;

pub use finding::{Fault, Finding};

use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::id::EnrollmentId;
use super::list::building::built;
use super::record::Enrollment;
use crate::directory::OrganizationId;
use crate::store::record::{Record, decode};
use crate::store::{Contents, Head, Key, KeyError, Partition, Row, RowKind, Scan, StoreError, Tally};

/// Rows that are judged at the same time.
const AT_ONCE: usize = 32;
/// Rows that are read at once.
const PAGE: usize = 1_000;
/// Findings that are kept; the others are counted.
const KEPT: usize = 1_000;
/// How often rows that seem wrong are judged again while others write.
const AGAIN: u32 = 3;

/// What came of an audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Rows that were judged.
    pub rows: u64,
    /// Enrollments among them.
    pub enrollments: u64,
    /// Certificates among them.
    pub certificates: u64,
    /// Rows that interrupted steps left behind, as they may: nothing leads to them, and they are passed over.
    pub leftovers: u64,
    /// What is wrong, at most a thousand.
    pub findings: Vec<Finding>,
    /// What is wrong beyond those.
    pub more: u64,
}

impl Audit {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.more == 0
    }

    fn add(&mut self, finding: Finding) {
        if self.findings.len() < KEPT { self.findings.push(finding) } else { self.more += 1 }
    }
}

/// What one row was found to be.
#[derive(Debug, Default)]
struct Judged {
    faults: Vec<(Fault, String)>,
    leftover: bool,
}

impl Judged {
    fn fault(&mut self, fault: Fault, what: impl Into<String>) {
        self.faults.push((fault, what.into()));
    }

    fn is(fault: Fault, what: impl Into<String>) -> Self {
        Self { faults: vec![(fault, what.into())], leftover: false }
    }

    fn leftover() -> Self {
        Self { faults: Vec::new(), leftover: true }
    }
}

/// What a name leads to.
enum Seen<T> {
    Nothing,
    /// It is there, and is reported as unreadable where it stands.
    Unreadable,
    It(T),
}

/// Judges rows.
struct Auditor<'a> {
    store: &'a dyn Contents,
    now: Timestamp,
    /// Whether every enrollment has all its places; the lists of an older store may still be building.
    built: bool,
}

fn named(key: impl AsRef<str>) -> Result<Key, StoreError> {
    Key::new(key).map_err(|error: KeyError| StoreError::Limit(error.to_string()))
}

/// The organization whose partition this is.
fn organization_of(partition: &Partition) -> Option<OrganizationId> {
    partition.as_str().strip_prefix("organization:")?.parse().ok()
}

/// What a row is called in a finding.
fn name_of(row: &Row) -> String {
    let kind = row.kind().name();
    match row {
        Row::Document(document) => format!("{kind} {}", document.key),
        Row::Place { index, order, .. } => format!("{kind} {order} of index {index}"),
        Row::Event(event) => format!("{kind} {}", event.position.0),
        Row::Mention { about, position } => format!("{kind} of {about} by event {}", position.0),
        Row::Entry { key, .. } => format!("{kind} {key}"),
    }
}

impl Auditor<'_> {
    async fn see<T: Record>(&self, partition: &Partition, key: &str) -> Result<Seen<T>, StoreError> {
        Ok(match self.store.find(partition, &named(key)?).await? {
            None => Seen::Nothing,
            Some(document) => decode(&document.bytes).map_or(Seen::Unreadable, Seen::It),
        })
    }

    async fn enrollment(
        &self,
        partition: &Partition,
        id: &EnrollmentId,
    ) -> Result<Seen<Enrollment>, StoreError> {
        self.see(partition, &format!("enrollment/{id}")).await
    }

    /// The document that stands in this place of an index.
    async fn place(
        &self,
        partition: &Partition,
        index: &str,
        order: &str,
    ) -> Result<Option<Key>, StoreError> {
        let scan = Scan { prefix: order.to_owned(), limit: 1, ..Scan::default() };
        let found = self.store.scan(partition, &named(index)?, scan).await?;
        Ok(found.entries.into_iter().find(|(found, _)| found == order).map(|(_, document)| document))
    }

    async fn judge(&self, head: &Head, row: &Row) -> Result<Judged, StoreError> {
        let partition = &head.partition;
        match row {
            Row::Document(document) if document.version > head.version => {
                Ok(Judged::is(Fault::Ahead, "its version is newer than its partition's"))
            }
            Row::Event(event) if event.position > head.position => {
                Ok(Judged::is(Fault::Ahead, "its position is beyond its partition's last one"))
            }
            Row::Document(document) => self.document(partition, document).await,
            Row::Place { index, order, document } => self.place_row(partition, index, order, document).await,
            Row::Event(event) => self.event(partition, event).await,
            Row::Mention { about, position } => self.mention(partition, about, *position).await,
            Row::Entry { key, ends, bytes } => self.entry(partition, key, *ends, bytes).await,
        }
    }

    /// The row as it is now; `None` where it is gone.
    async fn again(&self, partition: &Partition, row: &Row) -> Result<Option<Row>, StoreError> {
        Ok(match row {
            Row::Document(document) => self.store.find(partition, &document.key).await?.map(Row::Document),
            Row::Place { index, order, .. } => {
                let (index, order) = (index.clone(), order.clone());
                let document = self.place(partition, index.as_str(), &order).await?;
                document.map(|document| Row::Place { index, order, document })
            }
            Row::Entry { key, ends, .. } => {
                let bytes = self.store.find_entry(partition, key).await?;
                bytes.map(|bytes| Row::Entry { key: key.clone(), ends: *ends, bytes })
            }
            Row::Event(_) | Row::Mention { .. } => Some(row.clone()),
        })
    }
}

/// Judges every row of the store. The number of rows so far and in all goes to `tell`.
///
/// # Errors
/// When the store cannot be read; what is wrong with it is no error but a finding.
pub async fn audit(
    store: &dyn Contents,
    now: Timestamp,
    tell: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Audit, StoreError> {
    let heads = store.partitions().await?;
    let mut total = 0;
    for head in &heads {
        let Tally { documents, places, events, entries } = store.tally(&head.partition).await?;
        // What events are about is read as well.
        total += documents + places + 2 * events + entries;
    }
    let auditor = Auditor { store, now, built: built(store).await? };
    let mut audit = Audit::default();
    let mut suspects = Vec::new();
    for head in &heads {
        for kind in RowKind::ALL {
            auditor.kind(head, kind, &mut audit, &mut suspects, &mut |done| tell(done, total)).await?;
        }
    }
    let settled = auditor.settle(&heads, suspects).await?;
    for finding in settled {
        audit.add(finding);
    }
    audit.findings.sort_by(|one, other| (one.fault, &one.row).cmp(&(other.fault, &other.row)));
    Ok(audit)
}

/// A row with something wrong.
type Suspect = (Partition, Row, Vec<Finding>);

fn findings(partition: &Partition, row: &Row, judged: Judged) -> Vec<Finding> {
    let finding = |(fault, what)| Finding { partition: partition.clone(), row: name_of(row), fault, what };
    judged.faults.into_iter().map(finding).collect()
}

impl Auditor<'_> {
    async fn kind(
        &self,
        head: &Head,
        kind: RowKind,
        audit: &mut Audit,
        suspects: &mut Vec<Suspect>,
        tell: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), StoreError> {
        let partition = &head.partition;
        let mut after = None;
        loop {
            let page = self.store.rows(partition, kind, after.as_ref(), PAGE).await?;
            audit.rows += page.rows.len() as u64;
            for unreadable in page.unreadable {
                let (row, what) = (unreadable.place, unreadable.reason);
                audit.add(Finding { partition: partition.clone(), row, fault: Fault::Unreadable, what });
            }
            for row in &page.rows {
                let Row::Document(document) = row else { continue };
                audit.enrollments += u64::from(document.key.as_str().starts_with("enrollment/"));
                audit.certificates += u64::from(document.key.as_str().starts_with("certificate/"));
            }
            let judging = page.rows.into_iter().map(|row| async move {
                let judged = self.judge(head, &row).await?;
                Ok::<_, StoreError>((row, judged))
            });
            let mut judged = futures_util::stream::iter(judging).buffer_unordered(AT_ONCE);
            while let Some((row, judged)) = judged.try_next().await? {
                audit.leftovers += u64::from(judged.leftover);
                if judged.faults.is_empty() {
                    continue;
                }
                let findings = findings(partition, &row, judged);
                if suspects.len() < KEPT {
                    suspects.push((partition.clone(), row, findings));
                } else {
                    audit.more += findings.len() as u64;
                }
            }
            tell(audit.rows);
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Judges suspects again as long as others write.
    async fn settle(&self, read: &[Head], mut suspects: Vec<Suspect>) -> Result<Vec<Finding>, StoreError> {
        let mut heads = read.to_vec();
        for _ in 0..AGAIN {
            if suspects.is_empty() {
                break;
            }
            let now = self.store.partitions().await?;
            if now == heads {
                break;
            }
            heads = now;
            let mut left = Vec::new();
            for (partition, row, _) in suspects {
                let Some(head) = heads.iter().find(|head| head.partition == partition) else { continue };
                let Some(row) = self.again(&partition, &row).await? else { continue };
                // It may have been written since the heads were read.
                let judged = match self.judge(head, &row).await? {
                    Judged { faults, .. } if faults.iter().any(|(fault, _)| *fault == Fault::Ahead) => {
                        continue;
                    }
                    judged => judged,
                };
                if !judged.faults.is_empty() {
                    let findings = findings(&partition, &row, judged);
                    left.push((partition, row, findings));
                }
            }
            suspects = left;
        }
        Ok(suspects.into_iter().flat_map(|(_, _, findings)| findings).collect())
    }
}
