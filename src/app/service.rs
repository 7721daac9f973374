//! A running Tegata: two sites and a console, a registration authority, a key pool, and what recurs.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use arc_swap::ArcSwap;
use futures_util::future::{join_all, try_join_all};
use url::Url;

use super::background::Rounds;
use super::error::AppError;
use super::lock::DirectoryLock;
use super::materials::{Materials, Whole};
use super::observed::Observed;
use super::office::{authority_settings, organization, session_policy};
use super::press::press;
use super::renewal::SignerFiles;
use super::storage::open_store;
use super::watching::{Watched, count_steps};
use crate::clock::{Clock, SystemClock};
use crate::config::{Configuration, Loaded};
use crate::directory::{Contact, Directory, Organization, OrganizationId};
use crate::enrollment::{AuthorityParts, Maker, RegistrationAuthority};
use crate::entropy::{Entropy, SystemEntropy};
use crate::http::{
    AskForCertificate, Bound, ContactLines, Readiness, ServeError, Settings, Site, SiteParts, TlsFiles,
    TlsSource, TrustedProxies, Unready, serve, serve_metrics,
};
use crate::operations::{Leases, Post, PostWatch, Printing, Stopper, stopper};
use crate::pepper::Pepper;
use crate::pki::{IssuancePolicy, KeyPool, KeyPoolSettings};
use crate::store::measured::{MeasuredStore, StoreWatch};
use crate::store::{Store, StoreError};
use crate::telemetry::Metrics;

/// How long the key pool may take to end.
const POOL_ENDS_WITHIN: Duration = Duration::from_secs(3);

/// The sockets, bound before anything else is done: a port in use is told at once.
#[derive(Debug)]
pub struct Listeners {
    landing: TcpListener,
    check: TcpListener,
    console: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Binds those of the two sites.
    ///
    /// # Errors
    /// [`AppError::Listen`] with the site and the address.
    pub fn bind(landing: SocketAddr, check: SocketAddr) -> Result<Self, AppError> {
        let (landing, check) = (bind("the landing site", landing)?, bind("the check site", check)?);
        Ok(Self { landing, check, console: None, metrics: None })
    }

    /// Binds that of the operators' console too, where there is one.
    ///
    /// # Errors
    /// [`AppError::Listen`] with the address.
    pub fn with_console(self, address: Option<SocketAddr>) -> Result<Self, AppError> {
        let console = address.map(|address| bind("the operators' console", address)).transpose()?;
        Ok(Self { console, ..self })
    }

    /// Where the console listens, with the port that the system chose for 0.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn console_address(&self) -> Result<Option<SocketAddr>, AppError> {
        self.console.as_ref().map(TcpListener::local_addr).transpose().map_err(AppError::Server)
    }

    /// Binds that of the metrics too, where they shall be read.
    ///
    /// # Errors
    /// [`AppError::Listen`] with the address.
    pub fn with_metrics(self, address: Option<SocketAddr>) -> Result<Self, AppError> {
        let metrics = address.map(|address| bind("the metrics' listener", address)).transpose()?;
        Ok(Self { metrics, ..self })
    }

    /// The addresses, with the ports that the system chose for 0.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn addresses(&self) -> Result<(SocketAddr, SocketAddr), AppError> {
        let address = |listener: &TcpListener| listener.local_addr().map_err(AppError::Server);
        Ok((address(&self.landing)?, address(&self.check)?))
    }
}

fn bind(site: &'static str, address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address).map_err(|source| AppError::Listen { site, address, source })
}

/// How long a mail that is under way may take to be handed over when the process ends.
const MAIL_ENDS_WITHIN: Duration = Duration::from_secs(10);

/// A running Tegata.
#[derive(Debug)]
pub struct Service {
    /// What decides.
    pub authority: RegistrationAuthority,
    /// The organization that the command line works for.
    pub organization: OrganizationId,
    /// Where the landing site listens.
    pub landing: SocketAddr,
    /// Where the check site listens.
    pub check: SocketAddr,
    /// Where the operators' console listens, where there is one.
    pub console: Option<SocketAddr>,
    /// Where the metrics are read, where they are.
    pub metrics: Option<SocketAddr>,
    servers: Servers,
    pool: Arc<KeyPool>,
    post: Option<tokio::task::JoinHandle<()>>,
    stopper: Stopper,
    _lock: Option<DirectoryLock>,
}

