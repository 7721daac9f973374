//! The whole file, row by row, in the order of its keys.

use rusqlite::{Connection, Row as Found, params};

use super::failure::refusal;
use super::file::beside;
use super::query::{signed, unsigned};
use super::{EmbeddedStore, backup, schema};
use crate::store::limits::check_page;
use crate::store::{
    Contents, Document, EngineFacts, Event, Head, Key, Partition, Position, Row, RowCursor, RowKind, Rows,
    StoreError, Tally, Unreadable, Version,
};

/// A page ends where its rows have this many bytes.
const PAGE: usize = 4 << 20;

/// The first two columns say after what a page begins; the first two of its rows do the same for the next one.
const DOCUMENTS: &str = "SELECT document.key, '', document.version, document.bytes FROM partition
    CROSS JOIN document ON document.partition = partition.id
    WHERE partition.name = ?1 AND document.key > ?2 AND ?3 IS NOT NULL
    ORDER BY document.key LIMIT ?4";

const PLACES: &str = "SELECT place.name, place.sort, place.document FROM partition
    CROSS JOIN place ON place.partition = partition.id
    WHERE partition.name = ?1 AND (place.name, place.sort) > (?2, ?3)
    ORDER BY place.name, place.sort LIMIT ?4";

const EVENTS: &str = "SELECT '', event.position, event.bytes FROM partition
    CROSS JOIN event ON event.partition = partition.id
    WHERE partition.name = ?1 AND ?2 IS NOT NULL AND event.position > CAST(?3 AS INTEGER)
    ORDER BY event.position LIMIT ?4";

const MENTIONS: &str = "SELECT event.about, event.position FROM partition
    CROSS JOIN event INDEXED BY event_about ON event.partition = partition.id
    WHERE partition.name = ?1 AND event.about IS NOT NULL
    AND (event.about, event.position) > (?2, CAST(?3 AS INTEGER))
    ORDER BY event.about, event.position LIMIT ?4";

const ENTRIES: &str = "SELECT entry.key, '', entry.expires, entry.bytes FROM partition
    CROSS JOIN entry ON entry.partition = partition.id
    WHERE partition.name = ?1 AND entry.key > ?2 AND ?3 IS NOT NULL
    ORDER BY entry.key LIMIT ?4";

/// The two parts of a cursor.
const BETWEEN: char = '\0';

const fn question(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Document => DOCUMENTS,
        RowKind::Place => PLACES,
        RowKind::Event => EVENTS,
        RowKind::Mention => MENTIONS,
        RowKind::Entry => ENTRIES,
    }
}

fn key(text: &str) -> Result<Key, String> {
    Key::new(text).map_err(|error| error.to_string())
}

/// A row as it should be, or what is wrong with it.
fn read(kind: RowKind, first: &str, found: &Found<'_>) -> rusqlite::Result<Result<Row, String>> {
    let number = |number: i64| unsigned(number).map_err(|error| error.to_string());
    Ok(match kind {
        RowKind::Document => {
            let (version, bytes): (i64, Vec<u8>) = (found.get(2)?, found.get(3)?);
            key(first).and_then(|key| {
                Ok(Row::Document(Document { key, version: Version(number(version)?), bytes }))
            })
        }
        RowKind::Place => {
            let (order, document): (String, String) = (found.get(1)?, found.get(2)?);
            key(first).and_then(|index| Ok(Row::Place { index, order, document: key(&document)? }))
        }
        RowKind::Event => {
            let (position, bytes): (i64, Vec<u8>) = (found.get(1)?, found.get(2)?);
            number(position).map(|position| Row::Event(Event { position: Position(position), bytes }))
        }
        RowKind::Mention => {
            let position: i64 = found.get(1)?;
            key(first).and_then(|about| Ok(Row::Mention { about, position: Position(number(position)?) }))
        }
        RowKind::Entry => {
            let (ends, bytes): (i64, Vec<u8>) = (found.get(2)?, found.get(3)?);
            key(first).map(|key| Row::Entry { key, ends, bytes })
        }
    })
}

/// The second column of a row as text, as a cursor holds it.
fn second(kind: RowKind, found: &Found<'_>) -> rusqlite::Result<String> {
    match kind {
        RowKind::Event | RowKind::Mention => found.get::<_, i64>(1).map(|number| number.to_string()),
        RowKind::Document | RowKind::Place | RowKind::Entry => found.get(1),
    }
}

