//! What the use cases answer: plain values for pages, the command line and later the API. Nothing secret but where it says so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::credentials::{Code, Number, Secret};
use super::id::EnrollmentId;
use crate::device::{BundleTarget, Platform};
use crate::directory::{Contact, Look};
use crate::mail::MailId;
use crate::pki::pkcs12::Variant;
use crate::pki::serial::SerialNumber;
use crate::profile::{Localized, PasswordMode};

/// What anyone who holds the link may know: no personal data.
#[derive(Debug, Clone)]
pub struct OpenedInvitation {
    /// The enrollment behind the link, for the log and the live view; not shown to the person.
    pub enrollment: EnrollmentId,
    /// The organization's name.
    pub organization: String,
    /// Whom to ask.
    pub contact: Contact,
    /// How the organization's pages look.
    pub look: Look,
    /// What is handed out.
    pub offer: Localized,
    /// How the bundle password comes about.
    pub password: PasswordMode,
    /// The kinds of device that this invitation is for; empty for every kind.
    pub platforms: Vec<Platform>,
    /// How many wrong secrets are left before it locks.
    pub attempts_left: u32,
    /// Until when the invitation is open.
    pub open_until: Timestamp,
    /// Where this invitation was claimed and its file can still be fetched: the same secret leads back to it.
    pub resumable: Option<Resumable>,
}

/// A claim that was made, and whose file can still be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumable {
    /// When it was made.
    pub at: Timestamp,
    /// On what kind of device.
    pub platform: Platform,
    /// Until when its file can be fetched.
    pub until: Timestamp,
}

/// A new invitation: the one moment at which its credentials are known.
pub struct IssuedInvitation {
    /// The enrollment.
    pub enrollment: EnrollmentId,
    /// What the link carries.
    pub code: Code,
    /// What is typed where there is no link.
    pub number: Number,
    /// What the person types.
    pub secret: Secret,
    /// The whole link, in capitals so that the QR code stays small.
    pub link: Zeroizing<String>,
    /// The bundle password, where the offer sends it separately.
    pub separate_password: Option<Zeroizing<String>>,
    /// The kinds of device that it is for.
    pub platforms: Vec<Platform>,
    /// When the link stops working (number and secret go on).
    pub link_expires_at: Timestamp,
    /// When the invitation ends.
    pub expires_at: Timestamp,
    /// The enrollment that this one takes the place of.
    pub predecessor: Option<EnrollmentId>,
    /// The mails that carry it, where it goes by mail.
    pub mails: Vec<MailId>,
    /// Whether one of them carries the secret.
    pub secret_mailed: bool,
}

/// One file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFile {
    /// Its name, ASCII.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Which encryption its PKCS#12 has.
    pub variant: Variant,
    /// Bytes.
    pub size: u64,
    /// Strong entity tag, without quotes.
    pub etag: String,
}

/// What the ticket page shows. Holds the bundle password.
#[derive(Debug, Clone)]
pub struct OpenedTicket {
    /// The enrollment, for the log.
    pub enrollment: EnrollmentId,
    /// The organization's name.
    pub organization: String,
    /// Whom to ask.
    pub contact: Contact,
    /// How the organization's pages look.
    pub look: Look,
    /// What is handed out.
    pub offer: Localized,
    /// The device that it was made for.
    pub platform: Platform,
    /// Major version and full text of the system, where it was known at the claim.
    pub os_version: Option<String>,
    /// What kind of bundle.
    pub target: BundleTarget,
    /// The file to install first, then its compatible variant where there is one.
    pub files: Vec<BundleFile>,
    /// The bundle password where the page shows it (modes `secret`, `shown`, `chosen`); `None` where it comes by a
    /// letter or is inside the profile.
    pub password: Option<Zeroizing<String>>,
    /// How the bundle password comes about.
    pub password_mode: PasswordMode,
    /// Whether the password is inside the profile, so that nobody is asked.
    pub embedded: bool,
    /// The name under which the device will show the certificate.
    pub certificate_name: String,
    /// Until when the file can be fetched.
    pub window_ends: Timestamp,
    /// How often it can still be fetched.
    pub fetches_left: u32,
    /// Whether the file needs the root to be switched on under "Certificate Trust Settings".
    pub has_trust_anchor: bool,
    /// Whether the device shows a text to agree to.
    pub has_consent: bool,
    /// Where the installation is proven.
    pub check_url: String,
    /// When the certificate ends.
    pub not_after: Timestamp,
    /// Whether the whole file has reached the device, as far as we can see.
    pub fetched_at: Option<Timestamp>,
}

