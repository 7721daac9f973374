//! A whole store as lines of JSON: a first line with the format, then for each partition its head and its rows, and a last line
//! with the checksum of everything before. A file that was cut or changed is refused before anything is written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::Path;

use data_encoding::BASE64;
use openssl::sha::Sha256;
use serde::{Deserialize, Serialize};

use super::contents::{Contents, Digest, Head, Incoming, Row, RowKind};
use super::transfer::{
    self, Note, Progress, Stage, Told, TransferError, Transferred, digest, fits, note, noted, unchanged,
};
use super::{Document, Event, Key, MAX_PAGE, Partition, Position, StoreError, Version};

/// The version of the lines that is written.
const FORMAT: u32 = 1;

/// No line is longer: a value of the greatest size, of which each byte takes six in JSON.
const LONGEST_LINE: u64 = 7 << 20;

/// Rows are written to the target when they have so many bytes.
const BATCH: usize = 4 << 20;

/// Why there is no export, or why it was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The file could not be read or written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The file is not what was written.
    #[error("line {line}: {reason}")]
    Malformed {
        /// Where, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The file ends too early.
    #[error("it ends without its last line: it was cut (after {lines} lines)")]
    Cut {
        /// Lines that are there.
        lines: u64,
    },
    /// The bytes are not those that were written.
    #[error("its checksum is wrong: it was changed or damaged")]
    Checksum,
    /// It was written by a program that knows more.
    #[error(
        "it has format {0}, and this Tegata knows formats up to {FORMAT}; use the newer Tegata that wrote it"
    )]
    Newer(u32),
    /// A store failed.
    #[error(transparent)]
    Transfer(#[from] TransferError),
}

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
enum Line {
    Export {
        format: u32,
    },
    Partition {
        name: String,
        version: u64,
        position: u64,
    },
    Document {
        key: String,
        version: u64,
        #[serde(flatten)]
        value: Value,
    },
    Place {
        index: String,
        order: String,
        document: String,
    },
    Event {
        position: u64,
        #[serde(flatten)]
        value: Value,
    },
    Mention {
        about: String,
        position: u64,
    },
    Entry {
        key: String,
        ends: i64,
        #[serde(flatten)]
        value: Value,
    },
    End {
        rows: u64,
        sha256: String,
    },
}

/// Bytes: as text where they are text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Value {
    Text(String),
    Base64(String),
}

impl Value {
    fn of(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(other) => Self::Base64(BASE64.encode(other.as_bytes())),
        }
    }

    fn bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.into_bytes()),
            Self::Base64(text) => BASE64.decode(text.as_bytes()).map_err(|error| error.to_string()),
        }
    }
}

impl Line {
    fn of(row: Row) -> Self {
        match row {
            Row::Document(document) => Self::Document {
                key: document.key.to_string(),
                version: document.version.0,
                value: Value::of(document.bytes),
            },
            Row::Place { index, order, document } => {
                Self::Place { index: index.to_string(), order, document: document.to_string() }
            }
            Row::Event(event) => Self::Event { position: event.position.0, value: Value::of(event.bytes) },
            Row::Mention { about, position } => {
                Self::Mention { about: about.to_string(), position: position.0 }
            }
            Row::Entry { key, ends, bytes } => {
                Self::Entry { key: key.to_string(), ends, value: Value::of(bytes) }
            }
        }
    }

    fn row(self) -> Result<Row, String> {
        let key = |text: String| Key::new(text).map_err(|error| error.to_string());
        let row = match self {
            Self::Document { key: name, version, value } => {
                Row::Document(Document { key: key(name)?, version: Version(version), bytes: value.bytes()? })
            }
            Self::Place { index, order, document } => {
                Row::Place { index: key(index)?, order, document: key(document)? }
            }
            Self::Event { position, value } => {
                Row::Event(Event { position: Position(position), bytes: value.bytes()? })
            }
            Self::Mention { about, position } => {
                Row::Mention { about: key(about)?, position: Position(position) }
            }
            Self::Entry { key: name, ends, value } => {
                Row::Entry { key: key(name)?, ends, bytes: value.bytes()? }
            }
            Self::Export { .. } | Self::Partition { .. } | Self::End { .. } => {
                return Err("it does not belong here".to_owned());
            }
        };
        fits(&row).map_err(|error| error.to_string())?;
        Ok(row)
    }
}

/// Writes lines and sums them up.
struct Writer<'a> {
    to: &'a mut (dyn Write + Send),
    sum: Sha256,
    rows: u64,
}

