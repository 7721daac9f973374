//! The installation's pepper.

use super::secret::SecretSource;
use super::section::section;

section! {
    /// The key under which everything secret is hashed before it is stored. Without it, no invitation opens; keep a copy
    /// apart from the store's backups.
    PepperSettings = "pepper" {
        /// A file with 64 hexadecimal digits (32 random bytes).
        file: SecretSource = "pepper";
    }
}
