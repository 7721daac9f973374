//! A person who signs in.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::entropy::{Entropy, EntropyError};
use crate::pepper::SecretHash;
use crate::store::record::Record;

/// Letters in an account's identifier.
const LENGTH: usize = 26;

/// An account's identifier: 128 random bits as 26 of `a-z 2-7`. Not secret; a passkey carries it as its user handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(Uuid);

/// A text that names no account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an account's identifier has 26 letters and digits")]
pub struct NotAnAccountId;

impl AccountId {
    /// Draws a new one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        Ok(Self(Builder::from_random_bytes(entropy.bytes()?).into_uuid()))
    }

    /// The user handle of this account's passkeys.
    #[must_use]
    pub const fn handle(&self) -> Uuid {
        self.0
    }

    /// The account whose passkeys have this user handle, if there is one.
    #[must_use]
    pub const fn of_handle(handle: Uuid) -> Self {
        Self(handle)
    }
}

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    fn from_str(text: &str) -> Result<Self, NotAnAccountId> {
        let lower = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() != LENGTH || !lower {
            return Err(NotAnAccountId);
        }
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).map_err(|_| NotAnAccountId)?;
        Uuid::from_slice(&bytes).map(Self).map_err(|_| NotAnAccountId)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(self.0.as_bytes()).to_ascii_lowercase())
    }
}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccountId;

    fn try_from(text: String) -> Result<Self, NotAnAccountId> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.to_string()
    }
}

/// A passkey of an account: the public half of what a device holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What the person calls it, such as the device's kind.
    pub name: String,
    /// The credential's identifier (Web Authentication), base64url without padding.
    pub credential_id: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Timestamp>,
    /// The credential as the library for passkeys writes it: JSON. The directory does not look into it.
    pub credential: String,
}

/// The hash of a recovery code, and how it is found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recovery {
    /// Under which its pointer stands.
    pub selector: SecretHash,
    /// What must be shown.
    pub verifier: SecretHash,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A person who signs in, whatever organizations they work for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// The identifier.
    pub id: AccountId,
    /// The person's name, as the audit log and colleagues see it.
    pub name: String,
    /// The e-mail address, where there is one.
    pub email: Option<String>,
    /// What the person signs in with.
    pub passkeys: Vec<Passkey>,
    /// What lets the person in who has lost every passkey.
    pub recovery: Option<Recovery>,
    /// Whether the person administers the installation.
    pub administrator: bool,
    /// The language of their pages, such as `ja`; none for the browser's.
    pub language: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Sessions that began before this have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions_since: Option<Timestamp>,
    /// When it ended: nobody signs in with it any more.
    pub ended_at: Option<Timestamp>,
}

impl Record for Account {
    const NAME: &'static str = "account";
    const FORMAT: u32 = 1;
}

impl Account {
    /// The passkey with this credential identifier.
    #[must_use]
    pub fn passkey(&self, credential_id: &str) -> Option<&Passkey> {
        self.passkeys.iter().find(|passkey| passkey.credential_id == credential_id)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn an_accounts_identifier_is_read_as_it_was_written() {
        let id = AccountId::draw(&SystemEntropy).unwrap();
        let text = id.to_string();
        assert_eq!(text.len(), LENGTH);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(AccountId::of_handle(id.handle()), id);
        for other in ["", "a", &text.to_uppercase(), &format!("{text}a"), "account/../operator/x00000"] {
            assert!(other.parse::<AccountId>().is_err(), "{other}");
        }
    }
}
