//! A claim end to end on the embedded store, and what the pool of ready keys is worth in a burst.
//!
//! `cargo bench --bench claim` prints the table of `docs/performance.md`. Every figure is a ratio of two things that took turns in one run.

#![expect(clippy::unwrap_used, reason = "a failed step ends the benchmark")]
#![expect(dead_code, reason = "the tests' world has more than a benchmark needs")]

#[path = "../tests/authority/crashing.rs"]
mod crashing;
#[path = "../tests/authority/world.rs"]
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use tegata::enrollment::{FetchPart, IssuedInvitation};
use tegata::pki::key::KeyType;
use tegata::pki::{KeyPool, KeyPoolSettings};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::world::{World, invite};

/// Simultaneous claims in a burst.
const BURST: usize = 200;
/// How often the two bursts take turns.
const TURNS: usize = 3;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Waits until the pool has `count` keys ready.
fn filled(pool: &Arc<KeyPool>, count: usize) {
    while pool.ready(KeyType::Rsa2048) < count {
        std::thread::yield_now();
    }
}

fn warm(count: usize) -> Arc<KeyPool> {
    let pool = KeyPool::start(KeyPoolSettings { rsa2048: count, rsa3072: 0, threads: 2 });
    let pool = Arc::new(pool);
    filled(&pool, count);
    pool
}

async fn invitations(world: &World, count: usize) -> Vec<IssuedInvitation> {
    let mut made = Vec::with_capacity(count);
    for _ in 0..count {
        made.push(world.authority.invite(&world.caller, invite("山田 太郎")).await.unwrap());
    }
    made
}

/// From the first secret to the last ticket.
async fn burst(world: &Arc<World>) -> Duration {
    let invitations = invitations(world, BURST).await;
    let started = Instant::now();
    let mut claims = JoinSet::new();
    for invitation in invitations {
        let world = Arc::clone(world);
        claims.spawn(async move { world.authority.claim(World::request(&invitation, None)).await });
    }
    while let Some(claimed) = claims.join_next().await {
        claimed.unwrap().unwrap();
    }
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn bursts() {
    let runtime = runtime();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let cold = Arc::new(runtime.block_on(World::with(KeyType::Rsa2048, Arc::new(KeyPool::empty()))));
    for _ in 0..TURNS {
        let pool = warm(BURST);
        let world = Arc::new(runtime.block_on(World::with(KeyType::Rsa2048, pool)));
        with.push(runtime.block_on(burst(&world)));
        drop(world);
        without.push(runtime.block_on(burst(&cold)));
    }
    let (with, without) = (median(with), median(without));
    println!();
    println!("| burst of {BURST} claims, RSA-2048 | all done after | claims/s |");
    println!("|---|---|---|");
    let rate = |time: Duration| f64::from(u32::try_from(BURST).unwrap()) / time.as_secs_f64();
    println!("| without a pool | {:.0} ms | {:.0} |", without.as_secs_f64() * 1e3, rate(without));
    println!("| pool of {BURST}, warm | {:.0} ms | {:.0} |", with.as_secs_f64() * 1e3, rate(with));
    println!("| ratio | {:.1} | |", without.as_secs_f64() / with.as_secs_f64());
}

/// One claim after another: secret to ticket, then with the fetch of the file.
fn claims(criterion: &mut Criterion) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("claim");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    for kind in [KeyType::P256, KeyType::Rsa2048] {
        let pool = match kind {
            KeyType::Rsa2048 => warm(400),
            _ => Arc::new(KeyPool::empty()),
        };
        let world = runtime.block_on(World::with(kind, Arc::clone(&pool)));
        for fetched in [false, true] {
            let what = if fetched { "claimed and fetched" } else { "claimed" };
            group.bench_function(BenchmarkId::new(what, kind), |bencher| {
                bencher.iter_custom(|rounds| {
                    runtime.block_on(async {
                        let rounds = usize::try_from(rounds).unwrap();
                        let mut took = Duration::ZERO;
                        for invitation in invitations(&world, rounds).await {
                            if kind == KeyType::Rsa2048 {
                                filled(&pool, 1);
                            }
                            let started = Instant::now();
                            let ticket =
                                world.authority.claim(World::request(&invitation, None)).await.unwrap();
                            if fetched {
                                world.authority.ticket(&ticket).await.unwrap();
                                world.fetch(&ticket, FetchPart::Start).await.unwrap();
                            }
                            took += started.elapsed();
                        }
                        took
                    })
                });
            });
        }
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    claims(&mut criterion);
    bursts();
    criterion.final_summary();
}
