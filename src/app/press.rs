//! What letters are printed on: fonts and window, as the configuration says.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::config::{Configuration, LetterSettings};
use crate::directory::Organization;
use crate::letter::{Area, Stationery, StationeryParts, Typeface, Window};
use crate::operations::Press;
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

/// Why there is no stationery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {hint}")]
pub struct PressError {
    /// `font` or `window`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// What would be right in the configuration.
    pub right: &'static str,
}

impl PressError {
    fn font(message: String, hint: impl Into<String>) -> Self {
        let right = "an OpenType font with Japanese, such as one of Debian's package fonts-noto-cjk";
        Self { code: "font", message, hint: hint.into(), right }
    }
}

fn read(path: &Path, key: &str) -> Result<Typeface, PressError> {
    let unusable = |why: String| {
        let message = format!("the font {} cannot be used: {why}", path.display());
        let hint =
            format!("name an OpenType font with Japanese in {key}, such as one of Debian's fonts-noto-cjk");
        PressError::font(message, hint)
    };
    let size = std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?.len();
    if size > LARGEST_FONT {
        return Err(unusable(format!("it has more than {} MiB", LARGEST_FONT >> 20)));
    }
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    Typeface::read(bytes).map_err(|error| unusable(error.to_string()))
}

/// The font that letters are printed in: the one of the configuration, or the first that Debian's packages have put somewhere.
fn font(letters: &LetterSettings) -> Result<&Path, PressError> {
    let packaged = || PLACES.iter().map(|(regular, _)| Path::new(*regular)).find(|path| path.exists());
    letters.font.as_deref().or_else(packaged).ok_or_else(|| {
        let hint = "install Debian's package fonts-noto-cjk, or name an OpenType font in letters.font";
        PressError::font("there is no font with Japanese for letters".to_owned(), hint)
    })
}

fn typefaces(letters: &LetterSettings) -> Result<(Typeface, Typeface), PressError> {
    let path = font(letters)?;
    let regular = read(path, "letters.font")?;
    let beside = PLACES.iter().find(|(regular, _)| Path::new(*regular) == path);
    let beside = beside.map(|(_, bold)| Path::new(*bold)).filter(|path| path.exists());
    let bold = match letters.bold_font.as_deref().or(beside) {
        Some(path) => read(path, "letters.bold_font")?,
        None => regular.clone(),
    };
    Ok((regular, bold))
}

/// The font that letters are printed in, proven to be one.
///
/// # Errors
/// When there is none, or it cannot be used.
pub fn letter_font(letters: &LetterSettings) -> Result<&Path, PressError> {
    let path = font(letters)?;
    read(path, "letters.font").map(|_| path)
}

/// What is set of fonts and window and cannot be used, each with its setting. Where no font is named, none is looked for: who
/// prints no letters needs none.
pub(super) fn unusable(letters: &LetterSettings) -> Vec<(&'static str, PressError)> {
    let named = [("letters.font", &letters.font), ("letters.bold_font", &letters.bold_font)];
    let fonts = named.into_iter().filter_map(|(key, path)| Some((key, read(path.as_deref()?, key).err()?)));
    fonts.chain(window(letters).err().map(|error| ("letters.window_left", error))).collect()
}

fn window(letters: &LetterSettings) -> Result<Window, PressError> {
    #[expect(clippy::cast_precision_loss, reason = "millimetres of an envelope")]
    let [left, top, width, height] =
        [letters.window_left, letters.window_top, letters.window_width, letters.window_height]
            .map(|length| length as f32);
    Window::new(Area::new(left, top, width, height)).map_err(|error| PressError {
        code: "window",
        message: error.to_string(),
        hint: "mend letters.window_left, window_top, window_width and window_height; most envelopes have 20, 12, 90, 45"
            .to_owned(),
        right: "what the envelope has; most have 20, 12, 90 and 45 (left, top, width, height)",
    })
}

/// The stationery of an organization.
///
/// # Errors
/// What is wrong with the fonts or the window.
pub fn stationery(
    settings: &Configuration,
    organization: Organization,
    language: Language,
    date: jiff::Timestamp,
) -> Result<Stationery, PressError> {
    let window = window(&settings.letters)?;
    let fonts = typefaces(&settings.letters)?;
    Ok(made(settings, fonts, window, organization, language, date))
}

fn made(
    settings: &Configuration,
    (regular, bold): (Typeface, Typeface),
    window: Window,
    organization: Organization,
    language: Language,
    date: jiff::Timestamp,
) -> Stationery {
    Stationery::new(StationeryParts {
        regular,
        bold,
        window,
        language,
        organization: organization.name,
        contact: organization.contact,
        site: settings.http.public_url.clone(),
        date,
    })
}

/// A press that reads the fonts when it is first used, and keeps them.
pub(super) fn press(settings: &Configuration) -> Press {
    let (settings, fonts) = (settings.clone(), OnceLock::new());
    Arc::new(move |organization, language, date| {
        let window = window(&settings.letters).map_err(|error| error.to_string())?;
        let fonts = match fonts.get() {
            Some(fonts) => Clone::clone(fonts),
            None => {
                let read = typefaces(&settings.letters).map_err(|error| error.to_string())?;
                fonts.get_or_init(|| read).clone()
            }
        };
        Ok(made(&settings, fonts, window, organization, language, date))
    })
}
