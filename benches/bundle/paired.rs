//! Ratios that hold on a busy machine: both sides by turns on the same inputs, in the processor time of this thread,
//! so that what else the machine does falls on both or on neither.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that this thread has used.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// What one call of `work` takes, in microseconds; the mean of `times` calls.
pub fn timed<T>(times: u32, mut work: impl FnMut() -> T) -> f64 {
    let start = processor_time();
    for _ in 0..times {
        black_box(work());
    }
    processor_time().saturating_sub(start).as_secs_f64() * 1e6 / f64::from(times)
}

/// Times of ours and of the floor, pair by pair.
pub struct Paired(Vec<(f64, f64)>);

impl Paired {
    /// Measures `pairs` pairs; who goes first changes from pair to pair. The number of the pair picks the input.
    pub fn measure(
        pairs: usize,
        mut ours: impl FnMut(usize) -> f64,
        mut floor: impl FnMut(usize) -> f64,
    ) -> Self {
        let pair = |i| {
            if i % 2 == 0 {
                let ours = ours(i);
                (ours, floor(i))
            } else {
                let floor = floor(i);
                (ours(i), floor)
            }
        };
        Self((0..pairs).map(pair).collect())
    }

    /// The median times of ours and of the floor, in microseconds.
    pub fn medians(&self) -> (f64, f64) {
        let side = |pick: fn(&(f64, f64)) -> f64| median(self.0.iter().map(pick).collect());
        (side(|pair| pair.0), side(|pair| pair.1))
    }

    /// The mean times of both sides.
    pub fn means(&self) -> (f64, f64) {
        let side = |pick: fn(&(f64, f64)) -> f64| mean(&self.0.iter().map(pick).collect::<Vec<_>>());
        (side(|pair| pair.0), side(|pair| pair.1))
    }

    /// The median of the pairs' ratios, and the interval that holds the true median with 95 % confidence: order
    /// statistics of the binomial distribution, which ask nothing of how the times are distributed.
    pub fn ratio(&self) -> (f64, f64, f64) {
        let mut ratios: Vec<f64> = self.0.iter().map(|(ours, floor)| ours / floor).collect();
        ratios.sort_by(f64::total_cmp);
        let count = f64::from(u32::try_from(ratios.len()).unwrap());
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
        (median(ratios.clone()), at(count / 2.0 - half - 1.0), at(count / 2.0 + half))
    }
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap())
}

/// The standard error of the mean.
pub fn standard_error(values: &[f64]) -> f64 {
    let mean = mean(values);
    let count = f64::from(u32::try_from(values.len()).unwrap());
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0) / count).sqrt()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
