//! Durable commits of the embedded store next to the `fdatasync` calls that one thread gets from the same disk.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tegata::clock::SystemClock;
use tegata::store::Store;
use tegata::store::embedded::EmbeddedStore;
use tokio::runtime::Runtime;

use crate::Effort;
use crate::evalsha::{self, WRITERS};
use crate::paired::{Paired, per_second};
use crate::table::Table;

pub fn measure(effort: Effort, table: &mut Table) {
    if !table.wants(&["flush-1", "flush-64"]) {
        return;
    }
    let runtime = Runtime::new().unwrap();
    // In the build directory: `/tmp` is often memory, on which a flush costs nothing.
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store: Arc<dyn Store> =
        Arc::new(EmbeddedStore::open(directory.path().join("store.sqlite"), Arc::new(SystemClock)).unwrap());
    let file = File::options().create_new(true).write(true).open(directory.path().join("flushed")).unwrap();
    let flushes = effort.work / 20;
    let mut round = 0;
    for (name, writers, commits) in [("flush-1", 1, flushes), ("flush-64", WRITERS, WRITERS * 8)] {
        if !table.wants(&[name]) {
            continue;
        }
        let mut paired = Paired::default();
        for _ in 0..effort.turns * 4 {
            let bare = per_second(flushes, flush(&file, flushes));
            let ours = runtime.block_on(evalsha::commits(&store, writers, commits, round));
            round += commits;
            paired.add(per_second(commits, ours), bare);
        }
        table.paired(name, &paired);
    }
}

/// What the disk allows: a page written and flushed, as often as asked for. After the first turn the file does not grow, as SQLite's
/// log does not.
fn flush(file: &File, times: usize) -> Duration {
    let page = [0x5a; 4_096];
    let started = Instant::now();
    for number in 0..times {
        file.write_all_at(&page, number as u64 * 4_096).unwrap();
        file.sync_data().unwrap();
    }
    started.elapsed()
}
