//! What a store costs as it grows, on both engines: the same claim's reads and commits at a thousand, a hundred thousand and a million
//! enrollments, how soon `tegata serve` is ready, and the bytes of each enrollment.

mod life;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tegata::clock::SystemClock;
use tegata::entropy::SystemEntropy;
use tegata::store::Store;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::redis::{RedisSettings, RedisStore};
use tokio::runtime::Runtime;

use crate::Effort;
use crate::paired::Paired;
use crate::process::{Installation, Serve};
use crate::redis_server::Server;
use crate::rows::{LARGE, MIDDLE, SMALL};
use crate::table::Table;
use life::{Life, Stage};

/// Claims of one turn of one store.
const CLAIMS: u32 = 10;
/// Enrollments with a certificate.
const ISSUED: u64 = 10_000;
/// Commits that fill the embedded store at once, so that they share transactions; and Redis, where each has to be answered in time.
const SHARING: usize = 512;
const ANSWERED: usize = 64;

/// The names of an engine's rows.
struct Names {
    middle: &'static str,
    large: &'static str,
    start: &'static str,
}

const EMBEDDED: Names =
    Names { middle: "claim-embedded-100k", large: "claim-embedded-1m", start: "start-embedded-1m" };
const REDIS: Names = Names { middle: "claim-redis-100k", large: "claim-redis-1m", start: "start-redis-1m" };

/// A store of some size, and the installation that it belongs to.
struct Grown {
    size: u64,
    installation: Installation,
    store: Arc<dyn Store>,
    next: u64,
}

pub fn measure(effort: Effort, table: &mut Table) {
    let embedded = table.wants(&[EMBEDDED.middle, EMBEDDED.large, EMBEDDED.start, "bytes-embedded"]);
    let in_redis = ["bytes-redis", "bytes-redis-issued", "bytes-redis-file"];
    let redis = table.wants(&[REDIS.middle, REDIS.large, REDIS.start]) || table.wants(&in_redis);
    if !embedded && !redis {
        return;
    }
    let runtime = Runtime::new().unwrap();
    let life = Arc::new(runtime.block_on(Life::lived()));
    let run = Run { effort, runtime, life };
    if embedded {
        run.embedded(table);
    }
    if redis {
        run.redis(table);
    }
}

struct Run {
    effort: Effort,
    runtime: Runtime,
    life: Arc<Life>,
}

impl Run {
    fn largest(&self) -> u64 {
        LARGE.min(self.effort.largest)
    }

    /// The sizes, the largest first: what it takes is measured in an empty place.
    fn sizes(&self) -> Vec<u64> {
        let mut sizes = vec![LARGE, MIDDLE, SMALL];
        sizes.retain(|size| *size <= self.effort.largest);
        sizes
    }

    fn note(size: u64, engine: &str, began: Instant) {
        eprintln!("{size} enrollments in {engine}: filled in {:.0} s", began.elapsed().as_secs_f64());
    }

    fn embedded(&self, table: &mut Table) {
        let mut grown = Vec::new();
        for size in self.sizes() {
            let (installation, began) = (Installation::create(&[]), Instant::now());
            let open = || -> Arc<dyn Store> {
                Arc::new(EmbeddedStore::open(installation.store_file(), Arc::new(SystemClock)).unwrap())
            };
            self.runtime.block_on(self.life.fill(&open(), Stage::Idle, size, SHARING));
            Self::note(size, "the embedded store", began);
            if size == self.largest() {
                // Closed, so that the log is in the file.
                self.bytes(table, "bytes-embedded", Stage::Idle, size, file(&installation));
            }
            let store = open();
            grown.push(Grown { size, installation, store, next: 0 });
        }
        self.compare(table, &EMBEDDED, &mut grown);
    }

    fn redis(&self, table: &mut Table) {
        let server = Server::durable(&["--auto-aof-rewrite-percentage", "0"]);
        let empty = (used_memory(&server), rewritten(&server));
        let mut grown = Vec::new();
        for size in self.sizes() {
            let store = self.in_redis(&server, &format!("s{size}"), Stage::Idle, size);
            if size == self.largest() {
                let used = used_memory(&server) - empty.0;
                self.bytes(table, "bytes-redis", Stage::Idle, size, used);
                if table.wants(&["bytes-redis-file"]) {
                    self.bytes(table, "bytes-redis-file", Stage::Idle, size, rewritten(&server) - empty.1);
                }
            }
            grown.push(store);
        }
        if table.wants(&["bytes-redis-issued"]) {
            let (before, size) = (used_memory(&server), ISSUED.min(self.effort.largest));
            drop(self.in_redis(&server, "issued", Stage::Issued, size));
            self.bytes(table, "bytes-redis-issued", Stage::Issued, size, used_memory(&server) - before);
        }
        self.compare(table, &REDIS, &mut grown);
    }

