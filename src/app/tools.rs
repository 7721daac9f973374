//! What an operator does with a whole store: check it, count it, move it into another, write it to a file and read it back.

use std::fs::{DirBuilder, File};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::AppError;
use super::files::FileError;
use super::lock::DirectoryLock;
use super::materials::Materials;
use crate::clock::{Clock, SystemClock};
use crate::config::{Configuration, Loaded};
use crate::enrollment::{Audit, Census, audit, census};
use crate::entropy::SystemEntropy;
use crate::store::dump::{self, DumpError};
use crate::store::embedded::{EmbeddedStore, FILE_NAME, IncomingFile, OpenOptions};
use crate::store::redis::{IncomingRedis, RedisSettings, RedisStore, RedisUrl};
use crate::store::transfer::{self, TransferError};
use crate::store::{Contents, Incoming};

pub use crate::store::EngineFacts;
pub use crate::store::dump::Exported;
pub use crate::store::transfer::{Progress, Stage, Transferred};

/// How much of a file is buffered before it is written.
const BUFFER: usize = 1 << 20;

/// The store of an installation, to be looked at as a whole.
#[derive(Debug)]
pub struct WholeStore {
    contents: Arc<dyn Contents>,
    place: Place,
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Directory(PathBuf),
    Redis { url: String, prefix: String },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(directory) => write!(f, "{}", directory.join(FILE_NAME).display()),
            Self::Redis { url, prefix } => write!(f, "{url} (keys that begin with {prefix}:)"),
        }
    }
}

/// Where a store is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Into a directory, as the embedded engine's file.
    Directory(PathBuf),
    /// Into Redis, by the other settings of the section `store`.
    Redis(RedisUrl),
}

impl std::str::FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains("://") {
            return text
                .parse()
                .map(Self::Redis)
                .map_err(|error: crate::store::redis::RedisUrlError| error.to_string());
        }
        if text.is_empty() {
            return Err("it is neither a directory nor the address of a Redis".to_owned());
        }
        Ok(Self::Directory(PathBuf::from(text)))
    }
}

/// What somebody who is told of the progress gets.
pub type Told<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// A store that is being filled, and what keeps others away from its place.
struct Target {
    incoming: Box<dyn Incoming>,
    place: Place,
    _lock: Option<DirectoryLock>,
}

impl WholeStore {
    /// Opens the store of an installation; it must be there. Needs neither pepper nor keys.
    ///
    /// # Errors
    /// What is wrong with the configuration or with the store.
    pub async fn open(settings: &Configuration, loaded: &Loaded) -> Result<Self, AppError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        if let Some(shared) = Materials::new(settings, loaded).redis()? {
            let place = Place::Redis { url: shared.url.to_string(), prefix: shared.prefix.clone() };
            let shared = RedisSettings { create: false, ..shared };
            let contents = Arc::new(RedisStore::open(shared, clock, &SystemEntropy).await?);
            return Ok(Self { contents, place });
        }
        let directory = settings.store.directory.clone();
        let options = OpenOptions { create: false, ..OpenOptions::default() };
        let contents = Arc::new(EmbeddedStore::open_with(directory.join(FILE_NAME), clock, &options)?);
        Ok(Self { contents, place: Place::Directory(directory) })
    }

    /// Where it is, for a person.
    #[must_use]
    pub fn place(&self) -> String {
        self.place.to_string()
    }

    /// Holds everything in it against everything else. Works while it is in use.
    ///
    /// # Errors
    /// When it cannot be read, or its file is damaged below its rows.
    pub async fn check(&self, tell: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Audit, AppError> {
        self.contents.integrity().await?;
        Ok(audit(self.contents.as_ref(), SystemClock.now(), tell).await?)
    }

    /// Counts everything in it, and asks the engine about itself.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn stats(
        &self,
        tell: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(EngineFacts, Vec<Census>), AppError> {
        let facts = self.contents.facts().await?;
        Ok((facts, census(self.contents.as_ref(), SystemClock.now(), tell).await?))
    }

    /// Keeps `tegata serve` away from the embedded file. What writes to a Redis is noticed by its traces.
    fn lock(&self) -> Result<Option<DirectoryLock>, AppError> {
        match &self.place {
            Place::Directory(directory) => Ok(Some(DirectoryLock::take(directory)?)),
            Place::Redis { .. } => Ok(None),
        }
    }

    /// Copies everything into a new store, or goes on with a copy that broke off, and compares the two. Returns also where the new
    /// store is.
    ///
    /// # Errors
    /// When either store is in use, the target holds another one, or one of them fails.
    pub async fn copy(
        &self,
        settings: &Configuration,
        loaded: &Loaded,
        to: &Destination,
        told: Told<'_>,
    ) -> Result<(Transferred, String), AppError> {
        let _lock = self.lock()?;
        let target = Target::open(settings, loaded, to, Some(&self.place)).await?;
        let copied = transfer::copy(self.contents.as_ref(), target.incoming.as_ref(), told).await?;
        Ok((copied, target.finish().await?))
    }

    /// Writes everything to a new file of mode 0600, which appears under its name only when it is whole and on disk.
    ///
    /// # Errors
    /// When the store is in use or fails, or the file exists or cannot be written; then nothing is left behind.
    pub async fn export(&self, file: &Path, told: Told<'_>) -> Result<Exported, AppError> {
        let _lock = self.lock()?;
        if file.symlink_metadata().is_ok() {
            return Err(AppError::Exists(file.to_owned()));
        }
        let directory = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let unwritable = |error| AppError::from(FileError::new(file, "written")(error));
        // Gone by itself unless it is given its name at the end.
        let made =
            tempfile::Builder::new().prefix(".tegata-export-").tempfile_in(directory).map_err(unwritable)?;
        let mut writer = BufWriter::with_capacity(BUFFER, made);
        let exported = dump::export(self.contents.as_ref(), &mut writer, told).await;
        let exported = exported.map_err(|source| match source {
            DumpError::Transfer(error) => AppError::Transfer(error),
            DumpError::File(error) => unwritable(error),
            source => AppError::Dump { path: file.to_owned(), source },
        })?;
        writer.flush().map_err(unwritable)?;
        let made = writer.into_inner().map_err(|error| unwritable(error.into_error()))?;
        made.as_file().sync_all().map_err(unwritable)?;
        made.persist_noclobber(file).map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => AppError::Exists(file.to_owned()),
            _ => unwritable(error.error),
        })?;
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(unwritable)?;
        Ok(exported)
    }
}

