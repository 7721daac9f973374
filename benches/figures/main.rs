//! Every figure of `docs/performance.md`, as one table. `cargo bench --bench figures` prints it, `-- NAME…` those rows alone (the
//! beginning of a name is enough), `-- --keep` also writes it into the document, with `--keep NAME…` the lines of these rows alone.
//! `TEGATA_BENCH_LARGEST=100000` leaves out the rows that need a million enrollments.
//!
//! Every figure is a ratio of two sides that took turns in one run. What needs no waiting is counted in processor time, so that other
//! work on the machine changes little.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

mod bare;
mod bundle;
mod client;
#[path = "../../tests/authority/crashing.rs"]
#[expect(dead_code, reason = "the tests let it crash")]
mod crashing;
#[path = "../../tests/authority/engine.rs"]
mod engine;
mod evalsha;
#[path = "../bundle/floor.rs"]
mod floor;
mod flushes;
mod growth;
mod kept;
mod load;
mod machine;
mod nodes;
mod pages;
mod paired;
mod peers;
mod pool;
#[path = "../../tests/program/ports.rs"]
mod ports;
mod process;
#[path = "../../tests/conformance/redis/server.rs"]
#[expect(dead_code, reason = "the tests do more with their servers")]
mod redis_server;
mod rows;
#[path = "../bundle/setup.rs"]
mod setup;
mod splitter;
mod table;
#[path = "../../tests/authority/world.rs"]
#[expect(dead_code, reason = "the tests' world has more than a benchmark needs")]
mod world;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Pairs of what takes milliseconds of processor time.
    pub pairs: usize,
    /// How often the sides of everything else take turns.
    pub turns: usize,
    /// Of what one turn has: pages, commits, claims, bundles, phones. A part of this number each.
    pub work: usize,
    /// The largest store.
    pub largest: u64,
}

fn main() {
    if let Some(directory) = std::env::var_os(bare::VARIABLE) {
        return bare::serve(directory.as_ref());
    }
    // Cargo passes --bench when it measures; otherwise this is only to run once.
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let largest =
        std::env::var("TEGATA_BENCH_LARGEST").map_or(rows::LARGE, |largest| largest.parse().unwrap());
    let effort = if has("--bench") {
        Effort { pairs: 300, turns: 11, work: 1_000, largest }
    } else {
        Effort { pairs: 2, turns: 1, work: 40, largest: rows::SMALL }
    };
    let machine = machine::description();
    println!("\n{machine}\n");
    let wanted = arguments.iter().filter(|argument| !argument.starts_with('-')).cloned().collect();
    let mut table = table::Table::of(wanted);
    bundle::measure(effort, &mut table);
    peers::measure(effort, &mut table);
    pool::measure(effort, &mut table);
    pages::measure(effort, &mut table);
    flushes::measure(effort, &mut table);
    evalsha::measure(effort, &mut table);
    growth::measure(effort, &mut table);
    load::measure(effort, &mut table);
    nodes::measure(effort, &mut table);
    table.end(&machine, has("--keep"));
}