struct Servers {
    handles: Vec<ServerHandle>,
    running: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl std::fmt::Debug for Servers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Servers(..)")
    }
}

/// Everything read, checked and locked; nobody is listened to yet.
#[derive(Debug)]
pub struct Prepared {
    settings: Configuration,
    loaded: Loaded,
    whole: Whole,
    tls: Tls,
    organization: Organization,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lock: Option<DirectoryLock>,
    metrics: Arc<Metrics>,
}

impl Service {
    /// Reads what the configuration names, opens the store, and locks the data directory where the store is in it.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub async fn prepare(settings: Configuration, loaded: Loaded) -> Result<Prepared, AppError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let id = organization(&settings, &loaded)?;
        let whole = Materials::new(&settings, &loaded).whole(clock.now()).map_err(AppError::Configuration)?;
        for problem in &whole.warnings {
            tracing::warn!("{problem}");
        }
        let tls = Tls::open(&settings, &whole)?;
        // A Redis is there for several nodes.
        let lock = match settings.store.url {
            None => Some(DirectoryLock::take(&settings.store.directory)?),
            Some(_) => None,
        };
        let store = open_store(&settings, &loaded, Arc::clone(&clock)).await?;
        let directory = Directory::new(Arc::clone(&store));
        directory.prove_pepper(&whole.pepper).await?;
        let found = directory.find_organization(&id).await?;
        let Some(organization) = found else { return Err(AppError::NoOrganization(id)) };
        let metrics = Arc::new(Metrics::new());
        Ok(Prepared { settings, loaded, whole, tls, organization, store, clock, lock, metrics })
    }
}

