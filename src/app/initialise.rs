//! A new installation in a directory: keys, store, offers and a configuration that works.

use std::path::PathBuf;
use std::sync::Arc;

use url::Url;
use zeroize::Zeroizing;

use super::error::AppError;
use super::foundation::{
    Authorities, Means, OwnCertificate, draw_passphrase, draw_pepper, issuer_certificates, issuer_key,
};
use super::layout::{CONFIGURATION, Layout};
use super::materials::Materials;
use super::storage::check_redis_vacant;
use crate::clock::{Clock, SystemClock};
use crate::config::{Environment, FileText, Loaded, Problem, Severity, commented, read};
use crate::directory::{Access, Actor, Directory, Doer, Invited, Operator, OperatorToken, Organization};
use crate::entropy::{Entropy, SystemEntropy};
use crate::pepper::Pepper;
use crate::pki::KeyType;
use crate::pki::issuer::Issuer;
use crate::profile::SHIPPED;
use crate::store::Store;
use crate::store::embedded::{EmbeddedStore, FILE_NAME};
use crate::store::redis::{RedisSettings, RedisStore};

/// What the new installation shall be.
#[derive(Debug)]
pub struct Plan {
    /// Its directory.
    pub directory: PathBuf,
    /// The landing site, as people reach it.
    pub public_url: Url,
    /// The check site, as devices reach it.
    pub check_url: Url,
    /// The operators' console, as they reach it, where there shall be one.
    pub console_url: Option<Url>,
    /// The names and addresses in the check site's first certificate; the check site's own is always in it.
    pub server_names: Vec<String>,
    /// The organization, and whom people ask.
    pub organization: Organization,
    /// The name of the first operator.
    pub operator: String,
    /// The kind of the CAs' keys; `None` where an existing CA will be imported.
    pub authorities: Option<KeyType>,
    /// The settings of the section `store` (`store.url` and so on), as they will stand in the file; none where the store is
    /// to be a file.
    pub store: Vec<(&'static str, String)>,
    /// What the environment says of the store goes before that, as it will for every other command.
    pub environment: Environment,
}

impl Plan {
    /// What would be wrong with the configuration of such an installation.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let problems = self.loaded().problems;
        problems.into_iter().filter(|problem| problem.severity == Severity::Error).collect()
    }

    fn loaded(&self) -> Loaded {
        let text = FileText::of(self.directory.join(CONFIGURATION), configuration(self));
        read(&text, &self.environment)
    }

    /// The Redis that the store shall be in; `None` where it shall be a file.
    fn redis(&self) -> Result<Option<RedisSettings>, AppError> {
        let mut loaded = self.loaded();
        match loaded.configuration.take() {
            Some(settings) => Ok(Materials::new(&settings, &loaded).redis()?),
            None => Err(AppError::Configuration(loaded.problems)),
        }
    }
}

/// What is known once, at the end.
#[derive(Debug)]
pub struct Initialised {
    /// Where the installation stands.
    pub directory: PathBuf,
    /// What the first operator shows.
    pub token: OperatorToken,
    /// The one-time link with which the first administrator joins, where there is a console.
    pub welcome: Option<Zeroizing<String>>,
    /// The passphrase of the root's key.
    pub root_passphrase: Option<Zeroizing<String>>,
    /// The root's certificate, PEM.
    pub root: Option<Vec<u8>>,
}

/// Makes the installation, whole or not at all.
///
/// # Errors
/// When the directory is in use, a name does not fit into a certificate, the disk fails, or Redis cannot be used or holds a
/// store already.
pub async fn initialise(plan: &Plan, means: Means<'_>) -> Result<Initialised, AppError> {
    let layout = Layout::begin(&plan.directory)?;
    let shared = plan.redis()?;
    if let Some(settings) = &shared {
        check_redis_vacant(settings).await?;
    }
    let pepper_text = draw_pepper(means.entropy)?;
    layout.private("pepper", format!("{}\n", pepper_text.as_str()).as_bytes())?;
    for (name, text) in SHIPPED {
        layout.public(&format!("offers/{name}"), text.as_bytes())?;
    }
    let (root_passphrase, root) = write_keys(&layout, plan, means)?;
    let pepper = Pepper::new(&Zeroizing::new(hex::decode(pepper_text.as_str()).unwrap_or_default()))?;
    let token = OperatorToken::draw(means.entropy)?;
    // In Redis it cannot be taken back, so that it comes after everything else that may fail.
    let store = make_store(&layout, shared, means.entropy).await?;
    let welcome = found_organization(store, plan, pepper, &token).await?;
    layout.public(CONFIGURATION, configuration(plan).as_bytes())?;
    let directory = layout.directory().to_owned();
    layout.finish()?;
    Ok(Initialised { directory, token, welcome, root_passphrase, root })
}

