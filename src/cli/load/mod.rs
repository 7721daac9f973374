//! `tegata load`.

mod page;
mod phone;
mod report;

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::Session;
use super::failure::{Exit, Failure};
use crate::enrollment::{Carrier, Invite, SubscriberInvite};
use phone::{Habits, Phone};
use report::Tally;

/// The most phones of one run.
const MOST_PHONES: usize = 100_000;
/// The most at the same time.
const MOST_AT_ONCE: usize = 2_000;

/// Send simulated phones to a Tegata of yours: they open, claim, download, unpack and prove
///
/// Some of them behave as people and their programs do: they mistype the secret, break a download off, fetch twice, send the form
/// twice, and have previewers look first. Prints what each step took, and everything that must not be: two certificates for
/// one invitation, bytes that differ, a look that used something up, a server that fails. Exits with 1 when such a thing was seen.
///
/// Each invitation is used up. The phones have addresses of 198.18.0.0/15 (RFC 2544) in X-Forwarded-For; where the target trusts
/// this machine as a proxy (proxies.trusted), its limits count each phone by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata load http://localhost:8080 --make 100
  tegata load http://localhost:8080 --invitations invitations.jsonl --at-once 20
  tegata load https://cert.example.jp --yes-i-own cert.example.jp --invitations invitations.jsonl")]
pub(super) struct Arguments {
    /// The landing site; nothing but this machine, unless --yes-i-own names its host
    #[arg(value_name = "URL")]
    target: Url,
    /// A file with invitations, a line each as `tegata invite --json` prints them
    #[arg(long, value_name = "FILE", required_unless_present = "make")]
    invitations: Option<PathBuf>,
    /// Invite so many people oneself, in the installation of the configuration
    #[arg(long, value_name = "COUNT", conflicts_with = "invitations")]
    make: Option<usize>,
    /// The offer of the invitations that are made
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    offer: String,
    /// How many phones are at work at the same time, up to 2,000
    #[arg(long, value_name = "COUNT", default_value = "10")]
    at_once: usize,
    /// Begin no phone after so many seconds, up to a day
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    within: u64,
    /// How long a person thinks before each step, in milliseconds at most; the half of it at least
    #[arg(long, value_name = "MILLISECONDS", default_value = "0", value_parser = clap::value_parser!(u64).range(..=600_000))]
    think: u64,
    /// How many of a hundred break the first download off
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = clap::value_parser!(u8).range(..=100))]
    abort: u8,
    /// How many of a hundred fetch the file twice
    #[arg(long, value_name = "PERCENT", default_value = "10", value_parser = clap::value_parser!(u8).range(..=100))]
    twice: u8,
    /// How many of a hundred send the form twice
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = clap::value_parser!(u8).range(..=100))]
    again: u8,
    /// How many of a hundred links a previewer looks at first
    #[arg(long, value_name = "PERCENT", default_value = "20", value_parser = clap::value_parser!(u8).range(..=100))]
    previews: u8,
    /// How many of a hundred mistype the secret once
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = clap::value_parser!(u8).range(..=100))]
    wrong: u8,
    /// Prove each certificate at the check site of this address
    #[arg(long, value_name = "URL")]
    check: Option<Url>,
    /// PEM file with the roots that the target's certificates are judged by, in place of those of the system
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    /// The host of the target and of the check site, where they are not this machine
    #[arg(long = "yes-i-own", value_name = "HOST")]
    owned: Vec<String>,
    #[arg(long, help = "Print JSON: ok, phones, installed, seconds, per_second, steps, broken")]
    pub(super) json: bool,
}

/// What a phone needs of an invitation.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Invited {
    /// The link.
    link: String,
    /// The secret.
    #[serde(deserialize_with = "kept")]
    secret: Zeroizing<String>,
    /// The bundle password, where it travels separately.
    #[serde(default, deserialize_with = "kept_if_there")]
    bundle_password: Option<Zeroizing<String>>,
}

fn kept<'de, D: Deserializer<'de>>(text: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(text).map(Zeroizing::new)
}

fn kept_if_there<'de, D: Deserializer<'de>>(text: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(text)?.map(Zeroizing::new))
}

