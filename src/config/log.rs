//! What is logged.

use super::section::section;
use super::value::words;

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

words!(LogFormat { "text" => Text, "json" => Json });

/// Which lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Only what failed.
    Error,
    /// And what should be looked at.
    Warn,
    /// And what happened.
    Info,
    /// And why.
    Debug,
}

words!(LogLevel { "error" => Error, "warn" => Warn, "info" => Info, "debug" => Debug });

section! {
    /// The log, on standard error. Secrets, codes, tickets and keys never stand in it.
    LogSettings = "log" {
        /// "text" for people, "json" for machines.
        format: LogFormat = "text";
        /// The least that is logged: "error", "warn", "info" or "debug".
        level: LogLevel = "info";
    }
}