fn rows(
    connection: &Connection,
    partition: &Partition,
    kind: RowKind,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Rows> {
    // Before everything: no text sorts before the empty one, and positions begin with 1.
    let nothing = if matches!(kind, RowKind::Event) { "\0-1" } else { "\0" };
    let (first, other) = after.unwrap_or(nothing).split_once(BETWEEN).unwrap_or_default();
    let mut page = Rows { rows: Vec::new(), unreadable: Vec::new(), next: None };
    let (mut seen, mut bytes, mut last) = (0, 0, String::new());
    let mut statement = connection.prepare_cached(question(kind))?;
    let parameters = params![partition.as_str(), first, other, signed(limit.saturating_add(1))];
    let mut found = statement.query(parameters)?;
    while let Some(found) = found.next()? {
        if seen == limit || bytes >= PAGE {
            page.next = Some(RowCursor::Lasting(last));
            break;
        }
        let (first, second): (String, String) = (found.get(0)?, second(kind, found)?);
        match read(kind, &first, found)? {
            Ok(row) => {
                bytes += row.size();
                page.rows.push(row);
            }
            Err(reason) => {
                let place = format!("{partition}, {} {first:?} {second:?}", kind.name());
                page.unreadable.push(Unreadable { place, reason });
            }
        }
        last = format!("{first}{BETWEEN}{second}");
        seen += 1;
    }
    Ok(page)
}

fn partitions(connection: &Connection) -> Result<Vec<Head>, StoreError> {
    let read = || -> rusqlite::Result<Vec<(String, i64, i64)>> {
        connection
            .prepare_cached("SELECT name, version, position FROM partition ORDER BY name")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
    };
    let heads = read().map_err(|error| refusal(&error))?;
    let head = |(name, version, position): (String, i64, i64)| {
        let partition = Partition::named(&name)
            .ok_or_else(|| StoreError::Damaged(format!("{name:?} is no name of a partition")))?;
        let (version, position) = (Version(unsigned(version)?), Position(unsigned(position)?));
        Ok(Head { partition, version, position })
    };
    heads.into_iter().map(head).collect()
}

fn tally(connection: &Connection, partition: &Partition) -> Result<Tally, StoreError> {
    let count = |table: &str| {
        let question = format!(
            "SELECT count(*) FROM {table} WHERE partition = (SELECT id FROM partition WHERE name = ?1)"
        );
        let counted = connection
            .prepare_cached(&question)
            .and_then(|mut statement| statement.query_row([partition.as_str()], |row| row.get::<_, i64>(0)));
        unsigned(counted.map_err(|error| refusal(&error))?)
    };
    Ok(Tally {
        documents: count("document")?,
        places: count("place")?,
        events: count("event")?,
        entries: count("entry")?,
    })
}

fn free(connection: &Connection) -> rusqlite::Result<(i64, i32)> {
    let setting =
        |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    Ok((setting("freelist_count")?.saturating_mul(setting("page_size")?), schema::version(connection)?))
}

#[async_trait::async_trait]
impl Contents for EmbeddedStore {
    async fn partitions(&self) -> Result<Vec<Head>, StoreError> {
        self.readers.ask(partitions).await
    }

    async fn rows(
        &self,
        partition: &Partition,
        kind: RowKind,
        after: Option<&RowCursor>,
        limit: usize,
    ) -> Result<Rows, StoreError> {
        check_page(limit)?;
        let (partition, after) = (partition.clone(), after.cloned());
        let ask = move |connection: &_| {
            let after =
                after.as_ref().map(|(RowCursor::Lasting(text) | RowCursor::Passing(text))| text.as_str());
            rows(connection, &partition, kind, after, limit).map_err(|error| refusal(&error))
        };
        self.readers.ask(ask).await
    }

    async fn tally(&self, partition: &Partition) -> Result<Tally, StoreError> {
        let partition = partition.clone();
        self.readers.ask(move |connection| tally(connection, &partition)).await
    }

    async fn facts(&self) -> Result<EngineFacts, StoreError> {
        let length = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let (file, log) = (length(&self.path), length(&beside(&self.path, "-wal")));
        let ask = |connection: &_| free(connection).map_err(|error| refusal(&error));
        let (free, schema) = self.readers.ask(ask).await?;
        Ok(EngineFacts::Embedded { file, log, free: unsigned(free)?, schema })
    }

    async fn integrity(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.readers.ask(move |_| backup::check(&path)).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_page_is_found_without_walking_to_it_or_sorting() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        for kind in RowKind::ALL {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", question(kind))).unwrap();
            let nothing = vec![rusqlite::types::Null; plan.parameter_count()];
            let steps: Vec<String> = plan
                .query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let [partition, rows] = &steps[..] else { panic!("{kind:?}: {steps:?}") };
            assert!(partition.starts_with("SEARCH partition"), "{kind:?}: {partition}");
            assert!(rows.starts_with("SEARCH ") && rows.contains('>'), "{kind:?}: {rows}");
        }
    }
}
