//! The operator's side of an installation, as the command line uses it: the store and the authority, without servers and
//! without the issuer's key.

use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use url::Url;

use super::error::AppError;
use super::materials::Materials;
use crate::clock::{Clock, SystemClock};
use crate::config::{Configuration, Loaded, Problem};
use crate::directory::{Organization, OrganizationId};
use crate::enrollment::{
    Actor, AuthorityParts, AuthoritySettings, Caller, LockPolicy, Maker, RegistrationAuthority,
};
use crate::entropy::{Entropy, SystemEntropy};
use crate::pepper::Pepper;
use crate::profile::Offers;
use crate::store::Store;
use crate::store::embedded::{BackupProgress, EmbeddedStore, FILE_NAME, OpenOptions};

/// How long a process is believed to be making a certificate: a key, a signature and a slow disk fit many times.
const CLAIM_LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How long a second request waits for the first one's certificate; a browser waits longer.
const CLAIM_WAIT: SignedDuration = SignedDuration::from_secs(20);

/// Opens the store of an installation; it must be there.
///
/// # Errors
/// What is wrong with the store.
pub fn open_store(settings: &Configuration, clock: Arc<dyn Clock>) -> Result<Arc<EmbeddedStore>, AppError> {
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let path = settings.store.directory.join(FILE_NAME);
    Ok(Arc::new(EmbeddedStore::open_with(path, clock, &options)?))
}

/// What the authority is told.
#[must_use]
pub fn authority_settings(settings: &Configuration) -> AuthoritySettings {
    let check = &settings.check.public_url;
    AuthoritySettings {
        public_url: settings.http.public_url.clone(),
        check_url: check.join("check").unwrap_or_else(|_| Url::clone(check)),
        lock: LockPolicy {
            attempts: settings.claim.attempts,
            first_lock: settings.claim.lock,
            longest_lock: settings.claim.longest_lock,
        },
        claim_lease: CLAIM_LEASE,
        claim_wait: CLAIM_WAIT,
    }
}

/// The organization that the command line works for.
///
/// # Errors
/// When the setting is no identifier.
pub fn organization(settings: &Configuration, loaded: &Loaded) -> Result<OrganizationId, Box<Problem>> {
    let key = "organization.id";
    let id = &settings.organization.id;
    id.parse().map_err(|error: crate::directory::NotAnIdentifier| {
        Box::new(Problem::error(loaded.place(key), key, error.to_string()))
    })
}

/// The operator's side.
#[derive(Debug)]
pub struct Office {
    /// What the operator asks.
    pub authority: RegistrationAuthority,
    /// As whom.
    pub caller: Caller,
    pepper: Arc<Pepper>,
}

impl Office {
    /// Opens it. Reads the pepper and the offers; no key.
    ///
    /// # Errors
    /// What is wrong with the configuration or the store.
    pub fn open(settings: &Configuration, loaded: &Loaded) -> Result<Self, AppError> {
        let materials = Materials::new(settings, loaded);
        let organization = organization(settings, loaded)?;
        let pepper = Arc::new(materials.pepper()?);
        let offers: Offers = materials.offers().map_err(AppError::Configuration)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let store = open_store(settings, Arc::clone(&clock))?;
        let authority = RegistrationAuthority::new(AuthorityParts {
            store: store as Arc<dyn Store>,
            clock,
            entropy,
            pepper: Arc::clone(&pepper),
            offers: Arc::new(offers),
            maker: Maker::idle(),
            settings: authority_settings(settings),
        })?;
        Ok(Self { authority, pepper, caller: Caller { organization, actor: Actor::CommandLine } })
    }

    /// Proves that the pepper is the store's own.
    ///
    /// # Errors
    /// When it is another, or the store fails.
    pub async fn prove_pepper(&self) -> Result<(), AppError> {
        Ok(self.authority.directory().prove_pepper(&self.pepper).await?)
    }

    /// The organization that it works for.
    ///
    /// # Errors
    /// When it is not in the store, or the store fails.
    pub async fn organization(&self) -> Result<Organization, AppError> {
        let id = &self.caller.organization;
        let found = self.authority.directory().find_organization(id).await?;
        found.ok_or_else(|| AppError::NoOrganization(id.clone()))
    }

    /// Changes its name or its contact.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_organization(&self, organization: &Organization) -> Result<(), AppError> {
        Ok(self.authority.directory().put_organization(organization).await?)
    }
}

/// The store as a file: to be copied and checked.
#[derive(Debug)]
pub struct StoreFile(Arc<EmbeddedStore>);

impl StoreFile {
    /// Opens it; needs neither pepper nor keys.
    ///
    /// # Errors
    /// What is wrong with the store.
    pub fn open(settings: &Configuration) -> Result<Self, AppError> {
        Ok(Self(open_store(settings, Arc::new(SystemClock))?))
    }

    /// Copies the store to a new file while it is in use. Tells `progress` how many pages of how many are copied.
    ///
    /// # Errors
    /// When it cannot be copied; nothing is left behind.
    pub fn backup(&self, to: &Path, progress: &mut dyn FnMut(u32, u32)) -> Result<(), AppError> {
        Ok(self.0.backup(to, &mut |at: BackupProgress| progress(at.copied, at.total))?)
    }

    /// Reads the whole store and says whether it is sound.
    ///
    /// # Errors
    /// What is damaged.
    pub fn check(&self) -> Result<(), AppError> {
        Ok(self.0.check()?)
    }
}
