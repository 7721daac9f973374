//! `tegata demo`.

mod live;
mod place;

use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;
use url::Url;

use super::Session;
use super::failure::{Exit, Failure};
use super::handover::readable_link;
use super::qr::{Ink, Picture};
use super::serve::Signals;
use super::style::{faint, good, strong};
use super::table::lines;
use crate::app::{CONFIGURATION, Listeners, Means, Plan, Service, initialise, start_log};
use crate::config::{Environment, LogFormat, LogLevel, LogSettings, load};
use crate::directory::{Contact, Organization};
use crate::enrollment::{Actor, Caller, Carrier, Invite, IssuedInvitation, SubscriberInvite};
use crate::pki::KeyType;
use live::Live;
use place::{Place, Sites};

/// See everything at work on this machine; nothing is kept
///
/// Makes a root, an issuing CA, a profile signer and a server certificate in a temporary directory, invites a person, prints
/// the link, the number, the secret and the QR code, serves both sites, and shows live what happens to that enrollment.
/// Ctrl-C ends it and removes the directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata demo
  tegata demo --host 192.168.1.10
      for a real phone on the same network; this machine's address, not the phone's
  tegata demo --host 192.168.1.10 --offer anchored
      the phone also gets the demo's root, to be trusted under Certificate Trust Settings
  tegata demo --port 0 --check-port 0 --console-port 0 --json")]
pub(super) struct Arguments {
    /// This machine's name or address in the network, for real phones: it stands in the links, and both sites listen on all
    /// interfaces
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// The landing site's port; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// The check site's port; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 8443)]
    check_port: u16,
    /// The operators' console's port, on this machine alone; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 8082)]
    console_port: u16,
    /// What is handed out: minimal, wifi or anchored
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    offer: String,
    /// The person who is invited
    #[arg(long, value_name = "NAME", default_value = "Hanako Yamada")]
    subscriber: String,
    #[arg(
        long,
        help = "Print JSON, one object a line: the event \"ready\" with enrollment, link, number, secret, expires_at, \
                link_expires_at, landing, check, console, root, directory; then what happens"
    )]
    pub(super) json: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    start_log(&LogSettings { format: LogFormat::Text, level: LogLevel::Error });
    session.block_on(demonstrate(session, arguments))?
}

async fn demonstrate(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    // Before anything is on disk, so that a signal in between leaves nothing there.
    let mut signals = Signals::new()?;
    let place = Place::of(arguments.host.as_deref())?;
    let listeners = place.bind(arguments.port, arguments.check_port, arguments.console_port)?;
    let sites = place.sites(&listeners)?;
    let directory = tempfile::Builder::new().prefix("tegata-demo-").tempdir();
    let directory = directory.map_err(|error| Failure::file(&std::env::temp_dir(), "written", &error))?;
    let progress = session.progress("making keys and certificates");
    let (mut service, join) = Box::pin(start(session, &place, &sites, listeners, directory.path())).await?;
    // The way into the console: whoever opens it makes a passkey and is its administrator.
    let sites = Sites { console: join.unwrap_or(sites.console), ..sites };
    let mut live = Live::of(&service.authority, session.output);
    let issued = invite(arguments, &service).await?;
    drop(progress);
    live.follow(issued.enrollment.clone());
    if session.output.json {
        live.ready(&issued, &sites, directory.path())?;
    } else {
        session.output.print(&welcome(session, arguments, &place, &sites, &issued, directory.path())?)?;
    }
    let ended = loop {
        tokio::select! {
            _ = signals.next() => break Ok(()),
            error = service.ended() => break Err(Failure::from(error)),
            shown = live.next() => shown?,
        }
    };
    service.stop(false).await;
    removed(session, directory)?;
    ended
}

async fn start(
    session: &Session,
    place: &Place,
    sites: &Sites,
    listeners: Listeners,
    directory: &Path,
) -> Result<(Service, Option<Url>), Failure> {
    let plan = Plan {
        directory: directory.to_owned(),
        public_url: sites.landing.clone(),
        check_url: sites.check.clone(),
        console_url: Some(sites.console.clone()),
        server_names: place.names(),
        organization: Organization::new(
            "demo".parse().map_err(internal)?,
            "Tegata Demo".to_owned(),
            Contact { name: Some("Demo desk".to_owned()), ..Contact::default() },
        ),
        operator: "demo".to_owned(),
        authorities: Some(KeyType::P256),
        store: Vec::new(),
        environment: Environment::default(),
    };
    let means = Means { now: session.clock.now(), entropy: &*session.entropy };
    let made = initialise(&plan, means).await?;
    // Nothing of the machine's own configuration has a say here.
    let environment = Environment::of([("TEGATA_POOL_RSA_2048", "8")]);
    let mut loaded = load(Some(&made.directory.join(CONFIGURATION)), &environment);
    let Some(settings) = loaded.configuration.take() else {
        return Err(Failure::configuration(loaded.problems));
    };
    // A phone on the same network comes without TLS: an error for an installation, here it is the point.
    loaded.problems.clear();
    let join = made.welcome.as_ref().and_then(|link| link.parse().ok());
    Ok((Service::prepare(settings, loaded).await?.start(listeners)?, join))
}

async fn invite(arguments: &Arguments, service: &Service) -> Result<IssuedInvitation, Failure> {
    let caller = Caller::new(service.organization.clone(), Actor::CommandLine);
    let invite = Invite {
        subscriber: SubscriberInvite {
            id: None,
            name: arguments.subscriber.clone(),
            kana: None,
            email: Some("hanako@example.jp".to_owned()),
        },
        facility: Some("G13B".parse().map_err(internal)?),
        offer: arguments.offer.clone(),
        platforms: Vec::new(),
        note: None,
        carrier: Carrier::Message,
    };
    Ok(service.authority.invite(&caller, invite).await?)
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, "internal", error.to_string())
}

fn removed(session: &Session, directory: TempDir) -> Result<(), Failure> {
    let path = directory.path().to_owned();
    directory.close().map_err(|error| Failure::file(&path, "removed", &error))?;
    session.output.note(&faint(&format!("\nEnded; {} is removed.", path.display())));
    Ok(())
}

fn welcome(
    session: &Session,
    arguments: &Arguments,
    place: &Place,
    sites: &Sites,
    issued: &IssuedInvitation,
    directory: &Path,
) -> Result<String, Failure> {
    let mut text = String::new();
    if !session.output.quiet {
        text += &Picture::of(&issued.link)?.text(Ink::of_terminal(session.output.is_coloured()));
        text.push('\n');
    }
    let number = format!("{}  at {}", strong(&issued.number.grouped()), sites.landing);
    text += &lines(&[
        ("open", Some(strong(&readable_link(issued)))),
        ("secret", Some(strong(&issued.secret.grouped()))),
        ("or number", Some(number)),
        ("bundle password", issued.separate_password.as_ref().map(|password| strong(password))),
        ("then prove it", Some(format!("{}check", sites.check))),
        ("operators' console", Some(sites.console.to_string())),
        ("root certificate", Some(directory.join("root/root.pem").display().to_string())),
    ]);
    text.push('\n');
    text += &place.advice(&arguments.offer);
    let _ = writeln!(text, "\n{} (times are JST; Ctrl-C ends it)", good("What happens"));
    Ok(text)
}
