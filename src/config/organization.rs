//! The organization that the command line works for.

use std::path::PathBuf;

use super::section::section;

section! {
    /// The organization that the command line works for.
    OrganizationSettings = "organization" {
        /// Its identifier. `tegata init` creates it; its name and contact are kept in the store.
        id: String = "default";
        /// A directory of offers (`*.toml`): what the organization hands out. Without it, the offers that Tegata brings
        /// along are used.
        offers: Option<PathBuf> = none;
    }
}
