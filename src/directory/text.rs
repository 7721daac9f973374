//! What people type about people, facilities and organizations: bounded, on one line, and shown as it is kept.

use std::fmt;

/// The longest name, note or address, in characters.
pub const LONGEST_TEXT: usize = 200;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing is in it.
    Empty,
    /// It has more than so many characters.
    TooLong(usize),
    /// It has a line break or another control character.
    ControlCharacter,
    /// It has an invisible character that changes the direction of writing.
    TurnsText,
    /// It is no e-mail address.
    NotAnAddress,
    /// A number is not between these two.
    OutOfRange(i64, i64),
    /// It names what is not there.
    Unknown(String),
    /// It is taken already.
    Taken(String),
    /// It has characters that it must not have; it may have these.
    Alphabet(&'static str),
    /// It must be there, since this has been chosen.
    Needed,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong(most) => write!(f, "it has more than {most} characters"),
            Self::ControlCharacter => f.write_str("it has control characters, such as a line break"),
            Self::TurnsText => {
                f.write_str("it has invisible characters that change the direction of writing")
            }
            Self::NotAnAddress => f.write_str("it is no e-mail address such as keiko@example.jp"),
            Self::OutOfRange(least, most) => write!(f, "it is between {least} and {most}"),
            Self::Unknown(name) => write!(f, "there is no {name}"),
            Self::Taken(name) => write!(f, "{name} is taken already"),
            Self::Alphabet(alphabet) => write!(f, "it may have {alphabet}"),
            Self::Needed => f.write_str("it is needed"),
        }
    }
}

/// A field that does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {flaw}")]
pub struct Unfit {
    /// Which, by the name that forms give it.
    pub field: &'static str,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// Takes a text of one line without the spaces around it.
///
/// # Errors
/// What is wrong with it.
pub fn line(text: &str) -> Result<String, Flaw> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Flaw::Empty);
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(Flaw::TooLong(LONGEST_TEXT));
    }
    if text.chars().any(char::is_control) {
        return Err(Flaw::ControlCharacter);
    }
    if text.chars().any(turns_text) {
        return Err(Flaw::TurnsText);
    }
    Ok(text.to_owned())
}

/// Takes an e-mail address: something, one `@`, and a domain, without spaces.
///
/// # Errors
/// What is wrong with it.
pub fn address(text: &str) -> Result<String, Flaw> {
    let text = line(text)?;
    let parts = text.rsplit_once('@');
    let fits = parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !local.contains('@')
            && !domain.is_empty()
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    if fits && !text.contains(char::is_whitespace) { Ok(text) } else { Err(Flaw::NotAnAddress) }
}

/// Whether this invisible character reorders the text around it (UAX #9 §2): what is shown would not be what is kept.
const fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Looks at many fields and keeps everything that is wrong.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<Unfit>);

impl Fields {
    /// Keeps what is wrong with a field; the value where it does.
    pub(super) fn take<T>(&mut self, field: &'static str, value: Result<T, Flaw>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(flaw) => {
                self.0.push(Unfit { field, flaw });
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn line(&mut self, field: &'static str, text: &str) -> String {
        self.take(field, line(text)).unwrap_or_default()
    }

    /// A text that may be left out; one of spaces is.
    pub(super) fn optional(&mut self, field: &'static str, text: Option<&str>) -> Option<String> {
        text.filter(|text| !text.trim().is_empty()).and_then(|text| self.take(field, line(text)))
    }

    /// An e-mail address that may be left out.
    pub(super) fn address(&mut self, field: &'static str, text: Option<&str>) -> Option<String> {
        text.filter(|text| !text.trim().is_empty()).and_then(|text| self.take(field, address(text)))
    }

    /// Keeps a flaw.
    pub(super) fn flaw(&mut self, field: &'static str, flaw: Flaw) {
        self.0.push(Unfit { field, flaw });
    }

    /// Fails where anything is wrong.
    pub(super) fn done(self) -> Result<(), super::DirectoryError> {
        if self.0.is_empty() { Ok(()) } else { Err(super::DirectoryError::Unfit(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_it_looks_like() {
        assert_eq!(line("  Keiko "), Ok("Keiko".to_owned()));
        assert_eq!(line(" \u{3000}"), Err(Flaw::Empty));
        assert_eq!(line(&"a".repeat(201)), Err(Flaw::TooLong(200)));
        assert_eq!(line("a\nb"), Err(Flaw::ControlCharacter));
        assert_eq!(line("a\u{202e}b"), Err(Flaw::TurnsText));
    }

    #[test]
    fn an_address_has_two_sides() {
        assert!(address("keiko@example.jp").is_ok());
        assert!(address("k+tegata@mail.example.jp").is_ok());
        for text in
            ["keiko", "@example.jp", "keiko@", "a@b@c", "a b@c.jp", "a@.jp", "a@jp.", "a@b.jp\r\nBcc: x"]
        {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
