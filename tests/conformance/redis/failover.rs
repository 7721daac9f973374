//! The servers change while the store is in use: a master dies, a slot moves.

use std::sync::Arc;
use std::time::Duration;

use tegata::store::Store;
use tegata::store::redis::RedisSettings;

use super::server::Server;
use super::writers::Writers;
use super::{cluster, cluster_url, open, settings};
use crate::suite::subject::{here, key, put};

fn patient(url: &str) -> RedisSettings {
    RedisSettings { patience: Duration::from_mins(1), ..settings(url) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failover_by_sentinel_loses_nothing_that_replicas_confirmed_and_does_nothing_twice() {
    let mut master = Server::durable(&[]);
    let port = master.port.to_string();
    let replicas = [(); 2].map(|()| Server::durable(&["--replicaof", "127.0.0.1", &port]));
    while master.cli(&["info", "replication"]).matches("state=online").count() < 2 {}
    let sentinel = Server::sentinel(&format!(
        "sentinel monitor main 127.0.0.1 {port} 1\nsentinel down-after-milliseconds main 500\n\
         sentinel failover-timeout main 5000\n"
    ));
    while sentinel.cli(&["sentinel", "replicas", "main"]).matches("master-link-status").count() < 2 {}

    let url = format!("redis+sentinel://{}/main", sentinel.address());
    let store = Arc::new(open(RedisSettings { wait_replicas: 2, ..patient(&url) }).await.unwrap());
    let writers = Writers::start(&store);
    writers.go_on_for(100).await;
    master.kill();
    // It comes back as a replica of the one that took over: nothing is acknowledged before.
    let old = format!("\n{port}");
    while sentinel.cli(&["sentinel", "get-master-addr-by-name", "main"]).ends_with(&old) {}
    master.start_again();
    // These can be made by another master only.
    writers.go_on_for(100).await;
    writers.finish().await;
    store.ready().await.unwrap();
    let now = sentinel.cli(&["sentinel", "get-master-addr-by-name", "main"]);
    assert!(replicas.iter().any(|replica| now.ends_with(&replica.port.to_string())), "{now}");
}

/// The number of a node of a cluster.
fn id(node: &Server) -> String {
    node.cli(&["cluster", "myid"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slot_that_moves_between_the_nodes_of_a_cluster_is_followed() {
    let nodes = cluster();
    let store = Arc::new(open(patient(&cluster_url(&nodes))).await.unwrap());
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let slot = nodes[0].cli(&["cluster", "keyslot", "{organization:here}"]);
    let has = |node: &&Server| node.cli(&["cluster", "countkeysinslot", &slot]) != "0";
    let from = nodes.iter().find(has).unwrap();
    let to = nodes.iter().find(|node| !has(node)).unwrap();

    let writers = Writers::start(&store);
    writers.go_on_for(100).await;
    to.cli(&["cluster", "setslot", &slot, "importing", &id(from)]);
    from.cli(&["cluster", "setslot", &slot, "migrating", &id(to)]);
    // While its keys are here and there nothing can be changed, and a document is found on either side.
    loop {
        let keys = from.cli(&["cluster", "getkeysinslot", &slot, "100"]);
        if keys.is_empty() {
            break;
        }
        let port = to.port.to_string();
        let migrate = ["migrate", "127.0.0.1", &port, "", "0", "5000", "keys"];
        from.cli(&[&migrate[..], &keys.lines().collect::<Vec<_>>()[..]].concat());
        assert_eq!(store.find(&here(), &key("a")).await.unwrap().unwrap().bytes, b"1");
    }
    for node in [to, from] {
        node.cli(&["cluster", "setslot", &slot, "node", &id(to)]);
    }
    writers.go_on_for(100).await;
    writers.finish().await;
    assert!(has(&to) && !has(&from));
}
