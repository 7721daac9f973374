//! What the Redis engine must survive besides the suite, on servers that the tests start from Debian's redis-server.

mod failover;
mod opening;
mod outages;
mod proxy;
mod repetition;
pub mod server;
mod standing;
mod tls;
mod writers;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use tegata::clock::ManualClock;
use tegata::entropy::SystemEntropy;
use tegata::store::redis::{OpenError, RedisSettings, RedisStore};

use self::server::{Server, cli};
use crate::suite::subject::{Subject, noon};

/// One server for all cases of the suite; each case has a store with a prefix of its own.
static SINGLE: LazyLock<Server> = LazyLock::new(|| Server::durable(&[]));

/// Three masters for all cases of the suite.
static CLUSTER: LazyLock<[Server; 3]> = LazyLock::new(cluster);

fn cluster() -> [Server; 3] {
    let node = |()| Server::durable(&["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]);
    let nodes = [(); 3].map(node);
    let addresses = nodes.each_ref().map(Server::address);
    let [one, two, three] = addresses.each_ref().map(String::as_str);
    cli(&["--cluster", "create", one, two, three, "--cluster-yes"]);
    // It says that all is done when one node knows it.
    while !nodes.iter().all(|node| node.cli(&["cluster", "info"]).contains("cluster_state:ok")) {}
    nodes
}

fn cluster_url(nodes: &[Server]) -> String {
    let addresses: Vec<_> = nodes.iter().map(Server::address).collect();
    format!("redis+cluster://{}", addresses.join(","))
}

/// Settings with a prefix that no other store has.
fn settings(url: &str) -> RedisSettings {
    static STORES: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("store-{}", STORES.fetch_add(1, Ordering::Relaxed));
    RedisSettings { prefix, ..RedisSettings::new(url.parse().unwrap()) }
}

async fn open(settings: RedisSettings) -> Result<RedisStore, OpenError> {
    RedisStore::open(settings, Arc::new(ManualClock::at(noon())), &SystemEntropy).await
}

async fn subject(url: &str) -> Subject {
    let clock = Arc::new(ManualClock::at(noon()));
    let store = RedisStore::open(settings(url), clock.clone(), &SystemEntropy).await.unwrap();
    Subject::new(Arc::new(store), clock, Box::new(()))
}

/// An empty store on one server.
pub async fn single() -> Subject {
    subject(&SINGLE.url()).await
}

/// An empty store on a cluster.
pub async fn clustered() -> Subject {
    subject(&cluster_url(CLUSTER.as_ref())).await
}

/// Settings for a store of its own on the one server.
pub fn new_settings() -> RedisSettings {
    settings(&SINGLE.url())
}

/// The one server.
pub fn single_server() -> &'static Server {
    &SINGLE
}

/// Settings for a store of its own on the cluster.
pub fn new_cluster_settings() -> RedisSettings {
    settings(&cluster_url(CLUSTER.as_ref()))
}
