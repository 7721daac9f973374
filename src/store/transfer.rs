//! Copying a whole store into another one, row by row, with versions, positions and ends as they are; and comparing the two.

use std::fmt::Write as _;

use openssl::sha::sha256;
use serde::{Deserialize, Serialize};

use super::contents::{Contents, Digest, Head, Incoming, Row, RowCursor, RowKind, Rows, Unreadable};
use super::{Key, MAX_PAGE, Partition, Position, StoreError};

/// After so many pages it is noted how far the copy has come.
const NOTE_EVERY: u32 = 10;

/// How often a kind of rows is read again where their number differs from what the engine counts.
const READINGS: u32 = 3;

/// How far a copy, an export or an import has come, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Rows so far.
    pub done: u64,
    /// Rows in all.
    pub total: u64,
}

/// What is being done with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// They are read and written.
    Copy,
    /// Both sides are read and compared.
    Compare,
    /// A file is read and its checksum compared.
    Verify,
}

/// Somebody who is told of the progress.
pub type Told<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// Which store failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that is read.
    Source,
    /// The one that is filled.
    Target,
}

/// Why a store was not copied. The source is as it was; the target cannot be opened by anybody, and the same copy begun again
/// goes on where this one ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// One of the two failed.
    #[error("{} failed: {source}", if *.side == Side::Source { "the store that is read" } else { "the store that is filled" })]
    Store {
        /// Which.
        side: Side,
        /// How.
        source: StoreError,
    },
    /// Somebody writes to the source.
    #[error("the store was written to while it was read (partition {0})")]
    SourceChanged(Partition),
    /// The target was begun with other rows than these.
    #[error(
        "the target holds the beginning of another copy: of another store, or of this one before it was changed"
    )]
    OtherSource,
    /// The source is damaged.
    #[error("{count} rows of the store cannot be read, the first one is {}: {}", first.place, first.reason)]
    Unreadable {
        /// How many.
        count: usize,
        /// The first one.
        first: Unreadable,
    },
    /// The two are not the same.
    #[error(
        "after the copy the partition {partition} differs: {source_rows} rows in the source, {target_rows} in the target"
    )]
    Differs {
        /// Where.
        partition: Partition,
        /// Rows of the source.
        source_rows: u64,
        /// Rows of the target.
        target_rows: u64,
    },
}

impl TransferError {
    /// The store that is read failed.
    #[must_use]
    pub const fn source(source: StoreError) -> Self {
        Self::Store { side: Side::Source, source }
    }

    /// The store that is filled failed.
    #[must_use]
    pub const fn target(source: StoreError) -> Self {
        Self::Store { side: Side::Target, source }
    }
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    /// Rows in all.
    pub rows: u64,
    /// Whether an earlier copy was gone on with.
    pub resumed: bool,
    /// The partitions with the digest that both sides have.
    pub partitions: Vec<(Partition, Digest)>,
}

/// What is noted in the target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Which rows it is being filled with.
    pub begun: String,
    /// Everything before this partition and kind has arrived.
    pub partition: String,
    pub kind: usize,
    /// Of this kind, everything up to here.
    pub after: Option<String>,
    /// Rows that have arrived.
    pub done: u64,
}

/// The note of the target, where it is one of a copy of these rows; `None` where nothing has arrived yet.
pub(super) async fn noted(target: &dyn Incoming, begun: &str) -> Result<Option<Note>, TransferError> {
    let Some(text) = target.noted().await.map_err(TransferError::target)? else {
        let contents = target.contents();
        for head in contents.partitions().await.map_err(TransferError::target)? {
            if contents.tally(&head.partition).await.map_err(TransferError::target)?.rows() > 0 {
                return Err(TransferError::OtherSource);
            }
        }
        return Ok(None);
    };
    let note: Note = serde_json::from_str(&text).map_err(|_| TransferError::OtherSource)?;
    if note.begun == begun { Ok(Some(note)) } else { Err(TransferError::OtherSource) }
}

pub(super) async fn note(target: &dyn Incoming, note: &Note) -> Result<(), TransferError> {
    let text = serde_json::to_string(note).map_err(|error| StoreError::Limit(error.to_string()));
    let text = text.map_err(TransferError::target)?;
    target.note(&text).await.map_err(TransferError::target)
}

