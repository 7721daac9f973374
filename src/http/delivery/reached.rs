//! How far the transfers of a file have got in this process, and how many of its bytes have left.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::enrollment::FetchPart;

/// How many files are remembered: more than leave within a ticket's minutes.
const REMEMBERED: usize = 4_096;
/// How many bytes more than the fetches are worth may leave: what a client asks for once more to be sure, and the head of
/// the answer, which TCP counts as well.
const OVERLAP: usize = 1_024;

#[derive(Debug, Default)]
struct File {
    etag: String,
    /// How far it was handed over, from its first byte on without a gap.
    upto: usize,
    /// How many transfers counted as a fetch.
    fetches: usize,
    /// How many bytes left, or are about to.
    sent: usize,
}

/// What is known of the latest files.
#[derive(Debug, Default)]
pub struct Reached(Mutex<VecDeque<File>>);

/// A transfer that is about to begin. Ends by [`Reached::ended`] or [`Reached::refused`].
#[derive(Debug)]
pub struct Leaving {
    etag: String,
    asked: usize,
    /// Its first byte.
    pub first: usize,
    /// Whether it counts as a fetch: it begins at the first byte, or more of the file would leave than the fetches so far
    /// allow. So who asks for `bytes=1-` again and again has no more of them than who asks for the whole file.
    pub part: FetchPart,
    /// Whether it goes on where one of this process had got to, or begins at the first byte.
    pub joins: bool,
    /// Whether nothing is known here of the file: after a restart, or on another node.
    pub unknown: bool,
}

impl Reached {
    fn files(&self) -> MutexGuard<'_, VecDeque<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The transfer of these bytes of a file of `length` bytes with this entity tag begins.
    #[must_use]
    pub fn begins(&self, etag: &str, bytes: &Range<usize>, length: usize) -> Leaving {
        let mut files = self.files();
        let place = files.iter().position(|file| file.etag == etag);
        let unknown = place.is_none();
        let mut file = place.and_then(|place| files.remove(place)).unwrap_or_else(|| File {
            etag: etag.to_owned(),
            // What a process before this one began may be continued here once.
            fetches: usize::from(bytes.start > 0),
            ..File::default()
        });
        let asked = bytes.len();
        let allowed = file.fetches.saturating_mul(length).saturating_add(OVERLAP);
        let part = if bytes.start == 0 || file.sent.saturating_add(asked) > allowed {
            file.fetches += 1;
            FetchPart::Start
        } else {
            FetchPart::Continuation
        };
        file.sent = file.sent.saturating_add(asked);
        let joins = bytes.start <= file.upto;
        files.push_front(file);
        files.truncate(REMEMBERED);
        Leaving { etag: etag.to_owned(), first: bytes.start, asked, part, joins, unknown }
    }

    /// It was refused: nothing left.
    pub fn refused(&self, leaving: &Leaving) {
        if let Some(file) = self.files().iter_mut().find(|file| file.etag == leaving.etag) {
            file.sent = file.sent.saturating_sub(leaving.asked);
            file.fetches = file.fetches.saturating_sub(usize::from(leaving.part == FetchPart::Start));
        }
    }

    /// It is over: so many bytes were handed over, at most so many of them `arrived`. It `counts` where everything before it
    /// is known to have left.
    pub fn ended(&self, leaving: &Leaving, handed_over: usize, arrived: usize, counts: bool) {
        if let Some(file) = self.files().iter_mut().find(|file| file.etag == leaving.etag) {
            file.sent = file.sent.saturating_sub(leaving.asked.saturating_sub(arrived));
            if counts {
                file.upto = file.upto.max(leaving.first + handed_over);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: usize = 8_000;

    /// A whole transfer of these bytes, and what it counted as.
    fn transfer(reached: &Reached, bytes: Range<usize>) -> FetchPart {
        let leaving = reached.begins("a", &bytes, LENGTH);
        reached.ended(&leaving, bytes.len(), bytes.len(), leaving.joins);
        leaving.part
    }

    #[test]
    fn what_goes_on_joins_and_is_no_fetch_of_its_own() {
        let reached = Reached::default();
        assert_eq!(transfer(&reached, 0..100), FetchPart::Start);
        assert!(!reached.begins("a", &(200..LENGTH), LENGTH).joins);
        let reached = Reached::default();
        assert_eq!(transfer(&reached, 0..100), FetchPart::Start);
        assert!(reached.begins("a", &(100..LENGTH), LENGTH).joins);
        let reached = Reached::default();
        assert_eq!(transfer(&reached, 0..100), FetchPart::Start);
        for first in (100..LENGTH).step_by(100) {
            assert_eq!(transfer(&reached, first..first + 100), FetchPart::Continuation);
        }
    }

    #[test]
    fn a_byte_left_away_makes_no_free_copy() {
        let reached = Reached::default();
        let mut copies = 0;
        let mut fetches = 0;
        for _ in 0..40 {
            for bytes in [0..1, 1..LENGTH] {
                copies += usize::from(bytes.len() > 1);
                fetches += usize::from(transfer(&reached, bytes) == FetchPart::Start);
            }
        }
        assert!(copies <= fetches, "{copies} copies in {fetches} fetches");
        let reached = Reached::default();
        transfer(&reached, 0..1);
        assert_eq!(transfer(&reached, 1..LENGTH), FetchPart::Continuation);
        assert!((0..40).all(|_| transfer(&reached, 1..LENGTH) == FetchPart::Start));
    }

    #[test]
    fn copies_at_the_same_time_are_seen_too() {
        let reached = Reached::default();
        let _first = reached.begins("a", &(0..1), LENGTH);
        let parts: Vec<_> = (0..10).map(|_| reached.begins("a", &(1..LENGTH), LENGTH).part).collect();
        assert_eq!(parts.iter().filter(|part| **part == FetchPart::Continuation).count(), 1);
    }

    #[test]
    fn what_never_arrived_can_be_asked_for_again() {
        let reached = Reached::default();
        let broken = reached.begins("a", &(0..LENGTH), LENGTH);
        reached.ended(&broken, LENGTH - 1, 1_500, true);
        let rest = reached.begins("a", &(1_000..LENGTH), LENGTH);
        assert!(rest.joins && rest.part == FetchPart::Continuation);
    }

    #[test]
    fn a_refused_fetch_gives_no_allowance() {
        let reached = Reached::default();
        transfer(&reached, 0..LENGTH);
        let refused = reached.begins("a", &(0..LENGTH), LENGTH);
        reached.refused(&refused);
        assert_eq!(transfer(&reached, 1..LENGTH), FetchPart::Start);
    }

    #[test]
    fn after_a_restart_one_transfer_may_go_on() {
        let reached = Reached::default();
        let rest = reached.begins("a", &(100..LENGTH), LENGTH);
        assert!(rest.unknown && !rest.joins && rest.part == FetchPart::Continuation);
        let again = reached.begins("a", &(100..LENGTH), LENGTH);
        assert!(!again.unknown && again.part == FetchPart::Start);
    }

    #[test]
    fn old_files_are_forgotten() {
        let reached = Reached::default();
        transfer(&reached, 0..100);
        for n in 0..REMEMBERED {
            let _ = reached.begins(&n.to_string(), &(0..1), LENGTH);
        }
        assert!(reached.begins("a", &(100..200), LENGTH).unknown);
        assert_eq!(reached.files().len(), REMEMBERED);
    }
}