/// Makes the store of an installation from an export, where none stands. Returns also where it is.
///
/// # Errors
/// When the file is not whole, a store stands there already, or it cannot be filled; then the same import run again goes on.
pub async fn import(
    settings: &Configuration,
    loaded: &Loaded,
    file: &Path,
    told: Told<'_>,
) -> Result<(Transferred, String), AppError> {
    let to = match &settings.store.url {
        Some(url) => Destination::Redis(RedisUrl::clone(url)),
        None => Destination::Directory(settings.store.directory.clone()),
    };
    let target = Target::open(settings, loaded, &to, None).await?;
    let imported = dump::import(file, target.incoming.as_ref(), told).await;
    let imported = imported.map_err(|source| match source {
        DumpError::Transfer(error) => AppError::Transfer(error),
        source => AppError::Dump { path: file.to_owned(), source },
    })?;
    Ok((imported, target.finish().await?))
}

impl Target {
    async fn open(
        settings: &Configuration,
        loaded: &Loaded,
        to: &Destination,
        from: Option<&Place>,
    ) -> Result<Self, AppError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        match to {
            Destination::Directory(directory) => {
                let made = DirBuilder::new().mode(0o700).recursive(true).create(directory);
                made.map_err(FileError::new(directory, "made"))?;
                let path = directory.join(FILE_NAME);
                // What stands there is told before whether somebody uses it.
                if path.symlink_metadata().is_ok() {
                    return Err(crate::store::embedded::OpenError::Occupied(path).into());
                }
                let lock = DirectoryLock::take(directory)?;
                let incoming = Box::new(IncomingFile::open(path, clock)?);
                Ok(Self { incoming, place: Place::Directory(directory.clone()), _lock: Some(lock) })
            }
            Destination::Redis(url) => {
                let mut changed = settings.clone();
                changed.store.url = Some(url.clone());
                let Some(shared) = Materials::new(&changed, loaded).redis()? else {
                    return Err(AppError::NoStoreFile(url.to_string()));
                };
                let place = Place::Redis { url: shared.url.to_string(), prefix: shared.prefix.clone() };
                if from == Some(&place) {
                    return Err(crate::store::redis::OpenError::Occupied {
                        url: shared.url.to_string(),
                        prefix: shared.prefix,
                    }
                    .into());
                }
                let incoming = Box::new(IncomingRedis::open(shared, clock, &SystemEntropy).await?);
                Ok(Self { incoming, place, _lock: None })
            }
        }
    }

    async fn finish(self) -> Result<String, AppError> {
        self.incoming.finish().await.map_err(TransferError::target)?;
        Ok(self.place.to_string())
    }
}
