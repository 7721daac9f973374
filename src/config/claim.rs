//! What wrong secrets do.

use jiff::SignedDuration;

use super::section::section;

section! {
    /// Wrong secrets. How long invitations, links and deliveries last is for each offer to say.
    ClaimSettings = "claim" {
        /// How many wrong secrets lock an invitation.
        attempts: u32 = "5" in "1", "100";
        /// How long the first lock lasts. Every further one lasts twice as long.
        lock: SignedDuration = "15min" in "10s", "7days";
        /// No lock lasts longer.
        longest_lock: SignedDuration = "24h" in "10s", "30days";
    }
}
