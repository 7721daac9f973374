//! A mail's name: in the store, in its Message-ID, and in the report that it could not be delivered.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::directory::OrganizationId;

/// Letters in a mail's identifier.
const LENGTH: usize = 12;

/// A mail's identifier in its organization: 12 letters and digits. Not secret; the person who gets the mail can read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailId(String);

/// A text that names no mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a mail's name has 12 letters and digits, as `tegata mail list` shows them")]
pub struct NotAMailName;

impl MailId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MailId {
    type Err = NotAMailName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        let fits = text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text)) } else { Err(NotAMailName) }
    }
}

impl TryFrom<String> for MailId {
    type Error = NotAMailName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MailId> for String {
    fn from(id: MailId) -> Self {
        id.0
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A mail's name everywhere: `7q2k9x4m1abc.clinic`. It is the envelope's identifier (RFC 3461 §4.4), the left side of the
/// Message-ID, and the detail of the address to which reports go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MailName {
    /// The organization.
    pub organization: OrganizationId,
    /// The mail.
    pub mail: MailId,
}

impl MailName {
    /// The Message-ID (RFC 5322 §3.6.4), the same at every attempt, so that a mail that came twice is seen to be one.
    #[must_use]
    pub fn message_id(&self, domain: &str) -> String {
        format!("<{self}@{domain}>")
    }
}

impl fmt::Display for MailName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.mail, self.organization)
    }
}

impl FromStr for MailName {
    type Err = NotAMailName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mail, organization) = text.split_once('.').ok_or(NotAMailName)?;
        Ok(Self { organization: organization.parse().map_err(|_| NotAMailName)?, mail: mail.parse()? })
    }
}
