//! A new file that is being filled with the rows of another store. Until it is whole it stands under another name.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::EmbeddedStore;
use super::change::{row_or_new, write_entry};
use super::failure::refusal;
use super::file::beside;
use super::open::{OpenError, OpenOptions, unused_name};
use super::query::signed;
use crate::clock::Clock;
use crate::store::{Contents, Head, Incoming, Partition, Row, StoreError};

/// What is added to the name of a file that is not whole yet.
const UNFINISHED: &str = ".incoming";
/// What is added to that for the note of how far it has come.
const NOTE: &str = ".note";
/// The longest note.
const LONGEST_NOTE: u64 = 64 << 10;

/// A new file that is being filled.
#[derive(Debug)]
pub struct IncomingFile {
    store: EmbeddedStore,
    path: PathBuf,
}

impl IncomingFile {
    /// Begins a new store at `path`, or goes on with one that was begun there.
    ///
    /// # Errors
    /// [`OpenError::Occupied`] where a store (or anything else) stands there already; every other one as for
    /// [`EmbeddedStore::open`].
    pub fn open(path: impl AsRef<Path>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path =
            std::path::absolute(path.as_ref()).map_err(|error| OpenError::system(path.as_ref(), error))?;
        match path.symlink_metadata() {
            Ok(_) => return Err(OpenError::Occupied(path)),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(OpenError::system(&path, error)),
            Err(_) => {}
        }
        let store = EmbeddedStore::open_with(beside(&path, UNFINISHED), clock, &OpenOptions::default())?;
        Ok(Self { store, path })
    }

    /// Where the file stands until it is whole.
    #[must_use]
    pub fn unfinished(path: &Path) -> PathBuf {
        beside(path, UNFINISHED)
    }

    fn note_file(&self) -> PathBuf {
        beside(&self.store.path, NOTE)
    }
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    let text = format!("{}: {error}", path.display());
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full(text),
        _ => StoreError::Unavailable(text),
    }
}

fn sync_directory(of: &Path) -> std::io::Result<()> {
    File::open(of.parent().unwrap_or(of))?.sync_all()
}

fn put(connection: &Connection, id: i64, row: &Row) -> rusqlite::Result<()> {
    match row {
        Row::Document(document) => connection
            .prepare_cached(
                "INSERT INTO document (partition, key, version, bytes) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (partition, key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes",
            )?
            .execute(params![id, document.key.as_str(), signed(document.version.0), document.bytes]),
        Row::Place { index, order, document } => connection
            .prepare_cached(
                "INSERT INTO place (partition, name, sort, document) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (partition, name, sort) DO UPDATE SET document = excluded.document",
            )?
            .execute(params![id, index.as_str(), order, document.as_str()]),
        Row::Event(event) => connection
            .prepare_cached(
                "INSERT INTO event (partition, position, bytes) VALUES (?1, ?2, ?3)
                 ON CONFLICT (partition, position) DO UPDATE SET bytes = excluded.bytes",
            )?
            .execute(params![id, signed(event.position.0), event.bytes]),
        Row::Mention { about, position } => connection
            .prepare_cached("UPDATE event SET about = ?3 WHERE partition = ?1 AND position = ?2")?
            .execute(params![id, signed(position.0), about.as_str()]),
        Row::Entry { key, ends, bytes } => write_entry(connection, id, key, bytes, *ends),
    }
    .map(drop)
}

#[async_trait]
impl Incoming for IncomingFile {
    async fn noted(&self) -> Result<Option<String>, StoreError> {
        let path = self.note_file();
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Ok(metadata) if metadata.len() > LONGEST_NOTE => {
                return Err(StoreError::Damaged(format!("{} is too long", path.display())));
            }
            _ => {}
        }
        std::fs::read_to_string(&path).map(Some).map_err(|error| failed(&path, &error))
    }

    async fn note(&self, text: &str) -> Result<(), StoreError> {
        let path = self.note_file();
        let write = || -> std::io::Result<()> {
            let (mut file, made) = unused_name(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(made, &path)?;
            sync_directory(&path)
        };
        write().map_err(|error| failed(&path, &error))
    }

    async fn restore(&self, partition: &Partition, rows: Vec<Row>) -> Result<(), StoreError> {
        let partition = partition.clone();
        let write = move |connection: &Connection| {
            let id = row_or_new(connection, &partition).map_err(|error| refusal(&error))?.id;
            rows.iter().try_for_each(|row| put(connection, id, row)).map_err(|error| refusal(&error))
        };
        self.store.writer.run(write).await
    }

    async fn restore_head(&self, head: &Head) -> Result<(), StoreError> {
        let head = head.clone();
        let write = move |connection: &Connection| {
            let write = || -> rusqlite::Result<usize> {
                let id = row_or_new(connection, &head.partition)?.id;
                connection
                    .prepare_cached("UPDATE partition SET version = ?2, position = ?3 WHERE id = ?1")?
                    .execute(params![id, signed(head.version.0), signed(head.position.0)])
            };
            write().map(drop).map_err(|error| refusal(&error))
        };
        self.store.writer.run(write).await
    }

    fn contents(&self) -> &dyn Contents {
        &self.store
    }

    async fn finish(self: Box<Self>) -> Result<(), StoreError> {
        let note = self.note_file();
        let Self { store, path } = *self;
        let unfinished = store.path.clone();
        // The last connection that closes takes the log into the file.
        drop(store);
        let place = || -> std::io::Result<()> {
            if beside(&unfinished, "-wal").exists() {
                return Err(std::io::Error::other("another process has it open; close that, then try again"));
            }
            File::open(&unfinished)?.sync_all()?;
            // Linking, unlike renaming, leaves alone what another process has put there meanwhile.
            std::fs::hard_link(&unfinished, &path)?;
            std::fs::remove_file(&unfinished)?;
            drop(std::fs::remove_file(&note));
            sync_directory(&path)
        };
        place().map_err(|error| failed(&path, &error))
    }
}
