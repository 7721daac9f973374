//! An enrollment as it is kept, and the events of its life.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::EnrollmentId;
use super::outbox::MailKind;
use super::state::{Attempts, Claims, Standing, State};
use crate::device::Platform;
pub use crate::directory::Actor;
use crate::directory::{FacilityCode, OrganizationId, SubscriberId};
use crate::ledger::RevocationReason;
use crate::mail::MailId;
use crate::pepper::SecretHash;
use crate::pki::serial::SerialNumber;
use crate::store::record::Record;

/// Why a new enrollment takes another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReissueReason {
    /// The person gets another device. The old certificate lives until the new one is installed.
    NewDevice,
    /// The device was lost or stolen. The old certificate is revoked at once.
    Lost,
    /// The file was lost on the way, or could not be installed. The old certificate is revoked at once.
    LostDownload,
    /// The device is the same, and the certificate has vanished from it (it was reset, the app was installed anew) or was made
    /// for the wrong kind of device. The old certificate is revoked at once; the next may be claimed on every kind.
    Reinstalled,
}

impl ReissueReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::NewDevice, Self::Lost, Self::LostDownload, Self::Reinstalled];

    /// The word on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewDevice => "new-device",
            Self::Lost => "lost",
            Self::LostDownload => "lost-download",
            Self::Reinstalled => "reinstalled",
        }
    }

    /// Whether the device is the same as before, so that what is installed next replaces in place.
    #[must_use]
    pub const fn same_device(self) -> bool {
        matches!(self, Self::LostDownload | Self::Reinstalled)
    }

    /// For what reason the old certificate is revoked at once; `None` where it stays until the new one is proven.
    #[must_use]
    pub const fn revokes(self) -> Option<RevocationReason> {
        match self {
            Self::NewDevice => None,
            Self::Lost => Some(RevocationReason::KeyCompromise),
            Self::LostDownload | Self::Reinstalled => Some(RevocationReason::Superseded),
        }
    }
}

impl std::str::FromStr for ReissueReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|reason| reason.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|reason| reason.name()).collect();
            format!("{text:?} is no reason to reissue; the reasons are {}", names.join(", "))
        })
    }
}

/// One device's passage from invitation to an installed certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrollment {
    /// Its name.
    pub id: EnrollmentId,
    /// The first enrollment for this device: what follows on the same device keeps the line, and with it the
    /// identifier of its profile, so that a renewal replaces in place.
    pub line: EnrollmentId,
    /// The tenant.
    pub organization: OrganizationId,
    /// The person.
    pub subscriber: SubscriberId,
    /// The person's name at the invitation, for lists.
    pub subscriber_name: String,
    /// The facility, where there is one.
    pub facility: Option<FacilityCode>,
    /// The offer's name.
    pub offer: String,
    /// The kinds of device it is for; empty for all.
    pub platforms: Vec<Platform>,
    /// What the operator noted.
    pub note: Option<String>,
    /// The hash of the link's code.
    pub code: SecretHash,
    /// The hash of the retrieval number.
    pub number: SecretHash,
    /// The hash of the secret.
    pub secret: SecretHash,
    /// The bundle password that travels by a letter of its own, sealed under the secret (hexadecimal).
    pub separate_password: Option<String>,
    /// When it was issued.
    pub invited_at: Timestamp,
    /// When the link ends; number and secret go on.
    pub link_ends: Timestamp,
    /// When the invitation ends.
    pub invitation_ends: Timestamp,
    /// When link, number and secret were last made anew, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrawn_at: Option<Timestamp>,
    /// When something last happened to it, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// Wrong secrets.
    pub attempts: Attempts,
    /// Claims of late.
    #[serde(default, skip_serializing_if = "Claims::is_none")]
    pub claims: Claims,
    /// The enrollment whose place it takes.
    pub predecessor: Option<EnrollmentId>,
    /// The enrollment that was issued to take its place; in force when that one is installed.
    pub successor: Option<EnrollmentId>,
    /// Whether the person began it alone, to change to another device.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_person: bool,
    /// Where it is in its life.
    #[serde(flatten)]
    pub state: State,
}

