//! What the writer does inside its transaction.

use jiff::SignedDuration;
use rusqlite::{Connection, OptionalExtension, params};

use super::failure::refusal;
use super::query::{find_entry, signed, unsigned};
use crate::store::{Commit, Committed, EntryChange, Guard, Key, Partition, Position, StoreError, Version};

/// Rows that one removal of expired entries takes at most, so that it does not hold up the commits behind it.
pub const SWEEP: usize = 1_000;

/// Bytes that [`probe`] asks room for: a few pages.
const PROBE: usize = 1 << 14;

/// A partition's row. Absent until the first change to the partition is made.
pub struct Row {
    pub id: i64,
    version: i64,
    position: i64,
}

fn row(connection: &Connection, partition: &Partition) -> rusqlite::Result<Option<Row>> {
    connection
        .prepare_cached("SELECT id, version, position FROM partition WHERE name = ?1")?
        .query_row([partition.as_str()], |row| {
            Ok(Row { id: row.get(0)?, version: row.get(1)?, position: row.get(2)? })
        })
        .optional()
}

pub fn row_or_new(connection: &Connection, partition: &Partition) -> rusqlite::Result<Row> {
    if let Some(row) = row(connection, partition)? {
        return Ok(row);
    }
    connection
        .prepare_cached("INSERT INTO partition (name, version, position) VALUES (?1, 0, 0)")?
        .execute([partition.as_str()])?;
    Ok(Row { id: connection.last_insert_rowid(), version: 0, position: 0 })
}

fn version_of(connection: &Connection, id: i64, key: &Key) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT version FROM document WHERE partition = ?1 AND key = ?2")?
        .query_row(params![id, key.as_str()], |row| row.get(0))
        .optional()
}

fn broken_guard<'a>(
    connection: &Connection,
    row: Option<&Row>,
    guards: &'a [Guard],
) -> rusqlite::Result<Option<&'a Key>> {
    for guard in guards {
        let (Guard::Absent(key) | Guard::Version(key, _)) = guard;
        let found = match row {
            Some(row) => version_of(connection, row.id, key)?,
            None => None,
        };
        let holds = match guard {
            Guard::Absent(_) => found.is_none(),
            Guard::Version(_, version) => found.is_some_and(|found| u64::try_from(found) == Ok(version.0)),
        };
        if !holds {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Applies a commit, or refuses it; then what it has written so far must be rolled back.
pub fn commit(
    connection: &Connection,
    partition: &Partition,
    commit: &Commit,
    now: i64,
) -> Result<Committed, StoreError> {
    let apply = || -> rusqlite::Result<Result<Row, &Key>> {
        let row = row(connection, partition)?;
        if let Some(key) = broken_guard(connection, row.as_ref(), &commit.guards)? {
            return Ok(Err(key));
        }
        let mut row = match row {
            Some(row) => row,
            None => row_or_new(connection, partition)?,
        };
        row.version += 1;
        write_documents(connection, &row, commit)?;
        write_places(connection, &row, commit)?;
        for change in &commit.entries {
            match change {
                EntryChange::Put { key, bytes, lifetime } => {
                    write_entry(connection, row.id, key, bytes, expiry(now, *lifetime))?;
                }
                EntryChange::Delete(key) => {
                    remove_entry(connection, row.id, key)?;
                }
            }
        }
        for event in &commit.events {
            row.position += 1;
            connection
                .prepare_cached(
                    "INSERT INTO event (partition, position, about, bytes) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![row.id, row.position, event.about.as_ref().map(Key::as_str), event.bytes])?;
        }
        connection
            .prepare_cached("UPDATE partition SET version = ?2, position = ?3 WHERE id = ?1")?
            .execute(params![row.id, row.version, row.position])?;
        Ok(Ok(row))
    };
    let row = apply().map_err(|error| refusal(&error))?.map_err(|key| StoreError::Conflict(key.clone()))?;
    let version = Version(unsigned(row.version)?);
    let last_event = if commit.events.is_empty() { None } else { Some(Position(unsigned(row.position)?)) };
    Ok(Committed { version, last_event })
}

fn write_documents(connection: &Connection, row: &Row, commit: &Commit) -> rusqlite::Result<()> {
    for key in &commit.deletes {
        connection
            .prepare_cached("DELETE FROM document WHERE partition = ?1 AND key = ?2")?
            .execute(params![row.id, key.as_str()])?;
    }
    for (key, bytes) in &commit.puts {
        connection
            .prepare_cached(
                "INSERT INTO document (partition, key, version, bytes) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (partition, key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes",
            )?
            .execute(params![row.id, key.as_str(), row.version, bytes])?;
    }
    Ok(())
}

fn write_places(connection: &Connection, row: &Row, commit: &Commit) -> rusqlite::Result<()> {
    for (index, order) in &commit.index_deletes {
        connection
            .prepare_cached("DELETE FROM place WHERE partition = ?1 AND name = ?2 AND sort = ?3")?
            .execute(params![row.id, index.as_str(), order])?;
    }
    for entry in &commit.index_puts {
        connection
            .prepare_cached(
                "INSERT INTO place (partition, name, sort, document) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (partition, name, sort) DO UPDATE SET document = excluded.document",
            )?
            .execute(params![row.id, entry.index.as_str(), entry.order, entry.document.as_str()])?;
    }
    Ok(())
}

pub fn write_entry(
    connection: &Connection,
    id: i64,
    key: &Key,
    bytes: &[u8],
    expires: i64,
) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "INSERT INTO entry (partition, key, expires, bytes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (partition, key) DO UPDATE SET expires = excluded.expires, bytes = excluded.bytes",
        )?
        .execute(params![id, key.as_str(), expires, bytes])
}

fn remove_entry(connection: &Connection, id: i64, key: &Key) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM entry WHERE partition = ?1 AND key = ?2")?
        .execute(params![id, key.as_str()])
}

