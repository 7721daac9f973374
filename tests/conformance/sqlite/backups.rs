//! A backup is the store of one moment, whole or not there.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tegata::store::embedded::{BackupError, OpenOptions};
use tegata::store::{Commit, Position, Store};

use super::{Place, bytes, open_with};
use crate::suite::subject::{here, key, put};

fn names(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.0.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_taken_under_load_is_one_moment_of_the_store() {
    let place = Place::new();
    let store = Arc::new(place.open());
    // Enough that the copying takes several steps.
    let filling = vec![1; 1 << 20];
    for number in 0..16 {
        store.commit(&here(), put(&format!("filling-{number}"), &filling)).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        async move {
            for round in 0_u64.. {
                let text = round.to_string();
                let commit = put("a", text.as_bytes()).put(key("b"), text.clone().into_bytes());
                store.commit(&here(), commit.event(text.into_bytes())).await.unwrap();
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
        }
    });
    let backups = Place::new();
    let mut reports = Vec::new();
    tokio::task::block_in_place(|| store.backup(&backups.file(), &mut |progress| reports.push(progress)))
        .unwrap();
    stop.store(true, Ordering::Relaxed);
    writer.await.unwrap();

    assert!(reports.len() > 2);
    assert!(reports.is_sorted_by_key(|report| report.copied));
    let last = reports.last().unwrap();
    assert_eq!(last.copied, last.total);
    assert_eq!(names(&backups), ["store.sqlite"]);
    assert_eq!(std::fs::metadata(backups.file()).unwrap().permissions().mode() & 0o777, 0o600);
    let copy = backups.open();
    copy.check().unwrap();
    assert_eq!(bytes(&copy, &key("filling-15")).await, Some(filling));
    assert_eq!(bytes(&copy, &key("a")).await, bytes(&copy, &key("b")).await);
    let last = copy.last_event(&here()).await.unwrap();
    let events = copy.events(&here(), Position(last.0.saturating_sub(1)), 10).await.unwrap();
    assert_eq!(events.last().map(|event| event.bytes.clone()), bytes(&copy, &key("a")).await);
    // And it is a store to go on with.
    copy.commit(&here(), put("after", b"1")).await.unwrap();
}

#[tokio::test]
async fn a_backup_never_replaces_a_file() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    std::fs::write(place.0.path().join("kept"), "kept").unwrap();
    for standing in [place.0.path().join("kept"), place.file()] {
        let refused = store.backup(&standing, &mut |_| ());
        assert!(matches!(refused, Err(BackupError::AlreadyThere(_))), "{refused:?}");
    }
    assert_eq!(std::fs::read_to_string(place.0.path().join("kept")).unwrap(), "kept");
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn a_backup_that_fails_leaves_nothing_behind() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let missing = place.0.path().join("missing").join("backup");
    let refused = store.backup(&missing, &mut |_| ());
    assert!(matches!(refused, Err(BackupError::Unwritable { .. })), "{refused:?}");
    // Something that comes to stand there while the copying goes on.
    let backups = Place::new();
    let refused = store.backup(&backups.file(), &mut |_| std::fs::write(backups.file(), "quicker").unwrap());
    assert!(matches!(refused, Err(BackupError::AlreadyThere(_))), "{refused:?}");
    assert_eq!(names(&backups), ["store.sqlite"]);
    assert_eq!(std::fs::read_to_string(backups.file()).unwrap(), "quicker");
}

#[tokio::test]
async fn a_backup_is_restored_by_putting_it_in_place() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    let backup = place.0.path().join("backup");
    store.backup(&backup, &mut |_| ()).unwrap();
    store.commit(&here(), Commit::new().delete(key("a"))).await.unwrap();
    drop(store);
    std::fs::rename(&backup, place.file()).unwrap();
    let store = open_with(&place.file(), &OpenOptions { create: false, ..OpenOptions::default() }).unwrap();
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"1"[..]));
}
