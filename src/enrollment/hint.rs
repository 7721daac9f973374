//! Why an act makes no sense as an enrollment stands, and what would.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// Another enrollment took its place.
    Replaced,
    /// It was cancelled.
    Cancelled,
    /// Nobody has used the invitation: there is nothing that was lost.
    NotUsedYet,
    /// The certificate is installed: its download is not lost.
    Installed,
    /// Its successor has been claimed.
    SuccessorClaimed,
    /// It has no certificate in use.
    NoCertificate,
    /// The secret has been used: there is no invitation to take back.
    UsedAlready,
    /// The secret has been used: there is nothing to make anew.
    NoNewSecret,
    /// There are no wrong secrets to forget.
    NotLocked,
    /// The note says that already.
    NoteIsSame,
    /// The invitation's time is over.
    Expired,
    /// No mail is sent here.
    NoMail,
    /// No address is known to which mail could be sent.
    NoAddress,
}

impl Hint {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Replaced,
        Self::Cancelled,
        Self::NotUsedYet,
        Self::Installed,
        Self::SuccessorClaimed,
        Self::NoCertificate,
        Self::UsedAlready,
        Self::NoNewSecret,
        Self::NotLocked,
        Self::NoteIsSame,
        Self::Expired,
        Self::NoMail,
        Self::NoAddress,
    ];

    /// Its stable name, by which pages find their text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Cancelled => "cancelled",
            Self::NotUsedYet => "not-used-yet",
            Self::Installed => "installed",
            Self::SuccessorClaimed => "successor-claimed",
            Self::NoCertificate => "no-certificate",
            Self::UsedAlready => "used-already",
            Self::NoNewSecret => "no-new-secret",
            Self::NotLocked => "not-locked",
            Self::NoteIsSame => "note-is-same",
            Self::Expired => "expired",
            Self::NoMail => "no-mail",
            Self::NoAddress => "no-address",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Replaced => "another enrollment took its place; reissue that one",
            Self::Cancelled => "it was cancelled; invite the person anew",
            Self::NotUsedYet => {
                "nobody has used it yet; use lost-download for new credentials, or cancel it"
            }
            Self::Installed => {
                "it is installed; use reinstalled where it vanished from the same device, new-device, or lost where the device is gone"
            }
            Self::SuccessorClaimed => {
                "its successor has been claimed already; reissue the successor (`tegata show` names it)"
            }
            Self::NoCertificate => {
                "it has no certificate in use; an invitation that nobody has used is cancelled, not revoked"
            }
            Self::UsedAlready => {
                "only an invitation that nobody has used can be cancelled; a certificate is revoked"
            }
            Self::NoNewSecret => {
                "only an invitation that nobody has used gets a new secret; `tegata reissue` issues another one"
            }
            Self::NotLocked => "there are no wrong secrets to forget; somebody may have unlocked it just now",
            Self::NoteIsSame => "the note says that already",
            Self::Expired => "its time is over; make a new link, number and secret, or issue another one",
            Self::NoMail => "this installation sends no mail: mail.server is not set",
            Self::NoAddress => {
                "no address is known to which mail could be sent; write one into the person's record first"
            }
        })
    }
}
