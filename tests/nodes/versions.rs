//! Programs of two versions on one store, as they meet while nodes are renewed one after the other: what a newer one wrote, an
//! older one reads where it can, and leaves alone where it cannot.

use serde_json::{Value, json};
use tegata::store::{Commit, Guard, Key, Partition, Store};

use crate::ground::{nodes, open};
use crate::page::hook;
use crate::person::{Person, at, location};
use crate::program::Invited;
use crate::redis::Server;

/// A document as a newer program might have written it.
async fn rewrite(store: &impl Store, key: &str, change: impl Fn(&mut Value)) -> Vec<u8> {
    let (partition, key) = (Partition::organization("default").unwrap(), Key::new(key).unwrap());
    let document = store.find(&partition, &key).await.unwrap().unwrap();
    let mut record: Value = serde_json::from_slice(&document.bytes).unwrap();
    change(&mut record);
    let bytes = serde_json::to_vec(&record).unwrap();
    let commit = Commit::new().guard(Guard::Version(key.clone(), document.version)).put(key, bytes.clone());
    store.commit(&partition, commit).await.unwrap();
    bytes
}

fn key(invited: &Invited) -> String {
    format!("enrollment/{}", invited.enrollment)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_a_newer_format_is_refused_loudly_and_left_as_it_is() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let _running = [one.serve(), two.serve()];
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    let person = Person::new();
    let form = person.form(&invited, &one).await;
    let store = open(&redis.url()).await;
    let newer = rewrite(&store, &key(&invited), |record| record["format"] = json!(99)).await;
    for node in [&one, &two] {
        let page = person.send(&form, node).await;
        assert!(page.status.is_server_error(), "{}", page.said());
        assert!(node.logged().contains("it has format 99"), "{}", node.logged());
        assert!(node.logged().contains("use the newer Tegata that wrote it"), "{}", node.logged());
    }
    let (partition, name) = (Partition::organization("default").unwrap(), Key::new(key(&invited)).unwrap());
    assert_eq!(store.find(&partition, &name).await.unwrap().unwrap().bytes, newer);
    // Everybody else is served as before, and the check names it.
    let other = two.invite(&["--offer", "quick"], None).unwrap();
    location(&person.send(&person.form(&other, &one).await, &two).await);
    let checked = one.command(&["store", "check", "--json"]).output().unwrap();
    assert!(!checked.status.success());
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(told.contains(&invited.enrollment) && told.contains("format 99"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_a_node_does_not_know_keeps_nobody_from_anything() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let _running = [one.serve(), two.serve()];
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    let store = open(&redis.url()).await;
    let newer = |record: &mut Value| record["record"]["of_a_newer_version"] = json!({ "any": ["thing"] });
    rewrite(&store, &key(&invited), newer).await;
    rewrite(&store, "organization", newer).await;
    let person = Person::new();
    let form = person.form(&invited, &one).await;
    let ticket = location(&person.send(&form, &two).await);
    rewrite(&store, &key(&invited), newer).await;
    let page = person.get(&at(&one, &ticket)).await;
    assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
    person.bytes(&at(&two, &page.links(hook::FILE).remove(0))).await;
}

#[tokio::test]
async fn a_store_of_a_newer_format_starts_no_older_node_and_stays_as_it_is() {
    let redis = Server::durable(&[]);
    let [one, _] = nodes(&redis.url(), &[]);
    redis.cli(&["hset", "tegata:{installation}:head", "format", "2"]);
    let before = redis.cli(&["hgetall", "tegata:{installation}:head"]);
    for command in [&["serve"][..], &["list"], &["invite", "--subscriber", "Hanako Yamada"]] {
        let ran = one.command(command).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(4), "{told}");
        assert!(
            told.contains("the store in Redis has format 2, and this Tegata knows formats up to 1"),
            "{told}"
        );
        assert!(told.contains("use the newer Tegata that made it"), "{told}");
    }
    assert_eq!(redis.cli(&["hgetall", "tegata:{installation}:head"]), before);
}
