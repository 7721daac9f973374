//! What operators do, by two nodes on one Redis: they sign in at one and go on at the other, mails are sent once, jobs are done once
//! and to their end, and lists are the same everywhere.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::ground::json;
use crate::mail_server::MailServer;
use crate::ports;
use crate::program::Installation;
use crate::redis::Server;

/// How long a lease, a mail's attempt or a busy machine may take.
const BOUND: Duration = Duration::from_mins(3);

/// Mails that a node hands over at the same time, at most.
const CONNECTIONS: usize = 2;

/// Waits until something is there.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + BOUND;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: it does not come");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signed_in_at_one_node_goes_on_at_the_other_and_when_the_first_is_gone() {
    let redis = Server::durable(&[]);
    let [first, second] = [(); 2].map(|()| ports::own());
    let origin = format!("http://localhost:{first}");
    let made = Installation::create_with(&["--store-url", &redis.url(), "--console-url", &origin], &[]);
    let console =
        |node: Installation, port: u16| node.with("TEGATA_CONSOLE_LISTEN", &format!("127.0.0.1:{port}"));
    let (one, two) = (console(made.clone(), first), console(made.beside(), second));
    let (running, _other) = (one.serve(), two.serve());
    let (here, there) = (([127, 0, 0, 1], first).into(), ([127, 0, 0, 1], second).into());
    let link = json(&one, &["operator", "invite", "Keiko Sato", "--json"]);
    let path = link["link"].as_str().unwrap().strip_prefix(&origin).unwrap().to_owned();
    let (mut browser, mut key) = (Browser::at(there), Authenticator::new(&origin));
    // What a browser says of itself names the public address, whichever node it reaches.
    browser.headers.insert("host", format!("localhost:{first}").parse().unwrap());
    let page = browser.get(&path).await;
    assert_eq!((page.status, page.kind().as_str()), (200, "join"), "{}", page.text);
    let credential = key.create(&page.options());
    browser.node = here;
    let shown = browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!((shown.status, shown.kind().as_str()), (200, "recovery-code"), "{}", shown.text);
    let page = browser.get("/account").await;
    browser.node = there;
    let left = browser.submit(&page, "form#sign-out", &[]).await;
    assert_eq!(left.goes_to(), "/sign-in");
    // The question comes from one node, the other takes the answer, and either knows the session.
    let page = browser.get("/sign-in").await;
    let credential = key.get(&page.options());
    browser.node = here;
    let entered = browser.submit(&page, "form#passkey", &[("credential", &credential)]).await;
    assert_eq!(entered.status, 303, "{}", entered.text);
    let invited = two.invite(&["--offer", "quick", "--subscriber-id", "10234"], None).unwrap();
    for node in [there, here] {
        browser.node = node;
        let listed = browser.get("/o/default/enrollments?q=10234").await;
        assert_eq!(listed.status, 200, "{}", listed.text);
        assert!(listed.text.contains(&invited.enrollment), "{}", listed.text);
    }
    running.kill();
    browser.node = there;
    assert_eq!(browser.get("/account").await.status, 200);
    let page = browser.get("/account").await;
    let left = browser.submit(&page, "form#sign-out", &[]).await;
    assert_eq!(left.goes_to(), "/sign-in");
    assert_eq!(browser.get("/account").await.status, 303);
}

/// An installation that mails by this server, and a second node of it.
fn mailing(redis: &Server, server: &MailServer) -> [Installation; 2] {
    let server = format!("smtp+plain://127.0.0.1:{}", server.port);
    let settings = [
        ("TEGATA_MAIL_SERVER", server.as_str()),
        ("TEGATA_MAIL_FROM", "cert@example.jp"),
        ("TEGATA_MAIL_TIMEOUT", "1s"),
    ];
    let one = Installation::create_with(&["--store-url", &redis.url()], &settings);
    let two = one.beside();
    [one, two]
}

fn mailed(node: &Installation, number: usize) -> Value {
    let address = format!("p{number}@example.jp");
    let invite = ["invite", "--json", "--mail", "--subscriber", "山田 花子", "--offer", "quick", "--email"];
    json(node, &[&invite[..], &[&address]].concat())
}

