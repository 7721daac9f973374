//! The columns that a list may have.

use serde::{Deserialize, Serialize};

use super::word::{Kind, WordLanguage, guess, meaning, written};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The organization's own identifier for the person.
    SubscriberId,
    /// The person's name.
    Name,
    /// How the name is read.
    Kana,
    /// The person's e-mail address.
    Email,
    /// The facility's code.
    Facility,
    /// The facility's name.
    FacilityName,
    /// What is handed out.
    Offer,
    /// The kinds of device.
    Device,
    /// A note for operators.
    Note,
    /// How the invitation is handed over.
    Handover,
    /// What names the row, so that it is done once.
    Key,
    /// The postal code.
    PostalCode,
    /// The address, or its first line.
    Address,
    /// The address's second line.
    Address2,
}

/// The columns of a list of people.
pub const PERSON_COLUMNS: &[Column] = &[
    Column::SubscriberId,
    Column::Name,
    Column::Kana,
    Column::Email,
    Column::Facility,
    Column::FacilityName,
    Column::Offer,
    Column::Device,
    Column::Note,
    Column::Handover,
    Column::Key,
    Column::PostalCode,
    Column::Address,
    Column::Address2,
];

/// The columns of a list of facilities.
pub const FACILITY_COLUMNS: &[Column] = &[Column::Facility, Column::FacilityName];

impl Column {
    /// Its stable name, which is also a heading and a key of JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SubscriberId => "subscriber_id",
            Self::Name => "name",
            Self::Kana => "kana",
            Self::Email => "email",
            Self::Facility => "facility",
            Self::FacilityName => "facility_name",
            Self::Offer => "offer",
            Self::Device => "device",
            Self::Note => "note",
            Self::Handover => "handover",
            Self::Key => "key",
            Self::PostalCode => "postal_code",
            Self::Address => "address",
            Self::Address2 => "address2",
        }
    }

    /// Its heading as people write it.
    #[must_use]
    pub fn heading(self, language: WordLanguage) -> &'static str {
        written(Kind::Column, self.name(), language).unwrap_or(self.name())
    }

    fn named(name: &str, among: &[Self]) -> Option<Self> {
        among.iter().copied().find(|column| column.name() == name)
    }

    /// The column that a heading means, of those that a list may have.
    pub(super) fn recognise(heading: &str, among: &[Self]) -> Option<Self> {
        Self::named(meaning(Kind::Column, heading)?, among)
    }

    /// The column that an unknown heading probably means.
    pub(super) fn guess(heading: &str, among: &[Self]) -> Option<Self> {
        Self::named(guess(Kind::Column, heading)?, among)
    }

    /// Whether a value is an identifier or another word for machines, whose full-width letters are meant as ASCII.
    pub(super) const fn is_for_machines(self) -> bool {
        matches!(
            self,
            Self::SubscriberId
                | Self::Email
                | Self::Facility
                | Self::Offer
                | Self::Device
                | Self::Handover
                | Self::Key
                | Self::PostalCode
        )
    }

    /// Whether a cell may have several lines.
    pub(super) const fn takes_lines(self) -> bool {
        matches!(self, Self::Address | Self::Address2)
    }
}
