//! `tegata serve`.

use sd_notify::{NotifyState, notify};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Session;
use super::failure::{Exit, Failure};
use crate::app::{Listeners, Observed, Service};
use crate::config::{Configuration, Loaded};

/// Run the landing site and the check site
///
/// Everything is checked before a port is opened: the configuration, keys, certificates, offers, the store. SIGTERM and
/// Ctrl-C end it: requests under way are finished, for ten seconds at most; a second signal ends it at once. TLS and signer
/// certificates are read again when their files change. One serve at a time uses a data directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The log goes to standard error: log.format and log.level in the configuration say how.
GET /healthz says that it lives, GET /readyz that the store takes commits: `tegata ready` asks it.
metrics.listen opens GET /metrics, telemetry.otlp_endpoint takes traces. systemd is told when it serves (Type=notify).

Examples:
  tegata --config /srv/tegata serve
  TEGATA_LOG_FORMAT=json tegata serve")]
pub(super) struct Arguments {}

pub(super) fn run(session: &Session) -> Result<(), Failure> {
    let (settings, loaded) = session.settings()?;
    let observed = Observed::begin(&settings, &loaded)?;
    session.block_on(async {
        let served = Box::pin(serve(settings, loaded, &observed)).await;
        observed.end().await;
        served
    })?
}

async fn serve(settings: Configuration, loaded: Loaded, observed: &Observed) -> Result<(), Failure> {
    // Before the first socket, so that a signal in between is not lost.
    let mut signals = Signals::new()?;
    let sites = (settings.http.public_url.to_string(), settings.check.public_url.to_string());
    let console = settings.console.public_url.clone();
    let prepared = Service::prepare(settings, loaded).await?.observed_by(observed);
    let (landing, check) = prepared.addresses();
    let listeners = Listeners::bind(landing, check)?
        .with_console(prepared.console_address())?
        .with_metrics(prepared.metrics_address())?;
    let mut service = prepared.start(listeners)?;
    tracing::info!(listens = %service.landing, public = sites.0, "the landing site is open");
    tracing::info!(listens = %service.check, public = sites.1, "the check site is open");
    if let (Some(address), Some(url)) = (service.console, console) {
        tracing::info!(listens = %address, public = %url, "the operators' console is open");
    }
    if let Some(address) = service.metrics {
        tracing::info!(listens = %address, "the metrics are open");
    }
    tell_systemd(NotifyState::Ready);
    tokio::select! {
        error = service.ended() => return Err(error.into()),
        name = signals.next() => tracing::info!(signal = name, "stopping: requests under way are finished"),
    }
    tell_systemd(NotifyState::Stopping);
    tokio::select! {
        () = service.stop(true) => tracing::info!("stopped"),
        name = signals.next() => tracing::warn!(signal = name, "stopped at once"),
    }
    Ok(())
}

/// Tells systemd how far it has come, where systemd started it as a service of `Type=notify`.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = notify(&[state]) {
        tracing::warn!(%error, "systemd was not told");
    }
}

/// The signals that end a process.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on they end nothing by themselves.
    pub(super) fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::new(Exit::Failed, "signal", format!("signals cannot be heard: {error}"))
            })
        };
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
