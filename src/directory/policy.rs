//! What an organization decided for itself, beside what its offers say.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::text::{Fields, Flaw};

/// A mail that a person gets when something has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// The certificate was fetched.
    Fetched,
    /// The certificate is installed and proven.
    Installed,
    /// A new invitation takes the certificate's place.
    Reissued,
    /// The certificate was revoked.
    Revoked,
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fetched, Self::Installed, Self::Reissued, Self::Revoked];

    /// The word for it in forms and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fetched => "fetched",
            Self::Installed => "installed",
            Self::Reissued => "reissued",
            Self::Revoked => "revoked",
        }
    }
}

/// What an organization decided for itself. What is left out is as the offer or the configuration says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// The offers that are handed out; all where nothing is said.
    pub offers: Option<BTreeSet<String>>,
    /// The most living certificates and open invitations of one person.
    pub certificates_per_person: Option<u32>,
    /// How long a link works, in hours.
    pub link_hours: Option<u32>,
    /// How long an invitation is open, in days.
    pub invitation_days: Option<u32>,
    /// How many wrong secrets lock an invitation by its link. By number it is the installation's setting everywhere: an answer
    /// there must not tell whose number it is.
    pub attempts: Option<u32>,
    /// Which mails people get of themselves.
    pub notices: BTreeSet<Notice>,
    /// Whether the secret may travel in the same mail as the link.
    pub secret_beside_link: bool,
    /// After so many hours, what was fetched and not installed needs a hand.
    pub stuck_after_hours: u32,
    /// After so many days, a device change that nobody went on with counts as abandoned: the old certificate stays.
    pub abandoned_after_days: u32,
    /// Whether people may change to another device alone, with the old one in hand.
    pub change_alone: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            offers: None,
            certificates_per_person: None,
            link_hours: None,
            invitation_days: None,
            attempts: None,
            notices: Notice::ALL.into(),
            secret_beside_link: false,
            stuck_after_hours: 24,
            abandoned_after_days: 14,
            change_alone: true,
        }
    }
}

impl Policy {
    /// Whether this offer is handed out here.
    #[must_use]
    pub fn allows(&self, offer: &str) -> bool {
        self.offers.as_ref().is_none_or(|offers| offers.contains(offer))
    }

    /// Keeps everything that does not do.
    pub(super) fn check(&self, fields: &mut Fields) {
        let mut within = |field, value: Option<u32>, least: u32, most: u32| {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                fields.flaw(field, Flaw::OutOfRange(i64::from(least), i64::from(most)));
            }
        };
        within("certificates-per-person", self.certificates_per_person, 1, 1_000);
        within("link-hours", self.link_hours, 1, 24 * 90);
        within("invitation-days", self.invitation_days, 1, 365);
        within("attempts", self.attempts, 1, 20);
        within("stuck-after-hours", Some(self.stuck_after_hours), 1, 24 * 90);
        within("abandoned-after-days", Some(self.abandoned_after_days), 1, 365);
        if self.offers.as_ref().is_some_and(BTreeSet::is_empty) {
            fields.flaw("offers", Flaw::Needed);
        }
    }
}
