//! The registration authority over the real store: random lives with crashes, races, succession, isolation.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod access;
mod acts;
mod audit;
mod bulk;
mod change_device;
mod claims;
mod crashing;
mod directory;
mod engine;
mod isolation;
mod life;
mod lists;
mod log;
mod needs;
mod numbers;
mod races;
mod reach;
mod redraw;
mod succession;
mod transitions;
mod upkeep;
mod withdrawal;
mod world;
