//! The operator's side of an installation, as the command line uses it: the store and the authority, without servers and
//! without the issuer's key.

use std::sync::Arc;

use jiff::SignedDuration;
use url::Url;

use super::error::AppError;
use super::mailing::mail_settings;
use super::materials::Materials;
use super::storage::open_store;
use crate::clock::{Clock, SystemClock};
use crate::config::{Configuration, Loaded, Problem};
use crate::directory::{Logo, LogoFile, Organization, OrganizationId, SessionPolicy};
use crate::enrollment::{
    Actor, AuthorityParts, AuthoritySettings, Caller, LockPolicy, Maker, RegistrationAuthority,
};
use crate::entropy::{Entropy, SystemEntropy};
use crate::operations::{JobRunner, Leases};
use crate::pepper::Pepper;
use crate::profile::Offers;

/// How long a process is believed to be making a certificate: a key, a signature and a slow disk fit many times.
const CLAIM_LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How long a second request waits for the first one's certificate; a browser waits longer.
const CLAIM_WAIT: SignedDuration = SignedDuration::from_secs(20);

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
        mail: mail_settings(settings),
    }
}

/// How long operators stay signed in.
#[must_use]
pub fn session_policy(settings: &Configuration) -> SessionPolicy {
    let console = &settings.console;
    SessionPolicy {
        idle: console.session_idle,
        absolute: console.session_longest,
        ..SessionPolicy::default()
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
    /// The operators' console, where there is one.
    pub console: Option<Url>,
    /// What does jobs of many rows in this process.
    pub jobs: JobRunner,
    pepper: Arc<Pepper>,
}

impl Office {
    /// Opens it. Reads the pepper and the offers; no key. It works on the present runtime.
    ///
    /// # Errors
    /// What is wrong with the configuration or the store.
    pub async fn open(settings: &Configuration, loaded: &Loaded) -> Result<Self, AppError> {
        let materials = Materials::new(settings, loaded);
        let organization = organization(settings, loaded)?;
        let pepper = Arc::new(materials.pepper()?);
        let offers: Offers = materials.offers().map_err(AppError::Configuration)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let store = open_store(settings, loaded, Arc::clone(&clock)).await?;
        let leases = Leases::new(Arc::clone(&store), Arc::clone(&clock), entropy.as_ref())?;
        let authority = RegistrationAuthority::new(AuthorityParts {
            store,
            clock: Arc::clone(&clock),
            entropy,
            pepper: Arc::clone(&pepper),
            offers: Arc::new(offers),
            maker: Maker::idle(),
            settings: authority_settings(settings),
        })?;
        let console = settings.console.public_url.clone();
        let jobs = JobRunner::new(authority.clone(), leases, clock);
        Ok(Self { authority, pepper, console, jobs, caller: Caller::new(organization, Actor::CommandLine) })
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

    /// Writes it anew; a `new` logo before, and the `old` one away where it is named no more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_organization(
        &self,
        organization: &Organization,
        new: Option<&(Logo, LogoFile)>,
        old: Option<&Logo>,
    ) -> Result<(), AppError> {
        let directory = self.authority.directory();
        if let Some((logo, picture)) = new {
            directory.put_logo(logo, picture).await?;
        }
        self.authority.access().put_organization(organization, &self.caller.doer()).await?;
        // A page that was drawn before may lose its logo; its name stands beside it.
        if let Some(old) = old.filter(|old| organization.look.logo.as_ref() != Some(old)) {
            directory.remove_logo(old).await?;
        }
        Ok(())
    }
}