/// How many mails stand so.
fn standing(node: &Installation, state: &str) -> usize {
    let listed = json(node, &["mail", "list", "--state", state, "--limit", "1000", "--json"]);
    listed["mails"].as_array().unwrap().len()
}

#[test]
fn two_nodes_send_each_mail_once_and_lose_none_when_one_of_them_is_killed() {
    const MAILS: usize = 24;
    let redis = Server::durable(&[]);
    let server = MailServer::start();
    let [one, two] = mailing(&redis, &server);
    let (mut first, _second) = (Some(one.serve()), two.serve());
    for number in 0..MAILS {
        mailed([&one, &two][number % 2], number);
    }
    until("all are sent", || (standing(&two, "sent") == MAILS).then_some(()));
    assert_eq!(each(&server).len(), MAILS);
    assert!(each(&server).values().all(|times| *times == 1), "{:?}", each(&server));
    // One of them dies while there is something to do. What it was handing over just then is tried again when that attempt's time
    // is over, minutes later; everything else goes out by the other one.
    for number in MAILS..2 * MAILS {
        mailed(&two, number);
        if number == MAILS + MAILS / 2 {
            first.take().unwrap().kill();
        }
    }
    let underway = until("the rest is sent", || {
        let [sent, underway] = ["sent", "sending"].map(|state| standing(&two, state));
        (sent + underway == 2 * MAILS).then_some(underway)
    });
    assert!(underway <= CONNECTIONS, "{underway}");
    let each = each(&server);
    assert!(each.values().all(|times| *times == 1) && each.len() >= 2 * MAILS - underway, "{each:?}");
}

/// How often a mail came, by its recipient.
fn each(server: &MailServer) -> BTreeMap<String, usize> {
    let mut each = BTreeMap::new();
    for mail in server.got() {
        *each.entry(mail.recipient).or_default() += 1;
    }
    each
}

/// The job as any node tells it.
fn job(node: &Installation, job: &str) -> Value {
    json(node, &["bulk", "status", job, "--json"])["job"].clone()
}

#[test]
fn a_job_goes_on_at_the_other_node_when_its_own_is_killed_or_stands_still() {
    const ROWS: usize = 2_000;
    let redis = Server::durable(&[]);
    let one = Installation::create_with(&["--store-url", &redis.url()], &[]);
    let two = one.beside();
    let people: Vec<_> = (0..ROWS).map(|number| format!("P{number},Hanako {number}")).collect();
    let list = one.directory().join("people.csv");
    std::fs::write(&list, format!("subscriber_id,name\n{}\n", people.join("\n"))).unwrap();
    let list = list.to_str().unwrap();
    let begun = json(&one, &["bulk", "issue", list, "--no-wait", "--json"]);
    let id = begun["job"]["job"].as_str().unwrap();
    let at_work = |node: &Installation| {
        let told = job(node, id);
        (told["done"].as_u64().unwrap() > 0).then_some(told)
    };
    let stopped = one.serve();
    let told = until("the first node begins", || at_work(&two));
    stopped.pause();
    assert_ne!(told["standing"], "done", "it was stopped too late");
    let halted = job(&two, id)["done"].as_u64().unwrap();
    let second = two.serve();
    let told = until("the second node goes on", || {
        Some(job(&two, id)).filter(|told| told["done"].as_u64().unwrap() > halted)
    });
    assert_ne!(told["standing"], "done", "nothing is left for a third one");
    second.kill();
    // The first one wakes up in the middle of a part that is no longer its own, and takes over again by the rules.
    stopped.resume();
    let told =
        until("the first node ends it", || Some(job(&two, id)).filter(|told| told["standing"] == "done"));
    let counted = ["done", "succeeded", "refused"].map(|field| told[field].as_u64().unwrap());
    assert_eq!(counted, [ROWS as u64, ROWS as u64, 0], "{told}");
    // Each row once, whoever did it.
    let output = two.command(&["list", "--csv"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let people: std::collections::BTreeSet<_> =
        reader.records().map(|record| record.unwrap()[2].to_owned()).collect();
    assert_eq!((people.len(), text.lines().count()), (ROWS, ROWS + 1));
    assert_eq!(json(&two, &["store", "check", "--json"])["ok"], true);
}
