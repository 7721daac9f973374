//! Random choices that a seed repeats (`SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>).

use tegata::entropy::{Entropy, SystemEntropy};

/// A source of choices.
pub struct Chance(u64);

/// A seed that was not used before.
pub fn fresh_seed() -> u64 {
    let entropy: &dyn Entropy = &SystemEntropy;
    u64::from_le_bytes(entropy.bytes().unwrap()) >> 16
}

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
