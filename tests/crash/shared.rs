//! Nodes that share a Redis, and everything that may befall them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tegata::clock::SystemClock;
use tegata::entropy::SystemEntropy;
use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Commit, Partition, Position, Store};

use crate::chance::{Chance, fresh_seed};
use crate::client::{Client, World};
use crate::ground::{failing_over, nodes, stored};
use crate::life::Lives;
use crate::network::Network;
use crate::program::{Installation, Server as Node};
use crate::redis::Server;
use crate::stored::Stored;
use crate::{Crowd, audit, number, side_by_side};

const PEOPLE: usize = 4;

/// Installations that are struck side by side, each with nodes, a Redis and a network of its own: most of a blow is waiting.
const SIDE_BY_SIDE: u64 = 3;

/// How long a person waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a node is stopped: past the lease of the claims that it was making.
const STOPPED: Duration = Duration::from_secs(32);

fn cycles() -> u64 {
    number("TEGATA_CRASH_CYCLES").unwrap_or(300)
}

fn chance(what: &str) -> Chance {
    let seed = number("TEGATA_CRASH_SEED").unwrap_or_else(fresh_seed);
    println!("{what}: TEGATA_CRASH_SEED={seed}");
    Chance::new(seed)
}

fn wait(runtime: &tokio::runtime::Runtime, redis: &Server) -> Stored {
    runtime.block_on(stored(redis))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Three nodes, one of which is stopped now and then while the others go on.
struct Nodes {
    installations: [Installation; 3],
    running: [Option<Node>; 3],
    stopped: Option<Instant>,
}

impl Nodes {
    fn new(url: &str) -> Self {
        let [one, two] = nodes(url, &[("TEGATA_STORE_PATIENCE", "2s")]);
        let installations = [one.clone(), two, one.beside()];
        let running = installations.each_ref().map(|node| Some(node.serve()));
        Self { installations, running, stopped: None }
    }

    /// Those that a load balancer would send people to, as people meet them.
    fn world(&self) -> World {
        let nodes = if self.stopped.is_some() { &self.installations[..2] } else { &self.installations[..] };
        World { nodes: nodes.to_vec(), patience: PATIENCE, store_fails: true }
    }

    fn kill(&mut self, number: usize) {
        if let Some(node) = self.running[number].take() {
            node.kill();
        }
    }

    fn start(&mut self, number: usize) {
        self.running[number] = Some(self.installations[number].serve());
    }

    /// Stops the third one for a while, again and again.
    fn stop_and_go(&mut self) {
        let Some(third) = &self.running[2] else { return };
        match self.stopped {
            None => {
                third.pause();
                self.stopped = Some(Instant::now());
            }
            Some(since) if since.elapsed() > STOPPED => {
                third.resume();
                self.stopped = None;
            }
            Some(_) => {}
        }
    }

    fn all_up(&mut self) {
        if let (Some(third), Some(_)) = (&self.running[2], self.stopped.take()) {
            third.resume();
        }
    }
}

fn some_time(chance: &mut Chance) {
    std::thread::sleep(Duration::from_millis(50 + chance.below(250)));
}

/// One blow, and the recovery from it; the people are at it all the while.
fn strike(chance: &mut Chance, nodes: &mut Nodes, redis: &mut Server, network: &Network) -> &'static str {
    let node = usize::try_from(chance.below(2)).unwrap();
    match chance.below(10) {
        0..=2 => {
            nodes.kill(node);
            nodes.start(node);
            "a node killed"
        }
        3 | 4 => {
            redis.kill();
            redis.start_again();
            "Redis killed"
        }
        5 => {
            nodes.kill(node);
            redis.kill();
            redis.start_again();
            nodes.start(node);
            "a node and Redis killed"
        }
        6 => {
            redis.pause();
            some_time(chance);
            redis.resume();
            "Redis stopped for a while"
        }
        7 => {
            network.reset();
            "connections reset"
        }
        8 => {
            network.delay(Duration::from_millis(20 + chance.below(100)));
            some_time(chance);
            network.delay(Duration::ZERO);
            "everything delayed"
        }
        _ => {
            network.swallow(true);
            some_time(chance);
            network.reset();
            network.swallow(false);
            "everything swallowed, then reset"
        }
    }
}

/// Invariants 1, 2, 8, 9 and 12.
#[test]
fn whatever_was_acknowledged_on_redis_survives_three_hundred_blows() {
    let mut chance = chance("nodes, Redis and network");
    side_by_side(SIDE_BY_SIDE, cycles(), |cycles| {
        let chance = Chance::new(chance.next());
        move || struck(cycles, chance)
    });
}

