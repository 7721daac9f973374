//! Where everything is kept.

use std::path::PathBuf;

use super::section::section;
use super::value::words;

/// A storage engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file in the data directory.
    Embedded,
}

words!(Engine { "embedded" => Embedded });

section! {
    /// Where enrollments, certificates and events are kept.
    StoreSettings = "store" {
        /// The storage engine. "embedded" is one SQLite file in the data directory; no server is needed.
        engine: Engine = "embedded";
        /// The data directory of the embedded engine. Not on NFS. One `tegata serve` uses it at a time.
        directory: PathBuf = "store";
    }
}
