//! What devices meet at the public addresses.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use openssl::x509::{X509, X509PurposeId};
use reqwest::header::HeaderMap;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::certificates::{is_local, server, system_trust};
use super::finding::Finding;
use super::handshake::{Shown, shake};
use crate::app::Materials;
use crate::config::{Configuration, Loaded};

/// What some devices say of themselves, and what each should meet at the landing site.
const DEVICES: [(&str, &str, Meets); 5] = [
    (
        "an iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
        Meets::Form,
    ),
    (
        "an Android phone",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        Meets::Form,
    ),
    (
        "a Windows PC",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        Meets::Form,
    ),
    (
        "a Mac",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
        Meets::Form,
    ),
    (
        "LINE on an iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/15.12.0",
        Meets::WayOut,
    ),
];

/// What a device should meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meets {
    /// The form.
    Form,
    /// A redirection that LINE takes for "open this outside".
    WayOut,
}

/// The most bytes of an answer that are read.
const LONGEST: usize = 1 << 20;
/// How far the clock may be off before devices notice.
const CLOCK_OFF: i64 = 60;

/// Asks both sites at their public addresses.
pub(super) async fn examine(
    settings: &Configuration,
    loaded: &Loaded,
    within: Duration,
    now: Timestamp,
) -> Vec<Finding> {
    let landing = &settings.http.public_url;
    let client = Client::builder()
        .timeout(within)
        .redirect(reqwest::redirect::Policy::none())
        // What the certificate is worth is judged by itself, so that the rest is told as well.
        .danger_accept_invalid_certs(true)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return vec![Finding::error("public", "client", error.to_string())],
    };
    let mut findings = Vec::new();
    match probe(&client, landing, DEVICES[0].1).await {
        Err(error) => {
            findings.push(silent("the landing site", landing, settings.http.listen, &error, within).await);
        }
        Ok(first) => {
            findings.extend(first.headers_found(landing, now));
            findings.extend(devices(&client, landing, &first).await);
            findings.push(ready(&client, landing).await);
        }
    }
    if landing.scheme() == "https" {
        findings.extend(tls("the landing site", landing, false, within, now).await.0);
    }
    findings.extend(check_site(settings, loaded, within, now).await);
    findings
}

/// An answer, as far as it is looked at.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: String,
}

pub(super) async fn probe(client: &Client, url: &Url, agent: &str) -> Result<Answer, reqwest::Error> {
    let mut response: Response = client.get(Url::clone(url)).header("user-agent", agent).send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            break;
        }
    }
    Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What is to be said of the headers, as they came through whatever stands in between.
    fn headers_found(&self, url: &Url, now: Timestamp) -> Vec<Finding> {
        let mut findings = Vec::new();
        let why = "a proxy in between removes it, or something else answers there";
        let needed = ["x-request-id", "content-security-policy", "x-content-type-options", "referrer-policy"];
        let mut missing: Vec<_> = needed.into_iter().filter(|name| self.header(name).is_none()).collect();
        if url.scheme() == "https" && !is_local(url) && self.header("strict-transport-security").is_none() {
            missing.push("strict-transport-security");
        }
        if missing.is_empty() {
            findings.push(Finding::ok("public", "headers", "the security headers come through"));
        } else {
            let lost =
                Finding::error("public", "headers", format!("{url} answers without {}", missing.join(", ")));
            findings.push(lost.why(why).remedy("let the proxy hand on Tegata's headers as they are"));
        }
        if !self.header("cache-control").is_some_and(|value| value.contains("no-store")) {
            let kept = Finding::error("public", "cache-control", format!("{url} may be kept in caches"));
            let kept = kept.why("one person's page could be shown to another");
            findings
                .push(kept.remedy("let the proxy hand on Cache-Control as it is, and keep nothing itself"));
        }
        if let Some(date) = self.header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) {
            let off = date.timestamp().duration_since(now).as_secs();
            findings.push(if off.abs() <= CLOCK_OFF {
                Finding::ok(
                    "clock",
                    "public-date",
                    "this machine and the public address agree about the time",
                )
            } else {
                let what = format!(
                    "the public address is {} s {} this machine",
                    off.abs(),
                    if off > 0 { "ahead of" } else { "behind" }
                );
                let apart = Finding::warning("clock", "public-date", what);
                apart.why("one of the two clocks is wrong").remedy("a time service on both")
            });
        }
        findings
    }

    fn page(&self) -> Option<&str> {
        self.body.split_once("data-page=\"")?.1.split('"').next()
    }
}

