//! The log: on standard error, for people or for machines.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogLevel, LogSettings};

/// Sends the log to standard error. A second call changes nothing.
pub fn start(settings: &LogSettings) {
    let level = match settings.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
    };
    // What libraries say of themselves is of use only when they fail.
    let others = if settings.level == LogLevel::Error { "error" } else { "warn" };
    let filter = EnvFilter::new(format!("{others},tegata={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Whoever set a subscriber before wants to keep it.
    let _ = match settings.format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).try_init(),
        LogFormat::Text => {
            let coloured =
                io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
            builder.with_ansi(coloured).with_target(false).try_init()
        }
    };
}
