//! "No" on the console, with its code, why, and what to do.

use actix_web::http::StatusCode;
use askama::Template;
use jiff::SignedDuration;

use super::frame::ConsoleFrame;
use crate::directory::DirectoryError;
use crate::http::error::HttpError;
use crate::http::page::Problem;
use crate::http::visit::Visit;

/// Why the console does not do something. The codes are never renumbered, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// The form belongs to another session, or is too old.
    OtherForm,
    /// The role in this organization may not.
    NotYourRole,
    /// Only an administrator of the installation may.
    NotAnAdministrator,
    /// A passkey must be shown once more.
    StepUp,
    /// The passkey is not known here, or was not accepted.
    PasskeyRefused,
    /// The passkey's counter went backwards: somebody may have a copy.
    PasskeyCopied,
    /// The recovery code is wrong, or was used already.
    WrongRecovery,
    /// The one-time link is unknown, used or too old.
    NoSuchWelcome,
    /// The account has ended.
    AccountEnded,
    /// An account keeps one passkey at least.
    LastPasskey,
    /// Somebody else was quicker: the page that was sent showed an older state.
    Changed,
    /// What began the ceremony is gone: it took too long, or it was finished already.
    CeremonyOver,
    /// Too many tries with this account.
    TooManyTries,
    /// Nobody would be left who may do this.
    LastOne,
    /// It is there already.
    ThereAlready,
    /// There are as many as there can be.
    TooMany,
    /// As things stand, it cannot be done.
    NotNow,
    /// More live views are open than this node can keep.
    TooManyLive,
}

/// Every code of the console with its status, in order.
pub const ALL: [Trouble; 19] = [
    Trouble::SignedOut,
    Trouble::OtherForm,
    Trouble::NotYourRole,
    Trouble::NotAnAdministrator,
    Trouble::StepUp,
    Trouble::PasskeyRefused,
    Trouble::PasskeyCopied,
    Trouble::WrongRecovery,
    Trouble::NoSuchWelcome,
    Trouble::AccountEnded,
    Trouble::LastPasskey,
    Trouble::Changed,
    Trouble::CeremonyOver,
    Trouble::TooManyTries,
    Trouble::LastOne,
    Trouble::ThereAlready,
    Trouble::TooMany,
    Trouble::NotNow,
    Trouble::TooManyLive,
];

impl Trouble {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "T-501",
            Self::OtherForm => "T-502",
            Self::NotYourRole => "T-503",
            Self::NotAnAdministrator => "T-504",
            Self::StepUp => "T-505",
            Self::PasskeyRefused => "T-506",
            Self::PasskeyCopied => "T-507",
            Self::WrongRecovery => "T-508",
            Self::NoSuchWelcome => "T-509",
            Self::AccountEnded => "T-510",
            Self::LastPasskey => "T-511",
            Self::Changed => "T-512",
            Self::CeremonyOver => "T-513",
            Self::TooManyTries => "T-514",
            Self::LastOne => "T-515",
            Self::ThereAlready => "T-516",
            Self::TooMany => "T-517",
            Self::NotNow => "T-530",
            Self::TooManyLive => "T-540",
        }
    }

    /// The status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::SignedOut
            | Self::OtherForm
            | Self::NotYourRole
            | Self::NotAnAdministrator
            | Self::StepUp
            | Self::PasskeyRefused
            | Self::PasskeyCopied
            | Self::WrongRecovery
            | Self::AccountEnded => StatusCode::FORBIDDEN,
            Self::NoSuchWelcome | Self::CeremonyOver => StatusCode::GONE,
            Self::LastPasskey
            | Self::Changed
            | Self::LastOne
            | Self::ThereAlready
            | Self::TooMany
            | Self::NotNow => StatusCode::CONFLICT,
            Self::TooManyTries | Self::TooManyLive => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl From<Trouble> for HttpError {
    fn from(trouble: Trouble) -> Self {
        Self::Console(trouble)
    }
}

impl From<DirectoryError> for HttpError {
    /// What a page cannot say better itself: fields that do not do are its own, and so is what somebody else changed.
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::Missing(_) => Self::NotFound,
            DirectoryError::UnknownLink | DirectoryError::Expired { .. } | DirectoryError::Used => {
                Trouble::NoSuchWelcome.into()
            }
            DirectoryError::Ended => Trouble::AccountEnded.into(),
            DirectoryError::LastPasskey => Trouble::LastPasskey.into(),
            DirectoryError::LastOne => Trouble::LastOne.into(),
            DirectoryError::Exists(_) => Trouble::ThereAlready.into(),
            DirectoryError::TooMany(_) => Trouble::TooMany.into(),
            DirectoryError::Changed(_) | DirectoryError::Busy => Trouble::Changed.into(),
            DirectoryError::WrongCode => Trouble::WrongRecovery.into(),
            DirectoryError::Locked { .. } => Trouble::TooManyTries.into(),
            DirectoryError::Unfit(_) => Self::BadForm,
            other => Self::internal(other),
        }
    }
}

/// A refusal or an error. `data-page` is `refusal`, and `data-code` its code.
#[derive(Debug, Template)]
#[template(path = "console/refusal.html")]
pub struct RefusalPage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// What happened.
    pub problem: Problem,
    /// Where to go on.
    pub onward: String,
}

/// The page of an error.
#[must_use]
pub fn of(visit: &Visit, error: &HttpError) -> RefusalPage {
    let words = visit.words();
    let problem = Problem::explain(words, error.code());
    let problem = match error {
        HttpError::RateLimited(wait) => {
            let wait = SignedDuration::try_from(*wait).unwrap_or_default();
            let span = words.span(wait.saturating_add(SignedDuration::from_secs(1)));
            problem.with_fact(&words.say("t-207-fact").with("span", span))
        }
        _ => problem,
    };
    let frame = ConsoleFrame::bare(visit, "refusal", problem.title.clone()).with_reference();
    RefusalPage { frame, problem, onward: "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_trouble_has_a_code_of_its_own_and_is_no_success() {
        let codes: BTreeSet<_> = ALL.into_iter().map(Trouble::code).collect();
        assert_eq!(codes.len(), ALL.len());
        assert!(ALL.into_iter().all(|trouble| trouble.status().is_client_error()));
    }
}