fn struck(cycles: u64, mut chance: Chance) {
    let mut redis = Server::durable(&[]);
    let network = Network::to(redis.port);
    let mut nodes = Nodes::new(&format!("redis://127.0.0.1:{}", network.port));
    let lives = Arc::new(Lives::default());
    let (began, runtime) = (Instant::now(), runtime());
    let mut blows = std::collections::BTreeMap::<_, u32>::new();
    for cycle in 1..=cycles {
        let crowd = Crowd::at_work(PEOPLE, &nodes.world(), &lives, &mut chance);
        some_time(&mut chance);
        if cycle % 10 == 0 {
            nodes.stop_and_go();
        }
        *blows.entry(strike(&mut chance, &mut nodes, &mut redis, &network)).or_default() += 1;
        crowd.go_home();
        if cycle % 20 == 0 {
            audit::of_the_moment(&wait(&runtime, &redis));
            println!("{cycle} blows, {} in {:.0?}", lives.tally(), began.elapsed());
        }
    }
    nodes.all_up();
    Client::new(&nodes.world(), chance).finish(&lives);
    audit::of_everything(&wait(&runtime, &redis), &lives);
    audit::finds_nothing(&nodes.installations[0]);
    println!("{blows:?}: {} in {:.0?}", lives.tally(), began.elapsed());
    assert!(lives.installed() as u64 > cycles / 4, "the load was no load");
}

/// Invariants 1, 2 and 8. Both replicas have what was acknowledged: Sentinel may choose either of them.
#[test]
fn whatever_was_acknowledged_survives_the_death_of_masters() {
    let mut chance = chance("failovers");
    let mut group = failing_over();
    let settings = [("TEGATA_STORE_WAIT_REPLICAS", "2"), ("TEGATA_STORE_PATIENCE", "15s")];
    let [one, two] = nodes(&group.url(), &settings);
    let _running = [one.serve(), two.serve()];
    let patience = Duration::from_secs(25);
    let world = World { nodes: vec![one.clone(), two], patience, store_fails: true };
    let lives = Arc::new(Lives::default());
    let (began, runtime) = (Instant::now(), runtime());
    let failovers = (cycles() / 50).max(3);
    for _ in 0..failovers {
        let crowd = Crowd::at_work(PEOPLE, &world, &lives, &mut chance);
        some_time(&mut chance);
        group.fail_over();
        some_time(&mut chance);
        crowd.go_home();
        audit::of_the_moment(&wait(&runtime, group.leader()));
    }
    Client::new(&world, chance).finish(&lives);
    audit::of_everything(&wait(&runtime, group.leader()), &lives);
    audit::finds_nothing(&one);
    println!("{failovers} failovers: {} in {:.0?}", lives.tally(), began.elapsed());
    assert!(lives.installed() as u64 > failovers, "the load was no load");
}

/// What `appendfsync everysec` may lose: Redis puts off its writing while a flush of the last second takes long, by two
/// seconds at the most.
const EVERYSEC: Duration = Duration::from_secs(2);

#[test]
fn with_everysec_nothing_is_lost_that_was_acknowledged_two_seconds_before_a_kill() {
    let mut chance = chance("everysec");
    let mut redis = Server::start(&["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]);
    let settings = RedisSettings {
        accept_loss: true,
        patience: Duration::from_mins(1),
        ..RedisSettings::new(redis.url().parse().unwrap())
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = runtime.block_on(RedisStore::open(settings, Arc::new(SystemClock), &SystemEntropy)).unwrap();
    let store = Arc::new(store);
    let here = Partition::organization("here").unwrap();
    let acknowledged = Arc::new(std::sync::Mutex::new(Vec::new()));
    let writing = runtime.spawn({
        let (store, here, acknowledged) = (Arc::clone(&store), here.clone(), Arc::clone(&acknowledged));
        async move {
            for number in 0_u64.. {
                store.commit(&here, Commit::new().event(number.to_be_bytes().to_vec())).await.unwrap();
                acknowledged.lock().unwrap().push(Instant::now());
            }
        }
    });
    let mut kills = Vec::new();
    for _ in 0..(cycles() / 15).max(3) {
        some_time(&mut chance);
        redis.kill();
        kills.push(Instant::now());
        redis.start_again();
    }
    writing.abort();
    let kept = runtime.block_on(async {
        let (mut kept, mut after) = (std::collections::BTreeSet::new(), Position::default());
        loop {
            let page = store.events(&here, after, 1_000).await.unwrap();
            let Some(last) = page.last() else { return kept };
            after = last.position;
            kept.extend(page.into_iter().map(|event| u64::from_be_bytes(event.bytes.try_into().unwrap())));
        }
    });
    let acknowledged = acknowledged.lock().unwrap();
    let lost: Vec<_> = (0_u64..).zip(&*acknowledged).filter(|(number, _)| !kept.contains(number)).collect();
    println!("{} kills, {} commits acknowledged, {} lost", kills.len(), acknowledged.len(), lost.len());
    for (number, at) in lost {
        let excused = kills.iter().any(|kill| *kill >= *at && kill.duration_since(*at) < EVERYSEC);
        assert!(excused, "commit {number} was lost long after it was acknowledged");
    }
    assert!(acknowledged.len() > kills.len(), "the load was no load");
}
