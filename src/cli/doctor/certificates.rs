//! Certificates on disk, judged as devices judge them.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{GeneralNameRef, X509, X509PurposeId, X509Ref, X509StoreContext};
use url::{Host, Url};

use super::finding::Finding;
use crate::config::Configuration;
use crate::pki::validity::validity;

/// From when on a server certificate should have been renewed: ACME clients do it 30 days before the end.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What is to be said of the signer's and the servers' certificates.
pub(super) fn examine(settings: &Configuration, now: Timestamp) -> Vec<Finding> {
    let trust = system_trust(X509PurposeId::SSL_SERVER);
    let mut findings = Vec::new();
    if let Some(chain) = read(&settings.signer.certificate) {
        findings.push(signer(&chain, system_trust(X509PurposeId::ANY).as_ref()));
    }
    if let Some(path) = &settings.http.certificate
        && let Some(chain) = read(path)
    {
        findings.extend(server("http.certificate", &chain, &settings.http.public_url, trust.as_ref(), now));
    }
    if !settings.check.behind_proxy
        && let Some(chain) = read(&settings.check.certificate)
    {
        findings.extend(server("check.certificate", &chain, &settings.check.public_url, trust.as_ref(), now));
    }
    findings
}

/// A certificate with those behind it; what cannot be read was told before.
fn read(path: &Path) -> Option<Vec<X509>> {
    let chain = X509::stack_from_pem(&std::fs::read(path).ok()?).ok()?;
    (!chain.is_empty()).then_some(chain)
}

/// The roots that this system trusts, for certificates of some purpose; devices trust nearly the same. Dates are judged apart.
pub(super) fn system_trust(purpose: X509PurposeId) -> Option<X509Store> {
    let mut builder = X509StoreBuilder::new().ok()?;
    let file = openssl_probe::probe().cert_file?;
    let roots = X509::stack_from_pem(&std::fs::read(file).ok()?).ok()?;
    for root in roots {
        builder.add_cert(root).ok()?;
    }
    let mut parameters = X509VerifyParam::new().ok()?;
    parameters.set_purpose(purpose).ok()?;
    parameters.set_flags(X509VerifyFlags::NO_CHECK_TIME).ok()?;
    builder.set_param(&parameters).ok()?;
    Some(builder.build())
}

/// Whether the first of `chain` leads to a root of `trust`, whatever its dates are; `None` where that cannot be known.
pub(super) fn leads_to_trust(chain: &[X509], trust: Option<&X509Store>) -> Option<bool> {
    let [leaf, above @ ..] = chain else { return None };
    let mut others = Stack::new().ok()?;
    for certificate in above {
        others.push(certificate.clone()).ok()?;
    }
    let mut context = X509StoreContext::new().ok()?;
    let verified = context.init(trust?, leaf, &others, openssl::x509::X509StoreContextRef::verify_cert);
    // What OpenSSL's queue still holds must not be taken for the error of a later call.
    drop(openssl::error::ErrorStack::get());
    verified.ok()
}

fn signer(chain: &[X509], trust: Option<&X509Store>) -> Finding {
    match leads_to_trust(chain, trust) {
        Some(true) => Finding::ok("signer", "verified", "an iPhone calls the profiles verified"),
        Some(false) => {
            let unknown = Finding::warning("signer", "verified", "an iPhone calls the profiles not verified");
            let unknown = unknown
                .why("the signer leads to no root that the system trusts, or its chain is not in the file");
            unknown.remedy(
                "the landing site's public certificate with its chain, at signer.certificate and signer.key",
            )
        }
        None => {
            let unknown =
                Finding::warning("signer", "verified", "whether profiles are called verified is not known");
            unknown.remedy("install ca-certificates, so that there are roots to compare with")
        }
    }
}

/// Whether a certificate is for the host of `url`.
pub(super) fn is_for(certificate: &X509Ref, url: &Url) -> bool {
    let names = certificate.subject_alt_names();
    let names = || names.iter().flatten();
    let address = |octets: &[u8]| names().any(|name| name.ipaddress() == Some(octets));
    match url.host() {
        Some(Host::Domain(host)) => {
            names().filter_map(GeneralNameRef::dnsname).any(|name| covers(name, host))
        }
        Some(Host::Ipv4(ip)) => address(&ip.octets()),
        Some(Host::Ipv6(ip)) => address(&ip.octets()),
        None => false,
    }
}

/// RFC 9525 section 6.3: a `*` stands for one whole label at the left.
fn covers(name: &str, host: &str) -> bool {
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    match name.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(_, above)| above == rest),
        None => name == host,
    }
}

/// Whether `url` is for this machine alone, where no public certificate can be had.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// What is to be said of a server's certificate, by the name of its setting or of its place.
pub(super) fn server(
    place: &str,
    chain: &[X509],
    url: &Url,
    trust: Option<&X509Store>,
    now: Timestamp,
) -> Vec<Finding> {
    let Some(leaf) = chain.first() else { return Vec::new() };
    let mut findings = Vec::new();
    let host = url.host_str().unwrap_or_default();
    let why = "browsers warn, and people turn back";
    if !is_for(leaf, url) {
        let other = Finding::error("servers", "name", format!("{place} is not for {host}")).why(why);
        findings.push(other.remedy(format!("a certificate for {host}")));
    }
    if let Ok((from, until)) = validity(leaf) {
        let day = until.strftime("%Y-%m-%d %H:%M UTC");
        if now > until {
            let over = Finding::error("servers", "expired", format!("{place} ended on {day}")).why(why);
            findings.push(over.remedy("renew it; it is read without a restart"));
        } else if now < from {
            let early = format!("{place} is valid from {} on only", from.strftime("%Y-%m-%d %H:%M UTC"));
            findings
                .push(Finding::error("servers", "not-yet", early).why(why).remedy("a clock that is right"));
        } else if until.duration_since(now) < SOON {
            let soon = Finding::warning("servers", "expires-soon", format!("{place} ends on {day}"));
            findings.push(soon.remedy("see why it was not renewed; it is read without a restart"));
        }
    }
    match leads_to_trust(chain, trust) {
        Some(false) if is_local(url) => {
            findings.push(Finding::ok(
                "servers",
                "self-made",
                format!("{place} is self-made, as it must be for {host}"),
            ));
        }
        Some(false) => {
            let own = format!("{place} leads to no root that devices trust, behind the public address {url}");
            let own = Finding::error("servers", "self-made", own).why(why);
            findings.push(own.remedy("a certificate of a public CA, with its chain in the same file"));
        }
        _ => {}
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            "servers",
            "server",
            format!("{place} is for {host}, and devices trust it"),
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_one_label() {
        assert!(covers("*.Example.jp", "cert.example.jp") && covers("cert.example.jp", "CERT.example.jp"));
        assert!(!covers("*.example.jp", "a.b.example.jp") && !covers("*.example.jp", "example.jp"));
    }
}
