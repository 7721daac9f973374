//! Which Redis is taken, and what is said of one that is not.

use std::time::Duration;

use tegata::store::redis::{OpenError, RedisCredentials, RedisSettings};
use tegata::store::{Position, Scan, Store};
use zeroize::Zeroizing;

use super::server::Server;
use super::{cluster_url, open, settings};
use crate::suite::subject::{MINUTE, all, here, key, place, put};

async fn refused(settings: RedisSettings) -> OpenError {
    open(settings).await.unwrap_err()
}

fn brief(settings: RedisSettings) -> RedisSettings {
    RedisSettings { patience: Duration::from_millis(300), ..settings }
}

#[tokio::test]
async fn a_redis_that_would_lose_acknowledged_writes_is_refused_with_what_to_set() {
    let server = Server::start(&[]);
    let refused_with = async |wanted: &str| {
        let error = refused(settings(&server.url())).await;
        assert!(matches!(error, OpenError::WouldLose { .. }), "{error}");
        assert!(error.to_string().contains(wanted), "{error}");
    };
    refused_with("`appendonly yes` (it is no)").await;
    server.cli(&["config", "set", "appendonly", "yes"]);
    refused_with("`appendfsync always` (it is everysec)").await;
    server.cli(&["config", "set", "appendfsync", "always"]);
    server.cli(&["config", "set", "maxmemory-policy", "allkeys-lru"]);
    refused_with("`maxmemory-policy noeviction` (it is allkeys-lru)").await;
    server.cli(&["config", "set", "no-appendfsync-on-rewrite", "yes"]);
    refused_with("`no-appendfsync-on-rewrite no` (it is yes)").await;
    let accepting = RedisSettings { accept_loss: true, ..settings(&server.url()) };
    open(accepting).await.unwrap().commit(&here(), put("a", b"1")).await.unwrap();
    server.cli(&["config", "set", "maxmemory-policy", "noeviction"]);
    server.cli(&["config", "set", "no-appendfsync-on-rewrite", "no"]);
    open(settings(&server.url())).await.unwrap();
}

#[tokio::test]
async fn the_permissions_that_a_refusal_names_suffice() {
    let server = Server::durable(&[]);
    server.cli(&["acl", "setuser", "tegata", "on", ">s3cret"]);
    let credentials = |password: &str| {
        Some(RedisCredentials { user: Some("tegata".into()), password: Zeroizing::new(password.into()) })
    };
    let settings = RedisSettings { credentials: credentials("s3cret"), ..settings(&server.url()) };

    let error = refused(settings.clone()).await;
    let OpenError::NotPermitted { acl, .. } = &error else { panic!("{error}") };
    let rules: Vec<&str> = acl.split_ascii_whitespace().collect();
    server.cli(&[&["acl", "setuser", "tegata"], &rules[..]].concat());
    server.cli(&["acl", "setuser", "tegata", "-config|get"]);
    let error = refused(settings.clone()).await;
    assert!(matches!(error, OpenError::Unasked { .. }), "{error}");
    assert!(error.to_string().contains("+config|get"), "{error}");
    server.cli(&["acl", "setuser", "tegata", "+config|get"]);

    let store = open(settings.clone()).await.unwrap();
    let commit = put("a", b"1").index(place("names", "a", "a")).event_about(key("a"), b"1".to_vec());
    store.commit(&here(), commit).await.unwrap();
    store.commit(&here(), put("a", b"2").unindex(key("names"), "a").delete(key("b"))).await.unwrap();
    assert!(store.find(&here(), &key("a")).await.unwrap().is_some());
    store.scan(&here(), &key("names"), Scan { descending: true, ..all() }).await.unwrap();
    assert_eq!(store.events(&here(), Position::default(), 10).await.unwrap().len(), 1);
    assert_eq!(store.events_about(&here(), &key("a"), Position::default(), 10).await.unwrap().len(), 1);
    assert_eq!(store.last_event(&here()).await, Ok(Position(1)));
    assert_eq!(store.put_entry_if_absent(&here(), &key("e"), b"1", MINUTE).await, Ok(true));
    assert!(store.find_entry(&here(), &key("e")).await.unwrap().is_some());
    assert_eq!(store.delete_entry_if(&here(), &key("e"), b"1").await, Ok(true));
    assert_eq!(store.count(&here(), &key("n"), 1, MINUTE).await, Ok(1));
    let later = crate::suite::subject::noon() + MINUTE;
    assert_eq!(store.sweep(later, 10).await, Ok(1));
    store.ready().await.unwrap();

    for wrong in [credentials("other"), None] {
        if wrong.is_none() {
            server.cli(&["acl", "setuser", "default", "off"]);
        }
        let error = refused(RedisSettings { credentials: wrong, ..settings.clone() }).await;
        assert!(matches!(error, OpenError::Login { .. }), "{error:?}");
        assert!(!error.to_string().contains("s3cret"));
    }
}

#[tokio::test]
async fn a_server_of_another_kind_is_told_apart() {
    let server = Server::durable(&[]);
    let port = server.port.to_string();
    let other_kind = |error: OpenError| matches!(error, OpenError::OtherKind { .. });

    let node = Server::durable(&["--cluster-enabled", "yes"]);
    assert!(other_kind(refused(brief(settings(&node.url()))).await));

    let sentinel = Server::sentinel("");
    assert!(other_kind(refused(brief(settings(&sentinel.url()))).await));
    let unknown = format!("redis+sentinel://{}/main", sentinel.address());
    let error = refused(brief(settings(&unknown))).await;
    assert!(error.to_string().contains("no master of the name main"), "{error}");

    let replica = Server::durable(&["--replicaof", "127.0.0.1", &port]);
    let error = refused(brief(settings(&replica.url()))).await;
    assert!(error.to_string().contains("is a replica of 127.0.0.1"), "{error}");

    let error = refused(brief(settings(&cluster_url(&[server])))).await;
    assert!(error.to_string().contains("cluster support disabled"), "{error}");
}

#[tokio::test]
async fn where_nobody_listens_the_address_is_named() {
    let server = Server::durable(&[]);
    let url = server.url();
    drop(server);
    let error = refused(brief(settings(&url))).await;
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains(&url), "{error}");
}

#[tokio::test]
async fn a_start_waits_for_a_redis_that_comes_up() {
    let mut server = Server::durable(&[]);
    server.kill();
    let settings = settings(&server.url());
    let opening = tokio::spawn(open(settings));
    server.start_again();
    opening.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_store_is_made_only_where_one_may_be() {
    let server = Server::durable(&[]);
    let there = settings(&server.url());
    let strict = RedisSettings { create: false, ..there.clone() };
    let error = refused(strict.clone()).await;
    assert!(matches!(error, OpenError::Missing { .. }), "{error}");
    open(there.clone()).await.unwrap().commit(&here(), put("a", b"1")).await.unwrap();
    let store = open(strict.clone()).await.unwrap();
    assert!(store.find(&here(), &key("a")).await.unwrap().is_some());
    server.cli(&["hset", &format!("{}:{{installation}}:head", there.prefix), "format", "2"]);
    assert_eq!(refused(strict).await, OpenError::Newer { found: "2".to_owned() });
}
