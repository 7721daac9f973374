//! Connections that stand while what is behind them changes: a store that is emptied, a master that is none any more or that was
//! given up, replicas that may take over.

use std::time::{Duration, Instant};

use tegata::store::redis::{OpenError, RedisSettings, RedisStore};
use tegata::store::{Partition, Position, Store, StoreError};

use super::server::Server;
use super::{cluster, cluster_url, open, settings};
use crate::suite::subject::{MINUTE, all, here, key, put, there};

/// How long somebody may read at a master that the Sentinels gave up: their word holds for a second.
const BOUND: Duration = Duration::from_secs(10);

fn hasty(url: &str) -> RedisSettings {
    RedisSettings { patience: Duration::from_millis(500), ..settings(url) }
}

/// Every way to read; none may answer.
async fn reads_nothing(store: &RedisStore, of: &Partition) {
    let refused = |what: &str, error: StoreError| {
        assert!(matches!(error, StoreError::Unavailable(_) | StoreError::Damaged(_)), "{what}: {error}");
    };
    refused("find", store.find(of, &key("a")).await.unwrap_err());
    refused("scan", store.scan(of, &key("names"), all()).await.unwrap_err());
    refused("events", store.events(of, Position::default(), 10).await.unwrap_err());
    refused("about", store.events_about(of, &key("a"), Position::default(), 10).await.unwrap_err());
    refused("last", store.last_event(of).await.unwrap_err());
    refused("entry", store.find_entry(of, &key("e")).await.unwrap_err());
}

#[tokio::test]
async fn a_store_that_was_emptied_under_a_standing_connection_is_not_read_as_an_empty_one() {
    let server = Server::durable(&[]);
    let store = open(hasty(&server.url())).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    store.put_entry_if_absent(&here(), &key("e"), b"1", MINUTE).await.unwrap();
    assert!(store.find(&here(), &key("a")).await.unwrap().is_some());
    assert_eq!(store.find(&there(), &key("a")).await, Ok(None), "a partition that nobody made is empty");
    server.cli(&["flushall"]);
    reads_nothing(&store, &here()).await;
    let told = store.find(&here(), &key("a")).await.unwrap_err();
    assert!(told.to_string().contains("emptied or replaced"), "{told}");
}

#[tokio::test]
async fn a_master_that_was_made_a_replica_is_not_read_on_a_standing_connection() {
    let server = Server::durable(&[]);
    let store = open(hasty(&server.url())).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    server.cli(&["replicaof", "127.0.0.1", "1"]);
    reads_nothing(&store, &here()).await;
    server.cli(&["replicaof", "no", "one"]);
    assert!(store.find(&here(), &key("a")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_node_of_a_cluster_that_was_emptied_is_not_read_as_an_empty_one() {
    let nodes = cluster();
    let store = open(hasty(&cluster_url(&nodes))).await.unwrap();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    assert_eq!(store.find(&there(), &key("a")).await, Ok(None), "a partition that nobody made is empty");
    let slot = |partition: &str| nodes[0].cli(&["cluster", "keyslot", &format!("{{{partition}}}")]);
    let (own, installation) = (slot("organization:here"), slot("installation"));
    let has = |node: &&Server, slot: &str| node.cli(&["cluster", "countkeysinslot", slot]) != "0";
    let node = nodes.iter().find(|node| has(node, &own)).unwrap();
    assert!(!has(&node, &installation), "the two must stand on different nodes");
    node.cli(&["flushall"]);
    reads_nothing(&store, &here()).await;
    assert_eq!(store.find(&there(), &key("a")).await, Ok(None));
}

/// A master and a replica, with users of their own for the Sentinel and for replication.
struct Pair {
    master: Server,
    replica: Server,
    sentinel: Server,
}

impl Pair {
    fn start() -> Self {
        let followed = ["--masteruser", "follower", "--masterauth", "f"];
        let master = Server::durable(&followed);
        let port = master.port.to_string();
        let replica = Server::durable(&[&followed[..], &["--replicaof", "127.0.0.1", &port]].concat());
        for server in [&master, &replica] {
            server.cli(&["acl", "setuser", "watcher", "on", ">w", "~*", "&*", "+@all"]);
            server.cli(&["acl", "setuser", "follower", "on", ">f", "+psync", "+replconf", "+ping"]);
        }
        while !master.cli(&["info", "replication"]).contains("state=online") {}
        let sentinel = Server::sentinel(&format!(
            "sentinel monitor main 127.0.0.1 {port} 1\nsentinel down-after-milliseconds main 500\n\
             sentinel auth-user main watcher\nsentinel auth-pass main w\nsentinel failover-timeout main 5000\n"
        ));
        while !sentinel.cli(&["sentinel", "replicas", "main"]).contains("master-link-status\nok") {}
        Self { master, replica, sentinel }
    }

    fn url(&self) -> String {
        format!("redis+sentinel://{}/main", self.sentinel.address())
    }

    /// Cuts the master off from its Sentinel and its replica, and from nobody else.
    fn split(&self) {
        for user in ["watcher", "follower"] {
            self.master.cli(&["acl", "setuser", user, "off"]);
            self.master.cli(&["client", "kill", "user", user]);
        }
        let new = self.replica.port.to_string();
        while !self.sentinel.cli(&["sentinel", "get-master-addr-by-name", "main"]).ends_with(&new) {}
        while !self.replica.cli(&["role"]).starts_with("master") {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_for_long_at_a_master_that_was_given_up_and_lives_on() {
    let pair = Pair::start();
    let settings = RedisSettings { accept_loss: true, ..hasty(&pair.url()) };
    let store = open(settings.clone()).await.unwrap();
    store.commit(&here(), put("a", b"old")).await.unwrap();
    // The replica has it.
    assert_eq!(pair.master.cli(&["wait", "1", "0"]), "1");
    pair.split();
    let other = open(settings).await.unwrap();
    other.commit(&here(), put("a", b"new")).await.unwrap();
    assert!(pair.master.cli(&["role"]).starts_with("master"), "it knows of nothing");
    let began = Instant::now();
    while store.find(&here(), &key("a")).await.unwrap().unwrap().bytes != b"new" {
        assert!(began.elapsed() < BOUND, "it reads on at the old master");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_waiting_for_every_replica_that_may_take_over_a_start_is_refused() {
    let pair = Pair::start();
    let waiting = |number| RedisSettings { wait_replicas: number, ..hasty(&pair.url()) };
    let error = open(waiting(0)).await.unwrap_err();
    assert!(matches!(error, OpenError::FailoverLoses { replicas: 1, waited_for: 0, .. }), "{error}");
    assert!(error.to_string().contains("set store.wait_replicas = 1"), "{error}");
    open(RedisSettings { accept_loss: true, ..waiting(0) }).await.unwrap();
    let store = open(waiting(1)).await.unwrap();
    assert_eq!(store.write_alone().await.unwrap().len(), 1);
    pair.master.cli(&["config", "set", "min-replicas-to-write", "1"]);
    assert_eq!(store.write_alone().await, Ok(Vec::new()));
    store.ready().await.unwrap();
    // Ready is whoever could acknowledge something.
    pair.replica.pause();
    let unready = store.ready().await.unwrap_err();
    assert!(unready.to_string().contains("store.wait_replicas"), "{unready}");
    pair.replica.resume();
    // Nobody takes over: nobody need be waited for.
    pair.replica.cli(&["config", "set", "replica-priority", "0"]);
    while !pair.sentinel.cli(&["sentinel", "replicas", "main"]).contains("slave-priority\n0") {}
    open(waiting(0)).await.unwrap();
}
