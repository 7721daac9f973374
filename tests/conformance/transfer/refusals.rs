//! What is not copied, and why.

use tegata::store::embedded::{IncomingFile, OpenError as FileError};

use super::*;
use crate::redis::single_server;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_copied_over_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    drop(embedded(&path));
    assert!(matches!(IncomingFile::open(&path, clock()), Err(FileError::Occupied(_))));
    let settings = settings();
    RedisStore::open(settings.clone(), clock(), &SystemEntropy).await.unwrap();
    assert!(matches!(incoming_redis(&settings).await, Err(OpenError::Occupied { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_not_whole_is_opened_by_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let settings = settings();
    let target = incoming_redis(&settings).await.unwrap();
    copied(&source, &target).await.unwrap();
    // Everything has arrived, and nobody has said that it is whole.
    let created = RedisStore::open(settings.clone(), clock(), &SystemEntropy).await;
    assert!(matches!(created, Err(OpenError::Unfinished { .. })), "{created:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_written_to_meanwhile_is_not_copied() {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let target = incoming_file(&directory.path().join("b"));
    let mishap = || {
        async {
            source.commit(&there(), Commit::new().put(key("late"), b"1".to_vec())).await?;
            Ok(())
        }
        .boxed()
    };
    let refused = copied(&source, &Interrupted::at(9, &target, Box::new(mishap))).await;
    // It is noticed by the difference, or by what the partition counts on from.
    assert!(
        matches!(&refused, Err(TransferError::Differs { partition, .. } | TransferError::SourceChanged(partition)) if *partition == there()),
        "{refused:?}"
    );
    // What was begun is of a store that is no more.
    assert_eq!(copied(&source, &target).await, Err(TransferError::OtherSource));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_one_store_is_not_gone_on_with_from_another() {
    let directory = tempfile::tempdir().unwrap();
    let (one, other) = (embedded(&directory.path().join("a")), embedded(&directory.path().join("b")));
    fill(&one).await;
    fill(&other).await;
    other.commit(&here(), Commit::new().put(key("more"), Vec::new())).await.unwrap();
    let target = incoming_file(&directory.path().join("c"));
    assert!(copied(&one, &Interrupted::broken_at(4, &target)).await.is_err());
    assert_eq!(copied(&other, &target).await, Err(TransferError::OtherSource));
    assert!(copied(&one, &target).await.unwrap().resumed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_is_named_and_not_copied() {
    let directory = tempfile::tempdir().unwrap();
    let settings = settings();
    let source = RedisStore::open(settings.clone(), clock(), &SystemEntropy).await.unwrap();
    fill(&source).await;
    let documents = format!("{}:{{organization:here}}:documents", settings.prefix);
    single_server().cli(&["HSET", &documents, "enrollment/x", "short"]);
    let target = incoming_file(&directory.path().join("b"));
    match copied(&source, &target).await {
        Err(TransferError::Unreadable { count: 1, first }) => assert!(first.place.contains("enrollment/x")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_on_the_way_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let settings = settings();
    let target = incoming_redis(&settings).await.unwrap();
    let documents = format!("{}:{{installation}}:documents", settings.prefix);
    let mishap = || {
        assert_eq!(single_server().cli(&["HDEL", &documents, "code/0-1"]), "1");
        async { Ok(()) }.boxed()
    };
    let refused = copied(&source, &Interrupted::at(9, &target, Box::new(mishap))).await;
    assert!(
        matches!(&refused, Err(TransferError::Differs { source_rows: 2_700, target_rows: 2_699, .. })),
        "{refused:?}"
    );
}
