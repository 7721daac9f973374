//! Where an enrollment is in its life. A variant carries what is true only then.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::EnrollmentId;
use super::view::BundleFile;
use crate::device::{BundleTarget, Platform};
use crate::ledger::RevocationReason;
use crate::pepper::SecretHash;
use crate::pki::serial::SerialNumber;

/// Wrong secrets, and what came of them. Heals by time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// Wrong ones since the last lock, right one or unlocking.
    pub wrong: u32,
    /// How often it locked since the last right one or unlocking; each lock lasts twice as long as the one before.
    pub locks: u32,
    /// When the last lock ends.
    pub locked_until: Option<Timestamp>,
    /// When the last wrong one came: after a while all of this is forgotten.
    #[serde(default)]
    pub last_wrong: Option<Timestamp>,
}

/// How often an invitation was claimed of late. Each claim makes a key, a certificate and a line in the ledger, so that who
/// knows the secret could otherwise fill the store. Heals by time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// How many since then.
    pub count: u32,
    /// When the first of them was.
    pub since: Option<Timestamp>,
}

impl Claims {
    /// So many claims are begun within [`Claims::SPAN`]: more than anybody needs whose downloads fail again and again.
    pub const MOST: u32 = 10;
    /// After so long from the first of them they are forgotten.
    pub const SPAN: SignedDuration = SignedDuration::from_hours(24);

    /// Whether there were none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn at(self, now: Timestamp) -> Self {
        let forgotten = self.since.is_some_and(|since| now.duration_since(since) >= Self::SPAN);
        if forgotten { Self::default() } else { self }
    }

    /// Until when no further one is begun, if there were too many.
    #[must_use]
    pub fn rest(self, now: Timestamp) -> Option<Timestamp> {
        let counted = self.at(now);
        let since = counted.since.filter(|_| counted.count >= Self::MOST)?;
        Some(since.checked_add(Self::SPAN).unwrap_or(Timestamp::MAX))
    }

    /// One more.
    #[must_use]
    pub fn begun(self, now: Timestamp) -> Self {
        let counted = self.at(now);
        Self { count: counted.count.saturating_add(1), since: counted.since.or(Some(now)) }
    }

    /// One less: it failed, and not through the person.
    #[must_use]
    pub fn given_back(self) -> Self {
        match self.count {
            0 | 1 => Self::default(),
            count => Self { count: count - 1, ..self },
        }
    }
}

/// What an invitation keeps of its link, number, secret and separate bundle password, and until when they open it.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The hash of the link's code.
    pub code: SecretHash,
    /// The hash of the retrieval number.
    pub number: SecretHash,
    /// The hash of the secret.
    pub secret: SecretHash,
    /// The bundle password that travels by a letter of its own, sealed under the secret (hexadecimal).
    pub separate_password: Option<String>,
    /// When the link ends.
    pub link_ends: Timestamp,
    /// When the invitation ends.
    pub invitation_ends: Timestamp,
}

/// One claim: what was decided when the right secret came, before any key existed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// When.
    pub at: Timestamp,
    /// Random, so that two claims of one enrollment are never mistaken for each other (16 bytes, hexadecimal).
    pub salt: String,
    /// The hash of the ticket.
    pub ticket: SecretHash,
    /// The serial number that its certificate has or will have.
    pub serial: SerialNumber,
    /// The process that makes key and certificate.
    pub node: String,
    /// Until when that process is believed to be at work.
    pub lease_until: Timestamp,
    /// When the delivery ends.
    pub window_ends: Timestamp,
    /// How often it may be fetched.
    pub fetches_allowed: u32,
    /// The device it was claimed on.
    pub platform: Platform,
    /// The system's version, where it was known.
    pub os_version: Option<String>,
    /// What kind of bundle it gets.
    pub target: BundleTarget,
}

/// What lies ready to be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The files: the one to install first, then its compatible variant where there is one.
    pub files: Vec<BundleFile>,
    /// The name under which the device shows the certificate.
    pub certificate_name: String,
    /// When the certificate ends.
    pub not_after: Timestamp,
    /// How often it was fetched from its first byte.
    pub fetches: u32,
    /// How often a broken transfer was continued.
    pub continuations: u32,
}

/// Where an enrollment is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// Waiting for the secret.
    Invited,
    /// The right secret came; key and certificate are being made.
    Issuing {
        /// By this claim.
        claim: Claim,
    },
    /// The bundle lies ready.
    Claimed {
        /// By this claim.
        claim: Claim,
        /// What lies ready.
        delivery: Delivery,
    },
    /// The whole file reached the device, as far as can be seen from here.
    Fetched {
        /// By this claim.
        claim: Claim,
        /// What lies ready until the window ends.
        delivery: Delivery,
        /// When.
        at: Timestamp,
    },
    /// The check page saw the certificate.
    Installed {
        /// The certificate.
        serial: SerialNumber,
        /// When its ticket was opened, and on what.
        claim: Claim,
        /// When the check page saw it first.
        at: Timestamp,
        /// When the certificate ends.
        not_after: Timestamp,
    },
    /// Another enrollment took this one's place.
    Replaced {
        /// Since when.
        at: Timestamp,
        /// Which.
        by: EnrollmentId,
        /// The claim that this enrollment had come to, if any.
        claim: Option<Claim>,
    },
    /// The certificate was revoked.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
        /// The claim that it came from.
        claim: Claim,
    },
    /// The invitation was taken back.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// The claim that this enrollment has come to, if any.
    #[must_use]
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Invited | Self::Cancelled { .. } => None,
            Self::Replaced { claim, .. } => claim.as_ref(),
            Self::Issuing { claim }
            | Self::Claimed { claim, .. }
            | Self::Fetched { claim, .. }
            | Self::Installed { claim, .. }
            | Self::Revoked { claim, .. } => Some(claim),
        }
    }

    /// Whether the secret was right, and nothing is proven yet.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Issuing { .. } | Self::Claimed { .. } | Self::Fetched { .. })
    }

    /// The certificate that may be valid in this state.
    #[must_use]
    pub const fn certificate(&self) -> Option<SerialNumber> {
        match self {
            Self::Issuing { claim }
            | Self::Claimed { claim, .. }
            | Self::Fetched { claim, .. }
            | Self::Installed { claim, .. } => Some(claim.serial),
            // A replaced enrollment's certificate was revoked in the same commit.
            Self::Invited | Self::Replaced { .. } | Self::Revoked { .. } | Self::Cancelled { .. } => None,
        }
    }
}

/// The word for an enrollment's standing, as lists, filters and `--json` show it: the state, refined by what the clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Waiting for the secret.
    Invited,
    /// Too many wrong secrets; heals.
    Locked,
    /// The invitation's time is over.
    Expired,
    /// The right secret came.
    Claimed,
    /// The file reached the device.
    Fetched,
    /// Proven by the check page.
    Installed,
    /// Another enrollment took its place.
    Replaced,
    /// The certificate was revoked.
    Revoked,
    /// The invitation was taken back.
    Cancelled,
}

impl Standing {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::Invited,
        Self::Locked,
        Self::Expired,
        Self::Claimed,
        Self::Fetched,
        Self::Installed,
        Self::Replaced,
        Self::Revoked,
        Self::Cancelled,
    ];

    /// The word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Locked => "locked",
            Self::Expired => "expired",
            Self::Claimed => "claimed",
            Self::Fetched => "fetched",
            Self::Installed => "installed",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Standing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|standing| standing.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|standing| standing.name()).collect();
            format!("{text:?} is no state; the states are {}", names.join(", "))
        })
    }
}
