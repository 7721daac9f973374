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
}

impl PressError {
    fn font(message: String, hint: impl Into<String>) -> Self {
        Self { code: "font", message, hint: hint.into() }
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

/// The fonts of the configuration, or the first that Debian's packages have put somewhere.
fn typefaces(settings: &LetterSettings) -> Result<(Typeface, Typeface), PressError> {
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
    let hint = "install Debian's package fonts-noto-cjk, or name an OpenType font in letters.font";
    Err(PressError::font("there is no font with Japanese for letters".to_owned(), hint))
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
