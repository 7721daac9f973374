//! Whatever has happened to the file, there is an error that names it and never a panic.

use std::os::unix::fs::FileExt;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tegata::store::embedded::{EmbeddedStore, OpenError};
use tegata::store::{Position, Store, StoreError};
use tokio::runtime::Handle;

use super::Place;
use crate::suite::subject::{MINUTE, all, here, key, place, put};

const DOCUMENTS: usize = 120;

/// A closed store with something in every table.
async fn filled() -> Place {
    let directory = Place::new();
    let store = directory.open();
    for number in 0..DOCUMENTS {
        let name = format!("d{number:03}");
        let commit = put(&name, &vec![b'x'; number * 20])
            .index(place("names", &name, &name))
            .event(vec![b'e'; number]);
        store.commit(&here(), commit).await.unwrap();
        assert!(store.put_entry_if_absent(&here(), &key(&name), &[b'v'; 50], MINUTE).await.unwrap());
    }
    directory
}

/// Asks everything; what cannot be answered must say so.
async fn errors(store: &EmbeddedStore) -> Vec<StoreError> {
    let mut errors = Vec::new();
    for number in 0..DOCUMENTS {
        let name = key(format!("d{number:03}"));
        errors.extend(store.find(&here(), &name).await.err());
        errors.extend(store.find_entry(&here(), &name).await.err());
    }
    errors.extend(store.scan(&here(), &key("names"), all()).await.err());
    errors.extend(store.events(&here(), Position::default(), 1_000).await.err());
    errors.extend(store.last_event(&here()).await.err());
    errors.extend(store.commit(&here(), put("new", &[1; 5_000]).event(b"new".to_vec())).await.err());
    errors.extend(store.count(&here(), &key("new"), 1, MINUTE).await.err());
    errors.extend(store.ready().await.err());
    errors.extend(store.check().err());
    errors
}

fn is_named(error: &OpenError) -> bool {
    matches!(error, OpenError::Damaged { .. } | OpenError::Foreign { .. } | OpenError::Newer { .. })
}

#[tokio::test]
async fn an_empty_file_is_refused_rather_than_begun_anew() {
    let directory = filled().await;
    std::fs::write(directory.file(), b"").unwrap();
    let refusal = directory.try_open();
    assert!(matches!(refusal, Err(OpenError::Empty(_))), "{refusal:?}");
    assert!(refusal.unwrap_err().to_string().contains("restore it from a backup"));
    assert_eq!(std::fs::metadata(directory.file()).unwrap().len(), 0);
}

#[tokio::test]
async fn a_truncated_file_is_refused() {
    let directory = filled().await;
    let whole = std::fs::read(directory.file()).unwrap();
    for length in
        [1, 15, 16, 99, 100, 511, 512, 4_095, 4_096, 4_097, 8_192, whole.len() / 2, whole.len() - 4_096]
    {
        std::fs::write(directory.file(), &whole[..length]).unwrap();
        let refusal = directory.try_open().unwrap_err();
        assert!(is_named(&refusal), "{length}: {refusal:?}");
        assert!(refusal.to_string().contains(directory.file().to_str().unwrap()));
    }
    std::fs::write(directory.file(), &whole).unwrap();
    assert_eq!(errors(&directory.open()).await, []);
}

#[tokio::test]
async fn a_page_that_was_overwritten_is_found_out() {
    let directory = filled().await;
    let whole = std::fs::read(directory.file()).unwrap();
    for page in 0..whole.len() / 4_096 {
        std::fs::write(directory.file(), &whole).unwrap();
        let file = std::fs::File::options().write(true).open(directory.file()).unwrap();
        file.write_all_at(&[0xff; 4_096], u64::try_from(page * 4_096).unwrap()).unwrap();
        drop(file);
        match directory.try_open() {
            Err(refusal) => assert!(is_named(&refusal), "{page}: {refusal:?}"),
            Ok(store) => {
                let errors = errors(&store).await;
                assert!(
                    errors.iter().all(|error| matches!(error, StoreError::Damaged(_))),
                    "{page}: {errors:?}"
                );
                // Nothing in a value tells that it is wrong; only what holds the values together does.
                let values_alone = errors.is_empty();
                assert!(!values_alone || page > 1, "{page}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_damage_makes_a_panic() {
    let directory = filled().await;
    let whole = std::fs::read(directory.file()).unwrap();
    let spot = (0..whole.len(), prop::collection::vec(any::<u8>(), 1..200));
    let spots = prop::collection::vec(spot, 1..6);
    // A case costs milliseconds; PROPTEST_CASES asks for more of them.
    let config =
        Config { cases: Config::default().cases / 4, failure_persistence: None, ..Config::default() };
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&spots, |spots| {
            let mut damaged = whole.clone();
            for (start, bytes) in spots {
                let end = (start + bytes.len()).min(damaged.len());
                damaged[start..end].copy_from_slice(&bytes[..end - start]);
            }
            std::fs::write(directory.file(), &damaged).unwrap();
            match directory.try_open() {
                Err(refusal) => prop_assert!(is_named(&refusal), "{:?}", refusal),
                // A writer that had died would say that it does not know.
                Ok(store) => {
                    let errors = Handle::current().block_on(errors(&store));
                    prop_assert!(errors.iter().all(|e| !matches!(e, StoreError::Unknown(_))), "{:?}", errors);
                }
            }
            Ok(())
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
