//! Bytes → text: which encoding a file is in.

use encoding_rs::{Encoding as Decoder, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

use super::LARGEST;
use super::fault::Unreadable;
use super::foreign::Foreign;

/// How a file's text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// `Shift_JIS` with Windows' additions, as a Japanese Excel saves "CSV".
    ShiftJis,
    /// UTF-16, as Excel saves "Unicode text".
    Utf16,
}

impl Encoding {
    /// Its name as people know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::ShiftJis => "Shift_JIS",
            Self::Utf16 => "UTF-16",
        }
    }
}

/// A file's text. What could not be read stands in it as U+FFFD, and every line ends with a line feed alone.
pub(super) struct Source {
    pub(super) text: String,
    pub(super) encoding: Encoding,
}

fn decoded(decoder: &'static Decoder, bytes: &[u8]) -> String {
    decoder.decode_without_bom_handling(bytes).0.into_owned()
}

fn losses(text: &str) -> usize {
    text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count()
}

/// Reads a file's text.
///
/// # Errors
/// When it is too large, or no text.
pub(super) fn text(bytes: &[u8]) -> Result<Source, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    if let Some(foreign) = Foreign::recognise(bytes) {
        return Err(Unreadable::Foreign(foreign));
    }
    let (text, encoding) = if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        (decoded(UTF_8, rest), Encoding::Utf8)
    } else if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        (decoded(UTF_16LE, rest), Encoding::Utf16)
    } else if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        (decoded(UTF_16BE, rest), Encoding::Utf16)
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        (text.to_owned(), Encoding::Utf8)
    } else if bytes.contains(&0) {
        return Err(Unreadable::Foreign(Foreign::Binary));
    } else {
        // Where neither reads all of it, the one that loses less is meant, and what is lost is told by row and column.
        let (utf8, shift_jis) = (decoded(UTF_8, bytes), decoded(SHIFT_JIS, bytes));
        if losses(&shift_jis) <= losses(&utf8) {
            (shift_jis, Encoding::ShiftJis)
        } else {
            (utf8, Encoding::Utf8)
        }
    };
    if text.contains('\0') {
        return Err(Unreadable::Foreign(Foreign::Binary));
    }
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Source { text, encoding })
}
