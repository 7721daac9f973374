//! Which store an installation has: one file in its data directory, or Redis.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::error::AppError;
use super::materials::Materials;
use crate::clock::{Clock, SystemClock};
use crate::config::{Configuration, Loaded, Problem, SecretSource};
use crate::entropy::SystemEntropy;
use crate::store::Store;
use crate::store::embedded::{BackupProgress, EmbeddedStore, FILE_NAME, OpenOptions};
use crate::store::redis::{OpenError, RedisCredentials, RedisSettings, RedisStore, RedisUrl};

/// How far the clocks of a node and of Redis may be from each other: half of what a claim's maker is given, and much more than a
/// time service leaves.
const CLOCKS_APART: Duration = Duration::from_secs(15);

/// Opens the store of an installation; it must be there. Connections to Redis live on the present runtime.
///
/// # Errors
/// What is wrong with the configuration or with the store.
pub(super) async fn open_store(
    settings: &Configuration,
    loaded: &Loaded,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Store>, AppError> {
    let Some(shared) = Materials::new(settings, loaded).redis()? else {
        return Ok(open_file(settings, clock)?);
    };
    let shared = RedisSettings { create: false, ..shared };
    Ok(Arc::new(RedisStore::open(shared, clock, &SystemEntropy).await?))
}

/// Opens the store and lets it go again.
///
/// # Errors
/// What is wrong with the configuration or with the store.
pub async fn check_store(settings: &Configuration, loaded: &Loaded) -> Result<(), AppError> {
    open_store(settings, loaded, Arc::new(SystemClock)).await.map(drop)
}

/// The masters that go on writing when they are cut off from all their replicas; none where the store is a file.
///
/// # Errors
/// When Redis cannot be asked.
pub async fn write_alone(settings: &Configuration, loaded: &Loaded) -> Result<Vec<String>, AppError> {
    let Some(shared) = Materials::new(settings, loaded).redis()? else { return Ok(Vec::new()) };
    let shared = RedisSettings { create: false, ..shared };
    let store = RedisStore::open(shared, Arc::new(SystemClock), &SystemEntropy).await?;
    Ok(store.write_alone().await?.iter().map(ToString::to_string).collect())
}

fn open_file(settings: &Configuration, clock: Arc<dyn Clock>) -> Result<Arc<EmbeddedStore>, AppError> {
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let path = settings.store.directory.join(FILE_NAME);
    Ok(Arc::new(EmbeddedStore::open_with(path, clock, &options)?))
}

/// Makes sure that no store stands where a new one shall.
///
/// # Errors
/// [`AppError::StoreStands`], or what is wrong with Redis.
pub(super) async fn check_redis_vacant(settings: &RedisSettings) -> Result<(), AppError> {
    let settings = RedisSettings { create: false, ..settings.clone() };
    let (url, prefix) = (settings.url.to_string(), settings.prefix.clone());
    match RedisStore::open(settings, Arc::new(SystemClock), &SystemEntropy).await {
        Ok(_) => Err(AppError::StoreStands { url, prefix }),
        Err(OpenError::Missing { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

impl Materials<'_> {
    /// Where Redis is and who we are to it, with its secrets read; `None` where the store is a file.
    ///
    /// # Errors
    /// When a password or the CA certificates cannot be read.
    pub fn redis(&self) -> Result<Option<RedisSettings>, Box<Problem>> {
        let store = &self.settings.store;
        let Some(url) = &store.url else { return Ok(None) };
        let credentials =
            self.credentials("store.password_file", store.user.as_ref(), store.password_file.as_ref())?;
        let (user, password) = (store.sentinel_user.as_ref(), store.sentinel_password_file.as_ref());
        let sentinel_credentials = self.credentials("store.sentinel_password_file", user, password)?;
        let trust = match &store.ca_file {
            Some(path) => Some(self.bytes("store.ca_file", path)?.to_vec()),
            None => None,
        };
        Ok(Some(RedisSettings {
            credentials,
            sentinel_credentials,
            trust,
            prefix: store.prefix.clone(),
            accept_loss: store.accept_loss,
            wait_replicas: store.wait_replicas,
            replica_timeout: store.replica_timeout.unsigned_abs(),
            patience: store.patience.unsigned_abs(),
            clocks_apart: Some(CLOCKS_APART),
            connections: store.connections as usize,
            ..RedisSettings::new(RedisUrl::clone(url))
        }))
    }

    fn credentials(
        &self,
        key: &str,
        user: Option<&String>,
        password: Option<&SecretSource>,
    ) -> Result<Option<RedisCredentials>, Box<Problem>> {
        let Some(source) = password else { return Ok(None) };
        Ok(Some(RedisCredentials { user: user.cloned(), password: self.secret(key, source)? }))
    }
}

/// The store as a file: to be copied and checked.
#[derive(Debug)]
pub struct StoreFile(Arc<EmbeddedStore>);

impl StoreFile {
    /// Opens it; needs neither pepper nor keys.
    ///
    /// # Errors
    /// [`AppError::NoStoreFile`] where the store is in Redis, or what is wrong with the file.
    pub fn open(settings: &Configuration) -> Result<Self, AppError> {
        if let Some(url) = &settings.store.url {
            return Err(AppError::NoStoreFile(url.to_string()));
        }
        Ok(Self(open_file(settings, Arc::new(SystemClock))?))
    }

    /// Copies the store to a new file while it is in use. Tells `progress` how many pages of how many are copied.
    ///
    /// # Errors
    /// When it cannot be copied; nothing is left behind.
    pub fn backup(&self, to: &Path, progress: &mut dyn FnMut(u32, u32)) -> Result<(), AppError> {
        Ok(self.0.backup(to, &mut |at: BackupProgress| progress(at.copied, at.total))?)
    }
}
