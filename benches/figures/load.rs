//! `tegata load` against one real node and against two, on one Redis: HTTPS, keys made on the spot, each connection to the next node, so
//! that the steps of a person meet both. Each node has one processor; Redis and the phones share both.

use std::process::Command;

use serde_json::Value;

use crate::Effort;
use crate::paired::Paired;
use crate::process::{Installation, Node, Serve};
use crate::redis_server::Server;
use crate::splitter::Splitter;
use crate::table::Table;

/// Phones at the same time.
const AT_ONCE: &str = "16";

/// How often one node and two take turns: each takes seconds.
const TURNS: usize = 5;

pub fn measure(effort: Effort, table: &mut Table) {
    if !table.wants(&["load-rate", "load-broken"]) {
        return;
    }
    let server = Server::durable(&["--auto-aof-rewrite-percentage", "0"]);
    let installation = Installation::create(&[("TEGATA_STORE_URL", server.url())]);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let node = |number: usize| installation.serve(Serve { processor: Some(number % processors), tls: true });
    let nodes = [node(0), node(1)];
    let front = Splitter::start();
    let phones = (effort.work / 8).to_string();
    let (mut rates, mut broken, mut sent) = (Paired::default(), 0.0, 0.0);
    for turn in 0..TURNS.min(effort.turns) {
        let mut rate = [0.0; 2];
        for side in [turn % 2, 1 - turn % 2] {
            let ports: Vec<_> = nodes.iter().take(side + 1).map(|node| node.port).collect();
            front.to(&ports);
            let report = run(&installation, front.port, &nodes[0], &phones);
            rate[side] = report["per_second"].as_f64().unwrap();
            if side == 1 {
                let counts =
                    report["broken"].as_array().unwrap().iter().map(|broken| broken["count"].as_f64());
                broken += counts.map(Option::unwrap).sum::<f64>();
                broken += report["failed"].as_f64().unwrap() + report["left_out"].as_f64().unwrap();
                sent += report["phones"].as_f64().unwrap();
            }
        }
        rates.add(rate[1], rate[0]);
    }
    table.paired("load-rate", &rates);
    table.single("load-broken", broken, sent);
}

/// The phones that `tegata load` sends by default, up to the proof at the check site.
fn run(installation: &Installation, port: u16, checks: &Node, phones: &str) -> Value {
    let mut load = installation.tegata(&["load", &format!("https://localhost:{port}"), "--make", phones]);
    load.args(["--at-once", AT_ONCE, "--check", &format!("https://localhost:{}", checks.check), "--root"]);
    load.arg(installation.site().join("root/root.pem"));
    reported(load)
}

/// Takes one phone as far as to the file, so that it still lies ready.
pub fn fetch(installation: &Installation, invitation: &str) {
    let node = installation.serve(Serve::default());
    let file = installation.path().join("invitation.jsonl");
    std::fs::write(&file, invitation).unwrap();
    let mut load = installation.tegata(&["load", &format!("http://localhost:{}", node.port)]);
    load.arg("--invitations").arg(file);
    for habit in ["--abort", "--twice", "--again", "--previews", "--wrong"] {
        load.args([habit, "0"]);
    }
    let report = reported(load);
    assert_eq!(report["installed"], 1, "{report:#}");
}

fn reported(mut load: Command) -> Value {
    let output = load.arg("--json").output().unwrap();
    let report = serde_json::from_slice(&output.stdout);
    report.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}
