//! Progress on a terminal, for what takes longer than a second.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// What takes its time; the line is gone when this is dropped.
#[derive(Debug)]
pub struct Progress(Option<Shown>);

#[derive(Debug)]
struct Shown {
    bar: ProgressBar,
    done: Option<Sender<()>>,
    waiter: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins. Nothing is shown unless `shown`, and nothing in the first second.
    #[must_use]
    pub fn start(what: &'static str, shown: bool) -> Self {
        if !shown {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        let (done, is_done) = channel();
        let late = bar.clone();
        let waiter = std::thread::spawn(move || {
            if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                late.set_draw_target(ProgressDrawTarget::stderr());
                late.enable_steady_tick(Duration::from_millis(100));
            }
        });
        Self(Some(Shown { bar, done: Some(done), waiter: Some(waiter) }))
    }

    /// Tells how much of how much is done.
    pub fn at(&self, done: u64, total: u64) {
        let Some(Shown { bar, .. }) = &self.0 else { return };
        if bar.length() != Some(total) {
            bar.set_length(total);
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent} % ({eta} left)") {
                bar.set_style(style);
            }
        }
        bar.set_position(done);
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(waiter) = self.waiter.take() {
            // It only shows a bar; whatever became of it, the work is done.
            let _ = waiter.join();
        }
        self.bar.finish_and_clear();
    }
}
