//! The tables of the SQLite file, and how an older file becomes a newer one.

use rusqlite::{Connection, TransactionBehavior};

/// "Tgta": marks an SQLite file as a Tegata store (`PRAGMA application_id`).
pub const APPLICATION_ID: i32 = 0x5467_7461;

/// One step per schema version; a file's `PRAGMA user_version` says how many it has been through. Steps that were once
/// released are never edited.
const MIGRATIONS: [&str; 1] = [V1];

/// The schema version that this program reads and writes.
pub const VERSION: i32 = 1;

// A document is too large for a WITHOUT ROWID tree to stay flat (SQLite advises a twentieth of a page); the rest is small
// or read in the order of its key. `expires` is in milliseconds since 1970; wide columns stand last, so that the narrow
// ones are read without following overflow pages.
const V1: &str = "
CREATE TABLE partition (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE TABLE document (
    partition INTEGER NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (partition, key)
) STRICT;
CREATE TABLE place (
    partition INTEGER NOT NULL,
    name TEXT NOT NULL,
    sort TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (partition, name, sort)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    about TEXT,
    bytes BLOB NOT NULL,
    PRIMARY KEY (partition, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_about ON event (partition, about, position) WHERE about IS NOT NULL;
CREATE TABLE entry (
    partition INTEGER NOT NULL,
    key TEXT NOT NULL,
    expires INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (partition, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_expires ON entry (expires);
";

/// The schema version of the file.
pub fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))
}

/// The application that the file says it belongs to.
pub fn application(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}

/// Takes the file through the steps that it lacks, all or none of them. Safe against another process that does the same.
pub fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    if version(connection)? >= VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = usize::try_from(version(&transaction)?).unwrap_or(0);
    for step in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn there_is_one_step_per_version() {
        assert_eq!(usize::try_from(VERSION).unwrap(), MIGRATIONS.len());
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let tables = "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'";
        let first: String = connection.query_row(tables, [], |row| row.get(0)).unwrap();
        migrate(&mut connection).unwrap();
        let second: String = connection.query_row(tables, [], |row| row.get(0)).unwrap();
        assert_eq!(first, second);
        assert_eq!(version(&connection).unwrap(), VERSION);
        assert_eq!(application(&connection).unwrap(), APPLICATION_ID);
    }
}