impl Prepared {
    /// Where the two sites shall listen.
    #[must_use]
    pub const fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.settings.http.listen, self.settings.check.listen)
    }

    /// Where the operators' console shall listen, where there is one.
    #[must_use]
    pub fn console_address(&self) -> Option<SocketAddr> {
        self.settings.console.public_url.as_ref().map(|_| self.settings.console.listen)
    }

    /// Where the metrics shall be read.
    #[must_use]
    pub const fn metrics_address(&self) -> Option<SocketAddr> {
        self.settings.metrics.listen
    }

    /// Counts where `observed` does.
    #[must_use]
    pub fn observed_by(self, observed: &Observed) -> Self {
        Self { metrics: Arc::clone(&observed.metrics), ..self }
    }

    /// Serves. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// When a server cannot be started.
    pub fn start(self, listeners: Listeners) -> Result<Service, AppError> {
        let Self { settings, loaded, whole, tls, organization, store, clock, lock, metrics } = self;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let measured: Arc<dyn Store> =
            Arc::new(MeasuredStore::new(store, Arc::clone(&metrics) as Arc<dyn StoreWatch>));
        let pool = Arc::new(KeyPool::start(KeyPoolSettings {
            rsa2048: settings.pool.rsa_2048 as usize,
            rsa3072: settings.pool.rsa_3072 as usize,
            threads: settings.pool.threads as usize,
        }));
        let signer = Arc::new(ArcSwap::from_pointee(whole.signer));
        Watched {
            pool: Arc::downgrade(&pool),
            store: Arc::downgrade(&measured),
            issuer_ends: whole.issuer.validity().1,
            signer: Arc::clone(&signer),
            landing: tls.landing.clone(),
            check: tls.check.clone(),
            console: tls.console.clone(),
        }
        .watch(&metrics);
        let policy = issuance_policy(&settings);
        let pepper = Arc::new(whole.pepper);
        let parts_of_authority = AuthorityParts {
            store: Arc::clone(&measured),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            pepper: Arc::clone(&pepper),
            offers: Arc::new(whole.offers),
            maker: Maker::new(whole.issuer, Vec::new(), Arc::clone(&signer), Arc::clone(&pool), policy),
            settings: authority_settings(&settings),
        };
        let authority = RegistrationAuthority::with_sessions(parts_of_authority, session_policy(&settings))?;
        let (stopper, stop) = stopper();
        let parts = SiteParts {
            authority: authority.clone(),
            settings: Settings {
                stop: Some(stop.clone()),
                printing: Some(Arc::new(printing(&settings, &authority, &measured, &pepper))),
                ..site_settings(&settings, &organization)
            },
            clock: Arc::clone(&clock),
            entropy,
            pepper,
            ready: readiness(Arc::clone(&measured)),
            metrics: Arc::clone(&metrics),
        };
        let leases = Leases::new(Arc::clone(&measured), Arc::clone(&clock), &SystemEntropy)?;
        let post = whole.smtp.map(|smtp| Post {
            authority: authority.clone(),
            smtp,
            leases: leases.clone(),
            clock: Arc::clone(&clock),
            watch: Arc::clone(&metrics) as Arc<dyn PostWatch>,
            kept: settings.mail.keep,
        });
        let workers = settings.http.workers as usize;
        let landing =
            serve(&Site::landing(parts.clone())?, listeners.landing, tls.landing.as_ref(), workers)?;
        let check = serve(&Site::check(parts.clone())?, listeners.check, tls.check.as_ref(), workers)?;
        let console = match (Site::console(parts)?, listeners.console) {
            (Some(site), Some(listener)) => Some(serve(&site, listener, tls.console.as_ref(), workers)?),
            _ => None,
        };
        let (landing_at, check_at) = (landing.address, check.address);
        let console_at = console.as_ref().map(|bound| bound.address);
        let watched =
            listeners.metrics.map(|listener| serve_metrics(listener, Arc::clone(&metrics))).transpose()?;
        let metrics_at = watched.as_ref().map(|bound| bound.address);
        let servers = Servers::run([Some(landing), Some(check), console, watched]);
        tokio::spawn(count_steps(authority.live(), Arc::clone(&metrics), stop.clone()));
        let signer = SignerFiles::new(settings, loaded, signer);
        let lists_built = AtomicBool::new(false);
        let authority_of_rounds = authority.clone();
        let post = Rounds {
            store: measured,
            leases,
            authority: authority_of_rounds,
            metrics,
            clock,
            lists_built,
            post,
        }
        .begin(&stop, signer);
        Ok(Service {
            authority,
            organization: organization.id,
            landing: landing_at,
            check: check_at,
            console: console_at,
            metrics: metrics_at,
            servers,
            pool,
            post,
            stopper,
            _lock: lock,
        })
    }
}

impl Service {
    /// Waits until a server ends by itself, which is never a good sign.
    pub async fn ended(&mut self) -> AppError {
        let error = match (&mut self.servers.running).await {
            Ok(Err(error)) => error,
            Ok(Ok(())) => std::io::Error::other("it ended without a reason"),
            Err(error) => std::io::Error::other(error),
        };
        AppError::Server(error)
    }

    /// Stops: no new connections; requests under way are finished when `gracefully`, for ten seconds at most.
    pub async fn stop(self, gracefully: bool) {
        self.stopper.stop();
        join_all(self.servers.handles.iter().map(|handle| handle.stop(gracefully))).await;
        // The servers' end is told by their handles; what they return was looked at while they ran.
        let _ = self.servers.running.await;
        let Self { authority, pool, post, .. } = self;
        if let Some(post) = post
            && tokio::time::timeout(MAIL_ENDS_WITHIN, post).await.is_err()
        {
            tracing::warn!("a mail is still under way at the end; it is sent once more");
        }
        drop(authority);
        end_pool(pool).await;
    }
}

