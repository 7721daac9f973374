//! RSA keys made ahead of time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::pki::error::PkiError;
use crate::pki::key::{KeyType, SubjectKey};

/// How many RSA keys are kept ready (at most [`KeyPool::LIMIT`] of a kind), and by how many threads (at most
/// [`KeyPool::THREADS_LIMIT`]). A ready key takes about 1.2 KB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPoolSettings {
    /// RSA-2048 keys to keep ready; size it to the burst that is to be met.
    pub rsa2048: usize,
    /// RSA-3072 keys to keep ready.
    pub rsa3072: usize,
    /// Threads that fill the pool at the lowest priority; 0 for none.
    pub threads: usize,
}

/// How a pool stands with one kind of key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stock {
    /// Keys that are ready.
    pub ready: usize,
    /// Keys that should be.
    pub wanted: usize,
    /// Keys that were made ahead, since the start.
    pub made: u64,
    /// Keys that had to be made on the spot, since the start.
    pub misses: u64,
}

/// RSA keys made ahead of time, because one takes tens to hundreds of milliseconds. Kept in memory alone, each handed
/// out once; those that are never used are freed with the pool, and OpenSSL overwrites an RSA key when it frees it.
///
/// Drop the pool before `main` returns (its threads are then joined, within the time of one key): OpenSSL tears
/// itself down at exit and must not be at work then.
pub struct KeyPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    /// Told when a key was taken, and when the pool stops.
    changed: Condvar,
}

struct State {
    rsa2048: Shelf,
    rsa3072: Shelf,
    stopping: bool,
}

struct Shelf {
    kind: KeyType,
    wanted: usize,
    ready: VecDeque<SubjectKey>,
    /// Keys that a thread is making for this shelf now.
    coming: usize,
    /// Keys that threads made for it so far.
    made: u64,
    /// How often it was empty when a key was asked for.
    misses: u64,
}

impl Shelf {
    fn new(kind: KeyType, wanted: usize) -> Self {
        Self {
            kind,
            wanted: wanted.min(KeyPool::LIMIT),
            ready: VecDeque::new(),
            coming: 0,
            made: 0,
            misses: 0,
        }
    }

    fn missing(&self) -> usize {
        self.wanted.saturating_sub(self.ready.len() + self.coming)
    }
}

impl State {
    fn shelf(&mut self, kind: KeyType) -> Option<&mut Shelf> {
        match kind {
            KeyType::Rsa2048 => Some(&mut self.rsa2048),
            KeyType::Rsa3072 => Some(&mut self.rsa3072),
            KeyType::P256 | KeyType::P384 => None,
        }
    }

    /// The kind to make next: of the shelf that is emptiest for its size.
    fn next(&self) -> Option<KeyType> {
        let short = [&self.rsa2048, &self.rsa3072].into_iter().filter(|shelf| shelf.missing() > 0);
        // Cross-multiplied shares (missing / wanted of one against the other), far from overflow by the limit of a
        // shelf.
        short
            .max_by(|a, b| {
                (a.missing() * b.wanted).cmp(&(b.missing() * a.wanted)).then(a.kind.is_preferred(b.kind))
            })
            .map(|shelf| shelf.kind)
    }
}

