//! What is wrong with a configuration, said so that a person can mend it.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// Whether a problem keeps Tegata from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It starts, yet this should be looked at.
    Warning,
    /// It does not start.
    Error,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The configuration file; line and column count from 1.
    File {
        /// The file.
        path: PathBuf,
        /// Its line.
        line: usize,
        /// The character in the line.
        column: usize,
    },
    /// This environment variable.
    Environment(String),
    /// Nobody set it.
    Default,
    /// It does not come from the configuration.
    Nowhere,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Default => f.write_str("default"),
            Self::Nowhere => Ok(()),
        }
    }
}

/// One problem: where, which key, what is wrong, what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How grave it is.
    pub severity: Severity,
    /// Where the value stands.
    pub place: Place,
    /// The setting, such as `http.listen`.
    pub key: Option<String>,
    /// The value as it was found; never that of a secret.
    pub value: Option<String>,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What would be right, without a full stop.
    pub right: Option<String>,
}

impl Problem {
    /// An error about `key` at `place`.
    #[must_use]
    pub fn error(place: Place, key: &str, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            place,
            key: Some(key.to_owned()),
            value: None,
            what: what.into(),
            right: None,
        }
    }

    /// A warning about `key` at `place`.
    #[must_use]
    pub fn warning(place: Place, key: &str, what: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, key, what) }
    }

    /// With the value that was found.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// With what would be right.
    #[must_use]
    pub fn right(mut self, right: impl Into<String>) -> Self {
        self.right = Some(right.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Nowhere | Place::Default => {}
            ref place => write!(f, "{place}: ")?,
        }
        if let Some(key) = &self.key {
            f.write_str(key)?;
            if let Some(value) = &self.value {
                write!(f, " = {value}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)?;
        if let Some(right) = &self.right {
            write!(f, "\n  right would be: {right}")?;
        }
        Ok(())
    }
}
