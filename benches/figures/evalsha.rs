//! Durable commits of the Redis engine next to the least that a script can do with as many bytes on as many connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use tegata::clock::SystemClock;
use tegata::entropy::SystemEntropy;
use tegata::store::redis::{RedisSettings, RedisStore};
use tegata::store::{Commit, Guard, IndexEntry, Key, Partition, Store};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::Effort;
use crate::paired::{Paired, per_second};
use crate::redis_server::Server;
use crate::table::Table;

/// Simultaneous writers of the second figure.
pub const WRITERS: usize = 64;
/// The document and the event of a commit.
const DOCUMENT: usize = 1_024;
const EVENT: usize = 300;

const BARE: &str = "return redis.call('SET', KEYS[1], ARGV[1])";

pub fn measure(effort: Effort, table: &mut Table) {
    if !table.wants(&["evalsha-1", "evalsha-64"]) {
        return;
    }
    let runtime = Runtime::new().unwrap();
    let server = Server::durable(&["--auto-aof-rewrite-percentage", "0"]);
    let settings = RedisSettings::new(server.url().parse().unwrap());
    let (store, bare) = runtime.block_on(async {
        let bare = Bare::new(&server, settings.connections).await;
        (RedisStore::open(settings, Arc::new(SystemClock), &SystemEntropy).await.unwrap(), bare)
    });
    let store: Arc<dyn Store> = Arc::new(store);
    let mut round = 0;
    for (name, writers, commits) in [("evalsha-1", 1, effort.work / 20), ("evalsha-64", WRITERS, WRITERS * 8)]
    {
        if !table.wants(&[name]) {
            continue;
        }
        let mut paired = Paired::default();
        for _ in 0..effort.turns * 4 {
            let floor = runtime.block_on(bare.calls(writers, commits, round));
            let ours = runtime.block_on(self::commits(&store, writers, commits, round));
            round += commits;
            paired.add(per_second(commits, ours), per_second(commits, floor));
        }
        table.paired(name, &paired);
    }
}

/// Bytes that do not shrink, as hashes and sealed secrets do not.
fn filling(length: usize, seed: usize) -> Vec<u8> {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// What a step of an enrollment commits: a new document under a guard, two places, an event.
async fn commit(store: &dyn Store, writer: usize, round: usize) {
    let partition = Partition::organization("bare").unwrap();
    let key = Key::new(format!("enrollment/{writer}/{round}")).unwrap();
    let place = |index, order| IndexEntry { index: Key::new(index).unwrap(), order, document: key.clone() };
    let commit = Commit::new()
        .guard(Guard::Absent(key.clone()))
        .put(key.clone(), filling(DOCUMENT, round + 1))
        .index(place("by-time", format!("{round:012}/{writer:04}")))
        .index(place("by-state", format!("claimed/{round:012}/{writer:04}")))
        .event_about(key.clone(), filling(EVENT, round + 1));
    store.commit(&partition, commit).await.unwrap();
}

/// The time of so many commits by so many writers at once.
pub async fn commits(store: &Arc<dyn Store>, writers: usize, commits: usize, first: usize) -> Duration {
    let began = Instant::now();
    let mut running = JoinSet::new();
    for writer in 0..writers {
        let store = Arc::clone(store);
        running.spawn(async move {
            for round in (first..first + commits).skip(writer).step_by(writers) {
                commit(store.as_ref(), writer, round).await;
            }
        });
    }
    running.join_all().await;
    began.elapsed()
}

/// The floor's connections and its script.
struct Bare {
    connections: Vec<MultiplexedConnection>,
    hash: String,
}

impl Bare {
    async fn new(server: &Server, connections: usize) -> Self {
        let client = redis::Client::open(server.url()).unwrap();
        let mut made = Vec::new();
        for _ in 0..connections {
            made.push(client.get_multiplexed_async_connection().await.unwrap());
        }
        let mut load = redis::cmd("SCRIPT");
        let hash = load.arg("LOAD").arg(BARE).query_async(&mut made[0].clone()).await.unwrap();
        Self { connections: made, hash }
    }

    async fn calls(&self, writers: usize, calls: usize, first: usize) -> Duration {
        let began = Instant::now();
        let mut running = JoinSet::new();
        for writer in 0..writers {
            let mut connection = self.connections[writer % self.connections.len()].clone();
            let hash = self.hash.clone();
            running.spawn(async move {
                for round in (first..first + calls).skip(writer).step_by(writers) {
                    let mut command = redis::cmd("EVALSHA");
                    command.arg(&hash).arg(1).arg(format!("bare:{writer}:{round}"));
                    command.arg(filling(DOCUMENT + EVENT, round + 1));
                    command.query_async::<()>(&mut connection).await.unwrap();
                }
            });
        }
        running.join_all().await;
        began.elapsed()
    }
}
