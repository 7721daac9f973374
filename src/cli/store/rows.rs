//! How far something has come that goes through all rows: a line that renews itself on a terminal, else a line now and then.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::output::Output;
use super::grouped;

/// Between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// What is shown while rows are gone through.
#[derive(Debug)]
pub struct Rows {
    shown: Shown,
    stage: &'static str,
    began: Instant,
    first: u64,
}

#[derive(Debug)]
enum Shown {
    Bar(ProgressBar),
    Lines { output: Output, last: Instant },
}

impl Rows {
    /// Begins.
    pub fn start(output: Output) -> Self {
        let now = Instant::now();
        let shown = if output.shows_progress() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let template = "{msg} {wide_bar} {human_pos} of {human_len} {percent} %, {per_sec}, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            Shown::Bar(bar)
        } else {
            Shown::Lines { output, last: now }
        };
        Self { shown, stage: "", began: now, first: 0 }
    }

    /// Tells how many of how many rows (or bytes) are done of this stage.
    pub fn at(&mut self, stage: &'static str, done: u64, total: u64) {
        let changed = self.stage != stage;
        if changed {
            (self.stage, self.began, self.first) = (stage, Instant::now(), done);
        }
        match &mut self.shown {
            Shown::Bar(bar) => {
                if changed {
                    bar.reset_eta();
                    bar.set_message(stage);
                }
                bar.set_length(total);
                bar.set_position(done);
            }
            Shown::Lines { output, last } => {
                if last.elapsed() < EVERY {
                    return;
                }
                *last = Instant::now();
                output.note(&line(stage, (done, self.first), total, self.began.elapsed()));
            }
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn line(stage: &str, (done, first): (u64, u64), total: u64, took: Duration) -> String {
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let rate = (done.saturating_sub(first) * 1_000).checked_div(millis).unwrap_or(0);
    let text = format!("{stage}: {} of {} ({percent} %)", grouped(done), grouped(total));
    match total.saturating_sub(done).checked_div(rate) {
        Some(left) => format!("{text}, {} a second, {left} s left", grouped(rate)),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_how_fast_and_how_long() {
        let text = line("copying", (30_000, 10_000), 100_000, Duration::from_secs(4));
        assert_eq!(text, "copying: 30,000 of 100,000 (30 %), 5,000 a second, 14 s left");
        assert_eq!(line("copying", (0, 0), 0, Duration::ZERO), "copying: 0 of 0 (100 %)");
    }
}
