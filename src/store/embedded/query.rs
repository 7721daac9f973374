//! What readers ask, each question one statement, so that it sees one moment of the store.

use rusqlite::{Connection, OptionalExtension, params};

use super::failure::refusal;
use crate::store::{Cursor, Document, Event, Key, Partition, Position, Scan, Scanned, StoreError, Version};

const DOCUMENT: &str = "SELECT document.version, document.bytes FROM partition
    CROSS JOIN document ON document.partition = partition.id
    WHERE partition.name = ?1 AND document.key = ?2";

const ASCENDING: &str = "SELECT place.sort, place.document FROM partition
    CROSS JOIN place ON place.partition = partition.id
    WHERE partition.name = ?1 AND place.name = ?2 AND place.sort >= ?3 AND place.sort < ?4
    ORDER BY place.sort LIMIT ?5";

const DESCENDING: &str = "SELECT place.sort, place.document FROM partition
    CROSS JOIN place ON place.partition = partition.id
    WHERE partition.name = ?1 AND place.name = ?2 AND place.sort >= ?3 AND place.sort < ?4
    ORDER BY place.sort DESC LIMIT ?5";

const EVENTS: &str = "SELECT event.position, event.bytes FROM partition
    CROSS JOIN event ON event.partition = partition.id
    WHERE partition.name = ?1 AND event.position > ?2
    ORDER BY event.position LIMIT ?3";

// Left alone, SQLite would walk the whole log in its order and pick.
const EVENTS_ABOUT: &str = "SELECT event.position, event.bytes FROM partition
    CROSS JOIN event INDEXED BY event_about ON event.partition = partition.id
    WHERE partition.name = ?1 AND event.about = ?2 AND event.position > ?3
    ORDER BY event.position LIMIT ?4";

const ENTRY: &str = "SELECT entry.bytes FROM partition
    CROSS JOIN entry ON entry.partition = partition.id
    WHERE partition.name = ?1 AND entry.key = ?2 AND entry.expires > ?3";

/// A number that the schema keeps from being negative.
pub fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number)
        .map_err(|_| StoreError::Damaged(format!("a version or position is negative: {number}")))
}

/// A number as SQLite counts; what is beyond its range is beyond everything stored.
pub fn signed<N: TryInto<i64>>(number: N) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

pub fn find(
    connection: &Connection,
    partition: &Partition,
    key: &Key,
) -> Result<Option<Document>, StoreError> {
    let mut statement = connection.prepare_cached(DOCUMENT).map_err(|error| refusal(&error))?;
    let found = statement
        .query_row(params![partition.as_str(), key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(|error| refusal(&error))?;
    let Some((version, bytes)) = found else { return Ok(None) };
    Ok(Some(Document { key: key.clone(), version: Version(unsigned(version)?), bytes }))
}

pub fn scan(
    connection: &Connection,
    partition: &Partition,
    index: &Key,
    scan: &Scan,
) -> Result<Scanned, StoreError> {
    let (first, end) = scan.bounds();
    let statement = if scan.descending { DESCENDING } else { ASCENDING };
    let rows = || -> rusqlite::Result<Vec<(String, String)>> {
        // One more than asked for tells whether anything is left.
        let limit = signed(scan.limit.saturating_add(1));
        connection
            .prepare_cached(statement)?
            .query_map(params![partition.as_str(), index.as_str(), first, end, limit], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect()
    };
    let mut rows = rows().map_err(|error| refusal(&error))?;
    let more = rows.len() > scan.limit;
    rows.truncate(scan.limit);
    let next = if more { rows.last().map(|(order, _)| Cursor(order.clone())) } else { None };
    let entries = rows
        .into_iter()
        .map(|(order, document)| match Key::new(&document) {
            Ok(key) => Ok((order, key)),
            Err(error) => Err(StoreError::Damaged(format!("index {index} at {order}: {error}"))),
        })
        .collect::<Result<_, _>>()?;
    Ok(Scanned { entries, next })
}

pub fn events(
    connection: &Connection,
    partition: &Partition,
    after: Position,
    limit: usize,
) -> Result<Vec<Event>, StoreError> {
    let parameters = params![partition.as_str(), signed(after.0), signed(limit)];
    read_events(connection, EVENTS, parameters)
}

pub fn events_about(
    connection: &Connection,
    partition: &Partition,
    about: &Key,
    after: Position,
    limit: usize,
) -> Result<Vec<Event>, StoreError> {
    let parameters = params![partition.as_str(), about.as_str(), signed(after.0), signed(limit)];
    read_events(connection, EVENTS_ABOUT, parameters)
}

fn read_events(
    connection: &Connection,
    question: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Event>, StoreError> {
    let rows = || -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
        connection
            .prepare_cached(question)?
            .query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    };
    rows()
        .map_err(|error| refusal(&error))?
        .into_iter()
        .map(|(position, bytes)| Ok(Event { position: Position(unsigned(position)?), bytes }))
        .collect()
}

pub fn last_event(connection: &Connection, partition: &Partition) -> Result<Position, StoreError> {
    let position = connection
        .prepare_cached("SELECT position FROM partition WHERE name = ?1")
        .and_then(|mut statement| statement.query_row([partition.as_str()], |row| row.get(0)).optional())
        .map_err(|error| refusal(&error))?;
    Ok(Position(unsigned(position.unwrap_or(0))?))
}

pub fn find_entry(
    connection: &Connection,
    partition: &Partition,
    key: &Key,
    now: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    connection
        .prepare_cached(ENTRY)
        .and_then(|mut statement| {
            statement.query_row(params![partition.as_str(), key.as_str(), now], |row| row.get(0)).optional()
        })
        .map_err(|error| refusal(&error))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use rusqlite::StatementStatus;

    use super::*;
    use crate::store::embedded::open::{OpenOptions, open};
    use crate::store::embedded::schema;

    #[test]
    fn no_question_reads_more_than_it_answers() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        for (question, sought) in [
            (DOCUMENT, "(partition=? AND key=?)"),
            (ASCENDING, "(partition=? AND name=? AND sort>? AND sort<?)"),
            (DESCENDING, "(partition=? AND name=? AND sort>? AND sort<?)"),
            (EVENTS, "(partition=? AND position>?)"),
            (EVENTS_ABOUT, "(partition=? AND about=? AND position>?)"),
            (ENTRY, "(partition=? AND key=?)"),
        ] {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {question}")).unwrap();
            let nothing = vec![rusqlite::types::Null; plan.parameter_count()];
            let steps: Vec<String> = plan
                .query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            // Two searches and nothing more: no scan, no sorting.
            let [partition, rows] = &steps[..] else { panic!("{steps:?}") };
            assert!(
                partition.starts_with("SEARCH partition") && partition.ends_with("(name=?)"),
                "{partition}"
            );
            assert!(rows.starts_with("SEARCH ") && rows.ends_with(sought), "{rows}");
        }
    }

    #[test]
    fn a_question_is_planned_once_whatever_it_asks_for() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(&directory.path().join("store"), &OpenOptions::default()).unwrap();
        let (partition, index) = (Partition::installation(), Key::new("index").unwrap());
        for prefix in ["a", "b", "c"] {
            let wanted = Scan { prefix: prefix.to_owned(), limit: 1, ..Scan::default() };
            scan(&connection, &partition, &index, &wanted).unwrap();
        }
        let statement = connection.prepare_cached(ASCENDING).unwrap();
        assert!(statement.get_status(StatementStatus::Run) >= 3);
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