impl Invited {
    /// The link's code, of which the target may have another address than the link says.
    fn code(&self) -> &str {
        self.link.rsplit('/').next().unwrap_or_default()
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    for url in std::iter::once(&arguments.target).chain(&arguments.check) {
        allowed(url, &arguments.owned)?;
    }
    let usage = |what: String| Failure::new(Exit::Usage, "usage", what);
    if !(1..=MOST_AT_ONCE).contains(&arguments.at_once) {
        return Err(usage(format!("--at-once is 1 to {MOST_AT_ONCE}, not {}", arguments.at_once)));
    }
    let invited = match (&arguments.invitations, arguments.make) {
        (Some(file), _) => read(file)?,
        (None, Some(count)) if (1..=MOST_PHONES).contains(&count) => make(session, arguments, count)?,
        (None, count) => {
            return Err(usage(format!("--make is 1 to {MOST_PHONES}, not {}", count.unwrap_or_default())));
        }
    };
    let root = match &arguments.root {
        None => None,
        Some(path) => Some(std::fs::read(path).map_err(|error| Failure::file(path, "read", &error))?),
    };
    let habits = Habits {
        target: arguments.target.clone(),
        check: arguments.check.clone(),
        root,
        think: Duration::from_millis(arguments.think),
        abort: arguments.abort,
        twice: arguments.twice,
        again: arguments.again,
        previews: arguments.previews,
        wrong: arguments.wrong,
    };
    let (tally, took) = session.block_on(send(session, arguments, habits, invited))??;
    let report = tally.report(took);
    session.output.result(&report.text(), &report)?;
    match report.broken.len() {
        0 if report.ok => Ok(()),
        0 => Err(Failure::new(Exit::Failed, "load", "not every phone was installed")),
        _ => Err(Failure::new(Exit::Failed, "load", "something happened that must not")),
    }
}

/// Whether this machine may be sent phones to: it is this one, or its owner said so by its name.
fn allowed(url: &Url, owned: &[String]) -> Result<(), Failure> {
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::new(Exit::Usage, "usage", format!("{url} is no address of a site")));
    }
    if local || owned.iter().any(|owned| owned.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    let message = format!("{host} is not this machine");
    let hint = format!("where it is yours, and nobody else uses it: --yes-i-own {host}");
    Err(Failure::new(Exit::Usage, "not-yours", message).hint(hint))
}

fn read(file: &Path) -> Result<Vec<Invited>, Failure> {
    let failed = |error: &std::io::Error| Failure::file(file, "read", error);
    let lines = std::io::BufReader::new(std::fs::File::open(file).map_err(|error| failed(&error))?).lines();
    let mut invited = Vec::new();
    for (number, line) in lines.enumerate() {
        let line = Zeroizing::new(line.map_err(|error| failed(&error))?);
        if line.trim().is_empty() {
            continue;
        }
        invited.push(serde_json::from_str(&line).map_err(|error| {
            let at = format!("{}:{}: no invitation: {error}", file.display(), number + 1);
            Failure::new(Exit::Failed, "json", at).hint("a line each, as `tegata invite --json` prints them")
        })?);
        if invited.len() > MOST_PHONES {
            let many = format!("{} has more than {MOST_PHONES} invitations", file.display());
            return Err(Failure::new(Exit::Usage, "usage", many));
        }
    }
    Ok(invited)
}

fn make(session: &Session, arguments: &Arguments, count: usize) -> Result<Vec<Invited>, Failure> {
    let office = session.office()?;
    let progress = session.progress("inviting");
    session.block_on(async {
        let mut invited = Vec::with_capacity(count);
        for number in 0..count {
            let invite = Invite {
                subscriber: SubscriberInvite {
                    id: None,
                    name: format!("Load {number}"),
                    kana: None,
                    email: Some(format!("load-{number}@example.jp")),
                },
                facility: None,
                offer: arguments.offer.clone(),
                platforms: Vec::new(),
                note: Some("tegata load".to_owned()),
                carrier: Carrier::Message,
            };
            let issued = office.authority.invite(&office.caller, invite).await?;
            progress.at(number as u64 + 1, count as u64);
            invited.push(Invited {
                link: issued.link.to_string(),
                secret: Zeroizing::new(issued.secret.grouped().to_string()),
                bundle_password: issued
                    .separate_password
                    .as_ref()
                    .map(|password| Zeroizing::new(password.to_string())),
            });
        }
        Ok(invited)
    })?
}

/// Sends the phones, a few at a time; says what they met, and how long it took.
async fn send(
    session: &Session,
    arguments: &Arguments,
    habits: Habits,
    invited: Vec<Invited>,
) -> Result<(Tally, Duration), Failure> {
    let total = invited.len() as u64;
    let habits = Arc::new(habits);
    let clients = habits.clients().map_err(|error| Failure::new(Exit::Failed, "tls", error))?;
    let (places, tally) = (Arc::new(Semaphore::new(arguments.at_once)), Tally::default());
    let begun = Instant::now();
    let ends = begun + Duration::from_secs(arguments.within);
    let progress = session.progress("phones");
    let mut phones = tokio::task::JoinSet::new();
    for (number, invited) in invited.into_iter().enumerate() {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        if Instant::now() > ends {
            break;
        }
        let phone = Phone::new(number, Arc::clone(&habits), clients.clone(), tally.clone());
        phones.spawn(async move {
            phone.live(&invited).await;
            drop(place);
        });
        while phones.try_join_next().is_some() {}
        progress.at(tally.ended(), total);
    }
    while phones.join_next().await.is_some() {
        progress.at(tally.ended(), total);
    }
    tally.left_out(total);
    Ok((tally, begun.elapsed()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn nobody_elses_machine_is_a_target() {
        let allowed = |url: &str, owned: &[&str]| {
            let owned: Vec<_> = owned.iter().map(|host| (*host).to_owned()).collect();
            url.parse().is_ok_and(|url| super::allowed(&url, &owned).is_ok())
        };
        for url in ["http://localhost:1/", "http://127.9.9.9", "https://[::1]:8443", "http://a.localhost"] {
            assert!(allowed(url, &[]), "{url}");
        }
        for url in
            ["http://192.168.0.1", "https://cert.example.jp", "http://localhost.example.jp", "file:///x"]
        {
            assert!(!allowed(url, &["example.jp"]), "{url}");
        }
        assert!(allowed("https://Cert.example.jp/", &["cert.EXAMPLE.jp"]));
    }
}
