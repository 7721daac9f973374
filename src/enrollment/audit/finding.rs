//! What can be wrong with a store, and what to do about it.

use std::fmt;

use crate::store::Partition;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It cannot be read as what it should be.
    Unreadable,
    /// It is newer than its partition says that anything is.
    Ahead,
    /// It is kept under another name than its own.
    Misplaced,
    /// A document does not stand in an index where it should.
    NotInIndex,
    /// A place of an index leads nowhere, or to a document that belongs elsewhere.
    IndexAstray,
    /// No pointer leads to it.
    PointerMissing,
    /// A pointer leads to what it does not belong to.
    PointerAstray,
    /// The ledger does not have the certificate.
    NotInLedger,
    /// The ledger says something else of the certificate than the enrollment's state.
    LedgerDisagrees,
    /// A certificate is valid that is not its enrollment's current one.
    SecondCertificate,
    /// What it belongs to is not there.
    OwnerMissing,
    /// What waits to be fetched is not there.
    DeliveryMissing,
    /// What waits to be fetched should have been destroyed.
    DeliveryLeft,
    /// The log does not tell of what the state says.
    EventMissing,
    /// An event is not found by what it is about.
    EventAstray,
    /// Predecessor and successor do not know each other.
    SuccessionBroken,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Unreadable,
        Self::Ahead,
        Self::Misplaced,
        Self::NotInIndex,
        Self::IndexAstray,
        Self::PointerMissing,
        Self::PointerAstray,
        Self::NotInLedger,
        Self::LedgerDisagrees,
        Self::SecondCertificate,
        Self::OwnerMissing,
        Self::DeliveryMissing,
        Self::DeliveryLeft,
        Self::EventMissing,
        Self::EventAstray,
        Self::SuccessionBroken,
    ];

    /// A stable name for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Ahead => "ahead",
            Self::Misplaced => "misplaced",
            Self::NotInIndex => "not-in-index",
            Self::IndexAstray => "index-astray",
            Self::PointerMissing => "pointer-missing",
            Self::PointerAstray => "pointer-astray",
            Self::NotInLedger => "not-in-ledger",
            Self::LedgerDisagrees => "ledger-disagrees",
            Self::SecondCertificate => "second-certificate",
            Self::OwnerMissing => "owner-missing",
            Self::DeliveryMissing => "delivery-missing",
            Self::DeliveryLeft => "delivery-left",
            Self::EventMissing => "event-missing",
            Self::EventAstray => "event-astray",
            Self::SuccessionBroken => "succession-broken",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::SecondCertificate => {
                "revoke the enrollment (`tegata revoke`) and invite the person anew, then restore the store from a backup"
            }
            Self::PointerMissing | Self::DeliveryMissing => {
                "the person cannot go on: `tegata reissue` gives a new invitation; otherwise restore a backup"
            }
            Self::NotInLedger | Self::LedgerDisagrees => {
                "do not trust this certificate: revoke the enrollment and reissue it, or restore a backup"
            }
            Self::Unreadable => {
                "an older Tegata cannot read a newer one's records: use the newest; otherwise restore a backup"
            }
            Self::DeliveryLeft => {
                "it goes by itself when its window ends; it is sealed, and its ticket opens nothing"
            }
            _ => "keep a copy for analysis, and restore the store from a backup",
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub partition: Partition,
    /// Which row, such as `document enrollment/k3v9x0a2m7qd`.
    pub row: String,
    /// What is wrong.
    pub fault: Fault,
    /// The details, for a person.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} ({})", self.partition, self.row, self.what, self.fault.code())
    }
}
