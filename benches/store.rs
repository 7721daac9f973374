//! Durable commits of the embedded store, next to what the disk allows at all.
//!
//! `cargo bench --bench store` prints how many commits a second one writer and 64 writers get, as a multiple of the bare
//! `fdatasync` calls a second that one thread gets on the same disk in the same run.

#![expect(clippy::unwrap_used, reason = "a failed step ends the benchmark")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use tegata::clock::SystemClock;
use tegata::store::embedded::EmbeddedStore;
use tegata::store::{Commit, Guard, IndexEntry, Key, Partition, Store};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Simultaneous writers of the second figure.
const WRITERS: u64 = 64;
/// Commits, or flushes, in one measurement.
const BATCH: u64 = 1_280;
/// How often the measurements take turns; each figure is the median.
const TURNS: usize = 7;

/// What the disk allows: a page appended and flushed, as often as asked for.
fn flush(file: &File, times: u64) -> Duration {
    let page = [0x5a; 4_096];
    let started = Instant::now();
    for number in 0..times {
        file.write_all_at(&page, number * 4_096).unwrap();
        file.sync_data().unwrap();
    }
    started.elapsed()
}

/// What a claim commits: one document of a kilobyte under the guard of its version, two places, an event.
async fn change(store: &EmbeddedStore, writer: u64, round: u64) {
    let (partition, key) =
        (Partition::organization("bench").unwrap(), Key::new(format!("enrollment/{writer}")).unwrap());
    let guard = match store.find(&partition, &key).await.unwrap() {
        Some(document) => Guard::Version(key.clone(), document.version),
        None => Guard::Absent(key.clone()),
    };
    let place = |index, order| IndexEntry { index: Key::new(index).unwrap(), order, document: key.clone() };
    let filling = u8::try_from(round % 251).unwrap();
    let commit = Commit::new()
        .guard(guard)
        .put(key.clone(), vec![filling; 1_024])
        .index(place("by-time", format!("{round:012}/{writer:04}")))
        .index(place("by-state", format!("claimed/{round:012}/{writer:04}")))
        .event_about(key.clone(), vec![filling; 300]);
    store.commit(&partition, commit).await.unwrap();
}

struct Bench {
    runtime: Runtime,
    store: Arc<EmbeddedStore>,
    file: File,
    round: u64,
    directory: tempfile::TempDir,
}

impl Bench {
    /// In the build directory: `/tmp` is often memory, on which a flush costs nothing.
    fn new() -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let store =
            EmbeddedStore::open(directory.path().join("store.sqlite"), Arc::new(SystemClock)).unwrap();
        let file =
            File::options().create_new(true).write(true).open(directory.path().join("flushed")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { runtime, store: Arc::new(store), file, round: 0, directory }
    }

    /// The time of so many commits by so many writers at once.
    fn commits(&mut self, writers: u64, commits: u64) -> Duration {
        let each = commits.div_ceil(writers);
        let rounds = self.round..self.round + each;
        self.round = rounds.end;
        let store = &self.store;
        self.runtime.block_on(async {
            let mut running = JoinSet::new();
            let started = Instant::now();
            for writer in 0..writers {
                let (store, rounds) = (Arc::clone(store), rounds.clone());
                running.spawn(async move {
                    for round in rounds {
                        change(&store, writer, round).await;
                    }
                });
            }
            running.join_all().await;
            started.elapsed()
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown in three digits")]
fn per_second(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    BATCH as f64 / times[times.len() / 2].as_secs_f64()
}

/// The figures of the documentation: the three take turns, so that a disk that is slow for a while is slow for each.
fn turns(bench: &mut Bench) {
    let (mut floor, mut one, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        floor.push(flush(&bench.file, BATCH));
        one.push(bench.commits(1, BATCH));
        many.push(bench.commits(WRITERS, BATCH));
    }
    let (floor, one, many) = (per_second(floor), per_second(one), per_second(many));
    println!();
    println!("| durable commits, embedded store | per second | ratio to fdatasync |");
    println!("|---|---|---|");
    println!("| bare fdatasync, one thread | {floor:.0} | 1.00 |");
    println!("| 1 writer | {one:.0} | {:.2} |", one / floor);
    println!("| {WRITERS} writers | {many:.0} | {:.2} |", many / floor);
}

fn main() {
    let mut bench = Bench::new();
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("store");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    group.bench_function("fdatasync", |timer| timer.iter_custom(|times| flush(&bench.file, times)));
    group.bench_function("commit/1", |timer| timer.iter_custom(|times| bench.commits(1, times)));
    // An iteration is one commit of the many; what does not divide evenly is made and not counted.
    group.bench_function("commit/64", |timer| {
        timer.iter_custom(|times| {
            let even = times.next_multiple_of(WRITERS);
            let taken = bench.commits(WRITERS, even);
            taken.mul_f64(portion(times, even))
        });
    });
    group.finish();
    turns(&mut bench);
    criterion.final_summary();
    drop(bench.store);
    bench.directory.close().unwrap();
}

#[expect(clippy::cast_precision_loss, reason = "counts of iterations are small")]
fn portion(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
