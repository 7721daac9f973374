//! A node that is stopped in the very middle of claims, for longer than anybody believes that it is at work, and goes on when
//! others have done its work.
//!
//! That it is the middle is no matter of chance: the node is stopped as soon as Redis says that it is making a certificate, and
//! counted is what Redis still says so of when nothing of the node's is on its way any more.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use tegata::store::redis::RedisStore;
use tegata::store::{Key, Partition, Position, Store};

use crate::ground::{json, nodes, open};
use crate::page::{Form, Page, hook};
use crate::person::{Person, at, check, identity, location};
use crate::program::{Installation, Invited};
use crate::redis::Server;
use crate::{audit, number};

/// A key takes some tenths of a second, and none lies ready.
const OFFER: &str = r#"
name = "slow"
title = { ja = "証明書", en = "Certificate" }
description = { ja = "試験用の証明書です。", en = "A certificate for tests." }
key = "rsa-3072"
"#;

/// Claims that are begun at the same time.
const AT_ONCE: usize = 8;

/// How often a round may find that every claim was done before the node stood still.
const TRIES: usize = 20;

/// Until the last claim that was being made is believed to be nobody's, and made anew: its lease, and a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

fn rounds() -> u64 {
    (number("TEGATA_CRASH_CYCLES").unwrap_or(300) / 150).max(1)
}

fn organization() -> Partition {
    Partition::organization("default").unwrap()
}

async fn document(store: &RedisStore, key: &str) -> Option<Value> {
    let found = store.find(&organization(), &Key::new(key).unwrap()).await.unwrap()?;
    Some(serde_json::from_slice::<Value>(&found.bytes).unwrap()["record"].take())
}

/// The claims that are being made, by their enrollments: the serial numbers of their certificates.
async fn making(store: &RedisStore, people: &[Invited]) -> BTreeMap<String, String> {
    let mut making = BTreeMap::new();
    for invited in people {
        let record = document(store, &format!("enrollment/{}", invited.enrollment)).await.unwrap();
        if record["state"] == "issuing" {
            let serial = record["claim"]["serial"].as_str().unwrap().to_owned();
            making.insert(invited.enrollment.clone(), serial);
        }
    }
    making
}

/// The same once nothing changes any more.
async fn still_making(store: &RedisStore, people: &[Invited]) -> BTreeMap<String, String> {
    let (mut before, mut seen) = (making(store, people).await, Position::default());
    loop {
        // A flush that was on its way is over when a commit of ours has been flushed behind it.
        store.ready().await.unwrap();
        let last = store.last_event(&organization()).await.unwrap();
        let now = making(store, people).await;
        if now == before && last == seen {
            return now;
        }
        (before, seen) = (now, last);
    }
}

/// What the organization has, but for the lives of its entries: whoever acts late changes some of it.
async fn everything(redis: &Server, store: &RedisStore) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for key in redis.cli(&["hkeys", "tegata:{organization:default}:documents"]).lines() {
        let found = store.find(&organization(), &Key::new(key).unwrap()).await.unwrap();
        all.insert(key.to_owned(), found.map(|document| document.bytes).unwrap_or_default());
    }
    // The sweep's lease passes from node to node all the while.
    all.retain(|key, _| !key.starts_with("lease/"));
    all.insert("log".to_owned(), store.last_event(&organization()).await.unwrap().0.to_be_bytes().into());
    all
}

/// The same once what was fetched has been noted.
async fn settled(redis: &Server, store: &RedisStore) -> BTreeMap<String, Vec<u8>> {
    let (mut seen, mut times) = (everything(redis, store).await, 0);
    while times < 5 {
        store.ready().await.unwrap();
        let now = everything(redis, store).await;
        times = if now == seen { times + 1 } else { 0 };
        seen = now;
    }
    seen
}

/// Sends the form to a node until that leads to the ticket.
async fn claimed(person: &Person, form: &Form, node: &Installation) -> Page {
    let began = Instant::now();
    loop {
        let page = person.send(form, node).await;
        if page.status.is_redirection() {
            return page;
        }
        assert_eq!(page.code().as_deref(), Some("T-190"), "{}", page.said());
        assert!(began.elapsed() < PATIENCE, "the lease of a node that stands still does not end");
    }
}

