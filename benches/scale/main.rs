//! What a store costs as it grows, on both engines: the same claim's reads and commits at a thousand, a hundred thousand and a
//! million enrollments, bytes for each idle enrollment, the time to open; and commits on Redis next to bare EVALSHA.
//!
//! `cargo bench --bench scale` prints the tables of `docs/performance.md`. `TEGATA_BENCH_SIZES=1000,10000` makes it quick.

#![expect(clippy::unwrap_used, reason = "a failed step ends the benchmark")]
#![expect(dead_code, reason = "the tests' world and servers have more than a benchmark needs")]

#[path = "../../tests/authority/crashing.rs"]
mod crashing;
mod evalsha;
#[path = "../../tests/conformance/redis/server.rs"]
mod redis_server;
mod seed;
#[path = "../../tests/authority/world.rs"]
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tegata::clock::SystemClock;
use tegata::entropy::SystemEntropy;
use tegata::store::Store;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::redis::{RedisSettings, RedisStore};

use crate::redis_server::Server;
use crate::seed::{Seed, claim};

/// Claims of one turn.
const CLAIMS: u64 = 40;
/// How often the sizes take turns; each figure is the median of the turns.
const TURNS: usize = 15;

/// A store of some size.
struct Sized {
    size: u64,
    store: Arc<dyn Store>,
    bytes: u64,
    opens: Duration,
    times: Vec<Duration>,
    next: u64,
}

fn sizes() -> Vec<u64> {
    let text = std::env::var("TEGATA_BENCH_SIZES").unwrap_or_else(|_| "1000,100000,1000000".to_owned());
    text.split(',').map(|size| size.trim().parse().unwrap()).collect()
}

fn used_memory(server: &Server) -> u64 {
    let text = server.cli(&["info", "memory"]);
    let line = text.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    line.trim().parse().unwrap()
}

async fn on_disk(directory: &Path, seed: &Seed, size: u64) -> Sized {
    let path = directory.join(format!("{size}.sqlite"));
    let store = EmbeddedStore::open(&path, Arc::new(SystemClock)).unwrap();
    seed.fill(&store, size).await;
    drop(store);
    let bytes = std::fs::metadata(&path).unwrap().len();
    let began = Instant::now();
    let store = EmbeddedStore::open(&path, Arc::new(SystemClock)).unwrap();
    store.ready().await.unwrap();
    let opens = began.elapsed();
    Sized { size, store: Arc::new(store), bytes, opens, times: Vec::new(), next: 0 }
}

/// While it is filled, Redis flushes when the system likes; from then on it keeps what it acknowledges.
async fn in_redis(server: &Server, seed: &Seed, size: u64) -> Sized {
    let settings = || RedisSettings {
        prefix: format!("s{size}"),
        accept_loss: true,
        ..RedisSettings::new(server.url().parse().unwrap())
    };
    let before = used_memory(server);
    let store = RedisStore::open(settings(), Arc::new(SystemClock), &SystemEntropy).await.unwrap();
    seed.fill(&store, size).await;
    let bytes = used_memory(server) - before;
    drop(store);
    let began = Instant::now();
    let store = RedisStore::open(settings(), Arc::new(SystemClock), &SystemEntropy).await.unwrap();
    store.ready().await.unwrap();
    let opens = began.elapsed();
    Sized { size, store: Arc::new(store), bytes, opens, times: Vec::new(), next: 0 }
}

async fn take_turns(stores: &mut [Sized], seed: &Seed) {
    for _ in 0..TURNS {
        for sized in &mut *stores {
            let began = Instant::now();
            for _ in 0..CLAIMS {
                claim(sized.store.as_ref(), seed, sized.next * 7_919 % sized.size).await;
                sized.next += 1;
            }
            sized.times.push(began.elapsed());
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures are shown in three digits")]
fn table(engine: &str, stores: &mut [Sized]) {
    println!();
    println!("| {engine}, enrollments | a claim | ratio | bytes for each | opens in |");
    println!("|---|---|---|---|---|");
    let mut smallest = None;
    for sized in stores {
        sized.times.sort_unstable();
        let each = sized.times[TURNS / 2].as_secs_f64() * 1e6 / CLAIMS as f64;
        let ratio = each / *smallest.get_or_insert(each);
        let (size, opens) = (sized.size, sized.opens.as_secs_f64() * 1e3);
        let bytes = sized.bytes as f64 / size as f64;
        println!("| {size} | {each:.0} µs | {ratio:.2} | {bytes:.0} | {opens:.0} ms |");
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let seed = Seed::new().await;
        // In the build directory: `/tmp` is often memory, on which a flush costs nothing.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut embedded = Vec::new();
        for size in sizes() {
            embedded.push(on_disk(directory.path(), &seed, size).await);
        }
        take_turns(&mut embedded, &seed).await;
        table("embedded", &mut embedded);

        let server = Server::durable(&["--appendfsync", "no", "--auto-aof-rewrite-percentage", "0"]);
        let mut redis = Vec::new();
        for size in sizes() {
            redis.push(in_redis(&server, &seed, size).await);
        }
        server.cli(&["config", "set", "appendfsync", "always"]);
        take_turns(&mut redis, &seed).await;
        table("Redis", &mut redis);

        evalsha::compare(&server, redis[0].store.as_ref()).await;
    });
}
