//! Nodes, what they share, and what stands in it.

use std::sync::Arc;

use serde_json::Value;
use tegata::clock::SystemClock;
use tegata::entropy::SystemEntropy;
use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Key, Partition, Position, Store};

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

/// Everything of the organization, as it stands in this server.
pub async fn stored(redis: &Server) -> Stored {
    let store = open(&redis.url()).await;
    let partition = Partition::organization("default").unwrap();
    let keys = redis.cli(&["hkeys", "tegata:{organization:default}:documents"]);
    let mut documents = Vec::new();
    for name in keys.lines() {
        // One that was deleted since is not there.
        if let Some(document) = store.find(&partition, &Key::new(name).unwrap()).await.unwrap() {
            documents.push((partition.to_string(), name.to_owned(), document.bytes));
        }
    }
    let mut events = Vec::new();
    let mut after = Position::default();
    loop {
        let page = store.events(&partition, after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        events.extend(page.into_iter().map(|event| event.bytes));
    }
    Stored { rows: Vec::new(), documents, events }
}

/// The ledger, as it stands in this server.
pub async fn certificates(redis: &Server) -> Vec<Certificate> {
    stored(redis).await.certificates().collect()
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

    /// The server that is the master now.
    pub fn leader(&self) -> &Server {
        let port = self.master();
        self.servers.iter().find(|server| server.port == port).unwrap()
    }

    /// Kills the master, waits until another takes over, and starts it again as a replica of that one.
    pub fn fail_over(&mut self) {
        let old = self.master();
        let fallen = self.servers.iter().position(|server| server.port == old).unwrap();
        self.servers[fallen].kill();
        while self.master() == old {}
        let new = self.master().to_string();
        self.servers[fallen].start_again();
        self.servers[fallen].cli(&["replicaof", "127.0.0.1", &new]);
        while self.leader().cli(&["info", "replication"]).matches("state=online").count() < 2 {}
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
        "sentinel monitor main 127.0.0.1 {port} 1\nsentinel down-after-milliseconds main 2000\n\
         sentinel failover-timeout main 1000\n"
    ));
    while sentinel.cli(&["sentinel", "replicas", "main"]).matches("master-link-status").count() < 2 {}
    Group { servers: [master, second, third], sentinel }
}
