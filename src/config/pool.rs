//! Keys made in advance.

use super::section::section;

section! {
    /// RSA keys made in advance, since one takes 50 ms and a claim should not wait.
    PoolSettings = "pool" {
        /// How many RSA-2048 keys are kept ready, in memory only. Size it to the greatest burst of claims.
        rsa_2048: u32 = "200" in "0", "10000";
        /// How many RSA-3072 keys are kept ready; only of use for offers with such keys.
        rsa_3072: u32 = "0" in "0", "10000";
        /// How many threads make them, at the lowest priority.
        threads: u32 = "1" in "1", "64";
    }
}
