//! What the home says of the installation itself, to those who see to it.

use super::desk::Desk;
use crate::directory::Role;
use crate::enrollment::Upkeep;
use crate::http::words::Words;

/// Something that the installation needs.
#[derive(Debug, Clone)]
pub struct Upheld {
    /// The word for it in tests.
    pub name: &'static str,
    /// What is the matter.
    pub title: String,
    /// What it means, and what to do.
    pub text: String,
    /// Its class in the style sheet.
    pub class: &'static str,
}

/// What the installation needs, for operators and auditors: whoever works for one facility can do nothing about it.
pub fn upheld(desk: &Desk) -> Vec<Upheld> {
    let sees = desk.role().is_ok_and(|role| matches!(role, Role::Operator | Role::Auditor));
    let upkeep = if sees { desk.authority().upkeep() } else { Vec::new() };
    upkeep.into_iter().map(|need| shown(desk.words(), need)).collect()
}

/// One of them.
pub(super) fn shown(words: Words, need: Upkeep) -> Upheld {
    let (name, title, text) = match need {
        Upkeep::IssuerEnded(_) => ("issuer-ended", "upkeep-issuer-ended", "upkeep-issuer-ended-text"),
        Upkeep::IssuerEnds(_) => ("issuer-ends", "upkeep-issuer-ends", "upkeep-issuer-ends-text"),
        Upkeep::SignerEnded(_) => ("signer-ended", "upkeep-signer-ended", "upkeep-signer-text"),
        Upkeep::SignerEnds(_) => ("signer-ends", "upkeep-signer-ends", "upkeep-signer-text"),
        Upkeep::KeysWaitedFor => ("keys", "upkeep-keys", "upkeep-keys-text"),
    };
    let day = need.at().map(|at| words.date(at)).unwrap_or_default();
    Upheld {
        name,
        title: words.say(title).with("day", day).to_string(),
        text: words.say(text).to_string(),
        class: if need.is_urgent() { "bad" } else { "warning" },
    }
}
