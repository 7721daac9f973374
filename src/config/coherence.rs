//! What must hold between settings.

mod console;
mod mail;
mod redis;

use std::net::SocketAddr;

use url::{Host, Url};

use super::duration::spell;
use super::problem::Problem;
use super::value::Value as _;
use super::{Configuration, Loaded};

/// Everything that does not fit together.
pub(super) fn problems(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(public_url(&settings.http.public_url, "http.public_url", loaded));
    problems.extend(public_url(&settings.check.public_url, "check.public_url", loaded));
    problems.extend(two_sites(settings, loaded));
    problems.extend(landing_tls(settings, loaded));
    problems.extend(check_tls(settings, loaded));
    problems.extend(console::problems(settings, loaded));
    problems.extend(locks(settings, loaded));
    problems.extend(redis::problems(settings, loaded));
    problems.extend(metrics(settings, loaded));
    problems.extend(telemetry(settings, loaded));
    problems.extend(mail::problems(settings, loaded));
    problems
}

/// Whether `url` leads to this machine only.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn public_url(url: &Url, key: &str, loaded: &Loaded) -> Vec<Problem> {
    let problem = |what: &str| Problem::error(loaded.place(key), key, what).with_value(url.shown());
    let mut problems = Vec::new();
    if url.scheme() != "https" && !is_local(url) {
        let plain = problem("secrets and keys would travel unencrypted");
        problems.push(plain.right("an address that begins with https:// (http:// is for localhost only)"));
    }
    if url.path() != "/" || url.query().is_some() {
        let deep = problem("the site stands at the top of its host, and a QR code takes no query");
        problems.push(deep.right(format!(
            "only scheme, host and port, such as \"{}\"",
            url.origin().ascii_serialization()
        )));
    }
    problems
}

fn two_sites(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let (http, check) = (&settings.http, &settings.check);
    let mut problems = Vec::new();
    if http.public_url.origin() == check.public_url.origin() {
        let same = "it is the landing site's address; a browser would ask everybody for a certificate there";
        let problem = Problem::error(loaded.place("check.public_url"), "check.public_url", same);
        problems.push(problem.with_value(check.public_url.shown()).right("another host, or another port"));
    }
    if meet(http.listen, check.listen) {
        let same = format!("the landing site listens on port {} too (http.listen)", http.listen.port());
        let problem = Problem::error(loaded.place("check.listen"), "check.listen", same);
        problems.push(problem.with_value(check.listen.shown()).right("another port"));
    }
    problems
}

/// Whether two listeners would be in each other's way.
fn meet(one: SocketAddr, other: SocketAddr) -> bool {
    let all = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (all || one.ip() == other.ip())
}

fn landing_tls(settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
    let http = &settings.http;
    let open = Open {
        section: "http",
        listen: http.listen,
        public_url: &http.public_url,
        certificate: http.certificate.is_some(),
        key: http.key.is_some(),
    };
    open.problem(settings, loaded)
}

/// A site that speaks TLS by itself, or leaves that to a proxy.
struct Open<'a> {
    section: &'static str,
    listen: SocketAddr,
    public_url: &'a Url,
    certificate: bool,
    key: bool,
}

impl Open<'_> {
    fn problem(&self, settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
        let key = |name: &str| format!("{}.{name}", self.section);
        let half = |present: &str, missing: &str| {
            let (present, missing) = (key(present), key(missing));
            let what = format!("it is set, but {missing} is not");
            Some(Problem::error(loaded.place(&present), &present, what).right("both, or none of the two"))
        };
        match (self.certificate, self.key) {
            (true, false) => half("certificate", "key"),
            (false, true) => half("key", "certificate"),
            (false, false)
                if self.public_url.scheme() == "https"
                    && settings.proxies.trusted.is_empty()
                    && !self.listen.ip().is_loopback() =>
            {
                let (listen, certificate) = (key("listen"), key("certificate"));
                let what = format!(
                    "it is open to the network without TLS (neither {certificate} nor proxies.trusted is set)"
                );
                let right =
                    format!("{certificate} and {}, or the proxy's address in proxies.trusted", key("key"));
                let problem = Problem::warning(loaded.place(&listen), &listen, what);
                Some(problem.with_value(self.listen.shown()).right(right))
            }
            _ => None,
        }
    }
}

fn check_tls(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let check = &settings.check;
    if check.behind_proxy {
        if settings.proxies.trusted.is_empty() {
            let what = "no proxy is trusted, so that nobody's certificate would ever be seen";
            let problem = Problem::error(loaded.place("check.behind_proxy"), "check.behind_proxy", what);
            return vec![problem.with_value("true").right("the proxy's address in proxies.trusted")];
        }
        return Vec::new();
    }
    if check.public_url.scheme() != "https" {
        let what = "the check site needs TLS: without it no certificate can be shown";
        let problem = Problem::error(loaded.place("check.public_url"), "check.public_url", what);
        return vec![problem.with_value(check.public_url.shown()).right("https://")];
    }
    Vec::new()
}

/// The metrics' port is one of its own.
fn metrics(settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
    let (key, listen) = ("metrics.listen", settings.metrics.listen?);
    let console = settings.console.public_url.as_ref().map(|_| settings.console.listen);
    let sites = [
        ("http.listen", Some(settings.http.listen)),
        ("check.listen", Some(settings.check.listen)),
        ("console.listen", console),
    ];
    let mut sites = sites.into_iter().filter_map(|(key, site)| Some((key, site?)));
    let (other, _) = sites.find(|(_, site)| listen.port() != 0 && site.port() == listen.port())?;
    let what = format!("it is the port of {other}; the metrics are not for those who visit a site");
    let problem = Problem::error(loaded.place(key), key, what);
    Some(problem.with_value(listen.shown()).right("a port of its own"))
}

/// What tells the collector who sends is a secret.
fn telemetry(settings: &Configuration, loaded: &Loaded) -> Option<Problem> {
    let telemetry = &settings.telemetry;
    let key = "telemetry.otlp_headers_file";
    telemetry.otlp_headers_file.as_ref()?;
    match &telemetry.otlp_endpoint {
        None => {
            let what = "it has no effect, since no traces are sent without telemetry.otlp_endpoint";
            Some(Problem::warning(loaded.place(key), key, what).right("telemetry.otlp_endpoint, or nothing"))
        }
        Some(endpoint) if endpoint.scheme() != "https" && !is_local(endpoint) => {
            let what = "what it holds travels unencrypted to telemetry.otlp_endpoint";
            let right = "an endpoint that begins with https://, or a network that nobody else is on";
            Some(Problem::warning(loaded.place(key), key, what).right(right))
        }
        Some(_) => None,
    }
}

fn locks(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let claim = &settings.claim;
    if claim.longest_lock >= claim.lock {
        return Vec::new();
    }
    let what = format!("it is shorter than the first lock, claim.lock = {}", spell(claim.lock));
    let problem = Problem::error(loaded.place("claim.longest_lock"), "claim.longest_lock", what);
    vec![problem.with_value(claim.longest_lock.shown()).right("at least as long as claim.lock")]
}