/// Whether each device meets what it should, and whether answers are Tegata's own and fresh.
async fn devices(client: &Client, url: &Url, first: &Answer) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut met = Vec::new();
    for (name, agent, meets) in DEVICES {
        let answer = match probe(client, url, agent).await {
            Ok(answer) => answer,
            Err(error) => {
                findings.push(Finding::error(
                    "public",
                    "device",
                    format!("{name} gets no answer: {}", told(&error)),
                ));
                continue;
            }
        };
        if answer.header("x-request-id").is_some()
            && answer.header("x-request-id") == first.header("x-request-id")
        {
            let same =
                Finding::error("public", "cached", format!("{url} answers two requests with one answer"));
            let same = same.why("something in between keeps pages, and shows one person's to another");
            findings.push(same.remedy("switch off caching for this host in the proxy"));
            return findings;
        }
        let well = match meets {
            Meets::Form => answer.status == StatusCode::OK && answer.page() == Some("number"),
            Meets::WayOut => answer.header("location").is_some_and(|to| to.contains("openExternalBrowser=1")),
        };
        if well {
            met.push(name);
        } else {
            let what = format!("{name} meets something else at {url} (status {})", answer.status.as_u16());
            let other = Finding::error("public", "device", what);
            findings.push(
                other
                    .why("something in between answers or redirects by itself")
                    .remedy("let the proxy hand every path on to http.listen, with the User-Agent as it is"),
            );
        }
    }
    if !met.is_empty() {
        findings.push(Finding::ok("public", "devices", format!("what they should meet: {}", met.join(", "))));
    }
    findings
}

async fn ready(client: &Client, url: &Url) -> Finding {
    let Ok(url) = url.join("readyz") else {
        return Finding::error("public", "ready", "no address for /readyz");
    };
    match probe(client, &url, "tegata-doctor").await {
        Ok(answer) if answer.status == StatusCode::OK => {
            Finding::ok("public", "ready", "the server says that it is ready")
        }
        Ok(answer) => {
            let not = Finding::error("public", "ready", format!("{url} answers {}", answer.status.as_u16()));
            not.why("the store behind it takes no changes").remedy("the server's log says what is wrong")
        }
        Err(error) => Finding::error("public", "ready", format!("{url} does not answer: {}", told(&error))),
    }
}

