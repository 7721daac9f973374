//! The engine under the stories: Redis.

use std::path::Path;
use std::sync::Arc;

use tegata::clock::Clock;
use tegata::entropy::SystemEntropy;
use tegata::store::Contents;
use tegata::store::redis::{RedisSettings, RedisStore};

use crate::redis::Server;

/// What must live as long as the store: its server.
pub struct Engine {
    _server: Server,
}

/// A new store.
pub async fn open(_directory: &Path, clock: Arc<dyn Clock>) -> (Arc<dyn Contents>, Engine) {
    let server = Server::durable(&[]);
    let settings = RedisSettings::new(server.url().parse().unwrap());
    let store = RedisStore::open(settings, clock, &SystemEntropy).await.unwrap();
    (Arc::new(store), Engine { _server: server })
}
