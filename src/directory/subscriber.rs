//! The person named in the certificate.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::organization::{FacilityCode, identifier};
use crate::store::record::Record;

identifier!(
    /// A subscriber's identifier, the organization's own (a personnel number) or made by Tegata: 1 to 64 of
    /// `A-Z a-z 0-9 . _ - @`.
    SubscriberId, "a subscriber's identifier", 64, "A-Z, a-z, 0-9, . _ - and @",
    |b| b.is_ascii_alphanumeric() || b"._-@".contains(&b)
);

/// The person named in the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// The identifier.
    pub id: SubscriberId,
    /// The name, as it stands in the certificate.
    pub name: String,
    /// How the name is read, in kana, where it is known: printed above the name in letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// The e-mail address, where there is one.
    pub email: Option<String>,
    /// The facility the person works for, where there is one.
    pub facility: Option<FacilityCode>,
    /// When the person was retired: everything they had has ended, and nothing is issued to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

impl Record for Subscriber {
    const NAME: &'static str = "subscriber";
    const FORMAT: u32 = 1;
}