impl Record for Enrollment {
    const NAME: &'static str = "enrollment";
    const FORMAT: u32 = 1;
}

impl Enrollment {
    /// Its standing at `now`.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match &self.state {
            State::Invited if now >= self.invitation_ends => Standing::Expired,
            State::Invited if self.attempts.locked_until.is_some_and(|until| now < until) => Standing::Locked,
            State::Invited => Standing::Invited,
            State::Issuing { .. } | State::Claimed { .. } => Standing::Claimed,
            State::Fetched { .. } => Standing::Fetched,
            State::Installed { .. } => Standing::Installed,
            State::Replaced { .. } => Standing::Replaced,
            State::Revoked { .. } => Standing::Revoked,
            State::Cancelled { .. } => Standing::Cancelled,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Happening {
    /// It was issued.
    Invited {
        /// For whom.
        subscriber: SubscriberId,
        /// In whose place.
        predecessor: Option<EnrollmentId>,
    },
    /// A wrong secret came.
    WrongSecret {
        /// How many are left.
        attempts_left: u32,
    },
    /// The last wrong secret locked it.
    Locked {
        /// Until when.
        until: Timestamp,
    },
    /// An operator unlocked it.
    Unlocked,
    /// It got a new link, number and secret; the ones before lead nowhere since.
    Redrawn,
    /// It got a new link and number; the secret stayed.
    Relinked,
    /// The right secret came; this certificate will be made.
    Claimed {
        /// On what kind of device.
        platform: Platform,
        /// The serial number that was drawn.
        serial: SerialNumber,
    },
    /// A certificate was given up before any byte of it was fetched.
    Abandoned {
        /// Which.
        serial: SerialNumber,
    },
    /// The certificate was made and lies ready.
    Issued {
        /// Which.
        serial: SerialNumber,
        /// When it ends.
        not_after: Timestamp,
    },
    /// The file began to leave.
    FetchStarted {
        /// Which file.
        file: String,
        /// The how-manieth time.
        fetch: u32,
    },
    /// A broken transfer goes on.
    FetchContinued {
        /// Which file.
        file: String,
    },
    /// The whole file left.
    Fetched,
    /// The check page saw the certificate.
    Installed {
        /// Which.
        serial: SerialNumber,
    },
    /// The certificate was revoked.
    Revoked {
        /// Which.
        serial: SerialNumber,
        /// Why.
        reason: RevocationReason,
    },
    /// A successor was issued.
    Reissued {
        /// Which.
        successor: EnrollmentId,
        /// Why.
        reason: ReissueReason,
    },
    /// Another enrollment took its place.
    Replaced {
        /// Which. (`by` says who did it, in the same line.)
        #[serde(rename = "successor")]
        by: EnrollmentId,
    },
    /// It was taken back.
    Cancelled,
    /// An operator wrote the note anew.
    Noted {
        /// What it says now; nothing where it was taken away.
        note: Option<String>,
    },
    /// A mail about it was handed to the mail server.
    Mailed {
        /// Which.
        mail: MailId,
        /// What it is about.
        what: MailKind,
    },
    /// A mail about it was given up, dropped or came back.
    Unmailed {
        /// Which.
        mail: MailId,
        /// What it is about.
        what: MailKind,
        /// Why.
        why: String,
    },
}

impl Happening {
    /// The names of all of them.
    pub const NAMES: [&str; 20] = [
        "invited",
        "wrong-secret",
        "locked",
        "unlocked",
        "claimed",
        "abandoned",
        "issued",
        "fetch-started",
        "fetch-continued",
        "fetched",
        "installed",
        "revoked",
        "reissued",
        "replaced",
        "redrawn",
        "relinked",
        "cancelled",
        "noted",
        "mailed",
        "unmailed",
    ];

