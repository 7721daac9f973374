//! Ratios that hold on a busy machine: both sides by turns on the same inputs, so that what else the machine does falls on both
//! or on neither; and in the processor time of this thread, where nothing is waited for.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that this thread has used.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// What one call of `work` takes, in microseconds of processor time; the mean of `times` calls.
pub fn timed<T>(times: u32, mut work: impl FnMut() -> T) -> f64 {
    let start = processor_time();
    for _ in 0..times {
        black_box(work());
    }
    processor_time().saturating_sub(start).as_secs_f64() * 1e6 / f64::from(times)
}

/// A ratio and the interval that holds the true one with 95 % confidence.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

/// What ours and the other side came to, pair by pair.
#[derive(Debug, Default)]
pub struct Paired(Vec<(f64, f64)>);

impl Paired {
    /// Measures `pairs` pairs; who goes first changes from pair to pair. The number of the pair picks the input.
    pub fn measure(
        pairs: usize,
        mut ours: impl FnMut(usize) -> f64,
        mut other: impl FnMut(usize) -> f64,
    ) -> Self {
        let mut paired = Self::default();
        for i in 0..pairs {
            if i % 2 == 0 {
                let ours = ours(i);
                paired.add(ours, other(i));
            } else {
                let other = other(i);
                paired.add(ours(i), other);
            }
        }
        paired
    }

    pub fn add(&mut self, ours: f64, other: f64) {
        self.0.push((ours, other));
    }

    /// The median of ours and of the other side.
    pub fn medians(&self) -> (f64, f64) {
        let side = |pick: fn(&(f64, f64)) -> f64| median(self.0.iter().map(pick).collect());
        (side(|pair| pair.0), side(|pair| pair.1))
    }

    /// The median of the pairs' ratios, and its interval: order statistics of the binomial distribution, which ask nothing of
    /// how the values are distributed.
    pub fn ratio(&self) -> Ratio {
        let mut ratios: Vec<f64> = self.0.iter().map(|(ours, other)| ours / other).collect();
        ratios.sort_by(f64::total_cmp);
        let count = real(ratios.len());
        let half = 0.98 * count.sqrt();
        let at = |position: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to the list"
            )]
            let i = position.round().clamp(0.0, count - 1.0) as usize;
            ratios[i]
        };
        Ratio {
            median: median(ratios.clone()),
            low: at(count / 2.0 - half - 1.0),
            high: at(count / 2.0 + half),
        }
    }
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / real(values.len())
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// A count as a number to reckon with.
pub fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// How often something happened in this time.
pub fn per_second(count: usize, time: Duration) -> f64 {
    real(count) / time.as_secs_f64()
}
