//! What letters are printed on: fonts and window from the configuration, and the files that they go to.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tempfile::{Builder, NamedTempFile};

use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::config::LetterSettings;
use crate::directory::Organization;
use crate::letter::{
    Area, LetterError, Printed, Stationery, StationeryParts, Typeface, TypefaceError, Window,
};
use crate::words::language::Language;

/// Where Debian's packages put fonts with Japanese, the regular one and the bold one.
const PLACES: [(&str, &str); 3] = [
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
        "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    ),
    (
        "/usr/share/fonts/opentype/ipafont-gothic/ipagp.ttf",
        "/usr/share/fonts/opentype/ipafont-gothic/ipagp.ttf",
    ),
];
/// No font is larger, in bytes.
const LARGEST_FONT: u64 = 200 << 20;

/// The language of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LanguageArgument {
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
pub(super) struct Papers {
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
pub(super) struct OpenedPaper {
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

fn read(path: &Path, key: &str) -> Result<Typeface, Failure> {
    let unusable = |why: String| {
        let message = format!("the font {} cannot be used: {why}", path.display());
        Failure::new(Exit::Configuration, "font", message).hint(format!(
            "name an OpenType font with Japanese in {key}, such as one of Debian's fonts-noto-cjk"
        ))
    };
    let size = std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?.len();
    if size > LARGEST_FONT {
        return Err(unusable(format!("it has more than {} MiB", LARGEST_FONT >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    Typeface::read(bytes).map_err(|error: TypefaceError| unusable(error.to_string()))
}

/// The fonts of the configuration, or the first that Debian's packages have put somewhere.
fn typefaces(settings: &LetterSettings) -> Result<(Typeface, Typeface), Failure> {
    let bold = |beside: Option<&Path>| match (&settings.bold_font, beside) {
        (Some(path), _) => read(path, "letters.bold_font").map(Some),
        (None, Some(path)) if path.exists() => read(path, "letters.bold_font").map(Some),
        (None, _) => Ok(None),
    };
    if let Some(path) = &settings.font {
        let regular = read(path, "letters.font")?;
        let known = PLACES.iter().find(|(regular, _)| Path::new(regular) == path.as_path());
        let bold = bold(known.map(|(_, bold)| Path::new(*bold)))?;
        return Ok((regular.clone(), bold.unwrap_or(regular)));
    }
    for (path, beside) in PLACES {
        if Path::new(path).exists() {
            let regular = read(Path::new(path), "letters.font")?;
            let bold = bold(Some(Path::new(beside)))?;
            return Ok((regular.clone(), bold.unwrap_or(regular)));
        }
    }
    let failure = Failure::new(Exit::Configuration, "font", "there is no font with Japanese for letters");
    Err(failure.hint("install Debian's package fonts-noto-cjk, or name an OpenType font in letters.font"))
}

/// The stationery of the installation.
///
/// # Errors
/// What is wrong with the fonts or the window.
pub(super) fn stationery(
    session: &Session,
    organization: Organization,
    language: LanguageArgument,
) -> Result<Stationery, Failure> {
    let (settings, _) = session.settings()?;
    let letters = &settings.letters;
    #[expect(clippy::cast_precision_loss, reason = "millimetres of an envelope")]
    let [left, top, width, height] =
        [letters.window_left, letters.window_top, letters.window_width, letters.window_height]
            .map(|length| length as f32);
    let window = Window::new(Area::new(left, top, width, height)).map_err(|error| {
        let failure = Failure::new(Exit::Configuration, "window", error.to_string());
        failure.hint("mend letters.window_left, window_top, window_width and window_height; most envelopes have 20, 12, 90, 45")
    })?;
    let (regular, bold) = typefaces(letters)?;
    Ok(Stationery::new(StationeryParts {
        regular,
        bold,
        window,
        language: language.language(),
        organization: organization.name,
        contact: organization.contact,
        site: settings.http.public_url,
        date: session.clock.now(),
    }))
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