/// The pool's threads must have ended before the process does, and the last one who holds it ends them.
async fn end_pool(mut pool: Arc<KeyPool>) {
    let waited = tokio::time::timeout(POOL_ENDS_WITHIN, async {
        loop {
            match Arc::try_unwrap(pool) {
                Ok(last) => return last,
                Err(shared) => pool = shared,
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    match waited.await {
        Ok(last) => drop(tokio::task::spawn_blocking(move || drop(last)).await),
        Err(_) => tracing::warn!("the key pool is still in use at the end"),
    }
}

impl Servers {
    fn run(bound: [Option<Bound>; 4]) -> Self {
        let servers: Vec<Server> = bound.into_iter().flatten().map(|bound| bound.server).collect();
        let handles = servers.iter().map(Server::handle).collect();
        let running = tokio::spawn(async { try_join_all(servers).await.map(drop) });
        Self { handles, running }
    }
}

/// What prints letters on the console.
fn printing(
    settings: &Configuration,
    authority: &RegistrationAuthority,
    store: &Arc<dyn Store>,
    pepper: &Arc<Pepper>,
) -> Printing {
    Printing {
        authority: authority.clone(),
        store: Arc::clone(store),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        pepper: Arc::clone(pepper),
        press: press(settings),
    }
}

/// The sources of server certificates.
#[derive(Debug)]
struct Tls {
    landing: Option<Arc<TlsSource>>,
    check: Option<Arc<TlsSource>>,
    console: Option<Arc<TlsSource>>,
}

impl Tls {
    fn open(settings: &Configuration, whole: &Whole) -> Result<Self, AppError> {
        let failed = |error: crate::http::TlsError| AppError::Tls(error.to_string());
        let own = |certificate: &Option<PathBuf>, key: &Option<PathBuf>| match (certificate, key) {
            (Some(certificate), Some(key)) => {
                let files = TlsFiles { certificate: certificate.clone(), key: key.clone() };
                TlsSource::open(files, AskForCertificate::No).map(Some).map_err(failed)
            }
            _ => Ok(None),
        };
        let landing = own(&settings.http.certificate, &settings.http.key)?;
        let console = match settings.console.public_url {
            Some(_) => own(&settings.console.certificate, &settings.console.key)?,
            None => None,
        };
        let check = if settings.check.behind_proxy {
            None
        } else {
            let files =
                TlsFiles { certificate: settings.check.certificate.clone(), key: settings.check.key.clone() };
            let issuer =
                whole.issuer.certificate().to_der().map_err(|error| AppError::Tls(error.to_string()))?;
            Some(TlsSource::open(files, AskForCertificate::Yes { issuers: vec![issuer] }).map_err(failed)?)
        };
        Ok(Self { landing, check, console })
    }
}

fn issuance_policy(settings: &Configuration) -> IssuancePolicy {
    let list = |url: &Option<Url>| url.iter().cloned().collect();
    IssuancePolicy {
        crl_urls: list(&settings.issuer.crl_url),
        ocsp_urls: list(&settings.issuer.ocsp_url),
        ca_issuer_urls: list(&settings.issuer.certificate_url),
        ..IssuancePolicy::default()
    }
}

fn site_settings(settings: &Configuration, organization: &Organization) -> Settings {
    let told = authority_settings(settings);
    let Contact { name, phone, email, hours } = organization.contact.clone();
    Settings {
        proxies: TrustedProxies::new(settings.proxies.trusted.clone()),
        client_certificate_by_proxy: settings.check.behind_proxy,
        contact: ContactLines { name, phone, email, hours },
        console_url: settings.console.public_url.clone(),
        ..Settings::new(told.public_url, told.check_url)
    }
}

fn readiness(store: Arc<dyn Store>) -> Readiness {
    Arc::new(move || {
        let store = Arc::clone(&store);
        Box::pin(async move {
            store.ready().await.map_err(|error| Unready { reason: reason(&error), cause: error.to_string() })
        })
    })
}

/// One word for what keeps the store from taking commits.
const fn reason(error: &StoreError) -> &'static str {
    match error {
        StoreError::Full(_) => "store-full",
        StoreError::Damaged(_) => "store-damaged",
        StoreError::Unavailable(_) | StoreError::Unknown(_) => "store-unavailable",
        StoreError::Conflict(_) | StoreError::Limit(_) => "store-refuses",
    }
}

impl From<ServeError> for AppError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Socket(error) => Self::Server(error),
            ServeError::Tls(error) => Self::Tls(error.to_string()),
        }
    }
}
