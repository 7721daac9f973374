//! Something that one finds out for all who wait for it: a connection, the master's address, the map of a cluster.

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::dialer::DialError;

/// What is known, or how the last attempt to find it out ended.
#[derive(Debug)]
pub struct Learned<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    known: Option<T>,
    failed: Option<(Instant, DialError)>,
}

impl<T: Clone> Learned<T> {
    pub fn nothing() -> Self {
        Self(Mutex::new(State { known: None, failed: None }))
    }

    /// What is known, if it is still good; else what `learn` finds out. Those who come while it is being found out wait for
    /// it, and share its failure: otherwise a hundred of them would each wait for a server that is gone.
    pub async fn get(
        &self,
        good: impl Fn(&T) -> bool,
        learn: impl AsyncFnOnce() -> Result<T, DialError>,
    ) -> Result<T, DialError> {
        let came = Instant::now();
        let mut state = self.0.lock().await;
        if let Some(known) = state.known.as_ref().filter(|known| good(known)) {
            return Ok(known.clone());
        }
        if let Some((_, error)) = state.failed.as_ref().filter(|(when, _)| *when >= came) {
            return Err(error.clone());
        }
        match learn().await {
            Ok(learned) => {
                *state = State { known: Some(learned.clone()), failed: None };
                Ok(learned)
            }
            Err(error) => {
                *state = State { known: None, failed: Some((Instant::now(), error.clone())) };
                Err(error)
            }
        }
    }

    /// Takes this for what is known, whatever was known before.
    pub async fn replace(&self, learned: T) {
        *self.0.lock().await = State { known: Some(learned), failed: None };
    }

    /// Forgets what is known, where it is what proved wrong.
    pub async fn forget(&self, wrong: impl Fn(&T) -> bool) {
        let mut state = self.0.lock().await;
        if state.known.as_ref().is_some_and(wrong) {
            state.known = None;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn one_finds_out_for_all_who_wait_success_or_failure() {
        for fails in [false, true] {
            let learned = Arc::new(Learned::nothing());
            let (asked, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(Barrier::new(2)));
            let mut waiting = tokio::task::JoinSet::new();
            for _ in 0..50 {
                let (learned, asked, gate) = (Arc::clone(&learned), Arc::clone(&asked), Arc::clone(&gate));
                waiting.spawn(async move {
                    let learn = async || {
                        asked.fetch_add(1, Ordering::Relaxed);
                        gate.wait().await;
                        if fails { Err(DialError::Passing("gone".into())) } else { Ok(7) }
                    };
                    learned.get(|_| true, learn).await.is_err()
                });
            }
            // All of them have come once this task runs again: there is one thread.
            tokio::task::yield_now().await;
            gate.wait().await;
            assert!(waiting.join_all().await.into_iter().all(|failed| failed == fails));
            assert_eq!(asked.load(Ordering::Relaxed), 1);
        }
    }

    #[tokio::test]
    async fn only_what_proved_wrong_is_forgotten() {
        let learned = Learned::nothing();
        assert_eq!(learned.get(|_| true, async || Ok(1)).await.unwrap(), 1);
        learned.forget(|known| *known == 2).await;
        assert_eq!(learned.get(|_| true, async || Ok(3)).await.unwrap(), 1);
        learned.forget(|known| *known == 1).await;
        assert_eq!(learned.get(|_| true, async || Ok(3)).await.unwrap(), 3);
        assert_eq!(learned.get(|known| *known > 3, async || Ok(4)).await.unwrap(), 4);
        let failed = learned.get(|_| false, async || Err(DialError::Passing("gone".into()))).await;
        assert!(failed.is_err());
        assert_eq!(learned.get(|_| true, async || Ok(5)).await.unwrap(), 5);
    }
}
