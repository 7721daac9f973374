//! Two nodes and somebody who wants them to disagree: clocks that differ, connections to Redis that break in the middle of a step,
//! everything sent to both at once, and tickets whose time is over at whichever node did not end them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use url::Url;

use crate::ground::{certificates, json, nodes};
use crate::network::Network;
use crate::page::{Form, Page, hook};
use crate::person::{Person, at, check, identity, location};
use crate::program::{Installation, Invited};
use crate::redis::Server;

/// Everything takes its time; nothing takes longer.
const BOUND: Duration = Duration::from_mins(2);

/// A node whose clock is what a file says, such as `+3600` for an hour ahead.
struct Clock(PathBuf);

impl Clock {
    fn of(node: Installation) -> (Installation, Self) {
        let library = ["x86_64", "aarch64"]
            .map(|machine| format!("/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1"));
        let library = library.iter().find(|path| Path::new(path).exists());
        let library = library.expect("libfaketime is missing: make packages");
        let file = node.directory().join("clock");
        let node = node
            .with("LD_PRELOAD", library)
            .with("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap())
            .with("FAKETIME_NO_CACHE", "1")
            .with("DONT_FAKE_MONOTONIC", "1")
            .with("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let clock = Self(file);
        clock.shows("+0");
        (node, clock)
    }

    fn shows(&self, offset: &str) {
        // Whole in one step: the node reads it at any moment.
        let new = self.0.with_extension("new");
        std::fs::write(&new, offset).unwrap();
        std::fs::rename(&new, &self.0).unwrap();
    }
}

fn link(invited: &Invited) -> Url {
    Url::parse(&invited.link).unwrap()
}

fn ready(node: &Installation) -> Url {
    node.landing().join("readyz").unwrap()
}

/// Looks until the page is as it must become.
async fn until(person: &Person, address: &Url, is: impl Fn(&Page) -> bool) -> Page {
    let began = Instant::now();
    loop {
        let page = person.get(address).await;
        if is(&page) {
            return page;
        }
        assert!(began.elapsed() < BOUND, "{address}: {}: {}", page.status, page.said());
    }
}

fn is_refused(page: &Page) -> bool {
    page.status == StatusCode::SERVICE_UNAVAILABLE
}

/// Invariants 1, 8 and 12.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_is_an_hour_off_takes_itself_out_and_harms_nothing_of_the_others() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let (two, clock) = Clock::of(two);
    let (_one, running) = (one.serve(), two.serve());
    let person = Person::new();
    for offset in ["+3600", "-3600"] {
        let invited = one.invite(&["--offer", "quick"], None).unwrap();
        let form = person.form(&invited, &one).await;
        let ticket = location(&person.send(&form, &one).await);
        let file = person.get(&at(&two, &ticket)).await.links(hook::FILE).remove(0);
        clock.shows(offset);
        // By itself, as soon as it has written anything; then nothing is read or changed there any more.
        let page = until(&person, &at(&two, &link(&invited)), is_refused).await;
        assert_eq!(page.code().as_deref(), Some("T-190"), "{}", page.said());
        for address in [at(&two, &ticket), at(&two, &file)] {
            assert_eq!(person.get(&address).await.code().as_deref(), Some("T-190"));
        }
        let page = person.get(&ready(&two)).await;
        assert_eq!(page.headers["x-unready"], "store-unavailable");
        let said = ["ahead of", "behind"][usize::from(offset.starts_with('-'))];
        assert!(two.logged().contains(said), "{}", two.logged());
        let listed = two.command(&["list", "--json"]).output().unwrap();
        let told = String::from_utf8_lossy(&listed.stderr).into_owned();
        assert!(listed.status.code() == Some(4) && told.contains("the clock of this machine"), "{told}");
        let examined = one.command(&["doctor", "--json", "--node", two.landing().as_str()]).output().unwrap();
        let told = String::from_utf8_lossy(&examined.stdout).into_owned();
        assert!(told.contains("from this machine's"), "{told}");
        // What lies ready at the other one lies there still.
        let page = person.get(&at(&one, &ticket)).await;
        assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
        let bundle = person.bytes(&at(&one, &file)).await;
        clock.shows("+0");
        until(&person, &ready(&two), |page| page.status == StatusCode::OK).await;
        assert_eq!(person.bytes(&at(&two, &file)).await, bundle);
        let shown = identity(&bundle, &invited.secret);
        let told = check(&two.check, &two.root(), Some(shown)).await;
        assert_eq!(told.code(), None, "{}", told.said());
    }
    // It does not begin with a clock that is wrong.
    running.stop();
    clock.shows("+3600");
    let begun = two.command(&["serve"]).output().unwrap();
    let told = String::from_utf8_lossy(&begun.stderr).into_owned();
    assert!(begun.status.code() == Some(4) && told.contains("the clock of this machine is 3"), "{told}");
    clock.shows("+0");
    assert_eq!(json(&one, &["store", "check", "--json"])["ok"], true);
}

/// Two nodes, of which the second reaches Redis by a network that can be cut.
struct Cut {
    redis: Server,
    network: Network,
    one: Installation,
    two: Installation,
    person: Person,
}

impl Cut {
    fn new() -> Self {
        let redis = Server::durable(&[]);
        let network = Network::to(redis.port);
        let [one, two] = nodes(&redis.url(), &[("TEGATA_STORE_PATIENCE", "1s")]);
        let two = two.with("TEGATA_STORE_URL", &format!("redis://127.0.0.1:{}", network.port));
        Self { redis, network, one, two, person: Person::patient() }
    }

