//! What is in the store's file, read by SQLite itself and not by Tegata's code.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

/// Everything in a store, at one moment.
pub struct Stored {
    /// Every row of every table, as text, in order.
    pub rows: Vec<String>,
    /// Partition, key and bytes of every document.
    pub documents: Vec<(String, String, Vec<u8>)>,
    /// Every event of an organization, in order.
    pub events: Vec<Vec<u8>>,
}

/// A certificate of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub enrollment: String,
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// `prepared`, `valid`, `revoked` or `abandoned`.
    pub status: String,
    /// The certificate itself, hexadecimal, once it is made.
    pub der: Option<String>,
}

impl Stored {
    /// Reads the file at `path`, which may be in use.
    pub fn read(path: &Path) -> Self {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        connection.execute_batch("BEGIN").unwrap();
        let mut rows = Vec::new();
        for table in ["partition", "document", "place", "event", "entry"] {
            let mut statement =
                connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")).unwrap();
            let width = statement.column_count();
            let read = statement.query_map([], |row| {
                let values = (0..width).map(|column| row.get::<_, Value>(column));
                let values: Vec<_> = values.collect::<Result<_, _>>()?;
                Ok(format!("{table}: {}", values.iter().map(text).collect::<Vec<_>>().join(" | ")))
            });
            rows.extend(read.unwrap().map(Result::unwrap));
        }
        let query = "SELECT p.name, d.key, d.bytes FROM document d JOIN partition p ON p.id = d.partition ORDER BY 1, 2";
        let mut statement = connection.prepare(query).unwrap();
        let documents = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let documents = documents.map(Result::unwrap).collect();
        let mut statement =
            connection.prepare("SELECT bytes FROM event ORDER BY partition, position").unwrap();
        let events = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        Self { rows, documents, events }
    }

    /// The documents, keys and contents, of one partition.
    pub fn rows_of(&self, partition: &str) -> Vec<String> {
        let own = self.documents.iter().filter(|(name, ..)| name == partition);
        own.map(|(_, key, bytes)| format!("{key}: {}", String::from_utf8_lossy(bytes))).collect()
    }

    fn records(&self, kind: &'static str) -> impl Iterator<Item = serde_json::Value> {
        self.documents
            .iter()
            .filter(move |(_, key, _)| key.starts_with(kind))
            .map(|(_, _, bytes)| record(bytes))
    }

    /// Every certificate of the ledger.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate> {
        self.records("certificate/").map(|record| Certificate {
            enrollment: string(&record, "enrollment"),
            serial: string(&record, "serial"),
            status: string(&record, "status"),
            der: record["der"].as_str().map(str::to_owned),
        })
    }

    /// Every enrollment by its name: its state, and the last event that tells of it.
    pub fn enrollments(&self) -> BTreeMap<String, (String, Option<String>)> {
        let states =
            self.records("enrollment/").map(|record| (string(&record, "id"), string(&record, "state")));
        let mut enrollments: BTreeMap<_, _> = states.map(|(id, state)| (id, (state, None))).collect();
        for event in &self.events {
            let event = record(event);
            // The directory's own events tell of no enrollment.
            let Some(enrollment) = event["enrollment"].as_str() else { continue };
            if let Some((_, last)) = enrollments.get_mut(enrollment) {
                *last = Some(string(&event, "kind"));
            }
        }
        enrollments
    }
}

/// What stands inside a stored document's envelope.
fn record(bytes: &[u8]) -> serde_json::Value {
    let mut document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    document["record"].take()
}

fn string(record: &serde_json::Value, field: &str) -> String {
    record[field].as_str().unwrap_or_else(|| panic!("no {field} in {record}")).to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
