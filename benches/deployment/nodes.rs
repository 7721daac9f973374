//! Two nodes next to one, on one Redis: each node on a processor of its own, whole claims from the first page to the ticket.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Effort;
use crate::client::{Answer, Connection};
use crate::process::{Installation, Process, free_port, listens, median, real};

/// People at it at the same time.
const PEOPLE: usize = 8;

fn redis(place: &std::path::Path, port: u16) -> Process {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]).current_dir(place);
    command.args(["--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no"]);
    let process = Process::start(&mut command);
    listens(port);
    process
}

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
struct Turn {
    passed: Duration,
    nodes: Duration,
    redis: Duration,
}

fn turn(nodes: &[&(u16, Process)], redis: &Process, invitations: &[(String, String)]) -> Turn {
    let next = AtomicUsize::new(0);
    let used = || nodes.iter().map(|(_, node)| node.used()).sum::<Duration>();
    let (before, redis_before, began) = (used(), redis.used(), Instant::now());
    std::thread::scope(|scope| {
        for person in 0..PEOPLE {
            let next = &next;
            scope.spawn(move || {
                let (port, _) = nodes[person % nodes.len()];
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((code, secret)) = invitations.get(number) else { break };
                    let address = format!("10.{}.{}.{person}", number / 250, number % 250);
                    let mut connection = Connection::open(*port, &address);
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
    Turn {
        passed: began.elapsed(),
        nodes: used().saturating_sub(before),
        redis: redis.used().saturating_sub(redis_before),
    }
}

pub fn print(effort: Effort) {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("\n{processors} processors; each node on one of its own, Redis and the clients on any");
    println!("\n| nodes on one Redis | claims/s | processor time of the nodes for a claim | of Redis |");
    println!("|---|---|---|---|");
    let folder = tempfile::tempdir().unwrap();
    let redis_port = free_port();
    let redis = redis(folder.path(), redis_port);
    // redis.conf says noeviction; without a limit on memory Redis evicts nothing either way.
    let installation =
        Installation::create(&[("TEGATA_STORE_URL", format!("redis://127.0.0.1:{redis_port}"))]);
    let node = |processor: usize| {
        let port = free_port();
        (port, installation.serve(port, Some(processor % processors)))
    };
    let (first, second) = (node(0), node(1));
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for i in 0..effort.turns {
        for side in [i % 2, 1 - i % 2] {
            let invitations: Vec<_> = (0..effort.claims).map(|_| installation.invite()).collect();
            if side == 0 {
                one.push(turn(&[&first], &redis, &invitations));
            } else {
                two.push(turn(&[&first, &second], &redis, &invitations));
            }
        }
    }
    let rate = |turn: &Turn| real(effort.claims) / turn.passed.as_secs_f64();
    let nodes = |turn: &Turn| turn.nodes.as_secs_f64() * 1e3 / real(effort.claims);
    let shared = |turn: &Turn| turn.redis.as_secs_f64() * 1e3 / real(effort.claims);
    let of = |turns: &[Turn], what: &dyn Fn(&Turn) -> f64| median(turns.iter().map(what).collect());
    let pairs = |what: &dyn Fn(&Turn) -> f64| {
        median(two.iter().zip(&one).map(|(two, one)| what(two) / what(one)).collect())
    };
    for (name, turns) in [("one", &one), ("two", &two)] {
        println!(
            "| {name} | {:.0} | {:.1} ms | {:.2} ms |",
            of(turns, &rate),
            of(turns, &nodes),
            of(turns, &shared)
        );
    }
    println!("| two ÷ one | {:.2} | {:.2} | {:.2} |", pairs(&rate), pairs(&nodes), pairs(&shared));
}
