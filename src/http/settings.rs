//! What the sites are told by whoever composes them.

use std::net::IpAddr;
use std::sync::Arc;

use url::Url;

use super::limits::RateLimits;
use super::page::ContactLines;
use super::proxy::TrustedProxies;
use crate::operations::{Printing, Stop};

/// The settings of the sites.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach the landing site: `https://cert.example.jp/`.
    pub public_url: Url,
    /// Where an installation is proven: `https://check.example.jp/check`.
    pub check_url: Url,
    /// Where operators reach the console, where there is one: `https://console.example.jp/`.
    pub console_url: Option<Url>,
    /// The reverse proxies that are believed.
    pub proxies: TrustedProxies,
    /// Whether a proxy does TLS for the check site and hands the client certificate on (RFC 9440 `Client-Cert`). Without
    /// it the header is ignored, whoever sends it.
    pub client_certificate_by_proxy: bool,
    /// How often one address may ask.
    pub limits: RateLimits,
    /// Whom to ask where no organization is known.
    pub contact: ContactLines,
    /// What prints letters, on the console.
    pub printing: Option<Arc<Printing>>,
    /// When to end what would last: live views on the console.
    pub stop: Option<Stop>,
}

impl Settings {
    /// Settings for the two addresses; nobody is believed, the limits are the default ones.
    #[must_use]
    pub fn new(public_url: Url, check_url: Url) -> Self {
        Self {
            public_url,
            check_url,
            console_url: None,
            proxies: TrustedProxies::default(),
            client_certificate_by_proxy: false,
            limits: RateLimits::default(),
            contact: ContactLines::default(),
            printing: None,
            stop: None,
        }
    }
}

/// Which of the sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// Where certificates are claimed and fetched.
    Landing,
    /// Where they are proven.
    Check,
    /// Where operators work.
    Console,
}

impl SiteKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Landing => "landing",
            Self::Check => "check",
            Self::Console => "console",
        }
    }
}

/// A request's two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Who holds the other end of the connection: the client, or a proxy.
    pub peer: IpAddr,
    /// The client, as far as a believed proxy names it.
    pub client: IpAddr,
}
