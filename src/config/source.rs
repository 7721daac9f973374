//! Where settings are read from: one TOML file and the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::problem::{Place, Problem};

/// The prefix of every environment variable that Tegata reads.
pub const PREFIX: &str = "TEGATA_";

/// Names the configuration file.
pub const FILE_VARIABLE: &str = "TEGATA_CONFIG";

/// Variables that single commands read: the passphrase of a CA that is imported, and that of a root's key.
pub const COMMAND_VARIABLES: [&str; 2] = ["TEGATA_IMPORT_PASSPHRASE", "TEGATA_ROOT_PASSPHRASE"];

/// Variables of OpenTelemetry's own that count where neither the file nor ours says something: the setting and the variable
/// (OpenTelemetry, "OpenTelemetry Protocol Exporter", section "Endpoint URLs for OTLP/HTTP").
pub(super) const STANDARD_VARIABLES: [(&str, &str); 1] =
    [("telemetry.otlp_endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT")];

/// Where the configuration file is looked for, in this order, when neither `--config` nor [`FILE_VARIABLE`] names it.
pub const PLACES: [&str; 3] = ["tegata.toml", "tegata/tegata.toml", "/etc/tegata/tegata.toml"];

/// No configuration file is longer.
const LONGEST: u64 = 1 << 20;

/// The variables of the process that begin with [`PREFIX`], and those of [`STANDARD_VARIABLES`].
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, Result<String, OsString>>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let standard = |name: &str| STANDARD_VARIABLES.iter().any(|(_, standard)| *standard == name);
        let ours = named.filter(|(name, _)| name.starts_with(PREFIX) || standard(name));
        Self(ours.map(|(name, value)| (name, value.into_string())).collect())
    }

    /// Those of these variables that belong to one section of the configuration.
    #[must_use]
    pub fn of_section(&self, section: &str) -> Self {
        let prefix = format!("{PREFIX}{section}_").to_ascii_uppercase();
        let ours = self.0.iter().filter(|(name, _)| name.starts_with(&prefix));
        Self(ours.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// These variables.
    #[must_use]
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), Ok(value.to_owned()))).collect())
    }

    /// The variable's text. An empty variable is as good as none.
    ///
    /// # Errors
    /// When it is no UTF-8.
    pub fn find(&self, name: &str) -> Result<Option<&str>, NotText> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Ok(text)) if text.is_empty() => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err(NotText),
        }
    }

    /// The names of the variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// An environment variable that is no UTF-8.
#[derive(Debug, thiserror::Error)]
#[error("it is no UTF-8")]
pub struct NotText;

/// Finds the configuration file: the one that was named, or the first that exists in [`PLACES`].
///
/// A named directory stands for the `tegata.toml` in it. `None` when none was named and none exists.
#[must_use]
pub fn find_file(named: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    let from_variable = environment.find(FILE_VARIABLE).ok().flatten().map(PathBuf::from);
    if let Some(named) = named.map(Path::to_owned).or(from_variable) {
        return Some(if named.is_dir() { named.join("tegata.toml") } else { named });
    }
    PLACES.iter().map(PathBuf::from).find(|path| path.exists())
}

/// The text of the configuration file.
#[derive(Debug, Default)]
pub struct FileText {
    path: PathBuf,
    text: String,
}

impl FileText {
    /// Reads the file.
    ///
    /// # Errors
    /// The one problem that keeps it from being read.
    pub fn read(path: &Path) -> Result<Self, Box<Problem>> {
        let problem = |what: String| {
            let what = format!("{} {what}", path.display());
            Problem { key: None, ..Problem::error(Place::Nowhere, "", what) }
        };
        let mut bytes = Vec::new();
        let opened = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
        opened.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                let missing = problem("does not exist".to_owned());
                Box::new(missing.right("the path of a configuration file; `tegata init DIRECTORY` makes one"))
            }
            _ => Box::new(problem(format!("cannot be read: {error}"))),
        })?;
        if bytes.len() as u64 > LONGEST {
            let long = format!("is longer than {LONGEST} bytes; it is no configuration file");
            return Err(Box::new(problem(long)));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path: path.to_owned(), text }),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let text =
                    String::from_utf8_lossy(error.as_bytes().get(..good).unwrap_or_default()).into_owned();
                let file = Self { path: path.to_owned(), text };
                let place = file.place(good);
                let problem = Problem::error(place, "", "these bytes are no UTF-8 text");
                Err(Box::new(Problem { key: None, ..problem }))
            }
        }
    }

    /// A file of this text that need not exist.
    #[must_use]
    pub fn of(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line and column of the byte at `offset`.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).map_or(0, |text| text.chars().count()) + 1;
        Place::File { path: self.path.clone(), line, column }
    }

    /// The text between two offsets, on one line and shortened to what a message can hold.
    #[must_use]
    pub fn excerpt(&self, span: std::ops::Range<usize>) -> String {
        let text = without_password(self.text.get(span).unwrap_or_default());
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(60).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    }

    /// Parses the file, and says everything that is wrong with its syntax.
    #[must_use]
    pub fn parse(&self) -> (DeTable<'_>, Vec<Problem>) {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        let said = errors.iter().take(20).map(|error| {
            let place = self.place(error.span().map_or(0, |span| span.start));
            Problem {
                key: None,
                ..Problem::error(place, "", format!("this is no TOML: {}", error.message()))
            }
        });
        let mut said: Vec<_> = said.collect();
        said.sort_by(|a, b| a.place.cmp(&b.place));
        (table.into_inner(), said)
    }
}

/// A text that may be an address, without what stands in it before an `@`: problems are printed and logged.
pub(super) fn without_password(text: &str) -> String {
    let hidden = text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)));
    hidden.map_or_else(|| text.to_owned(), |(scheme, rest)| format!("{scheme}://…@{rest}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let file = FileText::of("t.toml", "a = 1\n施設 = 2\n");
        let at = |needle: &str| file.place(file.text.find(needle).unwrap()).to_string();
        assert_eq!(at("a"), "t.toml:1:1");
        assert_eq!(at("施"), "t.toml:2:1");
        assert_eq!(at("2"), "t.toml:2:6");
        assert_eq!(file.place(10_000).to_string(), "t.toml:3:1");
    }

    #[test]
    fn a_file_that_is_no_text_is_refused_at_the_first_wrong_byte() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tegata.toml");
        std::fs::write(&path, b"a = 1\nb = \"\xff\"\n").unwrap();
        let problem = FileText::read(&path).unwrap_err();
        assert!(problem.to_string().ends_with("tegata.toml:2:6: these bytes are no UTF-8 text"), "{problem}");
    }

    #[test]
    fn every_mistake_in_the_syntax_is_told() {
        let file = FileText::of("t.toml", "a = \nb = 1\nc d = 2\n[x\n");
        let (_, problems) = file.parse();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.len() >= 3, "{said:#?}");
        assert!(said[0].starts_with("t.toml:1:"), "{said:#?}");
    }

    #[test]
    fn an_empty_variable_is_as_good_as_none() {
        let environment = Environment::of([("TEGATA_LOG_FORMAT", "")]);
        assert!(environment.find("TEGATA_LOG_FORMAT").unwrap().is_none());
    }
}