/// A name for the state of a store: another one as soon as anything was committed.
fn fingerprint(heads: &[Head]) -> String {
    let mut text = String::new();
    for Head { partition, version, position } in heads {
        let _ = writeln!(text, "{partition} {} {}", version.0, position.0);
    }
    hex::encode(sha256(text.as_bytes()))
}

/// Fails where a commit came since `heads` were read.
pub(super) async fn unchanged(source: &dyn Contents, heads: &[Head]) -> Result<(), TransferError> {
    let now = source.partitions().await.map_err(TransferError::source)?;
    let changed = now
        .iter()
        .find(|head| !heads.contains(head))
        .or_else(|| heads.iter().find(|head| !now.contains(head)));
    match changed {
        Some(head) => Err(TransferError::SourceChanged(head.partition.clone())),
        None => Ok(()),
    }
}

fn readable(page: &Rows) -> Result<(), TransferError> {
    match page.unreadable.first() {
        Some(first) => Err(TransferError::Unreadable { count: page.unreadable.len(), first: first.clone() }),
        None => Ok(()),
    }
}

async fn read(
    source: &dyn Contents,
    partition: &Partition,
    kind: RowKind,
    after: Option<&RowCursor>,
) -> Result<Rows, TransferError> {
    let page = source.rows(partition, kind, after, MAX_PAGE).await.map_err(TransferError::source)?;
    readable(&page)?;
    Ok(page)
}

/// How many rows all partitions have.
pub(super) async fn total(source: &dyn Contents, heads: &[Head]) -> Result<u64, TransferError> {
    let mut total = 0;
    for head in heads {
        total += source.tally(&head.partition).await.map_err(TransferError::source)?.rows();
    }
    Ok(total)
}

/// Fills `target` with all rows of `source`, and compares the two. [`Incoming::finish`] is left to the caller.
///
/// # Errors
/// [`TransferError`]; then the same call made again goes on.
pub async fn copy(
    source: &dyn Contents,
    target: &dyn Incoming,
    told: Told<'_>,
) -> Result<Transferred, TransferError> {
    let heads = source.partitions().await.map_err(TransferError::source)?;
    let total = total(source, &heads).await?;
    let begun = fingerprint(&heads);
    let earlier = noted(target, &begun).await?;
    let resumed = earlier.is_some();
    let mut at = earlier.unwrap_or(Note { begun, ..Note::default() });
    for head in &heads {
        if head.partition.as_str() < at.partition.as_str() {
            continue;
        }
        if head.partition.as_str() > at.partition.as_str() {
            at = Note { partition: head.partition.to_string(), kind: 0, after: None, ..at };
        }
        for (number, kind) in RowKind::ALL.into_iter().enumerate().skip(at.kind) {
            let mut tell = |done| told(Progress { stage: Stage::Copy, done, total });
            copy_kind((source, target), &head.partition, kind, &mut at, &mut tell).await?;
            at = Note { kind: number + 1, after: None, ..at };
            note(target, &at).await?;
        }
        target.restore_head(head).await.map_err(TransferError::target)?;
    }
    let partitions = compare(source, target.contents(), &heads, total, told).await?;
    unchanged(source, &heads).await?;
    Ok(Transferred { rows: total, resumed, partitions })
}

