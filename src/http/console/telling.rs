//! States, needs, effects, hints and events of enrollments in words.

use super::flash::Tone;
use crate::enrollment::{Effect, Happening, Hint, LifeEvent, Need, ReissueReason, Standing};
use crate::http::words::Words;
use crate::ledger::RevocationReason;

/// A state: the key of its text, and its tone.
#[must_use]
pub const fn standing(standing: Standing) -> (&'static str, Tone) {
    match standing {
        Standing::Invited => ("standing-invited", Tone::Plain),
        Standing::Locked => ("standing-locked", Tone::Warning),
        Standing::Expired => ("standing-expired", Tone::Plain),
        Standing::Claimed => ("standing-claimed", Tone::Busy),
        Standing::Fetched => ("standing-fetched", Tone::Busy),
        Standing::Installed => ("standing-installed", Tone::Good),
        Standing::Replaced => ("standing-replaced", Tone::Plain),
        Standing::Revoked => ("standing-revoked", Tone::Bad),
        Standing::Cancelled => ("standing-cancelled", Tone::Plain),
    }
}

/// What needs a hand.
#[must_use]
pub const fn need(need: Need) -> &'static str {
    match need {
        Need::Locked => "need-locked",
        Need::NotInstalled => "need-not-installed",
        Need::NotFetched => "need-not-fetched",
        Need::ChangeUnfinished => "need-change-unfinished",
        Need::Expiring => "need-expiring",
        Need::Ended => "need-ended",
        Need::ChangeGivenUp => "need-change-given-up",
    }
}

/// Why something is issued anew: the answer to "what happened?".
#[must_use]
pub const fn reissue(why: ReissueReason) -> (&'static str, &'static str) {
    match why {
        ReissueReason::NewDevice => ("why-new-device", "why-new-device-hint"),
        ReissueReason::Lost => ("why-lost", "why-lost-hint"),
        ReissueReason::LostDownload => ("why-lost-download", "why-lost-download-hint"),
        ReissueReason::Reinstalled => ("why-reinstalled", "why-reinstalled-hint"),
    }
}

/// Why a certificate is revoked.
#[must_use]
pub const fn reason(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Unspecified => "reason-unspecified",
        RevocationReason::KeyCompromise => "reason-key-compromise",
        RevocationReason::AffiliationChanged => "reason-affiliation-changed",
        RevocationReason::Superseded => "reason-superseded",
        RevocationReason::CessationOfOperation => "reason-cessation",
        RevocationReason::PrivilegeWithdrawn => "reason-privilege-withdrawn",
    }
}

/// Why an act makes no sense as things stand.
#[must_use]
pub const fn hint(hint: Hint) -> &'static str {
    match hint {
        Hint::Replaced => "hint-replaced",
        Hint::Cancelled => "hint-cancelled",
        Hint::NotUsedYet => "hint-not-used-yet",
        Hint::Installed => "hint-installed",
        Hint::SuccessorClaimed => "hint-successor-claimed",
        Hint::NoCertificate => "hint-no-certificate",
        Hint::UsedAlready => "hint-used-already",
        Hint::NoNewSecret => "hint-no-new-secret",
        Hint::NotLocked => "hint-not-locked",
        Hint::NoteIsSame => "hint-note-is-same",
        Hint::Expired => "hint-expired",
        Hint::NoMail => "hint-no-mail",
        Hint::NoAddress => "hint-no-address",
    }
}

/// What an act will do.
#[must_use]
pub fn effect(words: Words, effect: &Effect) -> String {
    match effect {
        Effect::NoteWritten => words.say("effect-note").to_string(),
        Effect::LinkDies => words.say("effect-link-dies").to_string(),
        Effect::LinkRenewed => words.say("effect-link-renewed").to_string(),
        Effect::LinkReplaced => words.say("effect-link-replaced").to_string(),
        Effect::MailSent { to, secret: false } => {
            words.say("effect-mailed").with("email", to.to_string()).to_string()
        }
        Effect::MailSent { to, secret: true } => {
            words.say("effect-mailed-secret").with("email", to.to_string()).to_string()
        }
        Effect::WrongSecretsForgotten => words.say("effect-unlocked").to_string(),
        Effect::InvitationEnds => words.say("effect-invitation-ends").to_string(),
        Effect::CertificateRevoked { reason: why, .. } => {
            words.say("effect-revoked").with("reason", words.say(reason(*why)).plain()).to_string()
        }
        Effect::FileDestroyed => words.say("effect-file-destroyed").to_string(),
        Effect::CertificateStays { .. } => words.say("effect-stays").to_string(),
        Effect::SuccessorIssued { same_device: true } => words.say("effect-successor-same").to_string(),
        Effect::SuccessorIssued { same_device: false } => words.say("effect-successor").to_string(),
        Effect::OwnChangeEnds { enrollment } => {
            words.say("effect-own-change-ends").with("id", enrollment.to_string()).to_string()
        }
        Effect::OtherInvitationEnds { enrollment } => {
            words.say("effect-other-ends").with("id", enrollment.to_string()).to_string()
        }
    }
}

/// What happened.
#[must_use]
pub fn happening(words: Words, event: &LifeEvent) -> String {
    happened(words, &event.happening)
}

/// The same, of a line of the log.
#[must_use]
pub fn happened(words: Words, happening: &Happening) -> String {
    let plain = |key| words.say(key).to_string();
    match happening {
        Happening::Invited { .. } => plain("told-invited"),
        Happening::WrongSecret { attempts_left } => {
            words.say("told-wrong-secret").with("count", *attempts_left).to_string()
        }
        Happening::Locked { .. } => plain("told-locked"),
        Happening::Unlocked => plain("told-unlocked"),
        Happening::Redrawn => plain("told-redrawn"),
        Happening::Relinked => plain("told-relinked"),
        Happening::Mailed { .. } => plain("told-mailed"),
        Happening::Unmailed { why, .. } => words.say("told-unmailed").with("why", why.clone()).to_string(),
        Happening::Claimed { platform, .. } => {
            words.say("told-claimed").with("device", words.device(*platform)).to_string()
        }
        Happening::Abandoned { .. } => plain("told-abandoned"),
        Happening::Issued { .. } => plain("told-issued"),
        Happening::FetchStarted { fetch, .. } => {
            words.say("told-fetch-started").with("count", *fetch).to_string()
        }
        Happening::FetchContinued { .. } => plain("told-fetch-continued"),
        Happening::Fetched => plain("told-fetched"),
        Happening::Installed { .. } => plain("told-installed"),
        Happening::Revoked { reason: why, .. } => {
            words.say("told-revoked").with("reason", words.say(reason(*why)).plain()).to_string()
        }
        Happening::Reissued { successor, reason } => {
            let why = words.say(reissue(*reason).0).plain();
            words.say("told-reissued").with("id", successor.to_string()).with("reason", why).to_string()
        }
        Happening::Replaced { by } => words.say("told-replaced").with("id", by.to_string()).to_string(),
        Happening::Cancelled => plain("told-cancelled"),
        Happening::Noted { note: Some(note) } => {
            words.say("told-noted").with("name", note.clone()).to_string()
        }
        Happening::Noted { note: None } => plain("told-note-removed"),
    }
}