type Root = (Option<Zeroizing<String>>, Option<Vec<u8>>);

fn write_keys(layout: &Layout, plan: &Plan, means: Means<'_>) -> Result<Root, AppError> {
    let name = &plan.organization.name;
    let passphrase = draw_passphrase(means.entropy)?;
    layout.private("issuer/passphrase", format!("{}\n", passphrase.as_str()).as_bytes())?;
    let Some(kind) = plan.authorities else {
        // What serves until the imported CA's operator brings better: signed by a root whose key is forgotten at once.
        let own = Authorities::create(name, KeyType::P256, means)?;
        write_services(layout, plan, &own.issuer, means)?;
        return Ok((None, None));
    };
    let made = Authorities::create(name, kind, means)?;
    layout.public("issuer/issuer.pem", &issuer_certificates(&made.issuer)?)?;
    layout.private("issuer/issuer.key", issuer_key(&made.issuer, &passphrase, means.entropy)?.as_bytes())?;
    let root_passphrase = draw_passphrase(means.entropy)?;
    let root = issuer_certificates(&made.root)?;
    layout.public("root/root.pem", &root)?;
    layout.private("root/root.key", issuer_key(&made.root, &root_passphrase, means.entropy)?.as_bytes())?;
    write_services(layout, plan, &made.issuer, means)?;
    Ok((Some(root_passphrase), Some(root)))
}

fn write_services(layout: &Layout, plan: &Plan, issuer: &Issuer, means: Means<'_>) -> Result<(), AppError> {
    let signer = OwnCertificate::signer(issuer, &plan.organization.name, means)?;
    layout.public("signer/signer.pem", &signer.certificates()?)?;
    layout.private("signer/signer.key", &signer.open_key()?)?;
    let host = plan.check_url.host_str().unwrap_or("localhost").trim_matches(['[', ']']).to_owned();
    let mut names = plan.server_names.clone();
    if !names.contains(&host) {
        names.insert(0, host);
    }
    let server = OwnCertificate::server(issuer, &names, means)?;
    layout.public("check/server.pem", &server.certificates()?)?;
    layout.private("check/server.key", &server.open_key()?)?;
    Ok(())
}

async fn make_store(
    layout: &Layout,
    shared: Option<RedisSettings>,
    entropy: &dyn Entropy,
) -> Result<Arc<dyn Store>, AppError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(match shared {
        Some(settings) => Arc::new(RedisStore::open(settings, clock, entropy).await?),
        None => {
            let directory = layout.directory_below("store")?;
            Arc::new(EmbeddedStore::open(directory.join(FILE_NAME), clock)?)
        }
    })
}

async fn found_organization(
    store: Arc<dyn Store>,
    plan: &Plan,
    pepper: Pepper,
    token: &OperatorToken,
) -> Result<Option<Zeroizing<String>>, AppError> {
    let id = &plan.organization.id;
    let operator = Operator::new(id, &plan.operator, token, &pepper)?;
    let directory = Directory::new(store);
    directory.prove_pepper(&pepper).await?;
    directory.create(&plan.organization, &operator).await?;
    let Some(console) = &plan.console_url else { return Ok(None) };
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let access = Access::new(directory, clock, entropy, Arc::new(pepper));
    let invited = Invited::Founder { organization: id.clone() };
    let doer = Doer::new(Actor::CommandLine);
    let (welcome, _) = access.invite(invited, &plan.operator, None, &doer).await?;
    let link = format!("{}/join/{}", console.as_str().trim_end_matches('/'), welcome.expose());
    Ok(Some(Zeroizing::new(link)))
}

fn configuration(plan: &Plan) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let site = |url: &Url| quoted(url.as_str().trim_end_matches('/'));
    let mut settings = vec![
        ("http.public_url", site(&plan.public_url)),
        ("check.public_url", site(&plan.check_url)),
        ("organization.id", quoted(plan.organization.id.as_str())),
        ("organization.offers", quoted("offers")),
        ("pepper.file", quoted("pepper")),
        ("issuer.certificate", quoted("issuer/issuer.pem")),
        ("issuer.key", quoted("issuer/issuer.key")),
        ("issuer.passphrase_file", quoted("issuer/passphrase")),
        ("signer.certificate", quoted("signer/signer.pem")),
        ("signer.key", quoted("signer/signer.key")),
        ("check.certificate", quoted("check/server.pem")),
        ("check.key", quoted("check/server.key")),
    ];
    settings.extend(plan.console_url.iter().map(|url| ("console.public_url", site(url))));
    if plan.store.is_empty() {
        settings.push(("store.directory", quoted("store")));
    } else {
        settings.extend(plan.store.iter().cloned());
    }
    commented(&settings)
}
