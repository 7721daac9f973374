//! What every handler stands on.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

use url::Url;

use super::assets;
use super::console::{Passkeys, Streams};
use super::delivery::Reached;
use super::headers::SecurityHeaders;
use super::limits::Limits;
use super::nonce::FormNonces;
use super::settings::{Settings, SiteKind};
use super::stand_in::StandIns;
use crate::clock::Clock;
use crate::enrollment::RegistrationAuthority;
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::Pepper;
use crate::telemetry::Metrics;

/// What does not work behind the sites.
#[derive(Debug, Clone)]
pub struct Unready {
    /// In a word, for whoever watches: `store-unavailable` and the like.
    pub reason: &'static str,
    /// In full, for the log.
    pub cause: String,
}

/// Whether everything behind the sites works.
pub type Readiness = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Unready>> + Send>> + Send + Sync>;

/// What a site is made of.
#[derive(Clone)]
pub struct SiteParts {
    /// What decides.
    pub authority: RegistrationAuthority,
    /// What it is told.
    pub settings: Settings,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What forms are signed under.
    pub pepper: Arc<Pepper>,
    /// Whether what lies behind works.
    pub ready: Readiness,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
}

/// One of the sites; shared by all of its workers.
pub struct Site {
    pub(super) kind: SiteKind,
    pub(super) passkeys: Option<Passkeys>,
    /// Where people reach it.
    pub(super) url: Url,
    pub(super) authority: RegistrationAuthority,
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) ready: Readiness,
    pub(super) nonces: FormNonces,
    pub(super) limits: Limits,
    pub(super) stand_ins: StandIns,
    pub(super) headers: SecurityHeaders,
    pub(super) reached: Reached,
    /// The live views of the console.
    pub(super) live: Arc<Streams>,
    pub(super) metrics: Arc<Metrics>,
}

impl Site {
    /// The site where certificates are claimed and fetched.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn landing(parts: SiteParts) -> Result<Arc<Self>, EntropyError> {
        Self::new(SiteKind::Landing, parts)
    }

    /// The site where they are proven.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn check(parts: SiteParts) -> Result<Arc<Self>, EntropyError> {
        Self::new(SiteKind::Check, parts)
    }

    /// The operators' console; none where the settings name no address for it.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn console(parts: SiteParts) -> Result<Option<Arc<Self>>, EntropyError> {
        match parts.settings.console_url {
            None => Ok(None),
            Some(_) => Self::new(SiteKind::Console, parts).map(Some),
        }
    }

    fn new(kind: SiteKind, parts: SiteParts) -> Result<Arc<Self>, EntropyError> {
        let SiteParts { authority, settings, clock, entropy, pepper, ready, metrics } = parts;
        let url = match kind {
            SiteKind::Landing => &settings.public_url,
            SiteKind::Check => &settings.check_url,
            SiteKind::Console => settings.console_url.as_ref().unwrap_or(&settings.public_url),
        };
        let url = url.clone();
        let style = match kind {
            SiteKind::Landing | SiteKind::Check => &assets::STYLE_SOURCE,
            SiteKind::Console => &assets::CONSOLE_STYLE_SOURCE,
        };
        Ok(Arc::new(Self {
            passkeys: match kind {
                SiteKind::Landing | SiteKind::Check => None,
                SiteKind::Console => Passkeys::of(&url, Arc::clone(&pepper)),
            },
            headers: SecurityHeaders::new(url.scheme() == "https" && !is_this_machine(&url), style),
            url,
            limits: Limits::new(settings.limits, Arc::clone(&clock), entropy.as_ref())?,
            nonces: FormNonces::new(Arc::clone(&pepper), Arc::clone(&clock), Arc::clone(&entropy)),
            stand_ins: StandIns::new(pepper),
            reached: Reached::default(),
            live: Arc::default(),
            kind,
            authority,
            settings,
            clock,
            entropy,
            ready,
            metrics,
        }))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site")
            .field("kind", &self.kind)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Whether an address means the machine itself. A browser that kept HSTS for `localhost` would keep people from whatever else
/// runs there.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
