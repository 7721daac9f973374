//! What runs by itself: sweeps now; notices, lists and webhooks later.

mod recurring;
mod sweep;

pub use recurring::{Stop, Stopper, recur, stopper};
pub use sweep::sweep;
