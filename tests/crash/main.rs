//! Power cuts: the real program is killed with SIGKILL at random moments under load and started again, many times, and
//! afterwards the store and everything that the clients were given are held against each other. On Redis, nodes, Redis and the
//! network between them are struck.
//!
//! `TEGATA_CRASH_CYCLES` says how often (by default 200 times on the embedded engine, 300 times on Redis), `TEGATA_CRASH_SEED` repeats a run's random choices. Which
//! instruction a kill hits is chance all the same.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod audit;
mod chance;
mod client;
#[path = "../nodes/ground.rs"]
#[expect(dead_code, reason = "the nodes' stories use more of it")]
mod ground;
mod life;
mod network;
#[path = "../service/phone/page.rs"]
#[expect(dead_code, reason = "the stories read more of a page")]
mod page;
#[path = "../nodes/person.rs"]
#[expect(dead_code, reason = "the nodes' stories use more of it")]
mod person;
#[path = "../program/ports.rs"]
mod ports;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "the browser's stories use more of it")]
mod program;
#[path = "../conformance/redis/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod redis;
mod shared;
mod stopped;
#[path = "../service/stored.rs"]
#[expect(dead_code, reason = "the stories read more of it")]
mod stored;
mod teeth;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chance::Chance;
use client::{Client, World};
use life::Lives;
use program::Installation;
use stored::Stored;

/// How many people are at it at the same time.
const PEOPLE: usize = 6;

/// Invariants 1, 2, 8 and 9.
#[test]
fn whatever_was_acknowledged_survives_two_hundred_kills() {
    let cycles = number("TEGATA_CRASH_CYCLES").unwrap_or(200);
    let seed = number("TEGATA_CRASH_SEED").unwrap_or_else(chance::fresh_seed);
    println!("{cycles} cycles, TEGATA_CRASH_SEED={seed}");
    let mut chance = Chance::new(seed);
    side_by_side(2, cycles, |cycles| {
        let chance = Chance::new(chance.next());
        move || killed(cycles, chance)
    });
}

/// Shares so many cycles among installations that are struck at the same time. What each does is decided before any begins, so
/// that a seed repeats it.
fn side_by_side<F: FnOnce() + Send + 'static>(
    installations: u64,
    cycles: u64,
    mut share: impl FnMut(u64) -> F,
) {
    let shares =
        (0..installations).map(|number| cycles / installations + u64::from(number < cycles % installations));
    let running: Vec<_> = shares.map(|cycles| std::thread::spawn(share(cycles))).collect();
    for running in running {
        running.join().expect("what was seen there must not be");
    }
}

fn killed(cycles: u64, mut chance: Chance) {
    let installation = Installation::create();
    let world =
        World { nodes: vec![installation.clone()], patience: Duration::from_secs(30), store_fails: false };
    let lives = Arc::new(Lives::default());
    let began = Instant::now();
    for cycle in 1..=cycles {
        let server = installation.serve();
        audit::is_sound(&installation);
        audit::of_the_moment(&Stored::read(&installation.store()));
        let crowd = Crowd::at_work(PEOPLE, &world, &lives, &mut chance);
        // Long enough to get somewhere, short enough to be in the middle of it.
        std::thread::sleep(Duration::from_millis(50 + chance.below(450)));
        server.kill();
        crowd.go_home();
        if cycle % 20 == 0 {
            println!("{cycle} kills, {} in {:.0?}", lives.tally(), began.elapsed());
        }
    }
    let server = installation.serve();
    Client::new(&world, chance).finish(&lives);
    server.stop();
    audit::is_sound(&installation);
    audit::of_everything(&Stored::read(&installation.store()), &lives);
    audit::finds_nothing(&installation);
    println!("{} in {:.0?}", lives.tally(), began.elapsed());
    assert!(lives.installed() as u64 > cycles / 2, "the load was no load");
}

/// People who are at it at the same time.
struct Crowd {
    people: Vec<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl Crowd {
    fn at_work(number: usize, world: &World, lives: &Arc<Lives>, chance: &mut Chance) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let people = (0..number).map(|_| {
            let client = Client::new(world, Chance::new(chance.next()));
            let (lives, over) = (Arc::clone(lives), Arc::clone(&over));
            std::thread::spawn(move || client.work(&lives, &over))
        });
        Self { people: people.collect(), over: Arc::clone(&over) }
    }

    /// Everybody brings to an end what they are at.
    fn go_home(self) {
        self.over.store(true, Ordering::Relaxed);
        for person in self.people {
            person.join().expect("no client saw anything that it must not see");
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}
