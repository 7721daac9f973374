//! Into a file of JSON lines and back.

use std::path::PathBuf;

use tegata::store::dump::{DumpError, export, import};

use super::*;

async fn exported(store: &dyn Contents, path: &Path) -> u64 {
    let mut file = std::fs::File::create(path).unwrap();
    export(store, &mut file, &mut silent()).await.unwrap().rows
}

async fn imported(path: &Path, target: &dyn Incoming) -> Result<Transferred, DumpError> {
    import(path, target, &mut silent()).await
}

async fn ground() -> (tempfile::TempDir, EmbeddedStore, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let source = embedded(&directory.path().join("a"));
    fill(&source).await;
    let file = directory.path().join("export");
    exported(&source, &file).await;
    (directory, source, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_is_imported_byte_by_byte() {
    let (directory, source, file) = ground().await;
    let target = incoming_file(&directory.path().join("b"));
    let transferred = imported(&file, &target).await.unwrap();
    Box::new(target).finish().await.unwrap();
    let other = embedded(&directory.path().join("b"));
    assert_eq!(summary(&other).await, summary(&source).await);
    let again = directory.path().join("again");
    assert_eq!(exported(&other, &again).await, transferred.rows);
    assert_eq!(std::fs::read(&again).unwrap(), std::fs::read(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_through_redis_without_loss() {
    let (directory, source, file) = ground().await;
    let settings = settings();
    let target = incoming_redis(&settings).await.unwrap();
    imported(&file, &target).await.unwrap();
    Box::new(target).finish().await.unwrap();
    let middle = redis(&settings).await.unwrap();
    assert_eq!(summary(&middle).await, summary(&source).await);
    exported(&middle, &file).await;
    let target = incoming_file(&directory.path().join("b"));
    imported(&file, &target).await.unwrap();
    Box::new(target).finish().await.unwrap();
    assert_eq!(summary(&embedded(&directory.path().join("b"))).await, summary(&source).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_broke_off_goes_on() {
    let (directory, source, file) = ground().await;
    let settings = settings();
    for write in [1, 4, 9] {
        let target = incoming_redis(&settings).await.unwrap();
        assert!(imported(&file, &Interrupted::broken_at(write, &target)).await.is_err());
    }
    // Another file is not mixed into it.
    source.commit(&here(), Commit::new().put(key("more"), Vec::new())).await.unwrap();
    let other = directory.path().join("other");
    exported(&source, &other).await;
    let target = incoming_redis(&settings).await.unwrap();
    let mixed = imported(&other, &target).await;
    assert!(matches!(mixed, Err(DumpError::Transfer(TransferError::OtherSource))), "{mixed:?}");
    assert!(imported(&file, &target).await.unwrap().resumed);
}

async fn refused(directory: &Path, content: &[u8]) -> DumpError {
    let path = directory.join("changed");
    std::fs::write(&path, content).unwrap();
    let target = incoming_file(&directory.join("b"));
    let error = imported(&path, &target).await.unwrap_err();
    assert_eq!(target.contents().partitions().await.unwrap(), [], "something was written: {error}");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_is_refused_wherever_it_was_cut() {
    let (directory, _, file) = ground().await;
    let whole = std::fs::read(&file).unwrap();
    let last_line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for length in [0, 5, whole.len() / 2, last_line, whole.len() - 1] {
        let error = refused(directory.path(), &whole[..length]).await;
        assert!(matches!(error, DumpError::Cut { .. }), "{length}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_changed_is_refused() {
    let (directory, _, file) = ground().await;
    let whole = std::fs::read_to_string(&file).unwrap();
    let error =
        refused(directory.path(), whole.replacen("{\\\"n\\\":13}", "{\\\"n\\\":31}", 1).as_bytes()).await;
    assert!(matches!(error, DumpError::Checksum), "{error:?}");
    let error = refused(directory.path(), format!("{whole}\n").as_bytes()).await;
    assert!(matches!(error, DumpError::Checksum), "{error:?}");
    let error = refused(directory.path(), whole.replacen("\"format\":1", "\"format\":2", 1).as_bytes()).await;
    assert!(matches!(error, DumpError::Newer(2)), "{error:?}");
    for (from, to) in
        [("\"line\":\"event\"", "\"line\":\"other\""), ("\"place\"", "\"export\""), ("code/0-0", "code 0-0")]
    {
        let error = refused(directory.path(), whole.replacen(from, to, 1).as_bytes()).await;
        assert!(matches!(error, DumpError::Malformed { line: 2.., .. }), "{from}: {error:?}");
    }
    let error = refused(directory.path(), b"{\"id\":1}\n").await;
    assert!(matches!(error, DumpError::Malformed { line: 1, .. }), "{error:?}");
}
