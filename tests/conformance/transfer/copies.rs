//! From one engine to the other and back.

use jiff::SignedDuration;
use rustix::process::{Pid, Signal, kill_process};
use tegata::clock::Clock as _;
use tegata::store::transfer::Stage;
use tegata::store::{Guard, Position};

use super::*;
use crate::redis::new_cluster_settings;

async fn there_and_back(settings: &RedisSettings) {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let before = summary(&source).await;
    let target = incoming_redis(settings).await.unwrap();
    let transferred = copied(&source, &target).await.unwrap();
    assert!(!transferred.resumed);
    assert_eq!(transferred.partitions.len(), 3);
    Box::new(target).finish().await.unwrap();
    let middle = redis(settings).await.unwrap();
    assert_eq!(summary(&middle).await, before);
    let target = incoming_file(&directory.path().join("b"));
    copied(&middle, &target).await.unwrap();
    Box::new(target).finish().await.unwrap();
    assert_eq!(summary(&embedded(&directory.path().join("b"))).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_went_to_redis_and_back_is_the_same() {
    there_and_back(&settings()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_went_to_a_cluster_and_back_is_the_same() {
    there_and_back(&new_cluster_settings()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_readers_and_writers_hold_stays_good_after_a_copy() {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let name = key("enrollment/1-7");
    let read = source.find(&here(), &name).await.unwrap().unwrap();
    let seen = source.events_about(&here(), &key("busy"), Position(0), 700).await.unwrap();
    let settings = settings();
    let target = incoming_redis(&settings).await.unwrap();
    copied(&source, &target).await.unwrap();
    Box::new(target).finish().await.unwrap();
    let clock = Arc::new(ManualClock::at(noon()));
    let store = RedisStore::open(settings, clock.clone(), &SystemEntropy).await.unwrap();

    let again = store.events_about(&here(), &key("busy"), Position(0), 700).await.unwrap();
    assert_eq!(again, seen);
    let rest = store.events_about(&here(), &key("busy"), seen[699].position, 1_000).await.unwrap();
    assert_eq!(rest.len(), 960 - 700);
    let change = Commit::new()
        .guard(Guard::Version(name.clone(), read.version))
        .put(name.clone(), b"changed".to_vec())
        .event_about(key("busy"), b"after".to_vec());
    let committed = store.commit(&here(), change).await.unwrap();
    assert!(committed.version > read.version);
    assert_eq!(committed.last_event, Some(Position(4 * 480 + 1)));
    let place = store.scan(&here(), &key("by-number"), crate::suite::subject::all()).await.unwrap();
    assert_eq!(place.entries.len(), 960);

    assert!(store.find_entry(&here(), &key("ticket/100")).await.unwrap().is_some());
    clock.advance(SignedDuration::from_millis(10_001));
    assert!(store.find_entry(&here(), &key("ticket/100")).await.unwrap().is_none());
    assert!(store.find_entry(&here(), &key("ticket/101")).await.unwrap().is_some());
    assert_eq!(store.count(&there(), &key("counter"), 1, MINUTE).await.unwrap(), 13);
    assert_eq!(store.sweep(clock.now(), 1_000).await.unwrap(), 101);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_broke_off_anywhere_goes_on_and_ends_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let before = summary(&source).await;
    let settings = settings();
    for write in [1, 2, 2, 3] {
        let target = incoming_redis(&settings).await.unwrap();
        let broken = Interrupted::broken_at(write, &target);
        assert!(matches!(copied(&source, &broken).await, Err(TransferError::Store { .. })));
        assert!(matches!(redis(&settings).await, Err(OpenError::Unfinished { .. })));
    }
    let target = incoming_redis(&settings).await.unwrap();
    assert!(copied(&source, &target).await.unwrap().resumed);
    Box::new(target).finish().await.unwrap();
    let middle = redis(&settings).await.unwrap();
    assert_eq!(summary(&middle).await, before);
    let path = directory.path().join("b");
    for write in [1, 2, 2, 3] {
        let target = incoming_file(&path);
        assert!(copied(&middle, &Interrupted::broken_at(write, &target)).await.is_err());
        assert!(!path.exists());
    }
    let target = incoming_file(&path);
    assert!(copied(&middle, &target).await.unwrap().resumed);
    Box::new(target).finish().await.unwrap();
    assert_eq!(summary(&embedded(&path)).await, before);
}

/// Names the directory to the process that is killed.
const DIRECTORY: &str = "TEGATA_TEST_COPY";

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_on_after_kill_9() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let directory = Path::new(&directory);
        let (source, target) = (embedded(&directory.join("a")), incoming_file(&directory.join("b")));
        let own = Pid::from_raw(i32::try_from(std::process::id()).unwrap()).unwrap();
        let mishap = || {
            kill_process(own, Signal::KILL).unwrap();
            std::future::pending().boxed()
        };
        let target = Interrupted::at(6, &target, Box::new(mishap));
        copied(&source, &target).await.unwrap();
        panic!("it was not killed");
    }
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let before = summary(&source).await;
    drop(source);
    let mut command = std::process::Command::new("/proc/self/exe");
    let test = "transfer::copies::a_copy_goes_on_after_kill_9";
    command.args(["--exact", test, "--nocapture", "--quiet"]).env(DIRECTORY, directory.path());
    let ended = command.stdout(std::process::Stdio::null()).status().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9), "{ended}");
    let (source, path) = (embedded(&directory.path().join("a")), directory.path().join("b"));
    assert!(!path.exists());
    let target = incoming_file(&path);
    let mut copied_rows = 0;
    let mut told = |progress: Progress| {
        if progress.stage == Stage::Copy && copied_rows == 0 {
            copied_rows = progress.done;
        }
    };
    assert!(copy(&source, &target, &mut told).await.unwrap().resumed);
    assert!(copied_rows > 1_000, "it began anew: {copied_rows}");
    Box::new(target).finish().await.unwrap();
    assert_eq!(summary(&embedded(&path)).await, before);
    let left: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("incoming")), "{left:?}");
}
