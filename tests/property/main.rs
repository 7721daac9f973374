//! Random sequences of what people, operators, clocks and crashes do, played against the real store and a model.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod crashing;
mod life;
mod world;
