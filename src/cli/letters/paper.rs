//! What letters are printed on: fonts and window from the configuration, and the files that they go to.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tempfile::{Builder, NamedTempFile};

use crate::app::PressError;
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::directory::Organization;
use crate::letter::{LetterError, Printed, Stationery};
use crate::words::language::Language;

/// The language of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LanguageArgument {
    /// Japanese
    Ja,
    /// Easy Japanese, with furigana
    JaEasy,
    /// English
    En,
}

impl LanguageArgument {
    const fn language(self) -> Language {
        match self {
            Self::Ja => Language::Japanese,
            Self::JaEasy => Language::EasyJapanese,
            Self::En => Language::English,
        }
    }
}

/// The files of a batch.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Papers {
    /// Write sheets one (QR code and number) to this PDF
    #[arg(long, value_name = "FILE", help_heading = "Letters")]
    pub(super) letter: PathBuf,
    /// Write sheets two (secret) to this PDF; send them apart from sheets one
    #[arg(long, value_name = "FILE", help_heading = "Letters")]
    pub(super) secret_letter: PathBuf,
    /// Write over files that exist
    #[arg(long, help_heading = "Letters")]
    pub(super) force: bool,
}

/// A PDF to be: what is written appears under its name when it is whole.
pub(in crate::cli) struct OpenedPaper {
    path: PathBuf,
    file: NamedTempFile,
    force: bool,
}

impl OpenedPaper {
    /// Makes sure that the file can be written, before anything is issued.
    ///
    /// # Errors
    /// When there is one already and `force` is not given, or the directory takes none.
    pub(super) fn open(path: &Path, force: bool) -> Result<Self, Failure> {
        if !force && path.symlink_metadata().is_ok() {
            let message = format!("{} exists", path.display());
            let failure = Failure::new(Exit::Failed, "exists", message);
            return Err(
                failure.hint("nothing was issued; name another file, or add --force to write over it")
            );
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        // Readable by the owner only, as every temporary file of this crate is.
        let file = Builder::new()
            .prefix(".tegata-letters-")
            .suffix(".pdf")
            .tempfile_in(directory.unwrap_or_else(|| Path::new(".")));
        let file = file.map_err(|error| Failure::file(path, "written", &error).hint("nothing was issued"))?;
        Ok(Self { path: path.to_owned(), file, force })
    }

    /// Where it will stand.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes it and gives it its name.
    ///
    /// # Errors
    /// When the disk takes it not.
    pub(super) fn write(mut self, printed: &Printed) -> Result<(), Failure> {
        let failed = |error: &std::io::Error| Failure::file(&self.path, "written", error).hint(AGAIN);
        self.file.write_all(&printed.pdf).map_err(|error| failed(&error))?;
        self.file.as_file().sync_all().map_err(|error| failed(&error))?;
        let persisted =
            if self.force { self.file.persist(&self.path) } else { self.file.persist_noclobber(&self.path) };
        persisted.map(|_| ()).map_err(|error| Failure::file(&self.path, "written", &error.error).hint(AGAIN))
    }
}

/// What to do when letters were issued but not written.
const AGAIN: &str =
    "the invitations stand, but their secrets are lost: `tegata letters reprint` makes new ones";

/// The stationery of the installation.
///
/// # Errors
/// What is wrong with the fonts or the window.
pub(in crate::cli) fn stationery(
    session: &Session,
    organization: Organization,
    language: LanguageArgument,
) -> Result<Stationery, Failure> {
    let (settings, _) = session.settings()?;
    Ok(crate::app::stationery(&settings, organization, language.language(), session.clock.now())?)
}

impl From<PressError> for Failure {
    fn from(error: PressError) -> Self {
        Self::new(Exit::Configuration, error.code, error.message).hint(error.hint)
    }
}

impl From<LetterError> for Failure {
    fn from(error: LetterError) -> Self {
        let failure = Self::new(Exit::Failed, "letter", error.to_string());
        match error {
            LetterError::TooLong(_) => failure.hint("shorten it"),
            _ => failure,
        }
    }
}
