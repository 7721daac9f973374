//! How far somebody is, for whoever stands beside them: from the scan to the proof.
//!
//! Everything but the scan is told by the enrollment and its log, and so by every node. That somebody has opened the page is
//! written nowhere: looking changes nothing, and a camera may look a hundred times. The process that served the page remembers it
//! for a quarter of an hour in bounded memory, and tells whoever follows just now.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::authority::{OperatorError, RegistrationAuthority};
use super::caller::Caller;
use super::id::EnrollmentId;
use super::query::EnrollmentSummary;
use super::record::Happening;
use super::state::{Attempts, State};
use crate::store::Position;

/// How many openings a process remembers.
const REMEMBERED: usize = 1_000;
/// For how long: who scans a code from a screen types the secret at once, or begins anew.
const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// Whose page was opened lately, as far as this process served it.
#[derive(Debug, Default)]
pub(super) struct Openings(Mutex<VecDeque<(EnrollmentId, Timestamp)>>);

impl Openings {
    /// Remembers that the page was opened; the oldest opening is forgotten where there are too many.
    pub(super) fn remember(&self, id: &EnrollmentId, at: Timestamp) {
        let mut openings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        openings.retain(|(own, _)| own != id);
        if openings.len() == REMEMBERED {
            openings.pop_front();
        }
        openings.push_back((id.clone(), at));
    }

    /// When the page was opened last, where that was lately.
    fn of(&self, id: &EnrollmentId, now: Timestamp) -> Option<Timestamp> {
        let openings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = openings.iter().find(|(own, _)| own == id).map(|(_, at)| *at);
        found.filter(|at| now.duration_since(*at) < FRESH)
    }
}

/// How far somebody is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// As in a list.
    pub summary: EnrollmentSummary,
    /// When the page behind the present link was opened, where this process served it lately.
    pub opened_at: Option<Timestamp>,
    /// How many wrong secrets are left, where there were some since the last right one.
    pub attempts_left: Option<u32>,
    /// When the file of the present claim began to leave.
    pub fetching_at: Option<Timestamp>,
    /// When it had left whole.
    pub fetched_at: Option<Timestamp>,
}

impl RegistrationAuthority {
    /// How far the person of an enrollment is. Changes nothing.
    ///
    /// # Errors
    /// When there is no such enrollment within the caller's reach, or the store fails.
    pub async fn progress_of(&self, caller: &Caller, id: &EnrollmentId) -> Result<Progress, OperatorError> {
        let loaded = self.get(caller, id).await?;
        let events = self.happened_after(&loaded, Position(0)).await?;
        let it = &loaded.enrollment;
        let summary = self.summary(it);
        let last = |since: Option<Timestamp>, known: fn(&Happening) -> bool| {
            let found = events.iter().rev().find(|event| known(&event.happening))?;
            since.filter(|since| found.at >= *since).map(|_| found.at)
        };
        let wrong = events.iter().rev().find_map(|event| match event.happening {
            Happening::WrongSecret { attempts_left } => Some(attempts_left),
            _ => None,
        });
        let is_open = matches!(it.state, State::Invited);
        let drawn_at = it.redrawn_at.unwrap_or(it.invited_at);
        let opened_at = self.0.openings.of(id, self.now()).filter(|at| *at >= drawn_at);
        Ok(Progress {
            opened_at,
            attempts_left: wrong.filter(|_| is_open && it.attempts != Attempts::default()),
            fetching_at: last(summary.claimed_at, |it| matches!(it, Happening::FetchStarted { .. })),
            fetched_at: last(summary.claimed_at, |it| matches!(it, Happening::Fetched)),
            summary,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_mins(minute)).unwrap()
    }

    #[test]
    fn an_opening_is_remembered_for_a_quarter_of_an_hour() {
        let openings = Openings::default();
        let id = EnrollmentId::draw(&SystemEntropy).unwrap();
        assert_eq!(openings.of(&id, at(0)), None);
        openings.remember(&id, at(0));
        openings.remember(&id, at(1));
        assert_eq!(openings.of(&id, at(15)), Some(at(1)));
        assert_eq!(openings.of(&id, at(16)), None);
    }

    #[test]
    fn a_flood_of_openings_stays_in_bounded_memory() {
        let openings = Openings::default();
        let ids: Vec<_> = (0..=REMEMBERED).map(|_| EnrollmentId::draw(&SystemEntropy).unwrap()).collect();
        for id in &ids {
            openings.remember(id, at(0));
        }
        assert_eq!(openings.0.lock().unwrap().len(), REMEMBERED);
        assert_eq!(openings.of(&ids[0], at(1)), None);
        assert_eq!(openings.of(&ids[REMEMBERED], at(1)), Some(at(0)));
    }
}
