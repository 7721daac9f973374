//! Commits of the Redis engine next to the least that a script can do with as many bytes.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;
use tegata::store::{Commit, Guard, IndexEntry, Key, Partition, Store};

use crate::redis_server::Server;

/// Simultaneous writers of the second figure.
const WRITERS: u64 = 64;
/// Commits of one turn.
const BATCH: u64 = 640;
/// How often both take turns; each figure is the median.
const TURNS: usize = 9;
/// The document and the event of a commit.
const DOCUMENT: usize = 1_024;
const EVENT: usize = 300;

const BARE: &str = "return redis.call('SET', KEYS[1], ARGV[1])";

/// Bytes that do not shrink, as hashes and sealed secrets do not.
fn filling(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

async fn commit(store: &dyn Store, writer: u64, round: u64) {
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

async fn commits(store: &dyn Store, writers: u64, first: u64) -> Duration {
    let began = Instant::now();
    let each = BATCH / writers;
    join_all((0..writers).map(|writer| async move {
        for round in first..first + each {
            commit(store, writer, round).await;
        }
    }))
    .await;
    began.elapsed()
}

async fn bare(connection: &MultiplexedConnection, hash: &str, writers: u64, first: u64) -> Duration {
    let began = Instant::now();
    let each = BATCH / writers;
    join_all((0..writers).map(|writer| async move {
        let mut connection = connection.clone();
        for round in first..first + each {
            let mut command = redis::cmd("EVALSHA");
            command.arg(hash).arg(1).arg(format!("bare:{writer}:{round}"));
            command.arg(filling(DOCUMENT + EVENT, round + 1));
            command.query_async::<()>(&mut connection).await.unwrap();
        }
    }))
    .await;
    began.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown in three digits")]
fn per_second(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    BATCH as f64 / times[times.len() / 2].as_secs_f64()
}

/// Prints the table; `always` flushes every write on both sides.
pub async fn compare(server: &Server, store: &dyn Store) {
    let client = redis::Client::open(server.url()).unwrap();
    let connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut load = redis::cmd("SCRIPT");
    let hash: String = load.arg("LOAD").arg(BARE).query_async(&mut connection.clone()).await.unwrap();
    println!();
    println!("| commits on Redis, appendfsync always | bare EVALSHA | commits | ratio |");
    println!("|---|---|---|---|");
    let mut round = 0;
    for writers in [1, WRITERS] {
        let (mut floor, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            floor.push(bare(&connection, &hash, writers, round).await);
            ours.push(commits(store, writers, round).await);
            round += BATCH;
        }
        let (floor, ours) = (per_second(floor), per_second(ours));
        println!("| {writers} at once | {floor:.0}/s | {ours:.0}/s | {:.2} |", ours / floor);
    }
}
