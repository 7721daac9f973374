//! What was found.

use serde::Serialize;

use crate::config::{Problem, Severity};

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// It does not work.
    Error,
}

/// The groups, in the order in which they are told.
pub(super) const GROUPS: [&str; 12] = [
    "configuration",
    "files",
    "store",
    "clock",
    "issuer",
    "signer",
    "servers",
    "offers",
    "letters",
    "nodes",
    "public",
    "mail",
];

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// One of [`GROUPS`].
    pub(super) group: &'static str,
    /// How grave it is.
    pub(super) level: Level,
    /// A stable name for programs.
    pub(super) code: &'static str,
    /// What is so, without a full stop.
    pub(super) what: String,
    /// Why it matters.
    pub(super) why: Option<String>,
    /// What to do.
    pub(super) remedy: Option<String>,
}

impl Finding {
    fn new(level: Level, group: &'static str, code: &'static str, what: String) -> Self {
        Self { group, level, code, what, why: None, remedy: None }
    }

    /// Something is as it should be.
    pub(super) fn ok(group: &'static str, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Level::Ok, group, code, what.into())
    }

    /// Something should be looked at.
    pub(super) fn warning(group: &'static str, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Level::Warning, group, code, what.into())
    }

    /// Something is wrong.
    pub(super) fn error(group: &'static str, code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Level::Error, group, code, what.into())
    }

    /// With why it matters.
    pub(super) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// With what to do.
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// A problem of the configuration or of what it names.
    pub(super) fn problem(problem: &Problem) -> Self {
        let section = problem.key.as_deref().and_then(|key| key.split('.').next());
        let group = match (section, problem.key.as_deref()) {
            (_, Some("organization.offers")) | (None, _) => "offers",
            (Some("issuer"), _) => "issuer",
            (Some("signer"), _) => "signer",
            (_, Some("http.certificate" | "http.key" | "check.certificate" | "check.key")) => "servers",
            (Some("store" | "pepper"), _) => "store",
            (Some("letters"), _) => "letters",
            (Some("mail"), _) => "mail",
            _ => "configuration",
        };
        let level = match problem.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        };
        let said = Problem { right: None, ..problem.clone() }.to_string();
        let remedy = problem.right.as_ref().map_or_else(
            || "mend what the message names; `tegata config check` says whether it is right".to_owned(),
            |right| format!("right would be: {right}"),
        );
        Self { remedy: Some(remedy), ..Self::new(level, group, "configuration", said) }
    }
}