async fn copy_kind(
    (source, target): (&dyn Contents, &dyn Incoming),
    partition: &Partition,
    kind: RowKind,
    at: &mut Note,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<(), TransferError> {
    let before = at.done;
    let mut after = at.after.clone().map(RowCursor::Lasting);
    // Where an earlier copy ended within this kind, its rows up to there are counted already.
    if after.is_none() {
        note(target, at).await?;
    }
    let mut page = read(source, partition, kind, after.as_ref()).await?;
    for number in 1_u32.. {
        let arriving = if kind == RowKind::Mention { 0 } else { page.rows.len() as u64 };
        after = page.next.take();
        let rows = std::mem::take(&mut page.rows);
        let restore = async { target.restore(partition, rows).await.map_err(TransferError::target) };
        let next = async {
            match &after {
                Some(after) => read(source, partition, kind, Some(after)).await.map(Some),
                None => Ok(None),
            }
        };
        let ((), next) = tokio::try_join!(restore, next)?;
        at.done += arriving;
        tell(at.done);
        let Some(next) = next else { return Ok(()) };
        page = next;
        if let (Some(RowCursor::Lasting(text)), true) = (&after, number.is_multiple_of(NOTE_EVERY)) {
            at.after = Some(text.clone());
            note(target, at).await?;
        } else if let Some(RowCursor::Passing(_)) = &after {
            // This kind would be begun anew, and so would its count.
            let counted = std::mem::replace(&mut at.done, before);
            if number.is_multiple_of(NOTE_EVERY) {
                note(target, at).await?;
            }
            at.done = counted;
        }
    }
    Ok(())
}

/// The digest of a partition's rows.
///
/// # Errors
/// When the store fails or rows cannot be read; the error says that it was the source, whichever it was.
pub async fn digest(
    contents: &dyn Contents,
    partition: &Partition,
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<Digest, TransferError> {
    let tally = contents.tally(partition).await.map_err(TransferError::source)?;
    let mut whole = Digest::default();
    for kind in RowKind::ALL {
        let counted = match kind {
            RowKind::Document => Some(tally.documents),
            RowKind::Place => Some(tally.places),
            RowKind::Event => Some(tally.events),
            RowKind::Entry => Some(tally.entries),
            RowKind::Mention => None,
        };
        for reading in 1.. {
            let mut digest = whole;
            let mut after = None;
            loop {
                let page = read(contents, partition, kind, after.as_ref()).await?;
                for row in &page.rows {
                    digest.add(row);
                }
                if kind != RowKind::Mention && reading == 1 {
                    tell(page.rows.len() as u64);
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            // A hash of Redis that changes its size while it is read may show some of its fields twice.
            if reading == READINGS || counted.is_none_or(|counted| digest.rows - whole.rows == counted) {
                whole = digest;
                break;
            }
        }
    }
    Ok(whole)
}

async fn compare(
    source: &dyn Contents,
    target: &dyn Contents,
    heads: &[Head],
    total: u64,
    told: Told<'_>,
) -> Result<Vec<(Partition, Digest)>, TransferError> {
    let found = target.partitions().await.map_err(TransferError::target)?;
    let mut done = 0;
    let mut partitions = Vec::with_capacity(heads.len());
    for head in heads {
        let partition = &head.partition;
        let mut tell = |rows| {
            done += rows;
            told(Progress { stage: Stage::Compare, done: done.min(total), total });
        };
        let mut silent = |_| {};
        let there = async {
            digest(target, partition, &mut silent).await.map_err(|error| match error {
                TransferError::Store { source, .. } => TransferError::target(source),
                other => other,
            })
        };
        let (here, there) = tokio::try_join!(digest(source, partition, &mut tell), there)?;
        if here != there || !found.contains(head) {
            return Err(TransferError::Differs {
                partition: partition.clone(),
                source_rows: here.rows,
                target_rows: there.rows,
            });
        }
        partitions.push((partition.clone(), here));
    }
    if let Some(more) = found.iter().find(|head| !heads.iter().any(|known| known.partition == head.partition))
    {
        let rows = target.tally(&more.partition).await.map_err(TransferError::target)?.rows();
        let partition = more.partition.clone();
        return Err(TransferError::Differs { partition, source_rows: 0, target_rows: rows });
    }
    Ok(partitions)
}

/// Whether a row's size and key lie within what a commit would have taken.
pub(super) fn fits(row: &Row) -> Result<(), StoreError> {
    use super::limits::{check_order, check_value};
    match row {
        Row::Document(document) => check_value(&document.bytes),
        Row::Place { order, .. } => check_order(order),
        Row::Event(event) => check_value(&event.bytes),
        Row::Entry { bytes, .. } => check_value(bytes),
        Row::Mention { about, position } => mentioned(about, *position),
    }
}

fn mentioned(about: &Key, position: Position) -> Result<(), StoreError> {
    if position.0 > 0 {
        return Ok(());
    }
    Err(StoreError::Limit(format!("{about} is mentioned by no event")))
}
