//! Nodes, what they share, and what stands in it.

use std::sync::Arc;

use serde_json::Value;
use tegata::clock::SystemClock;
use tegata::entropy::SystemEntropy;
use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Key, Partition, Store};

use crate::program::Installation;
use crate::redis::Server;
use crate::stored::{Certificate, Stored};

/// An installation on this Redis, and a second node of it.
pub fn nodes(url: &str, settings: &[(&str, &str)]) -> [Installation; 2] {
    let one = Installation::create_with(&["--store-url", url], settings);
    let two = one.beside();
    [one, two]
}

#[track_caller]
pub fn json(installation: &Installation, arguments: &[&str]) -> Value {
    let output = installation.command(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The store in Redis, opened beside the nodes.
pub async fn open(url: &str) -> RedisStore {
    let settings =
        RedisSettings { create: false, accept_loss: true, ..RedisSettings::new(url.parse().unwrap()) };
    RedisStore::open(settings, Arc::new(SystemClock), &SystemEntropy).await.unwrap()
}

/// The ledger, as it stands in this server.
pub async fn certificates(redis: &Server) -> Vec<Certificate> {
    let store = open(&redis.url()).await;
    let partition = Partition::organization("default").unwrap();
    let keys = redis.cli(&["hkeys", "tegata:{organization:default}:documents"]);
    let mut documents = Vec::new();
    for name in keys.lines() {
        let key = Key::new(name).unwrap();
        let document = store.find(&partition, &key).await.unwrap().unwrap();
        documents.push((partition.to_string(), name.to_owned(), document.bytes));
    }
    Stored { rows: Vec::new(), documents, events: Vec::new() }.certificates().collect()
}

/// A master, two replicas, and a Sentinel that watches them.
pub struct Group {
    pub servers: [Server; 3],
    sentinel: Server,
}

impl Group {
    pub fn url(&self) -> String {
        format!("redis+sentinel://{}/main", self.sentinel.address())
    }

    /// The port of the server that is the master now.
    pub fn master(&self) -> u16 {
        let told = self.sentinel.cli(&["sentinel", "get-master-addr-by-name", "main"]);
        told.lines().nth(1).unwrap().trim().parse().unwrap()
    }
}

pub fn failing_over() -> Group {
    let master = Server::durable(&[]);
    let port = master.port.to_string();
    let [second, third] = [(); 2].map(|()| Server::durable(&["--replicaof", "127.0.0.1", &port]));
    while master.cli(&["info", "replication"]).matches("state=online").count() < 2 {}
    let sentinel = Server::sentinel(&format!(
        "sentinel monitor main 127.0.0.1 {port} 1\nsentinel down-after-milliseconds main 500\n\
         sentinel failover-timeout main 5000\n"
    ));
    while sentinel.cli(&["sentinel", "replicas", "main"]).matches("master-link-status").count() < 2 {}
    Group { servers: [master, second, third], sentinel }
}
