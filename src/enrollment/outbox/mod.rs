//! The outbox: mails that wait to be sent, each written in the commit of what it tells.
//!
//! A mail that waits never holds a link, a number or a secret. The credentials of a mailed invitation follow from the pepper and
//! a nonce that stands in the mail's record; the sender derives them anew, proves them against the hashes that the enrollment
//! keeps, and the nonce is erased when the mail was handed over or given up. A mail whose link has been replaced since says so
//! and is not sent.

mod bounce;
mod need;
mod nonce;
mod open;
mod query;
mod queue;
mod record;
mod resend;
mod send;

use jiff::SignedDuration;

pub use bounce::Bounced;
pub use query::{MailQuery, MailSummary, Mails, Waiting};
pub(super) use queue::Mailing;
pub use record::{MailKind, MailProblem, MailStanding};
pub use send::{Begun, Delivered, Dispatch};

pub(super) use nonce::{Follows, Pair};
pub(super) use queue::NoticeFacts;
pub(super) use record::{Outgoing, places};

use super::authority::OperatorError;
use crate::directory::{DirectoryError, MailAddress};
use crate::entropy::EntropyError;
use crate::mail::ComposeError;
use crate::pepper::PepperError;
use crate::store::{KeyError, StoreError};

/// How the installation sends mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The address that mails come from.
    pub from: MailAddress,
    /// Where answers go, where an organization does not say.
    pub reply_to: Option<MailAddress>,
    /// Where reports of undeliverable mails go, where an organization does not say.
    pub bounce: Option<MailAddress>,
    /// Whether each mail has an address of its own for reports.
    pub bounce_by_mail: bool,
    /// For how long a mail is tried again.
    pub gives_up_after: SignedDuration,
    /// How long one attempt is believed to be under way before another one may begin. Longer than any attempt takes.
    pub attempt: SignedDuration,
}

/// Why a mail could not be looked after; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The credentials could not be derived.
    #[error(transparent)]
    Pepper(#[from] PepperError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A name cannot be a key of the store.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The mail could not be written.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

impl From<MailError> for OperatorError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Store(error) => Self::Store(error),
            MailError::Directory(error) => Self::Directory(error),
            MailError::Pepper(error) => Self::Pepper(error),
            MailError::Entropy(error) => Self::Entropy(error),
            MailError::Key(error) => Self::Key(error),
            MailError::Compose(error) => Self::Unfit { what: "the mail", why: error.to_string() },
        }
    }
}