/// The innermost cause, which names what happened.
pub(super) fn told(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// Nobody answers at a public address: is the server down, or what stands before it?
async fn silent(
    site: &str,
    url: &Url,
    listen: SocketAddr,
    error: &dyn std::error::Error,
    within: Duration,
) -> Finding {
    let mut local = listen;
    if listen.ip().is_unspecified() {
        local.set_ip(if listen.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    let connected = tokio::time::timeout(within, tokio::net::TcpStream::connect(local)).await;
    let what = format!("{site} does not answer at {url}: {}", told(error));
    if matches!(connected, Ok(Ok(_))) {
        let between = Finding::error("public", "unreachable", what);
        let between =
            between.why(format!("something listens on {listen}, so that it is what stands before it"));
        between.remedy("look at the name's address, the proxy and the firewall")
    } else {
        let down = Finding::error("public", "down", what).why(format!("nothing listens on {listen} either"));
        down.remedy("start `tegata serve`")
    }
}

async fn resolve(url: &Url, within: Duration) -> Result<SocketAddr, String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let looked = tokio::time::timeout(within, tokio::net::lookup_host((host, port))).await;
    let mut found = looked
        .map_err(|_| "its name is not resolved in time".to_owned())?
        .map_err(|error| error.to_string())?;
    found.next().ok_or_else(|| "its name has no address".to_owned())
}

/// Shakes hands at a public address; findings, and what was shown.
async fn tls(
    site: &str,
    url: &Url,
    open: bool,
    within: Duration,
    now: Timestamp,
) -> (Vec<Finding>, Option<Shown>) {
    let host = url.host_str().unwrap_or_default().to_owned();
    let shaken = match resolve(url, within).await {
        Err(error) => Err(error),
        Ok(address) => {
            let shaken = tokio::task::spawn_blocking(move || shake(address, &host, open, within)).await;
            shaken.unwrap_or_else(|error| Err(error.to_string()))
        }
    };
    match shaken {
        Err(error) => {
            (vec![Finding::error("public", "tls", format!("no TLS with {site} at {url}: {error}"))], None)
        }
        Ok(shown) => {
            let place = format!("what {site} shows at {url}");
            let mut findings =
                server(&place, &shown.chain, url, system_trust(X509PurposeId::SSL_SERVER).as_ref(), now);
            for finding in &mut findings {
                finding.group = "public";
            }
            if matches!(shown.version, "TLSv1" | "TLSv1.1" | "SSLv3") {
                let old = Finding::error("public", "tls-version", format!("{site} speaks {}", shown.version));
                findings.push(old.why("browsers refuse it").remedy("TLS 1.2 and 1.3 in the proxy"));
            }
            (findings, Some(shown))
        }
    }
}

/// The check site: does it ask for our certificates, and only for them?
async fn check_site(
    settings: &Configuration,
    loaded: &Loaded,
    within: Duration,
    now: Timestamp,
) -> Vec<Finding> {
    let url = &settings.check.public_url;
    if let Err(error) = reachable(url, within).await {
        return vec![silent("the check site", url, settings.check.listen, &error, within).await];
    }
    let (mut findings, shown) = tls("the check site", url, true, within, now).await;
    let Some(shown) = shown else { return findings };
    let path = &settings.issuer.certificate;
    let issuer = std::fs::read(path).ok().and_then(|pem| X509::from_pem(&pem).ok());
    let issuer = issuer.and_then(|issuer| issuer.subject_name().to_der().ok());
    let named =
        Materials::new(settings, loaded).issuer_description().map(|issuer| issuer.name).unwrap_or_default();
    let remedy =
        "let TLS pass through to check.listen untouched, or see \"Behind a proxy\" in docs/operations.md";
    findings.push(match (&shown.asked, issuer) {
        (None, _) => {
            let silent = Finding::error("public", "asks", format!("{url} asks for no client certificate"));
            silent.why("no installation can be proven").remedy(remedy)
        }
        (Some(asked), _) if asked.is_empty() => {
            let all = Finding::warning(
                "public",
                "asks",
                format!("{url} asks for a certificate of whatever issuer"),
            );
            all.why("devices offer all certificates that they have, and people choose a wrong one")
                .remedy(remedy)
        }
        (Some(asked), Some(issuer)) if !asked.contains(&issuer) => {
            let other =
                Finding::error("public", "asks", format!("{url} does not ask for certificates of {named}"));
            other.why("iPhones offer only certificates whose issuer is asked for").remedy(remedy)
        }
        _ => Finding::ok("public", "asks", format!("{url} asks for certificates of {named}")),
    });
    findings
}

async fn reachable(url: &Url, within: Duration) -> Result<(), std::io::Error> {
    let address = resolve(url, within).await.map_err(std::io::Error::other)?;
    let connected = tokio::time::timeout(within, tokio::net::TcpStream::connect(address)).await;
    connected.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))?.map(drop)
}
