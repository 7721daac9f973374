//! The file itself: ranges, and whether it really arrived.

pub mod range;
