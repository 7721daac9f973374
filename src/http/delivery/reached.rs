//! How far the transfers of a file have got in this process.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many files are remembered: more than leave within a ticket's minutes.
const REMEMBERED: usize = 4_096;

/// How far each of the latest files has been handed over, from its first byte on without a gap.
#[derive(Debug, Default)]
pub struct Reached(Mutex<VecDeque<(String, usize)>>);

impl Reached {
    /// How many bytes of the file with this entity tag were handed over before.
    #[must_use]
    pub fn upto(&self, etag: &str) -> usize {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|(known, _)| known == etag).map_or(0, |(_, upto)| *upto)
    }

    /// Notes that it got as far as this.
    pub fn note(&self, etag: &str, upto: usize) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = files.iter_mut().find(|(known, _)| known == etag) {
            *known = upto.max(*known);
            return;
        }
        if files.len() == REMEMBERED {
            files.pop_back();
        }
        files.push_front((etag.to_owned(), upto));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furthest_point_is_kept_and_old_files_are_forgotten() {
        let reached = Reached::default();
        assert_eq!(reached.upto("a"), 0);
        reached.note("a", 100);
        reached.note("a", 50);
        assert_eq!(reached.upto("a"), 100);
        for n in 0..REMEMBERED {
            reached.note(&n.to_string(), 1);
        }
        assert_eq!(reached.upto("a"), 0);
        assert_eq!(reached.upto("0"), 1);
    }
}
