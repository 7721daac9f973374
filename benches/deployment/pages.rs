//! The landing page next to bare actix-web with the same bytes.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Effort;
use crate::bare;
use crate::client::Connection;
use crate::process::{Installation, Process, free_port, listens, median, real};

/// Connections that ask at the same time.
const CONNECTIONS: usize = 8;

/// What a turn cost.
struct Turn {
    passed: Duration,
    used: Duration,
}

fn turn(server: &Process, port: u16, path: &str, requests: usize) -> Turn {
    let (before, began) = (server.used(), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = Connection::open(port, "10.0.0.1");
                for _ in 0..requests / CONNECTIONS {
                    assert_eq!(connection.get(path).status, 200);
                }
            });
        }
    });
    Turn { passed: began.elapsed(), used: server.used().saturating_sub(before) }
}

pub fn print(effort: Effort) {
    println!(
        "\n| landing page | bytes | ours, pages/s | bare actix-web, pages/s | ratio | ours, processor time | bare | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let installation = Installation::create(&[]);
    let (code, _) = installation.invite();
    let ours_port = free_port();
    let ours = installation.serve(ours_port, None);
    for (name, path) in [("by number, `/`", "/".to_owned()), ("by link, `/c/…`", format!("/c/{code}"))] {
        let model = Connection::open(ours_port, "10.0.0.1").get(&path);
        assert_eq!(model.status, 200);
        let port = free_port();
        bare::prepare(installation.path(), port, &model);
        let mut command = Command::new(std::env::current_exe().unwrap());
        let bare = Process::start(command.env(bare::VARIABLE, installation.path()));
        listens(port);
        let requests = effort.requests;
        let (mut own, mut floor) = (Vec::new(), Vec::new());
        for i in 0..effort.turns {
            // Who goes first changes.
            for side in [i % 2, 1 - i % 2] {
                if side == 0 {
                    own.push(turn(&ours, ours_port, &path, requests));
                } else {
                    floor.push(turn(&bare, port, &path, requests));
                }
            }
        }
        let rate = |turn: &Turn| real(requests) / turn.passed.as_secs_f64();
        let each = |turn: &Turn| turn.used.as_secs_f64() * 1e6 / real(requests);
        let of = |turns: &[Turn], what: &dyn Fn(&Turn) -> f64| median(turns.iter().map(what).collect());
        let pairs = |what: &dyn Fn(&Turn) -> f64| {
            median(own.iter().zip(&floor).map(|(own, floor)| what(own) / what(floor)).collect())
        };
        println!(
            "| {name} | {} | {:.0} | {:.0} | {:.2} | {:.0} µs | {:.0} µs | {:.1} |",
            model.body.len(),
            of(&own, &rate),
            of(&floor, &rate),
            pairs(&rate),
            of(&own, &each),
            of(&floor, &each),
            pairs(&each),
        );
    }
}
