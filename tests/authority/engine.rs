//! The engine under the stories: a file.

use std::path::Path;
use std::sync::Arc;

use tegata::clock::Clock;
use tegata::store::Contents;
use tegata::store::embedded::EmbeddedStore;

/// What must live as long as the store: nothing.
pub struct Engine;

/// A new store.
#[expect(clippy::unused_async, reason = "another engine waits for its server")]
pub async fn open(directory: &Path, clock: Arc<dyn Clock>) -> (Arc<dyn Contents>, Engine) {
    (Arc::new(EmbeddedStore::open(directory.join("store.sqlite"), clock).unwrap()), Engine)
}
