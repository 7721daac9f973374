//! Work that comes round again until the process stops.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// Stops all work that was begun with its [`Stop`]s, when it is told to or dropped.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Tells work when to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A stopper and what it stops.
#[must_use]
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Stops the work; what is under way is finished.
    pub fn stop(&self) {
        // Where nothing listens, nothing is at work.
        let _ = self.0.send(true);
    }
}

impl Stop {
    /// Whether it is time to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits until it is time to stop.
    pub async fn wait(&mut self) {
        // An error says that the stopper is gone, which is the same.
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}

/// Does `work` at once and then every `period`, counted from its end when it takes longer, until it is stopped.
pub async fn recur<W, F>(period: Duration, mut stop: Stop, mut work: W)
where
    W: FnMut() -> F,
    F: Future<Output = ()>,
{
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.wait() => return,
            _ = interval.tick() => {}
        }
        work().await;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_comes_round_until_it_is_stopped() {
        let (stopper, stop) = stopper();
        let done = Cell::new(0);
        recur(Duration::from_mins(1), stop, async || {
            done.set(done.get() + 1);
            if done.get() == 3 {
                stopper.stop();
            }
        })
        .await;
        assert_eq!(done.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_stopper_stops_the_work() {
        let (stopper, stop) = stopper();
        drop(stopper);
        recur(Duration::from_mins(1), stop, async || panic!("the work was done all the same")).await;
    }
}
