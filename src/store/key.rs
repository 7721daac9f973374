use std::fmt;

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key has 1 to 200 characters of a-z A-Z 0-9 . _ - / : @, not {0:?}")]
pub struct KeyError(String);

fn checked(text: &str) -> Result<&str, KeyError> {
    let fits = (1..=200).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b));
    if fits { Ok(text) } else { Err(KeyError(text.chars().take(200).collect())) }
}

/// The name of a document, an index or an entry: 1 to 200 characters of `a-z A-Z 0-9 . _ - / : @`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Checks and takes a key.
    ///
    /// # Errors
    /// When a character or the length does not fit.
    pub fn new(text: impl AsRef<str>) -> Result<Self, KeyError> {
        checked(text.as_ref()).map(|text| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a commit cannot cross: one organization's share of the store, or the installation's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(String);

impl Partition {
    /// The installation's own partition: pointers and what belongs to no organization.
    #[must_use]
    pub fn installation() -> Self {
        Self("installation".to_owned())
    }

    /// The partition of the organization with this identifier.
    ///
    /// # Errors
    /// When the identifier has other characters than a key may have.
    pub fn organization(identifier: &str) -> Result<Self, KeyError> {
        Ok(Self(format!("organization:{}", checked(identifier)?)))
    }

    /// The partition of this text, where it is one's.
    pub(super) fn named(text: &str) -> Option<Self> {
        match text.strip_prefix("organization:") {
            Some(identifier) => Self::organization(identifier).ok(),
            None => Some(Self::installation()).filter(|installation| installation.as_str() == text),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
