//! What the embedded engine must survive: kills, damage, full disks, other processes.

mod backups;
mod closing;
mod damage;
mod kills;
mod opening;
mod processes;
mod room;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tegata::clock::ManualClock;
use tegata::store::embedded::{EmbeddedStore, OpenError, OpenOptions};
use tegata::store::{Key, Store};
use tempfile::TempDir;

use crate::suite::subject::{here, noon};

/// Names the store to a process that a test starts of itself.
const STORE: &str = "TEGATA_TEST_STORE";

/// A directory for a store, removed at the end.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("store.sqlite")
    }

    fn open(&self) -> EmbeddedStore {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<EmbeddedStore, OpenError> {
        open_with(&self.file(), &OpenOptions::default())
    }
}

fn open_with(path: &Path, options: &OpenOptions) -> Result<EmbeddedStore, OpenError> {
    EmbeddedStore::open_with(path, Arc::new(ManualClock::at(noon())), options)
}

/// The bytes of a document.
async fn bytes(store: &EmbeddedStore, key: &Key) -> Option<Vec<u8>> {
    store.find(&here(), key).await.unwrap().map(|document| document.bytes)
}

/// This test binary, to run one test again as a process of its own, which finds the store's path in [`STORE`].
fn process(test: &str, store: &Path) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.args(["--exact", test, "--nocapture", "--quiet"]).env(STORE, store);
    command
}

/// Where this process is one that [`process`] started: the store to work on.
fn store_of_this_process() -> Option<PathBuf> {
    std::env::var_os(STORE).map(PathBuf::from)
}
