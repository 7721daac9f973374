//! What an organization sends by mail, and under which name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::mail_address::MailAddress;

/// Whether mails carry the secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SecretByMail {
    /// Never: the person learns it in another way.
    #[default]
    Never,
    /// In a mail of its own, some time after the one with the link.
    Apart,
    /// In the mail with the link. Whoever reads that mail can take the certificate.
    Together,
}

/// In which languages mails are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailLanguage {
    /// Japanese.
    #[default]
    Japanese,
    /// English.
    English,
    /// Japanese, and English below it.
    Both,
}

/// Names an enum's variants by their words.
macro_rules! words {
    ($name:ident, $what:literal: $($variant:ident => $word:literal),+ $(,)?) => {
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.name() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|known| known.name()).collect();
                    format!("{} is one of {}, not {text:?}", $what, names.join(", "))
                })
            }
        }
    };
}

words!(SecretByMail, "how the secret travels": Never => "never", Apart => "apart", Together => "together");
words!(MailLanguage, "a language": Japanese => "japanese", English => "english", Both => "both");

/// The least and the most minutes between the mail with the link and the one with the secret.
pub const SECRET_DELAYS: std::ops::RangeInclusive<u32> = 0..=10_080;

/// What an organization sends by mail. All of it has a default, and nothing is sent where the installation has no mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailPolicy {
    /// Whether the secret goes by mail as well, in a mail of its own. Where the policy lets it travel beside the link, it does
    /// that instead.
    pub secret_apart: bool,
    /// Minutes between the mail with the link and the one with the secret, where the secret travels apart.
    pub secret_delay: u32,
    /// The languages.
    pub language: MailLanguage,
    /// The name beside the sender's address; without it, the organization's.
    pub from_name: Option<String>,
    /// Where answers go; without it, as the installation says.
    pub reply_to: Option<MailAddress>,
    /// Where reports of undeliverable mails go; without it, as the installation says.
    pub bounce: Option<MailAddress>,
}

impl Default for MailPolicy {
    fn default() -> Self {
        Self {
            secret_apart: false,
            secret_delay: 10,
            language: MailLanguage::Japanese,
            from_name: None,
            reply_to: None,
            bounce: None,
        }
    }
}
