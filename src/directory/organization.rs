//! A tenant and its facilities.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::colour::Colour;
use super::logo::Logo;
use super::mail_policy::{MailPolicy, SecretByMail};
use super::policy::Policy;
use crate::store::record::Record;

/// A text that cannot be an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} has 1 to {longest} characters of {alphabet}, not {text:?}")]
pub struct NotAnIdentifier {
    /// What it should have been.
    pub what: &'static str,
    /// How long it may be.
    pub longest: usize,
    /// What it may consist of.
    pub alphabet: &'static str,
    /// What it was.
    pub text: String,
}

/// Checks an identifier; what is refused is cut for the message.
pub(super) fn checked(
    text: &str,
    what: &'static str,
    longest: usize,
    alphabet: &'static str,
    fits: impl Fn(u8) -> bool,
) -> Result<String, NotAnIdentifier> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    let text = text.chars().take(80).collect();
    Err(NotAnIdentifier { what, longest, alphabet, text })
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $longest:literal, $alphabet:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::directory::NotAnIdentifier;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::directory::organization::checked(text, $what, $longest, $alphabet, $fits).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::directory::NotAnIdentifier;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(super) use identifier;

identifier!(
    /// An organization's name in the store and on the command line: 1 to 32 of `a-z 0-9 -`.
    OrganizationId, "an organization's identifier", 32, "a-z, 0-9 and -",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
);

/// A facility's code such as `G13B`: 1 to 16 of `A-Z 0-9 -`; lower case is read as upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FacilityCode(String);

impl FacilityCode {
    /// The text, in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FacilityCode {
    type Err = NotAnIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let code = checked(text, "a facility's code", 16, "A-Z, 0-9 and -", fits)?;
        Ok(Self(code.to_ascii_uppercase()))
    }
}

impl TryFrom<String> for FacilityCode {
    type Error = NotAnIdentifier;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FacilityCode> for String {
    fn from(code: FacilityCode) -> Self {
        code.0
    }
}

impl fmt::Display for FacilityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whom people ask when something does not work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// A person, a desk, a department.
    pub name: Option<String>,
    /// A telephone number, as people dial it.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// When somebody answers.
    pub hours: Option<String>,
}

/// How an organization's pages look, beside its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// The colour of buttons, links and marks on light pages; people can read it.
    pub colour: Option<Colour>,
    /// The same on dark pages; without it, the nearest shade of the other one.
    pub dark_colour: Option<Colour>,
    /// The logo beside the name.
    pub logo: Option<Logo>,
}

/// What people are asked for first where no link brought them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstQuestion {
    /// The retrieval number.
    #[default]
    Number,
    /// The code of their facility; then the number.
    Facility,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its identifier.
    pub id: OrganizationId,
    /// Its name, as people know it.
    pub name: String,
    /// Whom people ask.
    #[serde(default)]
    pub contact: Contact,
    /// How its pages look.
    #[serde(default)]
    pub look: Look,
    /// What people are asked for first where no link brought them.
    #[serde(default)]
    pub first_question: FirstQuestion,
    /// What it decided for itself.
    #[serde(default)]
    pub policy: Policy,
    /// When it was closed: nothing is issued and claimed in it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// What it sends by mail.
    #[serde(default)]
    pub mail: MailPolicy,
}

impl Organization {
    /// An organization with the pages as Tegata brings them.
    #[must_use]
    pub fn new(id: OrganizationId, name: String, contact: Contact) -> Self {
        Self {
            id,
            name,
            contact,
            look: Look::default(),
            first_question: FirstQuestion::default(),
            policy: Policy::default(),
            closed_at: None,
            mail: MailPolicy::default(),
        }
    }
}

impl Organization {
    /// Whether its mails carry the secret.
    #[must_use]
    pub const fn secret_by_mail(&self) -> SecretByMail {
        match (self.policy.secret_beside_link, self.mail.secret_apart) {
            (true, _) => SecretByMail::Together,
            (false, true) => SecretByMail::Apart,
            (false, false) => SecretByMail::Never,
        }
    }

    /// Says whether its mails carry the secret.
    pub const fn mail_secret(&mut self, how: SecretByMail) {
        self.policy.secret_beside_link = matches!(how, SecretByMail::Together);
        self.mail.secret_apart = matches!(how, SecretByMail::Apart);
    }
}

impl Record for Organization {
    const NAME: &'static str = "organization";
    const FORMAT: u32 = 1;
}

/// A clinic, a pharmacy, a care office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facility {
    /// Its code.
    pub code: FacilityCode,
    /// Its name.
    pub name: String,
    /// Whom its people ask; the organization's contact where nothing is said.
    #[serde(default)]
    pub contact: Contact,
    /// The offers that its people may get; the organization's where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<BTreeSet<String>>,
    /// When it was closed: nobody is invited for it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

impl Facility {
    /// An open facility.
    #[must_use]
    pub fn new(code: FacilityCode, name: String) -> Self {
        Self { code, name, contact: Contact::default(), offers: None, closed_at: None }
    }

    /// Whether its people may get this offer.
    #[must_use]
    pub fn allows(&self, offer: &str) -> bool {
        self.offers.as_ref().is_none_or(|offers| offers.contains(offer))
    }
}

impl Record for Facility {
    const NAME: &'static str = "facility";
    const FORMAT: u32 = 1;
}
