//! Where the demonstration stands: this machine alone, or its network.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use url::{Host, Url};

use crate::app::{AppError, Listeners};
use crate::cli::failure::{Exit, Failure};

/// The sites, as people reach them.
#[derive(Debug)]
pub(super) struct Sites {
    pub(super) landing: Url,
    pub(super) check: Url,
    pub(super) console: Url,
}

/// Under which name or address the two sites are.
#[derive(Debug)]
pub(super) struct Place {
    host: Host<String>,
    is_open: bool,
}

impl Place {
    /// `localhost`, or this machine's own name or address in the network.
    pub(super) fn of(host: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = host else {
            return Ok(Self { host: Host::Domain("localhost".to_owned()), is_open: false });
        };
        let parsed = match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => Host::Ipv4(address),
            Ok(IpAddr::V6(address)) => Host::Ipv6(address),
            Err(_) => Host::parse(text).map_err(|error| {
                let message = format!("--host {text:?} is no host name and no address: {error}");
                Failure::new(Exit::Usage, "usage", message)
                    .hint("such as 192.168.1.10, without http:// and without a port")
            })?,
        };
        if matches!(parsed, Host::Ipv4(Ipv4Addr::UNSPECIFIED)) {
            let failure = Failure::new(Exit::Usage, "usage", "a phone cannot open 0.0.0.0");
            return Err(
                failure.hint("--host takes this machine's address in the network, such as 192.168.1.10")
            );
        }
        Ok(Self { host: parsed, is_open: true })
    }

    /// Binds the ports. The console is for this machine alone: passkeys need TLS or `localhost`.
    pub(super) fn bind(&self, port: u16, check_port: u16, console_port: u16) -> Result<Listeners, Failure> {
        for (one, other, names) in [
            (port, check_port, "--port and --check-port"),
            (port, console_port, "--port and --console-port"),
            (check_port, console_port, "--check-port and --console-port"),
        ] {
            if one == other && one != 0 {
                let message = format!("{names} are the same; every site needs a port of its own");
                return Err(Failure::new(Exit::Usage, "usage", message));
            }
        }
        let ip = match (&self.host, self.is_open) {
            // This machine alone: nothing is opened to the network for it.
            (Host::Ipv4(own), _) if *own == Ipv4Addr::LOCALHOST => IpAddr::V4(*own),
            (Host::Ipv6(own), _) if *own == Ipv6Addr::LOCALHOST => IpAddr::V6(*own),
            (Host::Ipv6(_), _) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            (_, true) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            (_, false) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let console = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), console_port);
        let bound = Listeners::bind(SocketAddr::new(ip, port), SocketAddr::new(ip, check_port))
            .and_then(|bound| bound.with_console(Some(console)));
        bound.map_err(|error| {
            let hint = match &error {
                AppError::Listen { site: "the landing site", .. } => {
                    "choose another port with --port; 0 picks a free one"
                }
                AppError::Listen { site: "the check site", .. } => {
                    "choose another port with --check-port; 0 picks a free one"
                }
                _ => "choose another port with --console-port; 0 picks a free one",
            };
            Failure::from(error).hint(hint)
        })
    }

    /// The addresses of the sites on bound ports.
    pub(super) fn sites(&self, listeners: &Listeners) -> Result<Sites, Failure> {
        let (landing, check) = listeners.addresses()?;
        let console = listeners.console_address()?.map_or(0, |address| address.port());
        let own = |scheme, port| url(&format!("{scheme}://{}:{port}", self.host));
        Ok(Sites {
            landing: own("http", landing.port())?,
            check: own("https", check.port())?,
            console: url(&format!("http://localhost:{console}"))?,
        })
    }

    /// The names that the server certificate needs.
    pub(super) fn names(&self) -> Vec<String> {
        let own = match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let mut names = vec![own];
        for local in ["localhost", "127.0.0.1", "::1"] {
            if !names.iter().any(|name| name == local) {
                names.push(local.to_owned());
            }
        }
        names
    }

    /// What else there is to know.
    pub(super) fn advice(&self, offer: &str) -> String {
        let mut text = String::new();
        if !self.is_open {
            text += "Only this machine reaches these addresses.";
            if let Some(address) = network_address() {
                let _ = write!(text, " For a phone on the same network: tegata demo --host {address}");
            }
            text.push('\n');
        }
        text += "The browser will warn before the check page: its certificate comes from the demo's own root. Go on \
                 (\"Show details\", \"Advanced\").\n";
        if self.is_open && offer == "anchored" {
            text += "On an iPhone the root can be switched on after the installation: Settings, General, About, \
                     Certificate Trust Settings.\n";
        } else if self.is_open {
            text += "With --offer anchored an iPhone also gets the root, and can trust it: Settings, General, About, \
                     Certificate Trust Settings.\n";
        }
        text
    }
}

fn url(text: &str) -> Result<Url, Failure> {
    text.parse().map_err(|error| Failure::new(Exit::Failed, "internal", format!("{text}: {error}")))
}

/// This machine's address in its network. A UDP socket is told a destination (one for documentation, RFC 5737) and asked
/// which address it would use; nothing is sent.
fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}
