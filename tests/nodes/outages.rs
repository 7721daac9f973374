//! A Redis that is slow, full, read-only, gone or emptied: what people and load balancers are told, and that it heals without
//! a restart.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use url::Url;

use crate::ground::certificates;
use crate::page::hook;
use crate::person::{Person, check, location};
use crate::program::{Installation, Server as Node};
use crate::redis::Server;

/// Everything takes its time; nothing takes longer.
const BOUND: Duration = Duration::from_secs(20);

struct Ground {
    redis: Server,
    node: Installation,
    _running: Node,
    person: Person,
}

impl Ground {
    fn new() -> Self {
        let redis = Server::durable(&[]);
        let hasty = [("TEGATA_STORE_PATIENCE", "500ms")];
        let node = Installation::create_with(&["--store-url", &redis.url()], &hasty);
        let running = node.serve();
        Self { redis, node, _running: running, person: Person::new() }
    }

    fn ready(&self) -> Url {
        self.node.landing().join("readyz").unwrap()
    }

    /// Says no to everybody, with a page that promises that nothing was used up, within a bounded time.
    async fn says_come_again(&self, link: &Url, reason: &str) {
        let began = Instant::now();
        let page = self.person.get(link).await;
        assert_eq!((page.status.as_u16(), page.code().as_deref()), (503, Some("T-190")), "{}", page.said());
        assert!(page.text.contains("案内はまだ使われていません"), "{}", page.said());
        assert_eq!(page.headers["retry-after"], "5");
        let page = check(&self.node.check, &self.node.root(), None).await;
        assert!(page.status.is_success(), "nobody needs the store to be told that no certificate was shown");
        self.is_unready(reason).await;
        assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    }

    async fn is_unready(&self, reason: &str) {
        let page = self.person.get(&self.ready()).await;
        assert_eq!((page.status.as_u16(), page.code().as_deref()), (503, Some("T-291")), "{}", page.said());
        assert_eq!(page.headers["x-unready"], reason);
        assert_eq!(page.headers["retry-after"], "5");
    }

    /// Until the node says that it is ready again, by itself.
    async fn heals(&self) {
        let began = Instant::now();
        while self.person.get(&self.ready()).await.status != StatusCode::OK {
            assert!(began.elapsed() < BOUND, "it does not heal: {}", self.node.logged());
        }
    }

    /// The invitation is as good as it ever was.
    async fn serves(&self, invited: &crate::program::Invited) {
        let form = self.person.form(invited, &self.node).await;
        let ticket = self.person.get(&location(&self.person.send(&form, &self.node).await)).await;
        assert_eq!(ticket.kind(), hook::TICKET, "{}", ticket.said());
        let valid = certificates(&self.redis).await;
        let valid = valid.iter().filter(|certificate| certificate.status == "valid").count();
        assert_eq!(valid, 1);
    }
}

fn link(invited: &crate::program::Invited) -> Url {
    Url::parse(&invited.link).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_gone_people_are_asked_to_come_again_and_nothing_is_used_up() {
    let mut ground = Ground::new();
    let invited = ground.node.invite(&["--offer", "quick"], None).unwrap();
    ground.redis.kill();
    ground.says_come_again(&link(&invited), "store-unavailable").await;
    ground.redis.start_again();
    ground.heals().await;
    ground.serves(&invited).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_does_not_answer_is_waited_for_a_bounded_time() {
    let ground = Ground::new();
    let invited = ground.node.invite(&["--offer", "quick"], None).unwrap();
    ground.redis.pause();
    ground.says_come_again(&link(&invited), "store-unavailable").await;
    ground.redis.resume();
    ground.heals().await;
    ground.serves(&invited).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_no_claims_and_a_master_again_does() {
    let ground = Ground::new();
    let invited = ground.node.invite(&["--offer", "quick"], None).unwrap();
    let form = ground.person.form(&invited, &ground.node).await;
    ground.redis.cli(&["replicaof", "127.0.0.1", "1"]);
    let page = ground.person.send(&form, &ground.node).await;
    assert_eq!((page.status.as_u16(), page.code().as_deref()), (503, Some("T-190")), "{}", page.said());
    ground.is_unready("store-unavailable").await;
    ground.redis.cli(&["replicaof", "no", "one"]);
    ground.heals().await;
    ground.serves(&invited).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_takes_no_claims_and_one_with_room_again_does() {
    let ground = Ground::new();
    let invited = ground.node.invite(&["--offer", "quick"], None).unwrap();
    let form = ground.person.form(&invited, &ground.node).await;
    ground.redis.cli(&["config", "set", "maxmemory", "1"]);
    let page = ground.person.send(&form, &ground.node).await;
    assert_eq!((page.status.as_u16(), page.code().as_deref()), (503, Some("T-190")), "{}", page.said());
    assert_eq!(page.headers["retry-after"], "5");
    ground.is_unready("store-full").await;
    ground.redis.cli(&["config", "set", "maxmemory", "0"]);
    ground.heals().await;
    ground.serves(&invited).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_came_back_empty_is_not_served_from_until_its_data_are_back() {
    let mut ground = Ground::new();
    let invited = ground.node.invite(&["--offer", "quick"], None).unwrap();
    let data = ground.redis.directory.join("appendonlydir");
    let aside = ground.redis.directory.join("aside");
    ground.redis.kill();
    std::fs::rename(&data, &aside).unwrap();
    ground.redis.start_again();
    ground.says_come_again(&link(&invited), "store-unavailable").await;
    assert!(ground.node.logged().contains("was emptied or replaced"), "{}", ground.node.logged());
    ground.redis.kill();
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&aside, &data).unwrap();
    ground.redis.start_again();
    ground.heals().await;
    ground.serves(&invited).await;
}
