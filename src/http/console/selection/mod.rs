//! A selection of enrollments: the same act on all of them. What will become of each is shown before anything is done, and what
//! became of each afterwards; in between it is a job like that of a list.

mod begin;
mod choose;
mod outcome;
#[cfg(test)]
mod samples;
mod show;

pub use begin::{begin, end};
pub use choose::choose;
pub(super) use outcome::{OutcomeLine, outcomes, sheet};
#[cfg(test)]
pub(super) use samples::outcome_lines;
#[cfg(test)]
pub use show::SelectionPage;
pub use show::show;

use super::desk::Desk;
use crate::directory::Act;
use crate::enrollment::BulkAct;
use crate::ledger::RevocationReason;

/// The acts that a selection can have, as they are drafted: words in forms, and what the role must allow.
pub(super) const ACTS: [(&str, Act); 5] = [
    ("resend", Act::Resend),
    ("unlock", Act::Unlock),
    ("note", Act::Note),
    ("cancel", Act::Cancel),
    ("revoke", Act::Revoke),
];

/// What a word in a form means; the reason of a revocation and the text of a note are asked for before it begins.
fn drafted(word: &str) -> Option<BulkAct> {
    Some(match word {
        "resend" => BulkAct::Resend,
        "unlock" => BulkAct::Unlock,
        "note" => BulkAct::Note { note: None },
        "cancel" => BulkAct::Cancel,
        "revoke" => BulkAct::Revoke { reason: RevocationReason::Unspecified },
        _ => return None,
    })
}

/// The acts that this role may do to a selection, with their texts.
pub(super) fn choices(desk: &Desk) -> Vec<(&'static str, String)> {
    let words = desk.words();
    let open = ACTS.into_iter().filter(|(_, act)| desk.may(Act::Bulk) && desk.may(*act));
    open.map(|(word, _)| (word, words.say(title(word)).plain())).collect()
}

/// The text of an act.
const fn title(word: &str) -> &'static str {
    match word.as_bytes() {
        b"resend" => "act-resend",
        b"unlock" => "act-unlock",
        b"cancel" => "act-cancel",
        b"revoke" => "act-revoke",
        _ => "act-note",
    }
}
