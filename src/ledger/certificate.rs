//! One certificate's record.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::pki::serial::SerialNumber;
use crate::store::record::Record;

/// Why a certificate was revoked: the reason codes of RFC 5280 §5.3.1 that apply to people's devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// No reason is given (0).
    Unspecified,
    /// The device was lost or stolen, or the key may be in other hands (1).
    KeyCompromise,
    /// The person changed the facility or the name (3).
    AffiliationChanged,
    /// A newer certificate took its place (4).
    Superseded,
    /// The device is no longer used for this (5).
    CessationOfOperation,
    /// The person may no longer use the service (9).
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// All reasons.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The name in RFC 5280, hyphenated.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::AffiliationChanged => "affiliation-changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
            Self::PrivilegeWithdrawn => "privilege-withdrawn",
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RevocationReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|reason| reason.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|reason| reason.name()).collect();
            format!("{text:?} is no reason; the reasons are {}", names.join(", "))
        })
    }
}

/// Where a certificate is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// The intent is recorded; nothing is signed, or nobody knows whether it was.
    Prepared {
        /// Since when.
        at: Timestamp,
    },
    /// Signed, and may have left the process.
    Valid {
        /// Since when.
        at: Timestamp,
    },
    /// Revoked.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
    },
    /// Given up before its first byte left the process: nobody has it, so no list need name it.
    Abandoned {
        /// When.
        at: Timestamp,
    },
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRecord {
    /// Its serial number.
    pub serial: SerialNumber,
    /// The enrollment that it was made for (a name of `enrollment`, which stands above this module).
    pub enrollment: String,
    /// The issuer's name, RFC 4514.
    pub issuer: String,
    /// The subject's name, RFC 4514; empty while prepared.
    pub subject: String,
    /// Where it is in its life.
    #[serde(flatten)]
    pub status: CertificateStatus,
    /// From when on it is valid; absent while prepared.
    pub not_before: Option<Timestamp>,
    /// When it ends; absent while prepared.
    pub not_after: Option<Timestamp>,
    /// The certificate itself, DER in hexadecimal digits; absent while prepared.
    pub der: Option<String>,
}

impl Record for CertificateRecord {
    const NAME: &'static str = "certificate record";
    const FORMAT: u32 = 1;
}

impl CertificateRecord {
    /// Takes the certificate out of use: a valid one is revoked, a prepared one is abandoned; what has ended stays as it is.
    #[must_use]
    pub fn ended(mut self, at: Timestamp, reason: RevocationReason) -> Self {
        self.status = match self.status {
            CertificateStatus::Valid { .. } => CertificateStatus::Revoked { at, reason },
            CertificateStatus::Prepared { .. } => CertificateStatus::Abandoned { at },
            ended => ended,
        };
        self
    }

    /// Gives up a certificate that never left the process; what has ended stays as it is.
    #[must_use]
    pub fn abandoned(mut self, at: Timestamp) -> Self {
        self.status = match self.status {
            CertificateStatus::Valid { .. } | CertificateStatus::Prepared { .. } => {
                CertificateStatus::Abandoned { at }
            }
            ended => ended,
        };
        self
    }

    /// Whether a relying party would let it in at `now`.
    #[must_use]
    pub fn lets_in(&self, now: Timestamp) -> bool {
        matches!(self.status, CertificateStatus::Valid { .. })
            && self.not_before.is_some_and(|start| start <= now)
            && self.not_after.is_some_and(|end| now <= end)
    }
}
