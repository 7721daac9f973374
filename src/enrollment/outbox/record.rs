//! A mail as it is kept.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::nonce::Nonces;
use super::queue::NoticeFacts;
use crate::directory::{FacilityCode, MailAddress, Notice, SubscriberId};
use crate::enrollment::id::EnrollmentId;
use crate::mail::MailId;
use crate::store::record::Record;
use crate::store::{Key, KeyError};

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// An invitation with its link.
    Invitation,
    /// The secret of an invitation.
    Secret,
    /// The file reached a device.
    Fetched,
    /// The certificate is in use.
    Installed,
    /// A new invitation was issued.
    Reissued,
    /// The certificate was revoked.
    Revoked,
    /// A change to another device was begun with the certificate.
    ChangeBegun,
}

impl MailKind {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Secret => "secret",
            Self::Fetched => "fetched",
            Self::Installed => "installed",
            Self::Reissued => "reissued",
            Self::Revoked => "revoked",
            Self::ChangeBegun => "change-begun",
        }
    }

    /// Whether it carries something that is forgotten once it was sent.
    #[must_use]
    pub const fn carries_credentials(self) -> bool {
        matches!(self, Self::Invitation | Self::Secret)
    }
}

impl From<Notice> for MailKind {
    fn from(notice: Notice) -> Self {
        match notice {
            Notice::Fetched => Self::Fetched,
            Notice::Installed => Self::Installed,
            Notice::Reissued => Self::Reissued,
            Notice::Revoked => Self::Revoked,
        }
    }
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailStanding {
    /// It waits to be sent, or to be tried again.
    Waiting,
    /// It is under way to the mail server.
    Sending,
    /// The mail server took it.
    Sent,
    /// It was given up.
    Failed,
    /// A mail server reported that it could not be delivered.
    Bounced,
    /// It was not sent, since what it says is true no more.
    Obsolete,
}

impl MailStanding {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Sending, Self::Sent, Self::Failed, Self::Bounced, Self::Obsolete];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
            Self::Obsolete => "obsolete",
        }
    }
}

impl fmt::Display for MailStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for MailStanding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|standing| standing.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|standing| standing.name()).collect();
            format!("a mail's state is one of {}, not {text:?}", names.join(", "))
        })
    }
}

/// What went wrong with a mail, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailProblem {
    /// When.
    pub at: Timestamp,
    /// What, as the mail server or the system said it.
    pub what: String,
}

/// Where a mail is in its life. A variant carries what is true only then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(in crate::enrollment) enum MailState {
    /// It waits.
    Waiting {
        /// Until then.
        due: Timestamp,
    },
    /// An attempt is under way. Whether the server has it is not known before the attempt's end is recorded.
    Sending {
        /// Since when.
        since: Timestamp,
        /// From then on the attempt is over, whatever became of the node that made it.
        until: Timestamp,
    },
    /// The mail server took it.
    Sent {
        /// When.
        at: Timestamp,
        /// What the server said, its queue's identifier included.
        reply: String,
    },
    /// It was given up.
    Failed {
        /// When.
        at: Timestamp,
    },
    /// A server reported that it could not be delivered.
    Bounced {
        /// When the report was read.
        at: Timestamp,
        /// The status (RFC 3463).
        status: Option<String>,
    },
    /// It was not sent, since what it says is true no more.
    Obsolete {
        /// When that was seen.
        at: Timestamp,
    },
}

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::enrollment) struct Outgoing {
    /// Its identifier.
    pub id: MailId,
    /// What it is about.
    pub kind: MailKind,
    /// About which enrollment.
    pub enrollment: EnrollmentId,
    /// To whom.
    pub subscriber: SubscriberId,
    /// The person's name, for the greeting and for lists.
    pub person: String,
    /// The person's facility, for those who act for some facilities alone.
    pub facility: Option<FacilityCode>,
    /// Where it goes.
    pub to: MailAddress,
    /// When it was written down.
    pub created_at: Timestamp,
    /// From then on it is tried no more.
    pub gives_up_at: Timestamp,
    /// How many attempts were begun.
    pub attempts: u32,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<MailProblem>,
    /// What its credentials follow from, until it was sent or given up.
    #[serde(default, skip_serializing_if = "Nonces::is_empty")]
    pub nonces: Nonces,
    /// What a notice tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<NoticeFacts>,
    /// Where it is.
    #[serde(flatten)]
    pub state: MailState,
}

impl Record for Outgoing {
    const NAME: &'static str = "mail";
    const FORMAT: u32 = 1;
}

impl Outgoing {
    pub(in crate::enrollment) fn key(&self) -> Result<Key, KeyError> {
        mail_key(&self.id)
    }

    pub(in crate::enrollment) const fn standing(&self) -> MailStanding {
        match self.state {
            MailState::Waiting { .. } => MailStanding::Waiting,
            MailState::Sending { .. } => MailStanding::Sending,
            MailState::Sent { .. } => MailStanding::Sent,
            MailState::Failed { .. } => MailStanding::Failed,
            MailState::Bounced { .. } => MailStanding::Bounced,
            MailState::Obsolete { .. } => MailStanding::Obsolete,
        }
    }

    /// From when on the sender looks at it; `None` where its life is over.
    pub(super) const fn due(&self) -> Option<Timestamp> {
        match self.state {
            MailState::Waiting { due } => Some(due),
            MailState::Sending { until, .. } => Some(until),
            _ => None,
        }
    }
}

/// The document that holds a mail.
pub(super) fn mail_key(id: &MailId) -> Result<Key, KeyError> {
    Key::new(format!("mail/{id}"))
}

/// The list of all mails, the one of those that the sender looks at, and the ones by state and by enrollment.
pub(super) const ALL: &str = "mails";
pub(super) const DUE: &str = "mails-due";
pub(super) const BY_STATE: &str = "mails-by-state";
pub(super) const BY_ENROLLMENT: &str = "mails-by-enrollment";

/// A moment as a part of an order.
pub(super) fn order_of(at: Timestamp) -> String {
    format!("{:015}", at.as_millisecond().max(0))
}

/// Where a mail stands: every index with the order that it has there.
pub(in crate::enrollment) fn places(mail: &Outgoing) -> Vec<(&'static str, String)> {
    let order = format!("{}-{}", order_of(mail.created_at), mail.id);
    let mut places = vec![
        (ALL, order.clone()),
        (BY_STATE, format!("{}/{order}", mail.standing().name())),
        (BY_ENROLLMENT, format!("{}/{order}", mail.enrollment)),
    ];
    if let Some(due) = mail.due() {
        places.push((DUE, format!("{}-{}", order_of(due), mail.id)));
    }
    places
}
