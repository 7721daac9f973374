//! The log: on standard error, for people or for machines.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry};

use crate::config::{LogFormat, LogLevel, LogSettings};
use crate::telemetry::Traces;

/// Which lines are written.
fn filter(level: LogLevel) -> EnvFilter {
    let ours = match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
    };
    // What libraries say of themselves is of use only when they fail.
    let others = if level == LogLevel::Error { "error" } else { "warn" };
    // The server's own reader of requests calls whatever a client sends an error, so that anybody could fill the log.
    let reader = if level == LogLevel::Debug { others } else { "off" };
    EnvFilter::new(format!("{others},actix_http::h1={reader},tegata={ours}"))
}

/// Sends the log to standard error, and spans where `traces` go. A second call changes nothing.
pub(super) fn begin(settings: &LogSettings, traces: Option<&Traces>) {
    // Spans are for traces: a line of the log says all that it says by itself.
    let filter = filter(settings.level).and(filter_fn(|metadata| !metadata.is_span()));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = match settings.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
        LogFormat::Text => {
            let coloured =
                io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
            lines.with_ansi(coloured).with_target(false).boxed()
        }
    };
    let subscriber = Registry::default().with(lines.with_filter(filter)).with(traces.map(Traces::layer));
    // Whoever set a subscriber before wants to keep it.
    let _ = subscriber.try_init();
}

/// Sends the log to standard error, and no traces anywhere. A second call changes nothing.
pub fn start(settings: &LogSettings) {
    begin(settings, None);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written at `level` of a malformed request, of another library's failure and of our own request.
    fn written(level: LogLevel) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter(level))
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(target: "actix_http::h1::dispatcher", "stream error: request parse error");
            tracing::error!(target: "actix_server::accept", "no descriptors");
            tracing::info!(target: "tegata::http::frame", "request");
        });
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn what_strangers_send_does_not_fill_the_log() {
        for level in [LogLevel::Error, LogLevel::Warn, LogLevel::Info] {
            let text = written(level);
            assert!(!text.contains("stream error") && text.contains("no descriptors"), "{text}");
            assert_eq!(text.contains("tegata::http::frame"), level == LogLevel::Info, "{text}");
        }
        assert!(written(LogLevel::Debug).contains("stream error"));
    }
}
