//! What must hold between settings.

mod redis;

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
    problems.extend(locks(settings, loaded));
    problems.extend(redis::problems(settings, loaded));
    problems.extend(metrics(settings, loaded));
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
    let both = |ip: std::net::IpAddr| ip.is_unspecified();
    let overlap = http.listen.ip() == check.listen.ip() || both(http.listen.ip()) || both(check.listen.ip());
    if http.listen.port() != 0 && http.listen.port() == check.listen.port() && overlap {
        let same = format!("the landing site listens on port {} too (http.listen)", http.listen.port());
        let problem = Problem::error(loaded.place("check.listen"), "check.listen", same);
        problems.push(problem.with_value(check.listen.shown()).right("another port"));
    }
    problems
}

fn landing_tls(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let http = &settings.http;
    let half = |present: &str, missing: &str| {
        let what = format!("it is set, but {missing} is not");
        vec![Problem::error(loaded.place(present), present, what).right("both, or none of the two")]
    };
    match (&http.certificate, &http.key) {
        (Some(_), None) => half("http.certificate", "http.key"),
        (None, Some(_)) => half("http.key", "http.certificate"),
        (None, None)
            if http.public_url.scheme() == "https"
                && settings.proxies.trusted.is_empty()
                && !http.listen.ip().is_loopback() =>
        {
            let what =
                "it is open to the network without TLS (neither http.certificate nor proxies.trusted is set)";
            let problem = Problem::warning(loaded.place("http.listen"), "http.listen", what);
            let right = "http.certificate and http.key, or the proxy's address in proxies.trusted";
            vec![problem.with_value(http.listen.shown()).right(right)]
        }
        _ => Vec::new(),
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
    let sites = [("http.listen", settings.http.listen), ("check.listen", settings.check.listen)];
    let (other, _) =
        sites.into_iter().find(|(_, site)| listen.port() != 0 && site.port() == listen.port())?;
    let what = format!("it is the port of {other}; the metrics are not for those who visit a site");
    let problem = Problem::error(loaded.place(key), key, what);
    Some(problem.with_value(listen.shown()).right("a port of its own"))
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
