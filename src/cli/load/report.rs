//! What the phones met.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::super::style::{error, good, strong};

/// The longest time that is told apart, in microseconds: ten minutes.
const LONGEST: u64 = 600_000_000;
/// How many examples of a broken promise are kept.
const EXAMPLES: usize = 5;

/// Counts what all phones meet; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    steps: BTreeMap<&'static str, Step>,
    broken: BTreeMap<&'static str, (u64, Vec<String>)>,
    installed: u64,
    failed: u64,
    limited: u64,
    left_out: u64,
}

#[derive(Debug)]
struct Step {
    times: Histogram<u64>,
    statuses: BTreeMap<u16, u64>,
}

impl Tally {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A step took this long and was answered with this status; 0 is no answer.
    pub(super) fn step(&self, name: &'static str, status: u16, took: Duration) {
        let mut counts = self.lock();
        let Ok(times) = Histogram::new_with_bounds(1, LONGEST, 3) else { return };
        let step = counts.steps.entry(name).or_insert_with(|| Step { times, statuses: BTreeMap::new() });
        step.times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(LONGEST));
        *step.statuses.entry(status).or_default() += 1;
        counts.limited += u64::from(status == 429);
    }

    /// Something happened that must not.
    pub(super) fn broken(&self, promise: &'static str, what: String) {
        let mut counts = self.lock();
        let (count, examples) = counts.broken.entry(promise).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(what);
        }
    }

    /// A phone has ended its way.
    pub(super) fn end(&self, installed: bool) {
        let mut counts = self.lock();
        if installed {
            counts.installed += 1;
        } else {
            counts.failed += 1;
        }
    }

    /// How many phones have ended.
    pub(super) fn ended(&self) -> u64 {
        let counts = self.lock();
        counts.installed + counts.failed
    }

    /// Of so many phones those that have not ended were never sent, or died.
    pub(super) fn left_out(&self, total: u64) {
        let mut counts = self.lock();
        counts.left_out = total.saturating_sub(counts.installed + counts.failed);
    }

    /// All of it, after `took`.
    pub(super) fn report(&self, took: Duration) -> Report {
        let counts = self.lock();
        let seconds = took.as_secs_f64();
        let per_second = |count: u64| if seconds > 0.0 { few(count) / seconds } else { 0.0 };
        let steps = counts.steps.iter().map(|(name, step)| {
            let at = |percentile| few(step.times.value_at_percentile(percentile)) / 1_000.0;
            StepReport {
                step: name,
                count: step.times.len(),
                per_second: per_second(step.times.len()),
                p50_ms: at(50.0),
                p90_ms: at(90.0),
                p99_ms: at(99.0),
                max_ms: few(step.times.max()) / 1_000.0,
                statuses: step.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect(),
            }
        });
        let broken = counts.broken.iter().map(|(promise, (count, examples))| Broken {
            promise,
            count: *count,
            examples: examples.clone(),
        });
        let broken: Vec<_> = broken.collect();
        Report {
            ok: broken.is_empty() && counts.failed == 0 && counts.left_out == 0,
            phones: counts.installed + counts.failed + counts.left_out,
            installed: counts.installed,
            failed: counts.failed,
            left_out: counts.left_out,
            limited: counts.limited,
            seconds,
            per_second: per_second(counts.installed),
            steps: steps.collect(),
            broken,
        }
    }
}

/// A count as a number with a fraction; what does not fit into 32 bits stays at the most that does.
fn few(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) ok: bool,
    phones: u64,
    installed: u64,
    failed: u64,
    left_out: u64,
    limited: u64,
    seconds: f64,
    per_second: f64,
    steps: Vec<StepReport>,
    pub(super) broken: Vec<Broken>,
}

/// One step of all phones.
#[derive(Debug, Serialize)]
struct StepReport {
    step: &'static str,
    count: u64,
    per_second: f64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    statuses: BTreeMap<String, u64>,
}

/// A promise that was not kept.
#[derive(Debug, Serialize)]
pub(super) struct Broken {
    promise: &'static str,
    count: u64,
    examples: Vec<String>,
}

impl Report {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let Self { phones, installed, failed, left_out, limited, seconds, per_second, .. } = self;
        let _ = writeln!(
            text,
            "{} {installed} of {phones} phones in {seconds:.1} s ({per_second:.1} each second)",
            good("Installed:")
        );
        if failed + left_out > 0 {
            let _ = writeln!(text, "{} {failed} gave up, {left_out} were not sent", error("Not installed:"));
        }
        if *limited > 0 {
            let _ = writeln!(
                text,
                "{limited} requests were told to wait (429): trust this machine in proxies.trusted of the target"
            );
        }
        let _ = writeln!(
            text,
            "\n{}",
            strong(&format!(
                "{:<10} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}  statuses",
                "step", "count", "per s", "p50 ms", "p90 ms", "p99 ms", "max ms"
            ))
        );
        for step in &self.steps {
            let statuses: Vec<_> =
                step.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
            let _ = writeln!(
                text,
                "{:<10} {:>8} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>9.1}  {}",
                step.step,
                step.count,
                step.per_second,
                step.p50_ms,
                step.p90_ms,
                step.p99_ms,
                step.max_ms,
                statuses.join(", ")
            );
        }
        for Broken { promise, count, examples } in &self.broken {
            let _ = writeln!(text, "\n{} {promise}, {count} times", error("Broken:"));
            for example in examples {
                let _ = writeln!(text, "  {example}");
            }
        }
        text
    }
}