/// What somebody needs who has fetched the file and not installed it yet, when the window is over. Holds nothing secret.
#[derive(Debug, Clone)]
pub struct FetchedBundle {
    /// What is handed out.
    pub offer: Localized,
    /// The device that it was made for.
    pub platform: Platform,
    /// Major version and full text of the system, where it was known at the claim.
    pub os_version: Option<String>,
    /// The name of the file to install first.
    pub file: String,
    /// Whether the password is inside the profile, so that nobody is asked.
    pub embedded: bool,
    /// The name under which the device will show the certificate.
    pub certificate_name: String,
    /// Whether the file needs the root to be switched on under "Certificate Trust Settings".
    pub has_trust_anchor: bool,
    /// Whether the device shows a text to agree to.
    pub has_consent: bool,
}

/// What a ticket leads to.
#[derive(Debug, Clone)]
pub enum TicketStanding {
    /// The file can be fetched.
    Open(Box<OpenedTicket>),
    /// The certificate is installed and proven; the file is gone.
    Installed {
        /// Since when.
        at: Timestamp,
        /// On what kind of device.
        platform: Platform,
        /// The system's version, where it was known.
        os_version: Option<String>,
        /// Whether it took the place of an older certificate, which the device may still have.
        has_predecessor: bool,
    },
}

/// How far a delivery is, for whoever waits for its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketProgress {
    /// The file can be fetched.
    Open {
        /// What kind of bundle.
        target: BundleTarget,
        /// How often it can still be fetched.
        fetches_left: u32,
        /// When it was first fetched whole.
        fetched_at: Option<Timestamp>,
    },
    /// The certificate is installed and proven.
    Installed,
}

/// The bytes of a file and what goes with them.
#[derive(Clone)]
pub struct FetchedFile {
    /// Its description.
    pub file: BundleFile,
    /// Its bytes, the same at every fetch.
    pub bytes: bytes::Bytes,
    /// Whether a fetch had been counted before this one.
    pub begun_before: bool,
}

/// Which part of a file is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchPart {
    /// From its first byte, or so much of it once more that it is as good as that: counts as a fetch.
    Start,
    /// From a later byte on: the continuation of a broken transfer.
    Continuation,
}

/// What the check page says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The certificate is ours, valid, and the current one of its enrollment; the enrollment is installed.
    Ok {
        /// The enrollment.
        enrollment: EnrollmentId,
        /// The certificate's serial number.
        serial: SerialNumber,
        /// The name in the certificate.
        subject: String,
        /// When it ends.
        not_after: Timestamp,
        /// Whether this visit was the first proof.
        first: bool,
        /// Whether it took the place of an older certificate, which a device may still have.
        has_predecessor: bool,
    },
    /// No certificate was shown.
    NoneShown,
    /// A certificate of another issuer.
    OtherIssuer {
        /// Its issuer's name.
        issuer: String,
        /// The name of the issuer that was expected.
        expected: String,
    },
    /// The certificate's time is over.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// The certificate's time has not come: a clock is wrong.
    NotYetValid {
        /// From when on.
        at: Timestamp,
    },
    /// The certificate was revoked.
    Revoked {
        /// When.
        at: Timestamp,
        /// Why.
        reason: crate::ledger::RevocationReason,
    },
    /// A newer certificate of the same person took its place.
    Superseded {
        /// When.
        at: Timestamp,
    },
    /// Signed by our issuer, yet not in the ledger.
    Unknown,
    /// The system cannot tell at this moment.
    TryAgain,
}

impl CheckOutcome {
    /// The stable code; `None` when all is well.
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Ok { .. } => None,
            Self::NoneShown => Some("T-301"),
            Self::OtherIssuer { .. } => Some("T-302"),
            Self::Expired { .. } => Some("T-303"),
            Self::NotYetValid { .. } => Some("T-304"),
            Self::Revoked { .. } => Some("T-305"),
            Self::Superseded { .. } => Some("T-306"),
            Self::Unknown => Some("T-307"),
            Self::TryAgain => Some("T-390"),
        }
    }
}
