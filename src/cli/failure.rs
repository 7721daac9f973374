//! What went wrong, said to a person or a program, and the exit code that goes with it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::app::{AppError, ErrorKind};
use crate::config::{Place, Problem, Severity};
use crate::enrollment::OperatorError;

/// The exit codes. Stable: scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It was refused, or did not work.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The configuration is wrong.
    Configuration = 3,
    /// The store cannot be used.
    Store = 4,
    /// What was named does not exist.
    NotFound = 5,
    /// Something else uses it: a port, the data directory.
    InUse = 6,
}

/// The exit codes, as `--help` and the manual page explain them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused, or it failed; the message says why
  2  the command line was wrong
  3  the configuration is wrong, or what it names cannot be used
  4  the store cannot be used
  5  no such enrollment, offer or organization
  6  a port or the data directory is in use";

/// Why a command did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// A stable name for programs, such as `no-such-enrollment`.
    pub code: &'static str,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What is wrong with the configuration, one by one.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// A failure with this exit code and message.
    #[must_use]
    pub fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), hint: None, problems: Vec::new() }
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file could not be read or written.
    #[must_use]
    pub fn file(path: &std::path::Path, verb: &str, error: &std::io::Error) -> Self {
        let failure =
            Self::new(Exit::Failed, "file", format!("{} cannot be {verb}: {error}", path.display()));
        match error.kind() {
            std::io::ErrorKind::StorageFull => failure.hint("make room on the disk, then try again"),
            std::io::ErrorKind::PermissionDenied => {
                failure.hint("run Tegata as the user that owns the file, or mend the file's permissions")
            }
            _ => failure,
        }
    }

    /// The configuration is wrong.
    #[must_use]
    pub fn configuration(problems: Vec<Problem>) -> Self {
        let count = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let message = match count {
            1 => "the configuration has a problem".to_owned(),
            count => format!("the configuration has {count} problems"),
        };
        Self { problems, ..Self::new(Exit::Configuration, "configuration", message) }
    }

    /// The failure for a person, with colours that the stream may strip.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for problem in &self.problems {
            let _ = writeln!(text, "{}", super::style::problem(problem));
        }
        let _ = writeln!(text, "{} {}", super::style::error("error:"), self.message);
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "{} {hint}", super::style::hint("hint:"));
        }
        text
    }

    /// The failure for a program: one line of JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let problems = self.problems.iter().map(ProblemJson::of).collect::<Vec<_>>();
        let problems = Some(problems).filter(|problems| !problems.is_empty());
        let error =
            ErrorJson { code: self.code, message: &self.message, hint: self.hint.as_deref(), problems };
        serde_json::to_string(&FailureJson { error }).unwrap_or_else(|_| {
            r#"{"error":{"code":"json","message":"the error is no JSON","hint":null}}"#.to_owned()
        })
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let exit = match error.kind() {
            ErrorKind::Failed => Exit::Failed,
            ErrorKind::Configuration => Exit::Configuration,
            ErrorKind::Store => Exit::Store,
            ErrorKind::NotFound => Exit::NotFound,
            ErrorKind::InUse => Exit::InUse,
        };
        let (code, message, hint) = (error.code(), error.to_string(), error.remedy());
        match error {
            AppError::Configuration(problems) => Self::configuration(problems),
            _ => Self { exit, code, message, hint, problems: Vec::new() },
        }
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Self {
        AppError::from(error).into()
    }
}

/// What a failed command prints with `--json`.
#[derive(Debug, Serialize)]
struct FailureJson<'a> {
    error: ErrorJson<'a>,
}

#[derive(Debug, Serialize)]
struct ErrorJson<'a> {
    code: &'a str,
    message: &'a str,
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<ProblemJson<'a>>>,
}

/// A problem of the configuration for a program.
#[derive(Debug, Serialize)]
pub struct ProblemJson<'a> {
    severity: Severity,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    variable: Option<&'a str>,
    key: Option<&'a str>,
    value: Option<&'a str>,
    what: &'a str,
    right: Option<&'a str>,
}

impl<'a> ProblemJson<'a> {
    /// The problem, as `--json` prints it.
    #[must_use]
    pub fn of(problem: &'a Problem) -> Self {
        let (file, line, column, variable) = match &problem.place {
            Place::File { path, line, column } => {
                (Some(path.display().to_string()), Some(*line), Some(*column), None)
            }
            Place::Environment(name) => (None, None, None, Some(name.as_str())),
            Place::Default | Place::Nowhere => (None, None, None, None),
        };
        Self {
            severity: problem.severity,
            file,
            line,
            column,
            variable,
            key: problem.key.as_deref(),
            value: problem.value.as_deref(),
            what: &problem.what,
            right: problem.right.as_deref(),
        }
    }
}