    /// The form, sent to the node that is cut off while it works on it; answered or not, it can be sent again.
    async fn claimed(&self, form: &Form) -> Url {
        let sending = {
            let (person, form, two) = (Person::patient(), form.clone(), self.two.clone());
            tokio::spawn(async move { person.send(&form, &two).await })
        };
        self.network.swallow(true);
        let answer = sending.await.unwrap();
        self.network.reset();
        self.network.swallow(false);
        let began = Instant::now();
        if answer.status.is_redirection() {
            return location(&answer);
        }
        assert_eq!(answer.code().as_deref(), Some("T-190"), "{}", answer.said());
        loop {
            let page = self.person.send(form, &self.one).await;
            if page.status.is_redirection() {
                return location(&page);
            }
            assert!(began.elapsed() < BOUND, "{}", page.said());
        }
    }
}

/// Invariants 1, 2, 8 and 9.
#[test]
fn a_node_that_is_cut_off_in_the_middle_of_any_step_leaves_it_to_be_done_at_the_other() {
    let cut = Cut::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(cut_off(&cut));
}

async fn cut_off(cut: &Cut) {
    let (_one, _two) = (cut.one.serve(), cut.two.serve());
    let mut seen = BTreeSet::new();
    for round in 0..4 {
        let invited = cut.one.invite(&["--offer", "quick"], None).unwrap();
        let form = cut.person.form(&invited, &cut.two).await;
        let ticket = cut.claimed(&form).await;
        let page = cut.person.get(&at(&cut.one, &ticket)).await;
        assert_eq!(page.kind(), hook::TICKET, "{}", page.said());
        let file = page.links(hook::FILE).remove(0);
        // The file at the node that is cut off just then: whole, or not at all.
        let asking = {
            let (person, there) = (Person::patient(), at(&cut.two, &file));
            tokio::spawn(async move { person.get_bytes(&there).await })
        };
        if round % 2 == 0 {
            cut.network.reset();
        } else {
            cut.network.swallow(true);
        }
        let (status, bytes) = asking.await.unwrap();
        cut.network.reset();
        cut.network.swallow(false);
        let bundle = cut.person.bytes(&at(&cut.one, &file)).await;
        assert!(status != StatusCode::OK || bytes == bundle, "half a file, or another: {status}");
        seen.insert(status);
        // The proof: yes is said only when it is written down.
        let shown = identity(&bundle, &invited.secret);
        let checking = {
            let (two, shown) = (cut.two.clone(), shown.clone());
            tokio::spawn(async move { check(&two.check, &two.root(), Some(shown)).await })
        };
        cut.network.swallow(true);
        let told = checking.await.unwrap();
        cut.network.reset();
        cut.network.swallow(false);
        let state = || json(&cut.one, &["show", &invited.enrollment, "--json"])["state"].clone();
        if told.status == StatusCode::OK && told.code().is_none() {
            assert_eq!(state(), "installed", "{}", told.said());
        }
        let told = check(&cut.one.check, &cut.one.root(), Some(shown)).await;
        assert_eq!((told.status, told.code()), (StatusCode::OK, None), "{}", told.said());
        assert_eq!(state(), "installed");
    }
    println!("files were answered with {seen:?}");
    let valid = certificates(&cut.redis).await.into_iter().filter(|one| one.status == "valid").count();
    assert_eq!(valid, 4);
    assert_eq!(json(&cut.one, &["store", "check", "--json"])["ok"], true);
}

/// Invariants 1 and 12.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_fetched_from_both_nodes_at_once_is_counted_as_often_as_it_left() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let _running = [one.serve(), two.serve()];
    let invited = one.invite(&["--offer", "quick"], None).unwrap();
    let person = Person::new();
    let form = person.form(&invited, &one).await;
    let ticket = location(&person.send(&form, &two).await);
    let file = person.get(&at(&one, &ticket)).await.links(hook::FILE).remove(0);
    let asked = (0..20).map(|number| {
        let (person, there) = (person.number(number), at([&one, &two][number % 2], &file));
        async move { person.get_bytes(&there).await }
    });
    let answers = futures_util::future::join_all(asked).await;
    let whole: Vec<_> = answers.iter().filter(|(status, _)| *status == StatusCode::OK).collect();
    // Five fetches are allowed, whoever serves them; those that lost a race too often are told to come again.
    assert!(
        (1..=5).contains(&whole.len()),
        "{:?}",
        answers.iter().map(|(status, _)| status).collect::<Vec<_>>()
    );
    assert!(whole.iter().all(|(_, bytes)| *bytes == whole[0].1), "the same identity in other bytes");
    let told = json(&one, &["show", &invited.enrollment, "--json"]);
    let counted = told["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "fetch-started");
    assert_eq!(counted.count(), whole.len(), "{told}");
    assert_eq!(certificates(&redis).await.len(), 1);
}

/// Invariants 7 and 12.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_was_ended_at_one_node_opens_nothing_at_the_other() {
    let redis = Server::durable(&[]);
    let [one, two] = nodes(&redis.url(), &[]);
    let _running = [one.serve(), two.serve()];
    let person = Person::new();
    let begun = async |how: &str| {
        let invited = one.invite(&["--offer", "quick"], None).unwrap();
        let form = person.form(&invited, &one).await;
        let ticket = location(&person.send(&form, &one).await);
        let file = person.get(&at(&two, &ticket)).await.links(hook::FILE).remove(0);
        let bundle = person.bytes(&at(&two, &file)).await;
        match how {
            "installed" => {
                let shown = identity(&bundle, &invited.secret);
                assert_eq!(check(&one.check, &one.root(), Some(shown)).await.code(), None);
            }
            "revoked" => drop(json(&one, &["revoke", &invited.enrollment, "--yes", "--json"])),
            _ => drop(json(
                &one,
                &["reissue", &invited.enrollment, "--reason", "lost-download", "--yes", "--json"],
            )),
        }
        (ticket, file, form)
    };
    for how in ["installed", "revoked", "reissued"] {
        let (ticket, file, form) = begun(how).await;
        for node in [&two, &one] {
            // Neither the page nor the file nor the form leads to the bundle again.
            let page = person.get(&at(node, &ticket)).await;
            assert!(page.links(hook::FILE).is_empty(), "{how}: {}", page.said());
            let (status, _) = person.get_bytes(&at(node, &file)).await;
            assert!(status.is_client_error(), "{how}: {status}");
            let again = person.send(&form, node).await;
            assert!(!again.status.is_redirection(), "{how}: {}", again.said());
        }
    }
    let ends = certificates(&redis).await;
    assert_eq!(ends.iter().filter(|one| one.status == "valid").count(), 1, "{ends:?}");
}
