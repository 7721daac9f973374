//! `tegata store stats`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::super::Session;
use super::super::failure::Failure;
use super::super::style::strong;
use super::super::table::{Table, lines};
use super::rows::Rows;
use super::{grouped, whole};
use crate::app::EngineFacts;
use crate::enrollment::{Amount, Census};

/// What `store stats --json` prints.
#[derive(Debug, Serialize)]
struct Stats {
    place: String,
    engine: Engine,
    enrollments: BTreeMap<&'static str, u64>,
    partitions: Vec<Partition>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Engine {
    Embedded { file_bytes: u64, log_bytes: u64, free_bytes: u64, schema: i32 },
    Redis { servers: Vec<Server> },
}

#[derive(Debug, Serialize)]
struct Server {
    address: String,
    version: String,
    used_memory_bytes: u64,
    max_memory_bytes: u64,
    max_memory_policy: String,
    append_only: bool,
    append_fsync: String,
    last_append: String,
    append_file_bytes: u64,
    replicas: u64,
}

#[derive(Debug, Serialize)]
struct Partition {
    #[serde(rename = "partition")]
    name: String,
    documents: Vec<Kind>,
    indexes: Vec<Kind>,
    events: Sum,
    entries: Vec<Kind>,
    expired_entries: u64,
}

#[derive(Debug, Serialize)]
struct Kind {
    name: String,
    #[serde(flatten)]
    sum: Sum,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Sum {
    rows: u64,
    bytes: u64,
}

impl Sum {
    const fn of(amount: Amount) -> Self {
        Self { rows: amount.rows, bytes: amount.bytes }
    }
}

fn kinds(amounts: &BTreeMap<String, Amount>) -> Vec<Kind> {
    amounts.iter().map(|(name, amount)| Kind { name: name.clone(), sum: Sum::of(*amount) }).collect()
}

impl Engine {
    fn of(facts: EngineFacts) -> Self {
        match facts {
            EngineFacts::Embedded { file, log, free, schema } => {
                Self::Embedded { file_bytes: file, log_bytes: log, free_bytes: free, schema }
            }
            EngineFacts::Redis(servers) => Self::Redis {
                servers: servers
                    .into_iter()
                    .map(|server| Server {
                        address: server.address,
                        version: server.version,
                        used_memory_bytes: server.used_memory,
                        max_memory_bytes: server.max_memory,
                        max_memory_policy: server.policy,
                        append_only: server.appends,
                        append_fsync: server.flushes,
                        last_append: server.last_append,
                        append_file_bytes: server.append_file,
                        replicas: server.replicas,
                    })
                    .collect(),
            },
        }
    }
}

pub(super) fn stats(session: &Session) -> Result<(), Failure> {
    let store = whole(session)?;
    let mut rows = Rows::start(session.output);
    let counted = session.block_on(store.stats(&mut |done, total| rows.at("counting", done, total)))?;
    let (facts, census) = counted?;
    drop(rows);
    let stats = Stats {
        place: store.place(),
        engine: Engine::of(facts),
        enrollments: standings(&census),
        partitions: census
            .iter()
            .map(|census| Partition {
                name: census.partition.to_string(),
                documents: kinds(&census.documents),
                indexes: kinds(&census.indexes),
                events: Sum::of(census.events),
                entries: kinds(&census.entries),
                expired_entries: census.expired,
            })
            .collect(),
    };
    session.output.result(&text(&stats, &census), &stats)
}

fn standings(census: &[Census]) -> BTreeMap<&'static str, u64> {
    let mut sums = BTreeMap::new();
    for (standing, count) in census.iter().flat_map(|census| &census.standings) {
        *sums.entry(standing.name()).or_default() += count;
    }
    sums
}

/// Bytes in the largest unit that leaves two digits or more, with one decimal.
fn bytes(number: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut tenths = number.saturating_mul(10);
    while tenths >= 102_400 && unit + 1 < units.len() {
        tenths /= 1_024;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{number} {name}") } else { format!("{}.{} {name}", tenths / 10, tenths % 10) }
}

fn engine(engine: &Engine) -> String {
    match engine {
        Engine::Embedded { file_bytes, log_bytes, free_bytes, schema } => lines(&[
            ("engine", Some("embedded".to_owned())),
            ("file", Some(format!("{}, of which {} are free", bytes(*file_bytes), bytes(*free_bytes)))),
            ("log beside it", Some(bytes(*log_bytes))),
            ("schema", Some(schema.to_string())),
        ]),
        Engine::Redis { servers } => servers
            .iter()
            .map(|server| {
                let limit = match server.max_memory_bytes {
                    0 => "no limit".to_owned(),
                    limit => format!("of {}", bytes(limit)),
                };
                let file = if server.append_only {
                    format!(
                        "{}, flushed {}, last write {}",
                        bytes(server.append_file_bytes),
                        server.append_fsync,
                        server.last_append
                    )
                } else {
                    "none: what was acknowledged goes with the server".to_owned()
                };
                lines(&[
                    ("engine", Some(format!("Redis {} at {}", server.version, server.address))),
                    (
                        "memory",
                        Some(format!(
                            "{} ({limit}, {})",
                            bytes(server.used_memory_bytes),
                            server.max_memory_policy
                        )),
                    ),
                    ("append-only file", Some(file)),
                    ("replicas", Some(server.replicas.to_string())),
                ])
            })
            .collect(),
    }
}

fn text(stats: &Stats, census: &[Census]) -> String {
    let mut text = lines(&[("store", Some(stats.place.clone()))]) + &engine(&stats.engine);
    for partition in &stats.partitions {
        let _ = writeln!(text, "\n{}", strong(&partition.name));
        let mut table = Table::new(["WHAT", "ROWS", "BYTES"]);
        let mut row = |what: &str, name: &str, sum: Sum| {
            table.row([&format!("{what}{name}"), &grouped(sum.rows), &bytes(sum.bytes)]);
        };
        for kind in &partition.documents {
            row("document ", &kind.name, kind.sum);
        }
        for kind in &partition.indexes {
            row("index ", &kind.name, kind.sum);
        }
        row("events", "", partition.events);
        for kind in &partition.entries {
            row("entry ", &kind.name, kind.sum);
        }
        text += &table.text();
        if partition.expired_entries > 0 {
            let expired = grouped(partition.expired_entries);
            let _ = writeln!(text, "{expired} entries have expired and wait for the sweep");
        }
    }
    let _ = writeln!(text, "\n{}", strong("enrollments"));
    let order = census.first().map(|census| census.standings.as_slice()).unwrap_or_default();
    let counts: Vec<(&str, Option<String>)> = order
        .iter()
        .map(|(standing, _)| {
            let count = stats.enrollments.get(standing.name()).copied().unwrap_or_default();
            (standing.name(), Some(grouped(count)))
        })
        .collect();
    text + &lines(&counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_a_unit_that_can_be_read() {
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(10_000), "10000 bytes");
        assert_eq!(bytes(10_240), "10.0 KiB");
        assert_eq!(bytes(1_536 << 20), "1536.0 MiB");
        assert_eq!(bytes(u64::MAX), "1677721.5 TiB");
    }
}
