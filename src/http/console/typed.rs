//! What was typed into a form of the console. Larger than the forms of a person with a phone, and a field may come several
//! times: a selection of rows does.

use zeroize::Zeroizing;

use crate::http::error::HttpError;
use crate::http::form::decode;

/// The most bytes of a form: a selection of some thousand rows fits.
pub const LARGEST: usize = 256 * 1024;
/// The most fields of a form.
const MOST_FIELDS: usize = 10_000;

/// The fields of a form in their order; gone from memory when dropped.
#[derive(Default)]
pub struct Typed(Vec<(String, Zeroizing<String>)>);

impl Typed {
    /// A form with nothing in it.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Reads a form's bytes (URL Standard §5.1), strictly: too many fields, or bytes that are not UTF-8 make the whole of it
    /// unreadable.
    ///
    /// # Errors
    /// [`HttpError::BadForm`].
    pub fn parse(body: &[u8]) -> Result<Self, HttpError> {
        let mut fields = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?.to_string();
            let value = decode(halves.next().unwrap_or_default())?;
            if fields.len() == MOST_FIELDS {
                return Err(HttpError::BadForm);
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// A field without the white space around it; the empty text where it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// A field that has something in it.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Whether a box was ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        self.filled(name).is_some()
    }

    /// Every value of a field, such as the rows of a selection.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Every field as it was typed.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(..)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_in_its_order_and_a_field_may_come_often() {
        let typed = Typed::parse("row=a&row=b&name=+%E7%94%B0%E4%B8%AD+&empty=&row=c".as_bytes()).unwrap();
        assert_eq!(typed.all("row").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(typed.get("name"), "\u{7530}\u{4e2d}");
        assert_eq!((typed.filled("empty"), typed.filled("none")), (None, None));
        assert_eq!(typed.fields().count(), 5);
        assert!(!format!("{typed:?}").contains("row"));
    }

    #[test]
    fn what_is_not_a_sound_form_is_refused_whole() {
        let many = "a=1&".repeat(MOST_FIELDS + 1);
        for bad in [&b"a=%"[..], b"a=%zz", b"a=%FF", b"a=\xff", many.as_bytes()] {
            assert!(matches!(Typed::parse(bad), Err(HttpError::BadForm)));
        }
    }
}
