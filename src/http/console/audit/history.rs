//! What happened to one thing, as its own page shows it.

use jiff::Timestamp;

use super::deed::deed;
use super::field::{ChangeLine, changes};
use crate::directory::{Deed, DirectoryEvent};
use crate::http::console::enrollment::actor;
use crate::http::console::flash::Tone;
use crate::http::words::Words;

/// Lines that a page shows; the log has them all.
const LINES: usize = 50;

/// A line of the history.
#[derive(Debug, Clone)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// How it is meant.
    pub tone: Tone,
    /// What was changed.
    pub changes: Vec<ChangeLine>,
    /// By whom.
    pub who: String,
    /// From which address, where it is known.
    pub from: Option<String>,
}

/// A line of a history in words.
#[must_use]
pub fn told(words: Words, event: &DirectoryEvent) -> HistoryLine {
    let (what, tone) = deed(words, &event.deed);
    HistoryLine {
        at: event.at,
        what,
        tone,
        changes: match &event.deed {
            Deed::Changed { changes: changed } => changes(words, changed),
            _ => Vec::new(),
        },
        who: actor(words, &event.actor),
        from: event.from.map(|address| address.to_string()),
    }
}

/// The newest lines, the newest first.
pub fn history<'a>(
    words: Words,
    events: impl DoubleEndedIterator<Item = &'a DirectoryEvent>,
) -> Vec<HistoryLine> {
    events.rev().take(LINES).map(|event| told(words, event)).collect()
}

/// A history for samples: made, changed, and a sign-in in between.
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
pub fn sample(words: Words, changed: &[crate::directory::Change]) -> Vec<HistoryLine> {
    use crate::directory::{About, AccountId, Actor};
    let actor = Actor::Account {
        id: AccountId::draw(&crate::entropy::SystemEntropy).unwrap(),
        name: "Akiko Sato".to_owned(),
    };
    let event = |hours: i64, deed: Deed| DirectoryEvent {
        at: crate::http::console::samples::now() - jiff::SignedDuration::from_hours(hours),
        about: About::Installation,
        actor: actor.clone(),
        from: Some("203.0.113.7".parse().unwrap()),
        before: None,
        deed,
    };
    let events = [
        event(900, Deed::Created { called: "Midori".to_owned() }),
        event(30, Deed::SignedIn { passkey: "Windows (Chrome)".to_owned() }),
        event(3, Deed::Changed { changes: changed.to_vec() }),
    ];
    history(words, events.iter())
}
