//! Every reason for which a person is refused, each with a stable code that pages, logs and the help desk share.

use jiff::Timestamp;
use serde::Serialize;

use crate::device::Platform;

/// A refusal: what was asked for did not happen, and nothing but an attempt counter changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Refusal {
    /// No such link, number or ticket; also the one answer to everything malformed.
    #[error("nothing is known under this link or number")]
    Unknown,
    /// The secret (or the pair of number and secret) is not right.
    #[error("the secret is wrong, {attempts_left} attempts are left")]
    WrongSecret {
        /// How many more wrong ones until it locks.
        attempts_left: u32,
    },
    /// What was typed cannot be a secret: too short, too long, other letters. Not counted.
    #[error("this cannot be the secret: it has 10 letters and digits")]
    MalformedSecret,
    /// Too many wrong secrets. Heals by itself.
    #[error("locked until {until}")]
    Locked {
        /// When it opens again.
        until: Timestamp,
    },
    /// The invitation's time is over.
    #[error("the invitation ended on {at}")]
    InvitationExpired {
        /// When it ended.
        at: Timestamp,
    },
    /// The link's own, shorter time is over; number and secret still work.
    #[error("the link ended on {at}; number and secret still work")]
    LinkExpired {
        /// When it ended.
        at: Timestamp,
    },
    /// An operator took the invitation back.
    #[error("the invitation was cancelled on {at}")]
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// The certificate was handed out already, and the time to fetch it again is over.
    #[error("the certificate was fetched on {at}")]
    AlreadyFetched {
        /// When it was first fetched.
        at: Timestamp,
        /// On what kind of device it was claimed.
        platform: Platform,
    },
    /// The certificate is installed and proven.
    #[error("the certificate has been installed since {at}")]
    AlreadyInstalled {
        /// When the check page saw it.
        at: Timestamp,
        /// On what kind of device it was claimed.
        platform: Platform,
    },
    /// The certificate was revoked.
    #[error("the certificate was revoked on {at}")]
    Revoked {
        /// When.
        at: Timestamp,
    },
    /// A newer enrollment took this one's place.
    #[error("a newer enrollment took this one's place on {at}")]
    Superseded {
        /// When.
        at: Timestamp,
    },
    /// The ticket's minutes are over.
    #[error("the time to fetch the file ended on {at}")]
    WindowOver {
        /// When it ended.
        at: Timestamp,
        /// Whether the file had been fetched; if not, the secret still opens a new ticket.
        fetched: bool,
    },
    /// The file has been fetched as often as the offer allows.
    #[error("the file has been fetched {limit} times, no more is allowed")]
    FetchesUsedUp {
        /// How often it may be fetched.
        limit: u32,
    },
    /// The password that the person chose for the bundle is too easy to guess, or has letters that devices cannot take.
    #[error("the chosen bundle password is not strong enough")]
    WeakPassword,
    /// This offer or invitation is not for this kind of device.
    #[error("this invitation is not for this kind of device")]
    OtherDevice {
        /// The kinds it is for.
        meant_for: Vec<Platform>,
    },
    /// The organization was closed: nothing is handed out in it any more.
    #[error("the organization was closed on {at}")]
    OrganizationClosed {
        /// When.
        at: Timestamp,
    },
    /// The secret is right, and has been used too often of late without the file being fetched. Heals by itself.
    #[error("claimed too often; possible again from {until}")]
    ClaimedTooOften {
        /// From when on it can be claimed again.
        until: Timestamp,
    },
    /// The system cannot work at this moment; nothing was used up.
    #[error("not available at this moment; nothing was used up")]
    TryAgain,
}

impl Refusal {
    /// The stable code, `T-` and three digits. Never renumbered, never used again.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "T-101",
            Self::WrongSecret { .. } => "T-102",
            Self::MalformedSecret => "T-103",
            Self::Locked { .. } => "T-104",
            Self::InvitationExpired { .. } => "T-105",
            Self::LinkExpired { .. } => "T-106",
            Self::Cancelled { .. } => "T-107",
            Self::AlreadyFetched { .. } => "T-108",
            Self::AlreadyInstalled { .. } => "T-109",
            Self::Revoked { .. } => "T-110",
            Self::Superseded { .. } => "T-111",
            Self::WindowOver { .. } => "T-112",
            Self::FetchesUsedUp { .. } => "T-113",
            Self::WeakPassword => "T-114",
            Self::OtherDevice { .. } => "T-115",
            Self::OrganizationClosed { .. } => "T-117",
            Self::ClaimedTooOften { .. } => "T-118",
            Self::TryAgain => "T-190",
        }
    }
}
