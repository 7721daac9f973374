//! What is opened, what is refused, and whether the refusal tells what to do.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use rusqlite::Connection;
use tegata::store::Store;
use tegata::store::embedded::{OpenError, OpenOptions};

use super::{Place, bytes, open_with, process, store_of_this_process};
use crate::suite::subject::{here, key, put};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn message(refusal: Result<impl std::fmt::Debug, OpenError>, path: &Path) -> String {
    let text = refusal.unwrap_err().to_string();
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    text
}

#[tokio::test]
async fn a_store_that_was_closed_holds_what_was_committed() {
    let place = Place::new();
    place.open().commit(&here(), put("a", b"1").event(b"made".to_vec())).await.unwrap();
    let store = place.open();
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"1"[..]));
    let made = store.commit(&here(), put("b", b"2").event(b"made".to_vec())).await.unwrap();
    assert_eq!((made.version.0, made.last_event.unwrap().0), (2, 2));
}

#[tokio::test]
async fn only_the_owner_can_read_the_store() {
    let place = Place::new();
    let store = place.open();
    store.commit(&here(), put("a", b"1")).await.unwrap();
    for entry in std::fs::read_dir(place.0.path()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    drop(store);
    std::fs::set_permissions(place.file(), Permissions::from_mode(0o644)).unwrap();
    drop(place.open());
    assert_eq!(mode(&place.file()), 0o600);
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let place = Place::new();
    let directory = place.0.path().join("missing");
    let refusal = open_with(&directory.join("store.sqlite"), &OpenOptions::default());
    assert!(matches!(refusal, Err(OpenError::DirectoryMissing(_))), "{refusal:?}");
    assert!(message(refusal, &directory).contains("tegata init"));
    assert!(!directory.exists());
}

#[test]
fn a_store_is_not_made_where_one_was_expected() {
    let place = Place::new();
    let refusal = open_with(&place.file(), &OpenOptions { create: false, ..OpenOptions::default() });
    assert!(matches!(refusal, Err(OpenError::Missing(_))), "{refusal:?}");
    assert!(message(refusal, &place.file()).contains("restore the backup"));
    assert!(!place.file().exists());
    drop(place.open());
    open_with(&place.file(), &OpenOptions { create: false, ..OpenOptions::default() }).unwrap();
}

#[test]
fn a_file_of_another_kind_is_refused_and_left_alone() {
    let place = Place::new();
    for content in [&b"short"[..], &b"A text that has nothing to do with databases. ".repeat(1_000)] {
        std::fs::write(place.file(), content).unwrap();
        let refusal = place.try_open();
        assert!(matches!(refusal, Err(OpenError::Foreign { .. })), "{refusal:?}");
        message(refusal, &place.file());
        assert_eq!(std::fs::read(place.file()).unwrap(), content);
    }
    std::fs::remove_file(place.file()).unwrap();
    std::fs::create_dir(place.file()).unwrap();
    assert!(matches!(place.try_open(), Err(OpenError::Foreign { .. })));
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let place = Place::new();
    let other = Connection::open(place.file()).unwrap();
    other.execute_batch("CREATE TABLE bookmark (url TEXT)").unwrap();
    other.close().unwrap();
    let before = std::fs::read(place.file()).unwrap();
    let refusal = place.try_open();
    assert!(matches!(refusal, Err(OpenError::Foreign { .. })), "{refusal:?}");
    message(refusal, &place.file());
    assert_eq!(std::fs::read(place.file()).unwrap(), before);
}

#[test]
fn a_store_of_a_newer_tegata_is_refused_and_left_alone() {
    let place = Place::new();
    drop(place.open());
    Connection::open(place.file()).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let refusal = place.try_open();
    assert!(matches!(refusal, Err(OpenError::Newer { found: 7, .. })), "{refusal:?}");
    assert!(message(refusal, &place.file()).contains("newer Tegata"));
    let version =
        Connection::open(place.file()).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0));
    assert_eq!(version, Ok(7));
}

/// Root may write everywhere, so the attempt is made by a process of the user nobody.
fn open_as_nobody(test: &str, place: &Place) -> String {
    let mut command = process(test, &place.file());
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
    let output = command.current_dir("/").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

/// What the started process does: the refusal it must meet has to name the file.
fn meet_denial(path: &Path) {
    let refusal = open_with(path, &OpenOptions::default());
    assert!(matches!(refusal, Err(OpenError::Denied { .. })), "{refusal:?}");
    println!("{}", refusal.unwrap_err());
}

#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    if let Some(path) = store_of_this_process() {
        return meet_denial(&path);
    }
    let test = "sqlite::opening::a_directory_that_cannot_be_written_is_refused";
    // First with nothing in it, then with a store that anybody could write, were it not for the directory.
    let place = Place::new();
    for made in [false, true] {
        if made {
            drop(place.open());
            std::fs::set_permissions(place.file(), Permissions::from_mode(0o666)).unwrap();
        }
        std::fs::set_permissions(place.0.path(), Permissions::from_mode(0o555)).unwrap();
        let said = open_as_nobody(test, &place);
        assert!(said.contains(place.0.path().to_str().unwrap()) && said.contains("must own"), "{said}");
        std::fs::set_permissions(place.0.path(), Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_written_is_refused() {
    if let Some(path) = store_of_this_process() {
        return meet_denial(&path);
    }
    let test = "sqlite::opening::a_file_that_cannot_be_written_is_refused";
    let place = Place::new();
    drop(place.open());
    std::fs::set_permissions(place.0.path(), Permissions::from_mode(0o777)).unwrap();
    for mode in [0o000, 0o444] {
        std::fs::set_permissions(place.file(), Permissions::from_mode(mode)).unwrap();
        let said = open_as_nobody(test, &place);
        assert!(said.contains(place.file().to_str().unwrap()) && said.contains("must own"), "{said}");
    }
}

#[tokio::test]
async fn a_name_that_looks_like_a_uri_is_a_name() {
    if let Some(path) = store_of_this_process() {
        let store = open_with(&path, &OpenOptions::default()).unwrap();
        store.commit(&here(), put("a", b"1")).await.unwrap();
        return;
    }
    let place = Place::new();
    let name = "file:store?mode=memory";
    let mut command = process("sqlite::opening::a_name_that_looks_like_a_uri_is_a_name", Path::new(name));
    assert!(command.current_dir(place.0.path()).status().unwrap().success());
    let store =
        open_with(&place.0.path().join(name), &OpenOptions { create: false, ..OpenOptions::default() })
            .unwrap();
    assert_eq!(bytes(&store, &key("a")).await.as_deref(), Some(&b"1"[..]));
}
