//! A process that is killed while it commits loses nothing that it acknowledged and leaves nothing half done.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use tegata::store::embedded::{EmbeddedStore, OpenOptions};
use tegata::store::{Commit, EntryChange, Key, Position, Scan, Store, Version};
use tokio::task::JoinSet;

use super::{Place, bytes, open_with, process, store_of_this_process};
use crate::suite::subject::{MINUTE, here, key, place};

const CYCLES: u64 = 15;
const WRITERS: usize = 8;

/// A document and its twin, which one commit changes together.
fn twins(writer: usize) -> [Key; 2] {
    ["a", "b"].map(|half| key(format!("w{writer}/{half}")))
}

/// The round that a writer has come to.
async fn round(store: &EmbeddedStore, writer: usize) -> u64 {
    let document = bytes(store, &twins(writer)[0]).await;
    document.map_or(0, |bytes| u64::from_be_bytes(bytes[..8].try_into().unwrap()))
}

fn commit(writer: usize, round: u64) -> Commit {
    // More than a page, so that half a commit would show.
    let value = [&round.to_be_bytes()[..], &vec![0; 6_000]].concat();
    let [one, other] = twins(writer);
    Commit::new()
        .put(one, value.clone())
        .put(other, value)
        .index(place(&format!("w{writer}"), format!("{round:08}"), "a"))
        .entry(EntryChange::Put {
            key: key(format!("w{writer}")),
            bytes: round.to_be_bytes().to_vec(),
            lifetime: MINUTE,
        })
        .event(format!("w{writer}/{round}").into_bytes())
}

/// Commits until it is killed, and says so each time it was acknowledged.
async fn write_until_killed(path: &Path) {
    println!("begun");
    let store = Arc::new(open_with(path, &OpenOptions::default()).unwrap());
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for round in round(&store, writer).await + 1.. {
                let version = store.commit(&here(), commit(writer, round)).await.unwrap().version;
                println!("acknowledged {writer} {round} {}", version.0);
            }
        });
    }
    writers.join_all().await;
}

/// What the process said before it died: for each writer its last acknowledged round and version.
fn acknowledged(lines: impl Iterator<Item = String>) -> BTreeMap<usize, (u64, Version)> {
    let mut acknowledged = BTreeMap::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let ["acknowledged", writer, round, version] = words[..] else { continue };
        let newest = (round.parse().unwrap(), Version(version.parse().unwrap()));
        let before = acknowledged.insert(writer.parse().unwrap(), newest);
        assert!(before.is_none_or(|before: (u64, Version)| before.1 < newest.1));
    }
    acknowledged
}

async fn audit(store: &EmbeddedStore, acknowledged: &BTreeMap<usize, (u64, Version)>) {
    store.check().unwrap();
    let mut events = Vec::new();
    let mut after = Position::default();
    loop {
        let page = store.events(&here(), after, 1_000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        events.extend(page.into_iter().map(|event| String::from_utf8(event.bytes).unwrap()));
    }
    for writer in 0..WRITERS {
        let [one, other] = twins(writer);
        let reached = round(store, writer).await;
        let document = store.find(&here(), &one).await.unwrap();
        if let Some((round, version)) = acknowledged.get(&writer) {
            assert!(reached >= *round && document.as_ref().unwrap().version >= *version);
        }
        // At most one more than was acknowledged was under way.
        let twin = store.find(&here(), &other).await.unwrap();
        assert_eq!(
            document.map(|document| (document.version, document.bytes)),
            twin.map(|twin| (twin.version, twin.bytes))
        );
        let prefix = format!("w{writer}/");
        let own = events.iter().filter_map(|event| event.strip_prefix(&prefix));
        assert!(own.eq((1..=reached).map(|round| round.to_string()).collect::<Vec<_>>()));
        assert_eq!(
            places(store, writer).await,
            (1..=reached).map(|round| format!("{round:08}")).collect::<Vec<_>>()
        );
        let entry = store.find_entry(&here(), &key(format!("w{writer}"))).await.unwrap();
        assert_eq!(entry, (reached > 0).then(|| reached.to_be_bytes().to_vec()));
    }
}

async fn places(store: &EmbeddedStore, writer: usize) -> Vec<String> {
    let mut scan = Scan { limit: 1_000, ..Scan::default() };
    let mut orders = Vec::new();
    loop {
        let page = store.scan(&here(), &key(format!("w{writer}")), scan.clone()).await.unwrap();
        orders.extend(page.entries.into_iter().map(|(order, _)| order));
        match page.next {
            None => return orders,
            next => scan.after = next,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_survives_kill_9() {
    if let Some(path) = store_of_this_process() {
        return write_until_killed(&path).await;
    }
    let directory = Place::new();
    let mut survived = 0;
    for cycle in 0..CYCLES {
        let mut child =
            process("sqlite::kills::whatever_was_acknowledged_survives_kill_9", &directory.file())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // The first ones are killed while they make or open the store, the others somewhere among their commits.
        let lived = if cycle < 3 { 0 } else { RandomState::new().hash_one(cycle) % 300 };
        let begun = lines.by_ref().find(|line| line.ends_with("begun"));
        assert!(begun.is_some());
        let mut said: Vec<String> = lines.by_ref().take(usize::try_from(lived).unwrap()).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        said.extend(lines);
        let acknowledged = acknowledged(said.into_iter());
        survived += acknowledged.len();
        if directory.file().exists() {
            audit(&directory.open(), &acknowledged).await;
        } else {
            assert!(acknowledged.is_empty());
        }
    }
    assert!(survived > WRITERS);
    let leftovers = std::fs::read_dir(directory.0.path()).unwrap().count();
    assert!(leftovers < 10, "{leftovers}");
}