async fn round(redis: &Server, [one, two]: &[Installation; 2]) -> usize {
    let store = open(&redis.url()).await;
    let stopped = one.serve();
    let _other = two.serve();
    let person = Person::patient();
    for _ in 0..TRIES {
        let people: Vec<_> = (0..AT_ONCE).map(|_| two.invite(&["--offer", "slow"], None).unwrap()).collect();
        let mut forms = Vec::new();
        for invited in &people {
            forms.push(person.form(invited, two).await);
        }
        let asked: Vec<_> = forms
            .iter()
            .map(|form| {
                let (person, form, one) = (Person::patient(), form.clone(), one.clone());
                tokio::spawn(async move { person.send(&form, &one).await })
            })
            .collect();
        while making(&store, &people).await.is_empty() && asked.iter().any(|asked| !asked.is_finished()) {}
        stopped.pause();
        let halted = still_making(&store, &people).await;
        if halted.is_empty() {
            stopped.resume();
            for asked in asked {
                asked.await.unwrap();
            }
            continue;
        }
        let tickets = finish(&person, &people, &forms, &halted, two).await;
        let before = settled(redis, &store).await;
        stopped.resume();
        for (answer, ticket) in asked.into_iter().zip(&tickets) {
            let page = answer.await.unwrap();
            // Whoever has the link and the secret is led to the one ticket that there is, or told in words to come again.
            if page.status.is_redirection() {
                assert_eq!(location(&page).path(), ticket, "another ticket");
            } else {
                // A form of which nothing had been read has waited too long for the server itself.
                let unread = page.status == StatusCode::REQUEST_TIMEOUT;
                assert!(unread || page.code().is_some(), "{}: {}", page.status, page.said());
            }
        }
        assert_eq!(settled(redis, &store).await, before, "it acted late");
        for (enrollment, serial) in &halted {
            let kept = document(&store, &format!("certificate/{serial}")).await.unwrap();
            assert_eq!(kept["status"], "abandoned", "{enrollment}: {kept}");
        }
        audit::finds_nothing(two);
        return halted.len();
    }
    panic!("in {TRIES} tries the node was never stopped in the middle of a claim");
}

/// Brings every life as far as its certificate, every other one to the proof, by the node that goes on; the paths of the tickets.
async fn finish(
    person: &Person,
    people: &[Invited],
    forms: &[Form],
    halted: &BTreeMap<String, String>,
    node: &Installation,
) -> Vec<String> {
    let mut tickets = Vec::new();
    for (place, (invited, form)) in people.iter().zip(forms).enumerate() {
        let ticket = location(&claimed(person, form, node).await);
        let page = person.get(&at(node, &ticket)).await;
        assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
        let bundle = person.bytes(&at(node, &page.links(hook::FILE).remove(0))).await;
        if place % 2 == 0 {
            let shown = identity(&bundle, &invited.secret);
            let told = check(&node.check, &node.root(), Some(shown)).await;
            assert_eq!(told.code(), None, "{}", told.said());
        }
        let shown = json(node, &["show", &invited.enrollment, "--json"]);
        let serial = shown["serial"].as_str().unwrap();
        let old = halted.get(&invited.enrollment);
        assert_ne!(old.map(String::as_str), Some(serial), "the certificate of the node that stands still");
        tickets.push(ticket.path().to_owned());
    }
    tickets
}

/// Invariants 1, 9 and 12.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_stopped_in_the_middle_of_claims_changes_nothing_when_it_goes_on() {
    let redis = Server::durable(&[]);
    let nodes = nodes(&redis.url(), &[]);
    std::fs::write(nodes[0].directory().join("offers/slow.toml"), OFFER).unwrap();
    let (began, mut halted) = (Instant::now(), 0);
    for _ in 0..rounds() {
        halted += round(&redis, &nodes).await;
    }
    println!("{halted} claims were halted in {} rounds, in {:.0?}", rounds(), began.elapsed());
}
