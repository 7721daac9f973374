//! Two nodes next to one, on one Redis: each node on a processor of its own, whole claims from the first page to the ticket.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Effort;
use crate::client::{Answer, Connection};
use crate::paired::{Paired, per_second, real};
use crate::process::{Installation, Node, Serve};
use crate::redis_server::Server;
use crate::table::Table;

/// People at it at the same time.
const PEOPLE: usize = 8;

/// The value of a hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let text = String::from_utf8_lossy(&page.body);
    let after = text
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no {name}: {text}"))
        .1;
    after.split_once('"').unwrap().0.to_owned()
}

/// What a turn cost.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    passed: Duration,
    nodes: Duration,
}

fn turn(nodes: &[&Node], invitations: &[(String, String)]) -> Turn {
    let next = AtomicUsize::new(0);
    let used = || nodes.iter().map(|node| node.process.used()).sum::<Duration>();
    let (before, began) = (used(), Instant::now());
    std::thread::scope(|scope| {
        for person in 0..PEOPLE {
            let next = &next;
            scope.spawn(move || {
                let port = nodes[person % nodes.len()].port;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((code, secret)) = invitations.get(number) else { break };
                    let address = format!("10.{}.{}.{person}", number / 250, number % 250);
                    let mut connection = Connection::open(port, &address);
                    let path = format!("/c/{code}");
                    let page = connection.get(&path);
                    let form = format!("form={}&secret={secret}", hidden(&page, "form"));
                    let sent = connection.post(&path, &form);
                    assert_eq!(sent.status, 303, "{}", String::from_utf8_lossy(&sent.body));
                    assert_eq!(connection.get(sent.header("location").unwrap()).status, 200);
                }
            });
        }
    });
    Turn { passed: began.elapsed(), nodes: used().saturating_sub(before) }
}

pub fn measure(effort: Effort, table: &mut Table) {
    if !table.wants(&["nodes-rate", "nodes-cost"]) {
        return;
    }
    let server = Server::durable(&["--auto-aof-rewrite-percentage", "0"]);
    let installation = Installation::create(&[("TEGATA_STORE_URL", server.url())]);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let node = |number: usize| installation.serve(Serve { processor: Some(number % processors), tls: false });
    let (first, second) = (node(0), node(1));
    let claims = effort.work / 16;
    let (mut rates, mut costs) = (Paired::default(), Paired::default());
    for i in 0..effort.turns {
        let mut turns = [Turn::default(), Turn::default()];
        for side in [i % 2, 1 - i % 2] {
            let invitations: Vec<_> = (0..claims).map(|_| installation.invite()).collect();
            let nodes = [&first, &second];
            turns[side] = turn(&nodes[..=side], &invitations);
        }
        let [one, two] = turns;
        rates.add(per_second(claims, two.passed), per_second(claims, one.passed));
        let each = |turn: Turn| turn.nodes.as_secs_f64() * 1e3 / real(claims);
        costs.add(each(two), each(one));
    }
    table.paired("nodes-rate", &rates);
    table.paired("nodes-cost", &costs);
}