impl Writer<'_> {
    fn line(&mut self, line: &Line) -> Result<(), DumpError> {
        let mut text = serde_json::to_vec(line).map_err(io::Error::other)?;
        text.push(b'\n');
        self.sum.update(&text);
        self.to.write_all(&text)?;
        Ok(())
    }
}

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Rows in all.
    pub rows: u64,
    /// Partitions.
    pub partitions: u64,
}

/// Writes the whole store to `to`.
///
/// # Errors
/// When the store fails, was written to meanwhile or has unreadable rows, or `to` takes nothing more.
pub async fn export(
    source: &dyn Contents,
    to: &mut (dyn Write + Send),
    told: Told<'_>,
) -> Result<Exported, DumpError> {
    let heads = source.partitions().await.map_err(TransferError::source)?;
    let total = transfer::total(source, &heads).await?;
    let mut writer = Writer { to, sum: Sha256::new(), rows: 0 };
    writer.line(&Line::Export { format: FORMAT })?;
    let mut done = 0;
    for Head { partition, version, position } in &heads {
        let (version, position) = (version.0, position.0);
        writer.line(&Line::Partition { name: partition.to_string(), version, position })?;
        for kind in RowKind::ALL {
            let mut after = None;
            loop {
                let page = source.rows(partition, kind, after.as_ref(), MAX_PAGE).await;
                let page = page.map_err(TransferError::source)?;
                if let Some(first) = page.unreadable.first().cloned() {
                    return Err(TransferError::Unreadable { count: page.unreadable.len(), first }.into());
                }
                if kind != RowKind::Mention {
                    done += page.rows.len() as u64;
                }
                for row in page.rows {
                    writer.rows += 1;
                    writer.line(&Line::of(row))?;
                }
                told(Progress { stage: Stage::Copy, done, total });
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
    }
    unchanged(source, &heads).await?;
    let (rows, sum) = (writer.rows, hex::encode(writer.sum.finish()));
    let end = serde_json::to_vec(&Line::End { rows, sha256: sum }).map_err(io::Error::other)?;
    writer.to.write_all(&end)?;
    writer.to.write_all(b"\n")?;
    writer.to.flush()?;
    Ok(Exported { rows, partitions: heads.len() as u64 })
}

/// Reads the lines of a file.
struct Reader {
    from: BufReader<File>,
    sum: Sha256,
    text: Vec<u8>,
    number: u64,
}

impl Reader {
    fn open(path: &Path) -> Result<Self, DumpError> {
        let from = BufReader::with_capacity(1 << 20, File::open(path)?);
        Ok(Self { from, sum: Sha256::new(), text: Vec::new(), number: 0 })
    }

    fn malformed(&self, reason: &impl ToString) -> DumpError {
        DumpError::Malformed { line: self.number, reason: reason.to_string() }
    }

    /// The next line; the sum covers those before it.
    fn line(&mut self) -> Result<Line, DumpError> {
        self.sum.update(&self.text);
        self.text.clear();
        self.from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.text)?;
        if self.text.last() != Some(&b'\n') {
            if self.text.len() as u64 == LONGEST_LINE {
                return Err(self.malformed(&"it is too long"));
            }
            return Err(DumpError::Cut { lines: self.number });
        }
        self.number += 1;
        serde_json::from_slice(&self.text).map_err(|error| self.malformed(&error))
    }

    fn begin(&mut self) -> Result<(), DumpError> {
        match self.line() {
            Ok(Line::Export { format: FORMAT }) => Ok(()),
            Ok(Line::Export { format }) => Err(DumpError::Newer(format)),
            Err(DumpError::Cut { lines: 0 }) => Err(DumpError::Cut { lines: 0 }),
            Ok(_) | Err(DumpError::Malformed { .. }) => Err(self.malformed(&"this is no export of a store")),
            Err(error) => Err(error),
        }
    }
}

/// What a file was found to hold.
struct Verified {
    sum: String,
    rows: u64,
    partitions: BTreeMap<Partition, (Head, Digest)>,
}

/// Reads the whole file and holds it against its last line.
fn verify(path: &Path, told: Told<'_>) -> Result<Verified, DumpError> {
    let mut reader = Reader::open(path)?;
    let total = std::fs::metadata(path)?.len();
    reader.begin()?;
    let (mut rows, mut bytes) = (0, 0);
    let mut partitions: BTreeMap<Partition, (Head, Digest)> = BTreeMap::new();
    let mut here: Option<Partition> = None;
    loop {
        bytes += reader.text.len() as u64;
        match reader.line()? {
            Line::End { rows: expected, sha256 } => {
                let sum = hex::encode(std::mem::take(&mut reader.sum).finish());
                let after = reader.from.read(&mut [0])?;
                if sum != sha256 || rows != expected || after != 0 {
                    return Err(DumpError::Checksum);
                }
                return Ok(Verified { sum, rows, partitions });
            }
            Line::Partition { name, version, position } => {
                let partition = Partition::named(&name);
                let partition =
                    partition.ok_or_else(|| reader.malformed(&"this is no name of a partition"))?;
                let head = Head {
                    partition: partition.clone(),
                    version: Version(version),
                    position: Position(position),
                };
                if partitions.insert(partition.clone(), (head, Digest::default())).is_some() {
                    return Err(reader.malformed(&"this partition was there before"));
                }
                here = Some(partition);
            }
            line => {
                let row = line.row().map_err(|reason| reader.malformed(&reason))?;
                let partition = here.as_ref().and_then(|here| partitions.get_mut(here));
                let (_, digest) = partition.ok_or_else(|| reader.malformed(&"it belongs to no partition"))?;
                digest.add(&row);
                rows += 1;
                if rows % 10_000 == 0 {
                    told(Progress { stage: Stage::Verify, done: bytes, total });
                }
            }
        }
    }
}

/// Fills `target` with the rows of an export, and compares what arrived. [`Incoming::finish`] is left to the caller.
///
/// # Errors
/// When the file is not whole (then nothing was written), or the target fails; then the same call made again goes on.
pub async fn import(path: &Path, target: &dyn Incoming, told: Told<'_>) -> Result<Transferred, DumpError> {
    let verified = verify(path, told)?;
    let earlier = noted(target, &verified.sum).await?;
    let resumed = earlier.is_some();
    let mut at = earlier.unwrap_or(Note { begun: verified.sum.clone(), ..Note::default() });
    if !resumed {
        note(target, &at).await?;
    }
    let mut reader = Reader::open(path)?;
    reader.begin()?;
    let mut batch = Batch::default();
    let mut here = Partition::installation();
    let mut row = 0;
    loop {
        match reader.line()? {
            Line::End { .. } => break,
            Line::Partition { name, .. } => {
                batch.write(target, &here).await?;
                here = Partition::named(&name)
                    .ok_or_else(|| reader.malformed(&"this is no name of a partition"))?;
            }
            line => {
                row += 1;
                if row <= at.done {
                    continue;
                }
                let found = line.row().map_err(|reason| reader.malformed(&reason))?;
                if batch.is_full_for(&found) {
                    batch.write(target, &here).await?;
                    at.done = row - 1;
                    if batch.written.is_multiple_of(10) {
                        note(target, &at).await?;
                    }
                    told(Progress { stage: Stage::Copy, done: row, total: verified.rows });
                }
                batch.bytes += found.size();
                batch.rows.push(found);
            }
        }
    }
    batch.write(target, &here).await?;
    let mut done = 0;
    let mut partitions = Vec::new();
    for (partition, (head, expected)) in verified.partitions {
        target.restore_head(&head).await.map_err(TransferError::target)?;
        let mut tell = |rows| {
            done += rows;
            told(Progress { stage: Stage::Compare, done, total: verified.rows });
        };
        let found = digest(target.contents(), &partition, &mut tell).await?;
        if found != expected {
            let (source_rows, target_rows) = (expected.rows, found.rows);
            return Err(TransferError::Differs { partition, source_rows, target_rows }.into());
        }
        partitions.push((partition, found));
    }
    Ok(Transferred { rows: verified.rows, resumed, partitions })
}

/// Rows of one kind that are written together.
#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    bytes: usize,
    written: u32,
}

impl Batch {
    fn is_full_for(&self, next: &Row) -> bool {
        let kind = self.rows.first().map(Row::kind);
        kind.is_some_and(|kind| kind != next.kind()) || self.rows.len() >= MAX_PAGE || self.bytes >= BATCH
    }

    async fn write(&mut self, target: &dyn Incoming, partition: &Partition) -> Result<(), DumpError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        self.written += 1;
        let rows = std::mem::take(&mut self.rows);
        let restored = target.restore(partition, rows).await;
        restored.map_err(|error: StoreError| TransferError::target(error).into())
    }
}
