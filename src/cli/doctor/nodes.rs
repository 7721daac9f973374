//! What each node says of itself: behind one public address, the answer of one says nothing of the others.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, StatusCode};
use url::Url;

use super::finding::Finding;
use super::public::{probe, told};
use crate::config::Configuration;

/// How far the clock of a node may be from this machine's, in seconds. A node says no more than whole seconds.
const CLOCKS_DIFFER: i64 = 5;

/// Asks every node whether it is ready and what time it has.
pub(super) async fn examine(
    settings: &Configuration,
    named: &[Url],
    within: Duration,
    now: Timestamp,
) -> Vec<Finding> {
    let nodes = if named.is_empty() { &settings.http.nodes[..] } else { named };
    if nodes.is_empty() {
        return unnamed(settings).into_iter().collect();
    }
    let client = Client::builder()
        .timeout(within)
        .redirect(reqwest::redirect::Policy::none())
        // A node is asked by its own address, which its certificate need not name.
        .danger_accept_invalid_certs(true)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return vec![Finding::error("nodes", "client", error.to_string())],
    };
    let asked = nodes.iter().map(|node| ask(&client, node, now));
    futures_util::future::join_all(asked).await.into_iter().flatten().collect()
}

/// Several nodes share a Redis, and nobody says where they are.
fn unnamed(settings: &Configuration) -> Option<Finding> {
    settings.store.url.as_ref()?;
    let what = "no node was asked by itself, since none is named";
    let unnamed = Finding::warning("nodes", "unnamed", what);
    let unnamed = unnamed.why("behind a load balancer the public address tells of one node at a time");
    Some(unnamed.remedy("http.nodes in the configuration, or --node for each"))
}

async fn ask(client: &Client, node: &Url, now: Timestamp) -> Vec<Finding> {
    let Ok(url) = node.join("/readyz") else {
        return vec![
            Finding::error("nodes", "ready", format!("{node} has no /readyz")).remedy("its address"),
        ];
    };
    let answer = match probe(client, &url, "tegata-doctor").await {
        Ok(answer) => answer,
        Err(error) => {
            let silent = Finding::error(
                "nodes",
                "silent",
                format!("the node at {node} does not answer: {}", told(&error)),
            );
            let silent = silent.why("people are sent to the other nodes, as long as there are some");
            return vec![silent.remedy("start it, or correct its address")];
        }
    };
    let mut findings = Vec::new();
    findings.push(match answer.status {
        StatusCode::OK => Finding::ok("nodes", "ready", format!("the node at {node} is ready")),
        status => {
            let why =
                answer.header("x-unready").map_or_else(|| status.as_u16().to_string(), ToOwned::to_owned);
            let not = Finding::error("nodes", "ready", format!("the node at {node} is not ready: {why}"));
            not.why("a load balancer sends nobody there")
                .remedy("its log says what is wrong; it goes on by itself")
        }
    });
    let date = answer.header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    if let Some(date) = date {
        let off = date.timestamp().duration_since(now).as_secs();
        if off.abs() > CLOCKS_DIFFER {
            let what = format!("the clock of the node at {node} is {off} s from this machine's");
            let apart = Finding::error("nodes", "clock", what);
            let apart = apart.why("nodes judge lifetimes, leases and windows by their own clocks");
            findings.push(apart.remedy("a time service on every node"));
        }
    }
    findings
}