    /// A store in Redis, filled while that flushes when the system likes; from then on it keeps what it acknowledges.
    fn in_redis(&self, server: &Server, prefix: &str, stage: Stage, size: u64) -> Grown {
        let settings = [("TEGATA_STORE_URL", server.url()), ("TEGATA_STORE_PREFIX", prefix.to_owned())];
        let installation = Installation::create(&settings);
        let open = || -> Arc<dyn Store> {
            let settings = RedisSettings {
                prefix: prefix.to_owned(),
                accept_loss: true,
                ..RedisSettings::new(server.url().parse().unwrap())
            };
            let opened = RedisStore::open(settings, Arc::new(SystemClock), &SystemEntropy);
            Arc::new(self.runtime.block_on(opened).unwrap())
        };
        let began = Instant::now();
        server.cli(&["config", "set", "appendfsync", "no"]);
        let store = open();
        self.runtime.block_on(self.life.fill(&store, stage, size, ANSWERED));
        server.cli(&["config", "set", "appendfsync", "always"]);
        Self::note(size, "Redis", began);
        Grown { size, installation, store, next: 0 }
    }

    #[expect(clippy::cast_precision_loss, reason = "figures are shown in three digits")]
    fn bytes(&self, table: &mut Table, name: &str, stage: Stage, size: u64, bytes: u64) {
        table.single(name, bytes as f64 / size as f64, self.life.size(stage) as f64);
    }

    /// The larger stores beside the smallest: what a claim takes, and until `tegata serve` is ready.
    fn compare(&self, table: &mut Table, names: &Names, grown: &mut [Grown]) {
        let claims = table.wants(&[names.middle, names.large]);
        let starts = table.wants(&[names.start]) && grown[0].size >= LARGE;
        let mut blocks: Vec<Vec<f64>> = grown.iter().map(|_| Vec::new()).collect();
        for turn in 0..if claims { self.effort.turns * 4 } else { 0 } {
            for place in by_turns(grown.len(), turn) {
                let grown = &mut grown[place];
                let began = Instant::now();
                for _ in 0..CLAIMS {
                    let number = grown.next * 7_919 % grown.size;
                    grown.next += 1;
                    self.runtime.block_on(self.life.claim(grown.store.as_ref(), number));
                }
                blocks[place].push(milliseconds(began.elapsed()) / f64::from(CLAIMS));
            }
        }
        let smallest = grown.len() - 1;
        for (name, size) in [(names.middle, MIDDLE), (names.large, LARGE)] {
            match grown.iter().position(|grown| grown.size == size) {
                Some(place) if claims => table.paired(name, &pairs(&blocks[place], &blocks[smallest])),
                _ => table.without(name, "left out"),
            }
        }
        let mut times: Vec<Vec<f64>> = grown.iter().map(|_| Vec::new()).collect();
        for turn in 0..if starts { self.effort.turns } else { 0 } {
            for place in by_turns(2, turn).map(|side| side * smallest) {
                let started = grown[place].installation.serve(Serve::default());
                times[place].push(milliseconds(started.ready()));
            }
        }
        if starts {
            table.paired(names.start, &pairs(&times[0], &times[smallest]));
        } else {
            table.without(names.start, "left out");
        }
    }
}

/// All places; who goes first changes from turn to turn.
fn by_turns(places: usize, turn: usize) -> impl Iterator<Item = usize> {
    (0..places).map(move |place| (place + turn) % places)
}

fn pairs(ours: &[f64], beside: &[f64]) -> Paired {
    let mut paired = Paired::default();
    ours.iter().zip(beside).for_each(|(ours, beside)| paired.add(*ours, *beside));
    paired
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn file(installation: &Installation) -> u64 {
    std::fs::metadata(installation.store_file()).unwrap().len()
}

fn told(server: &Server, section: &str, field: &str) -> u64 {
    let text = server.cli(&["info", section]);
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).unwrap();
    line.trim().parse().unwrap()
}

fn used_memory(server: &Server) -> u64 {
    told(server, "memory", "used_memory")
}

/// The bytes of the append-only file, written anew.
fn rewritten(server: &Server) -> u64 {
    server.cli(&["bgrewriteaof"]);
    while told(server, "persistence", "aof_rewrite_in_progress")
        + told(server, "persistence", "aof_rewrite_scheduled")
        > 0
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    told(server, "persistence", "aof_current_size")
}
