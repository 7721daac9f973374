//! What the pool of ready keys is worth: a burst of claims on the embedded store, from the first secret to the last ticket, with it
//! and without it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tegata::enrollment::IssuedInvitation;
use tegata::pki::key::KeyType;
use tegata::pki::{KeyPool, KeyPoolSettings};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::Effort;
use crate::paired::{Paired, per_second};
use crate::table::Table;
use crate::world::{World, invite};

/// Simultaneous claims in a burst.
const BURST: usize = 64;
/// How often the two bursts take turns.
const TURNS: usize = 3;

pub fn measure(effort: Effort, table: &mut Table) {
    if !table.wants(&["pool"]) {
        return;
    }
    let runtime = Runtime::new().unwrap();
    let size = BURST.min(effort.work);
    let cold = Arc::new(runtime.block_on(World::with(KeyType::Rsa2048, Arc::new(KeyPool::empty()))));
    let mut paired = Paired::default();
    for _ in 0..TURNS.min(effort.turns) {
        let world = Arc::new(runtime.block_on(World::with(KeyType::Rsa2048, warm(size))));
        let with = runtime.block_on(burst(&world, size));
        drop(world);
        let without = runtime.block_on(burst(&cold, size));
        paired.add(per_second(size, with), per_second(size, without));
    }
    table.paired("pool", &paired);
}

/// A pool that has so many keys ready.
fn warm(count: usize) -> Arc<KeyPool> {
    let pool = Arc::new(KeyPool::start(KeyPoolSettings { rsa2048: count, rsa3072: 0, threads: 2 }));
    while pool.ready(KeyType::Rsa2048) < count {
        std::thread::sleep(Duration::from_millis(5));
    }
    pool
}

/// From the first secret to the last ticket.
async fn burst(world: &Arc<World>, size: usize) -> Duration {
    let mut invitations: Vec<IssuedInvitation> = Vec::with_capacity(size);
    for _ in 0..size {
        invitations.push(world.authority.invite(&world.caller, invite("山田 太郎")).await.unwrap());
    }
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
