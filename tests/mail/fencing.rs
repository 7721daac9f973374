//! Two nodes, pauses and deaths: a mail may come twice, and is never lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use tegata::clock::Clock;
use tegata::directory::partition;
use tegata::enrollment::{Begun, Delivered, MailStanding};
use tegata::entropy::SystemEntropy;
use tegata::operations::Leases;
use tegata::store::Store;

use crate::office::{ATTEMPT, Office, read};

const LEASE: SignedDuration = SignedDuration::from_mins(2);

fn node(office: &Office) -> Leases {
    let store = Arc::clone(&office.world.inner) as Arc<dyn Store>;
    Leases::new(store, Arc::clone(&office.world.clock) as Arc<dyn Clock>, &SystemEntropy).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_at_the_same_time_send_every_mail_once() {
    let office = Office::open(|_| {}).await;
    for number in 0..40 {
        office.mail("Hanako", &format!("h{number}@example.jp")).await;
    }
    let nodes = [office.another(), office.another()];
    for _ in 0..3 {
        let rounds = nodes.iter().map(|post| post.round(office.stop()));
        for done in futures_util::future::join_all(rounds).await {
            done.unwrap();
        }
    }
    let mut times = BTreeMap::new();
    for got in office.server.got() {
        *times.entry(read(&got).message_id).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 40);
    assert!(times.values().all(|count| *count == 1), "{times:?}");
}

#[tokio::test]
async fn a_node_that_dies_between_the_servers_answer_and_its_record_sends_the_mail_twice_under_one_name() {
    let office = Office::open(|_| {}).await;
    let invited = office.mail("Hanako", "hanako@example.jp").await;
    let (authority, organization) = (&office.world.authority, office.organization());
    let held = node(&office).take(&partition(organization).unwrap(), "mail", LEASE).await.unwrap().unwrap();
    let begun = authority.begin_mail(organization, &invited.mails[0], &held.guard()).await.unwrap();
    let Begun::Now(dispatch) = begun else { panic!("{begun:?}") };
    let how = office.post.smtp.deliver(&dispatch.message).await;
    assert!(matches!(how, Delivered::Accepted(_)), "{how:?}");
    drop(dispatch);
    // Nothing more was recorded. As long as the attempt may be under way, nobody begins another one.
    office.advance(ATTEMPT - SignedDuration::from_millis(1));
    assert_eq!(office.round().await, 0);
    assert_eq!(office.standings().await, [MailStanding::Sending]);
    office.advance(SignedDuration::from_millis(1));
    assert_eq!(office.round().await, 1);
    let got = office.server.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].bytes, got[1].bytes, "the same mail to the byte");
    assert_eq!(office.standings().await, [MailStanding::Sent]);
}

#[tokio::test]
async fn a_node_that_was_paused_past_its_lease_begins_nothing_and_records_nothing() {
    let office = Office::open(|_| {}).await;
    let first = office.mail("One", "one@example.jp").await;
    let second = office.mail("Two", "two@example.jp").await;
    let (authority, organization) = (&office.world.authority, office.organization());
    let paused = node(&office).take(&partition(organization).unwrap(), "mail", LEASE).await.unwrap().unwrap();
    let begun = authority.begin_mail(organization, &first.mails[0], &paused.guard()).await.unwrap();
    let Begun::Now(dispatch) = begun else { panic!("{begun:?}") };
    office.advance(ATTEMPT);
    office.round().await;
    assert_eq!(office.standings().await, [MailStanding::Sent; 2]);
    // It wakes up.
    let late = authority.begin_mail(organization, &second.mails[0], &paused.guard()).await.unwrap();
    assert!(matches!(late, Begun::NotDue), "{late:?}");
    let third = office.mail("Three", "three@example.jp").await;
    let late = authority.begin_mail(organization, &third.mails[0], &paused.guard()).await;
    assert!(late.is_err(), "its lease is over");
    let ended = authority.end_mail(*dispatch, Delivered::Refused("550 late".to_owned())).await.unwrap();
    assert!(!ended, "what another node has sent since is not given up by this one");
    let mails = office.mails_of(&first.enrollment).await;
    assert_eq!(Office::only(&mails).state, MailStanding::Sent);
}

#[tokio::test]
async fn the_audit_of_the_store_finds_nothing_wrong_at_any_state_of_a_mail() {
    let office = Office::open(|_| {}).await;
    let audit = async || {
        let mut tell = |_, _| {};
        let store = office.world.inner.as_ref();
        tegata::enrollment::audit(store, office.world.now(), &mut tell).await.unwrap()
    };
    let first = office.mail("One", "one@example.jp").await;
    office.mail("Two", "two@example.jp").await;
    let (authority, organization) = (&office.world.authority, office.organization());
    let held = node(&office).take(&partition(organization).unwrap(), "mail", LEASE).await.unwrap().unwrap();
    drop(authority.begin_mail(organization, &first.mails[0], &held.guard()).await.unwrap());
    assert!(audit().await.findings.is_empty());
    office.advance(ATTEMPT);
    office.round().await;
    assert!(audit().await.findings.is_empty());
}

#[tokio::test]
async fn old_mails_are_forgotten_and_waiting_ones_are_not() {
    let office = Office::open(|_| {}).await;
    office.mail("Sent", "one@example.jp").await;
    office.round().await;
    office.advance(SignedDuration::from_hours(24 * 90 - 1));
    let waiting = office.mail("Waiting", "two@example.jp").await;
    let queue = office.post.tidy().await.unwrap();
    assert_eq!((queue.waiting, queue.oldest), (1, Some(office.world.now())));
    assert_eq!(office.mails().await.len(), 2);
    office.advance(SignedDuration::from_hours(2));
    office.post.tidy().await.unwrap();
    let mails = office.mails().await;
    assert_eq!(Office::only(&mails).enrollment, waiting.enrollment);
}