impl KeyType {
    /// The cheaper kind is made first where both shelves are equally empty.
    fn is_preferred(self, other: Self) -> std::cmp::Ordering {
        (self == Self::Rsa2048).cmp(&(other == Self::Rsa2048))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fills the shelves until the pool stops.
    fn fill(&self) {
        let mut state = self.lock();
        while !state.stopping {
            let Some(kind) = state.next() else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if let Some(shelf) = state.shelf(kind) {
                shelf.coming += 1;
            }
            drop(state);
            let made = SubjectKey::generate(kind);
            state = self.lock();
            let Some(place) = state.shelf(kind) else { continue };
            place.coming -= 1;
            match made {
                Ok(key) => {
                    place.made += 1;
                    place.ready.push_back(key);
                }
                Err(error) => {
                    // Making keys inline will say the same to those who ask; a thread that spins helps nobody.
                    tracing::error!(%kind, %error, "no key could be made ahead; the next take tries again");
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

impl KeyPool {
    /// The most keys of a kind that are kept ready; more are not useful, and take 12 MB.
    pub const LIMIT: usize = 10_000;
    /// The most threads that fill a pool.
    pub const THREADS_LIMIT: usize = 64;

    /// Starts the threads that fill the pool. A thread that cannot be started is logged and left out: the pool then
    /// fills more slowly, or hands out keys that it makes on the spot.
    #[must_use]
    pub fn start(settings: KeyPoolSettings) -> Self {
        let state = State {
            rsa2048: Shelf::new(KeyType::Rsa2048, settings.rsa2048),
            rsa3072: Shelf::new(KeyType::Rsa3072, settings.rsa3072),
            stopping: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let nothing_to_do = settings.rsa2048 == 0 && settings.rsa3072 == 0;
        let useful = if nothing_to_do { 0 } else { settings.threads.min(Self::THREADS_LIMIT) };
        let spawn = |i| {
            let shared = Arc::clone(&shared);
            let thread = Builder::new().name(format!("keys-{i}")).spawn(move || {
                lower_priority();
                shared.fill();
            });
            thread
                .inspect_err(|error| tracing::warn!(%error, "a thread that makes keys could not be started"))
                .ok()
        };
        let threads = (0..useful).filter_map(spawn).collect();
        Self { shared, threads }
    }

    /// A pool that keeps nothing ready: every key is made when it is taken.
    #[must_use]
    pub fn empty() -> Self {
        Self::start(KeyPoolSettings { rsa2048: 0, rsa3072: 0, threads: 0 })
    }

    /// A key of this kind, used by nobody else: a ready one, or one made on the spot, which blocks for as long as
    /// that takes.
    ///
    /// # Errors
    /// When a key has to be made and OpenSSL refuses.
    pub fn take(&self, kind: KeyType) -> Result<SubjectKey, PkiError> {
        let ready = self.shared.lock().shelf(kind).and_then(|shelf| {
            let ready = shelf.ready.pop_front();
            shelf.misses += u64::from(ready.is_none());
            ready
        });
        self.shared.changed.notify_one();
        ready.map_or_else(|| SubjectKey::generate(kind), Ok)
    }

    /// The kinds that are kept ready.
    pub const KINDS: [KeyType; 2] = [KeyType::Rsa2048, KeyType::Rsa3072];

    /// What there is of this kind, and what there was.
    #[must_use]
    pub fn stock(&self, kind: KeyType) -> Stock {
        let mut state = self.shared.lock();
        state.shelf(kind).map_or_else(Stock::default, |shelf| Stock {
            ready: shelf.ready.len(),
            wanted: shelf.wanted,
            made: shelf.made,
            misses: shelf.misses,
        })
    }

    /// How many keys of this kind are ready.
    #[must_use]
    pub fn ready(&self, kind: KeyType) -> usize {
        self.shared.lock().shelf(kind).map_or(0, |shelf| shelf.ready.len())
    }
}

impl Drop for KeyPool {
    fn drop(&mut self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that makes keys had panicked");
            }
        }
    }
}

impl fmt::Debug for KeyPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rsa2048, rsa3072] = [KeyType::Rsa2048, KeyType::Rsa3072].map(|kind| self.ready(kind));
        write!(f, "KeyPool({} threads, {rsa2048} rsa-2048 and {rsa3072} rsa-3072 ready)", self.threads.len())
    }
}

/// Nice 19 for the calling thread alone: Linux takes a thread's id where others take a process's.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19) {
        tracing::warn!(%error, "the priority of a thread that makes keys could not be lowered");
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn wait_until_full(pool: &KeyPool, kind: KeyType, wanted: usize) {
        while pool.ready(kind) < wanted {
            std::thread::yield_now();
        }
    }

    #[test]
    fn every_key_is_handed_out_once() {
        let pool = KeyPool::start(KeyPoolSettings { rsa2048: 3, rsa3072: 0, threads: 2 });
        wait_until_full(&pool, KeyType::Rsa2048, 3);
        let keys: HashSet<_> = (0..6)
            .map(|_| pool.take(KeyType::Rsa2048).unwrap().as_pkey().public_key_to_der().unwrap())
            .collect();
        assert_eq!(keys.len(), 6);
    }

    #[test]
    fn a_pool_never_holds_more_than_was_asked_for() {
        let pool = KeyPool::start(KeyPoolSettings { rsa2048: 2, rsa3072: 1, threads: 3 });
        wait_until_full(&pool, KeyType::Rsa2048, 2);
        wait_until_full(&pool, KeyType::Rsa3072, 1);
        let state = pool.shared.lock();
        assert_eq!(state.next(), None);
        assert_eq!((state.rsa2048.coming, state.rsa3072.coming), (0, 0));
    }

    #[test]
    fn a_taken_key_is_replaced() {
        let pool = KeyPool::start(KeyPoolSettings { rsa2048: 1, rsa3072: 0, threads: 1 });
        for _ in 0..2 {
            wait_until_full(&pool, KeyType::Rsa2048, 1);
            pool.take(KeyType::Rsa2048).unwrap();
        }
        wait_until_full(&pool, KeyType::Rsa2048, 1);
    }

    #[test]
    fn a_pool_stops_in_the_middle_of_its_work() {
        let pool = KeyPool::start(KeyPoolSettings { rsa2048: 10_000, rsa3072: 10_000, threads: 2 });
        wait_until_full(&pool, KeyType::Rsa2048, 1);
        let shared = Arc::downgrade(&pool.shared);
        drop(pool);
        assert!(shared.upgrade().is_none(), "no thread is left that holds keys");
    }

    #[test]
    fn an_empty_pool_makes_keys_on_the_spot() {
        let pool = KeyPool::empty();
        assert!(pool.threads.is_empty());
        for kind in KeyType::ALL {
            assert_eq!(pool.take(kind).unwrap().kind(), Some(kind));
            assert_eq!(pool.ready(kind), 0);
        }
    }

    #[test]
    fn the_emptier_shelf_is_filled_first() {
        let mut state = State {
            rsa2048: Shelf::new(KeyType::Rsa2048, 100),
            rsa3072: Shelf::new(KeyType::Rsa3072, 2),
            stopping: false,
        };
        assert_eq!(state.next(), Some(KeyType::Rsa2048));
        state.rsa2048.coming = 1;
        assert_eq!(state.next(), Some(KeyType::Rsa3072));
        state.rsa3072.coming = 1;
        assert_eq!(state.next(), Some(KeyType::Rsa2048));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_threads_of_the_pool_are_slowed_down() {
        let before = rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
        let in_thread = std::thread::spawn(|| {
            lower_priority();
            rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap()
        });
        assert_eq!(in_thread.join().unwrap(), 19);
        assert_eq!(rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap(), before);
    }
}
