//! A new installation in a directory: keys, store, offers and a configuration that works.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;
use zeroize::Zeroizing;

use super::error::AppError;
use super::foundation::{
    Authorities, Means, OwnCertificate, draw_passphrase, draw_pepper, issuer_certificates, issuer_key,
};
use super::layout::{CONFIGURATION, Layout};
use crate::clock::{Clock, SystemClock};
use crate::config::{Environment, FileText, Problem, Severity, commented, read};
use crate::directory::{Directory, Operator, OperatorToken, Organization};
use crate::pepper::Pepper;
use crate::pki::KeyType;
use crate::pki::issuer::Issuer;
use crate::profile::SHIPPED;
use crate::store::Store;
use crate::store::embedded::{EmbeddedStore, FILE_NAME};

/// What the new installation shall be.
#[derive(Debug)]
pub struct Plan {
    /// Its directory.
    pub directory: PathBuf,
    /// The landing site, as people reach it.
    pub public_url: Url,
    /// The check site, as devices reach it.
    pub check_url: Url,
    /// The names and addresses in the check site's first certificate; the check site's own is always in it.
    pub server_names: Vec<String>,
    /// The organization, and whom people ask.
    pub organization: Organization,
    /// The name of the first operator.
    pub operator: String,
    /// The kind of the CAs' keys; `None` where an existing CA will be imported.
    pub authorities: Option<KeyType>,
}

impl Plan {
    /// What would be wrong with the configuration of such an installation.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let text = FileText::of(self.directory.join(CONFIGURATION), configuration(self));
        let problems = read(&text, &Environment::default()).problems;
        problems.into_iter().filter(|problem| problem.severity == Severity::Error).collect()
    }
}

/// What is known once, at the end.
#[derive(Debug)]
pub struct Initialised {
    /// Where the installation stands.
    pub directory: PathBuf,
    /// What the first operator shows.
    pub token: OperatorToken,
    /// The passphrase of the root's key.
    pub root_passphrase: Option<Zeroizing<String>>,
    /// The root's certificate, PEM.
    pub root: Option<Vec<u8>>,
}

/// Makes the installation, whole or not at all.
///
/// # Errors
/// When the directory is in use, a name does not fit into a certificate, or the disk fails.
pub async fn initialise(plan: &Plan, means: Means<'_>) -> Result<Initialised, AppError> {
    let layout = Layout::begin(&plan.directory)?;
    let pepper_text = draw_pepper(means.entropy)?;
    layout.private("pepper", format!("{}\n", pepper_text.as_str()).as_bytes())?;
    for (name, text) in SHIPPED {
        layout.public(&format!("offers/{name}"), text.as_bytes())?;
    }
    let (root_passphrase, root) = write_keys(&layout, plan, means)?;
    let pepper = Pepper::new(&Zeroizing::new(hex::decode(pepper_text.as_str()).unwrap_or_default()))?;
    let token = write_store(&layout, plan, &pepper, means).await?;
    layout.public(CONFIGURATION, configuration(plan).as_bytes())?;
    let directory = layout.directory().to_owned();
    layout.finish()?;
    Ok(Initialised { directory, token, root_passphrase, root })
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

async fn write_store(
    layout: &Layout,
    plan: &Plan,
    pepper: &Pepper,
    means: Means<'_>,
) -> Result<OperatorToken, AppError> {
    let directory = layout.directory_below("store")?;
    let token = OperatorToken::draw(means.entropy)?;
    found_organization(&directory, plan, pepper, &token).await?;
    Ok(token)
}

async fn found_organization(
    directory: &Path,
    plan: &Plan,
    pepper: &Pepper,
    token: &OperatorToken,
) -> Result<(), AppError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(directory.join(FILE_NAME), clock)?);
    let operator = Operator::new(&plan.organization.id, &plan.operator, token, pepper)?;
    let directory = Directory::new(store);
    directory.prove_pepper(pepper).await?;
    directory.create(&plan.organization, &operator).await?;
    Ok(())
}

fn configuration(plan: &Plan) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let site = |url: &Url| quoted(url.as_str().trim_end_matches('/'));
    commented(&[
        ("http.public_url", site(&plan.public_url)),
        ("check.public_url", site(&plan.check_url)),
        ("organization.id", quoted(plan.organization.id.as_str())),
        ("organization.offers", quoted("offers")),
        ("store.directory", quoted("store")),
        ("pepper.file", quoted("pepper")),
        ("issuer.certificate", quoted("issuer/issuer.pem")),
        ("issuer.key", quoted("issuer/issuer.key")),
        ("issuer.passphrase_file", quoted("issuer/passphrase")),
        ("signer.certificate", quoted("signer/signer.pem")),
        ("signer.key", quoted("signer/signer.key")),
        ("check.certificate", quoted("check/server.pem")),
        ("check.key", quoted("check/server.key")),
    ])
}
