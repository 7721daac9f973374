//! How many live views are open at a time: a browser tab is a connection, and connections are few.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The most of one session: a browser makes six connections to a site, and its pages need some of them.
const OF_A_SESSION: usize = 4;
/// The most of this process.
const OF_ALL: usize = 500;

#[derive(Debug)]
struct Place {
    session: String,
    number: u64,
    displaced: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Taken {
    last: u64,
    places: VecDeque<Place>,
}

/// The live views of this process.
#[derive(Debug, Default)]
pub struct Streams(Mutex<Taken>);

/// One live view's place, which is free again when it is dropped.
#[derive(Debug)]
pub struct Seat {
    streams: Arc<Streams>,
    number: u64,
    displaced: Arc<Notify>,
}

impl Seat {
    /// Waits until a newer live view of the same session took the place.
    pub async fn displaced(&self) {
        self.displaced.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.streams.taken().places.retain(|place| place.number != self.number);
    }
}

impl Streams {
    /// A place for a live view of this session. Where it has as many as it may, the oldest gives way: it is a tab that nobody
    /// looks at. `None` where the process has as many as it can.
    pub fn take(self: &Arc<Self>, session: &str) -> Option<Seat> {
        let mut taken = self.taken();
        let own = taken.places.iter().filter(|place| place.session == session).count();
        if own >= OF_A_SESSION
            && let Some(oldest) = taken.places.iter().position(|place| place.session == session)
            && let Some(place) = taken.places.remove(oldest)
        {
            place.displaced.notify_one();
        }
        if taken.places.len() >= OF_ALL {
            return None;
        }
        taken.last += 1;
        let (number, displaced) = (taken.last, Arc::new(Notify::new()));
        let place = Place { session: session.to_owned(), number, displaced: Arc::clone(&displaced) };
        taken.places.push_back(place);
        drop(taken);
        Some(Seat { streams: Arc::clone(self), number, displaced })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_oldest_live_view_of_a_session_gives_way_to_a_new_one() {
        let streams = Arc::new(Streams::default());
        let other = streams.take("other").unwrap();
        let seats: Vec<_> = (0..OF_A_SESSION).map(|_| streams.take("one").unwrap()).collect();
        assert!(seats[0].displaced().now_or_never().is_none());
        let newest = streams.take("one").unwrap();
        assert!(seats[0].displaced().now_or_never().is_some());
        for seat in seats[1..].iter().chain([&other, &newest]) {
            assert!(seat.displaced().now_or_never().is_none());
        }
        drop((seats, newest));
        assert_eq!(streams.taken().places.len(), 1);
    }

    #[test]
    fn a_process_has_so_many_and_no_more() {
        let streams = Arc::new(Streams::default());
        let mut seats: Vec<_> =
            (0..OF_ALL).map(|session| streams.take(&session.to_string()).unwrap()).collect();
        assert!(streams.take("late").is_none());
        // Whoever has some already may exchange one.
        for _ in 0..OF_A_SESSION - 1 {
            drop(seats.remove(1));
            seats.push(streams.take("0").unwrap());
        }
        assert!(streams.take("0").is_some());
        drop(seats);
        assert!(streams.take("late").is_some());
    }
}
