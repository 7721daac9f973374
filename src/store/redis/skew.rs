//! Whether the clock of this process goes with that of Redis, which all nodes have in common.
//!
//! Each node judges lifetimes, leases and windows by its own clock. One that is an hour ahead takes what others have laid ready
//! for expired, and sweeps it away; one that is an hour behind goes on handing out what is over. So a node whose clock is too
//! far from Redis's reads and changes nothing, says why, and goes on by itself when its clock is right again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::Value;

use super::RedisStore;
use super::answer::{self, unexpected};
use super::servers::Request;
use crate::store::StoreError;

/// What is known of the two clocks. Times are in milliseconds since 1970.
#[derive(Debug)]
pub struct Skew {
    most: Option<Duration>,
    suspected: AtomicBool,
    known: AtomicBool,
}

impl Skew {
    /// Clocks that may differ by `most`; without it they are never compared.
    pub const fn new(most: Option<Duration>) -> Self {
        Self { most, suspected: AtomicBool::new(false), known: AtomicBool::new(false) }
    }

    /// Whether clocks are compared at all.
    pub const fn is_judged(&self) -> bool {
        self.most.is_some()
    }

    /// Whether they must be compared before anything else is done.
    pub fn is_suspected(&self) -> bool {
        self.suspected.load(Ordering::Relaxed)
    }

    fn beyond(&self, apart: i64) -> bool {
        self.most.is_some_and(|most| u128::from(apart.unsigned_abs()) > most.as_millis())
    }

    /// A version tells the time: Redis's own in microseconds, or a little later. What does not fit is reason to compare.
    pub fn seen(&self, version: u64, now: i64) {
        let theirs = i64::try_from(version / 1_000).unwrap_or(i64::MAX);
        if self.beyond(theirs.saturating_sub(now)) {
            self.suspected.store(true, Ordering::Relaxed);
        }
    }

    /// Compares the clocks by what Redis answers to TIME, asked between `before` and `after`.
    pub fn judge(&self, before: i64, told: Value, after: i64) -> Result<(), StoreError> {
        let shape = unexpected(&told);
        let mut parts = answer::list(told)?.into_iter().filter_map(answer::text);
        let mut part = || parts.next().and_then(|part| part.parse::<i64>().ok());
        let (Some(seconds), Some(micros)) = (part(), part()) else { return Err(shape) };
        let theirs = seconds.saturating_mul(1_000).saturating_add(micros / 1_000);
        // It was some time between the two.
        let ahead = theirs.saturating_sub(theirs.clamp(before.min(after), after)).saturating_neg();
        let wrong = self.beyond(ahead);
        self.suspected.store(wrong, Ordering::Relaxed);
        let text = || {
            let (by, where_to) =
                (ahead.unsigned_abs() / 1_000, if ahead > 0 { "ahead of" } else { "behind" });
            format!(
                "the clock of this machine is {by} s {where_to} that of Redis, and lifetimes would be judged wrongly; set the one \
                 that is wrong, and keep both by a time service"
            )
        };
        if self.known.swap(wrong, Ordering::Relaxed) != wrong {
            if wrong {
                tracing::error!("{}: nothing is done until then", text());
            } else {
                tracing::info!("the clock of this machine is that of Redis again");
            }
        }
        if wrong { Err(StoreError::Unavailable(text())) } else { Ok(()) }
    }
}

impl RedisStore {
    /// Refuses where the clock of this process is too far from that of Redis.
    pub(super) async fn compare_clocks(&self, within: Duration) -> Result<(), StoreError> {
        if !self.skew.is_judged() {
            return Ok(());
        }
        let (slot, question, before) = (self.keys.installation().slot(), redis::cmd("TIME"), self.now());
        let told = self.servers.run(slot, &Request::Read(&question), within).await?;
        self.skew.judge(before, told, self.now())
    }

    /// The same where there is reason to.
    pub(super) async fn in_time(&self) -> Result<(), StoreError> {
        if !self.skew.is_suspected() {
            return Ok(());
        }
        // Seldom: it need not make every future of the store larger.
        Box::pin(self.compare_clocks(self.patience())).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn told(milliseconds: i64) -> Value {
        let text = |number: i64| Value::BulkString(number.to_string().into_bytes());
        Value::Array(vec![text(milliseconds / 1_000), text(milliseconds % 1_000 * 1_000)])
    }

    #[test]
    fn a_clock_that_differs_too_much_is_refused_until_it_is_right() {
        let skew = Skew::new(Some(Duration::from_secs(15)));
        skew.judge(1_000_000, told(1_000_010), 1_000_020).unwrap();
        // However long the answer took, it may have been asked at any moment of that.
        skew.judge(1_000_000, told(1_050_000), 1_060_000).unwrap();
        skew.judge(1_000_000, told(985_000), 1_000_020).unwrap();
        let ahead = skew.judge(4_600_000, told(1_000_000), 4_600_010).unwrap_err().to_string();
        assert!(ahead.contains("3600 s ahead of"), "{ahead}");
        assert!(skew.is_suspected());
        let behind = skew.judge(1_000_000, told(1_020_000), 1_000_010).unwrap_err().to_string();
        assert!(behind.contains("19 s behind"), "{behind}");
        skew.judge(1_000_000, told(1_000_000), 1_000_000).unwrap();
        assert!(!skew.is_suspected());
        assert!(matches!(skew.judge(0, Value::Int(1), 0), Err(StoreError::Damaged(_))));
    }

    #[test]
    fn a_version_from_another_time_is_reason_to_compare() {
        let skew = Skew::new(Some(Duration::from_secs(15)));
        skew.seen(1_000_000_000_000, 1_000_000_000);
        assert!(!skew.is_suspected());
        skew.seen(1_000_000_000_000, 1_000_015_001);
        assert!(skew.is_suspected());
        let never = Skew::new(None);
        never.seen(0, i64::MAX);
        assert!(!never.is_suspected() && !never.is_judged());
    }
}
