//! What runs by itself, on one node at a time: sweeps now; notices, lists and webhooks later.

mod lease;
mod recurring;
mod sweep;

pub use lease::{Held, Leases};
pub use recurring::{Stop, Stopper, recur, stopper};
pub use sweep::sweep;