    /// Its name, as the audit log has it under `kind`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "invited",
            Self::WrongSecret { .. } => "wrong-secret",
            Self::Locked { .. } => "locked",
            Self::Unlocked => "unlocked",
            Self::Claimed { .. } => "claimed",
            Self::Abandoned { .. } => "abandoned",
            Self::Issued { .. } => "issued",
            Self::FetchStarted { .. } => "fetch-started",
            Self::FetchContinued { .. } => "fetch-continued",
            Self::Fetched => "fetched",
            Self::Installed { .. } => "installed",
            Self::Revoked { .. } => "revoked",
            Self::Reissued { .. } => "reissued",
            Self::Replaced { .. } => "replaced",
            Self::Redrawn => "redrawn",
            Self::Relinked => "relinked",
            Self::Cancelled => "cancelled",
            Self::Noted { .. } => "noted",
            Self::Mailed { .. } => "mailed",
            Self::Unmailed { .. } => "unmailed",
        }
    }
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeEvent {
    /// When.
    pub at: Timestamp,
    /// To which enrollment.
    pub enrollment: EnrollmentId,
    /// By whom.
    #[serde(flatten)]
    pub actor: Actor,
    /// From which address, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// What.
    #[serde(flatten)]
    pub happening: Happening,
}

impl Record for LifeEvent {
    const NAME: &'static str = "event";
    const FORMAT: u32 = 1;
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::directory::AccountId;
    use crate::entropy::SystemEntropy;
    use crate::store::record::{decode, encode};

    #[test]
    fn every_line_of_the_audit_log_is_read_as_it_was_written() {
        let id = EnrollmentId::draw(&SystemEntropy).unwrap();
        let serial = SerialNumber::random(&SystemEntropy).unwrap();
        let at = Timestamp::UNIX_EPOCH;
        let reason = RevocationReason::KeyCompromise;
        let happenings = [
            Happening::Invited { subscriber: "10234".parse().unwrap(), predecessor: Some(id.clone()) },
            Happening::WrongSecret { attempts_left: 4 },
            Happening::Locked { until: at },
            Happening::Unlocked,
            Happening::Redrawn,
            Happening::Claimed { platform: Platform::Ios, serial },
            Happening::Abandoned { serial },
            Happening::Issued { serial, not_after: at },
            Happening::FetchStarted { file: "a.p12".to_owned(), fetch: 1 },
            Happening::FetchContinued { file: "a.p12".to_owned() },
            Happening::Fetched,
            Happening::Installed { serial },
            Happening::Revoked { serial, reason },
            Happening::Reissued { successor: id.clone(), reason: ReissueReason::Lost },
            Happening::Replaced { by: id.clone() },
            Happening::Relinked,
            Happening::Cancelled,
            Happening::Noted { note: Some("spare phone".to_owned()) },
            Happening::Mailed { mail: "7q2k9x4m1abc".parse().unwrap(), what: MailKind::Invitation },
            Happening::Unmailed {
                mail: "7q2k9x4m1abc".parse().unwrap(),
                what: MailKind::Revoked,
                why: "550 no such user".to_owned(),
            },
        ];
        let names = |list: &[&'static str]| list.iter().copied().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(names(&happenings.each_ref().map(Happening::name)), names(&Happening::NAMES));
        let operator = Actor::Operator("keiko".to_owned());
        let account = AccountId::draw(&SystemEntropy).unwrap();
        let person = Actor::Account { id: account, name: "keiko".to_owned() };
        let from = Some(IpAddr::from([192, 0, 2, 1]));
        for actor in [operator, person, Actor::CommandLine, Actor::Subscriber, Actor::System] {
            for happening in happenings.clone() {
                let (enrollment, actor) = (id.clone(), actor.clone());
                let written = LifeEvent { at, enrollment, actor, from, happening };
                let read: LifeEvent = decode(&encode(&written).unwrap()).unwrap();
                assert_eq!(read, written);
                let kind = serde_json::to_value(&written).unwrap()["kind"].clone();
                assert_eq!(kind, written.happening.name());
            }
        }
    }
}
