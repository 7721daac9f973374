//! Several nodes behave as one.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::StatusCode;
use url::Url;

use crate::ground::{certificates, failing_over, json, nodes};
use crate::page::hook;
use crate::person::{Person, at, check, identity, location};
use crate::program::Installation;
use crate::redis::Server;

/// So many at the same moment.
const CLAIMS: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_simultaneous_claims_over_two_nodes_one_makes_a_certificate() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let _running = [one.serve(), two.serve()];
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    let person = Person::new();
    let forms = [person.form(&invited, &one).await, person.form(&invited, &two).await];
    let claims = (0..CLAIMS).map(|number| {
        let (person, form) = (person.number(number), &forms[number % 2]);
        let node = if number % 4 < 2 { &one } else { &two };
        async move { person.send(form, node).await }
    });
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    let mut tickets = BTreeSet::new();
    for page in futures_util::future::join_all(claims).await {
        let said = match page.status {
            StatusCode::SEE_OTHER => {
                tickets.insert(location(&page).path().to_owned());
                "the ticket".to_owned()
            }
            status => format!("{status} {}", page.code().unwrap_or_default()),
        };
        *answers.entry(said).or_default() += 1;
    }
    println!("{CLAIMS} claims: {answers:?}");
    // Whoever has the link and the secret is one person: everybody is led to the one ticket, or asked to come again.
    assert_eq!(tickets.len(), 1, "{answers:?}");
    assert!(answers["the ticket"] > 0);
    assert!(
        answers.keys().all(|said| said == "the ticket" || said == "503 Service Unavailable T-190"),
        "{answers:?}"
    );
    let kept = certificates(&redis).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].status, "valid");
    assert_eq!(json(&two, &["show", &invited.enrollment, "--json"])["state"], "claimed");
}

/// A whole story with every step on the node after the one before. `between` is called before every step.
async fn story(one: &Installation, two: &Installation, between: &mut dyn FnMut(usize)) {
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    let person = Person::new();
    between(0);
    let wrong = {
        let mut form = person.form(&invited, one).await;
        form.fill(hook::SECRET, "33333-33333");
        person.send(&form, two).await
    };
    assert_eq!((wrong.status.as_u16(), wrong.code().as_deref()), (403, Some("T-102")), "{}", wrong.said());
    assert_eq!(wrong.attribute(hook::ATTEMPTS_LEFT).as_deref(), Some("4"));
    between(1);
    let form = person.form(&invited, one).await;
    between(2);
    let ticket = location(&person.send(&form, two).await);
    between(3);
    let page = person.get(&at(one, &ticket)).await;
    assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
    // The same form again, on the other node, leads to the same ticket.
    assert_eq!(location(&person.send(&form, one).await).path(), ticket.path());
    between(4);
    let file = page.links(hook::FILE).remove(0);
    let bundle = person.bytes(&at(two, &file)).await;
    assert_eq!(person.bytes(&at(one, &file)).await, bundle, "another node, other bytes");
    between(5);
    let told = check(&one.check, &one.root(), Some(identity(&bundle, &invited.secret))).await;
    assert_eq!((told.status, told.code()), (StatusCode::OK, None), "{}", told.said());
    between(6);
    let again = person.get(&at(two, &Url::parse(&invited.link).unwrap())).await;
    assert_eq!(again.code().as_deref(), Some("T-109"), "{}", again.said());
    let shown = json(two, &["show", &invited.enrollment, "--json"]);
    assert_eq!(shown["state"], "installed", "{shown}");
    json(one, &["revoke", &invited.enrollment, "--yes", "--json"]);
    let told = check(&two.check, &two.root(), Some(identity(&bundle, &invited.secret))).await;
    assert_eq!(told.code().as_deref(), Some("T-305"), "{}", told.said());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_of_a_story_may_meet_another_node() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let _running = [one.serve(), two.serve()];
    story(&one, &two, &mut |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_story_goes_on_while_the_master_dies_in_the_middle() {
    let group = failing_over();
    let first = group.master();
    let [one, two] =
        nodes(&group.url(), &[("TEGATA_STORE_WAIT_REPLICAS", "2"), ("TEGATA_STORE_PATIENCE", "30s")]);
    let _running = [one.serve(), two.serve()];
    let mut recovering = None;
    let mut group = Some(group);
    story(&one, &two, &mut |step| {
        // With a claim begun, and its ticket not yet opened; the story goes on meanwhile.
        if step == 3 {
            let mut group = group.take().unwrap();
            recovering = Some(std::thread::spawn(move || {
                group.fail_over();
                group
            }));
        }
    })
    .await;
    let group = recovering.unwrap().join().unwrap();
    assert_ne!(group.master(), first);
}