/// The moment in milliseconds from which on an entry that is put at `now` has expired.
fn expiry(now: i64, lifetime: SignedDuration) -> i64 {
    now.saturating_add(signed(lifetime.as_millis()))
}

pub fn put_entry_if_absent(
    connection: &Connection,
    partition: &Partition,
    (key, bytes): (&Key, &[u8]),
    lifetime: SignedDuration,
    now: i64,
) -> Result<bool, StoreError> {
    if find_entry(connection, partition, key, now)?.is_some() {
        return Ok(false);
    }
    row_or_new(connection, partition)
        .and_then(|row| write_entry(connection, row.id, key, bytes, expiry(now, lifetime)))
        .map_err(|error| refusal(&error))?;
    Ok(true)
}

pub fn delete_entry_if(
    connection: &Connection,
    partition: &Partition,
    (key, expected): (&Key, &[u8]),
    now: i64,
) -> Result<bool, StoreError> {
    if find_entry(connection, partition, key, now)?.as_deref() != Some(expected) {
        return Ok(false);
    }
    let removed = row_or_new(connection, partition)
        .and_then(|row| remove_entry(connection, row.id, key))
        .map_err(|error| refusal(&error))?;
    Ok(removed > 0)
}

pub fn count(
    connection: &Connection,
    partition: &Partition,
    (key, by): (&Key, i64),
    lifetime: SignedDuration,
    now: i64,
) -> Result<i64, StoreError> {
    let Some(standing) = find_entry(connection, partition, key, now)? else {
        row_or_new(connection, partition)
            .and_then(|row| {
                write_entry(connection, row.id, key, by.to_string().as_bytes(), expiry(now, lifetime))
            })
            .map_err(|error| refusal(&error))?;
        return Ok(by);
    };
    let standing: i64 = str::from_utf8(&standing)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| StoreError::Damaged(format!("the entry {key} is no counter")))?;
    let sum = standing.checked_add(by).ok_or_else(|| {
        StoreError::Limit(format!("the counter {key} stands at {standing}, {by} more do not fit"))
    })?;
    row_or_new(connection, partition)
        .and_then(|row| {
            connection
                .prepare_cached("UPDATE entry SET bytes = ?3 WHERE partition = ?1 AND key = ?2")?
                .execute(params![row.id, key.as_str(), sum.to_string().as_bytes()])
        })
        .map_err(|error| refusal(&error))?;
    Ok(sum)
}

/// Removes at most `limit` entries that have expired at `now`; says how many.
pub fn sweep(connection: &Connection, now: i64, limit: usize) -> Result<usize, StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM entry WHERE (partition, key) IN
             (SELECT partition, key FROM entry WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",
        )
        .and_then(|mut statement| statement.execute(params![now, signed(limit)]))
        .map_err(|error| refusal(&error))
}

/// Fails where a commit would fail: asks for the room of a few pages and gives it back, then changes one row for certain.
pub fn probe(connection: &Connection) -> Result<(), StoreError> {
    let write = || -> rusqlite::Result<()> {
        let row = row_or_new(connection, &Partition::installation())?;
        connection.prepare_cached("SAVEPOINT probe")?.execute([])?;
        // A position that no event has, so that it cannot meet one.
        connection
            .prepare_cached("INSERT INTO event (partition, position, bytes) VALUES (?1, -1, zeroblob(?2))")?
            .execute(params![row.id, signed(PROBE)])?;
        connection.prepare_cached("ROLLBACK TO probe")?.execute([])?;
        connection.prepare_cached("RELEASE probe")?.execute([])?;
        connection
            .prepare_cached("UPDATE partition SET version = version + 1 WHERE id = ?1")?
            .execute([row.id])?;
        Ok(())
    };
    write().map_err(|error| refusal(&error))
}
