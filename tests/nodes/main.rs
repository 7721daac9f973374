//! Nodes on a Redis that they share: the real program, in more processes than one, on servers from Debian's packages.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod adversary;
#[path = "../console/authenticator.rs"]
mod authenticator;
#[path = "../console/browser.rs"]
#[expect(dead_code, reason = "the console's stories use more of it")]
mod browser;
#[path = "../program/collector.rs"]
#[expect(dead_code, reason = "the command line's tests use more of it")]
mod collector;
mod commands;
mod ground;
mod leases;
#[path = "../mail/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod mail_server;
#[path = "../crash/network.rs"]
#[expect(dead_code, reason = "the crashes use more of it")]
mod network;
mod operators;
mod outages;
#[path = "../service/phone/page.rs"]
#[expect(dead_code, reason = "the stories read more of a page")]
mod page;
mod person;
#[path = "../program/ports.rs"]
mod ports;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod program;
#[path = "../conformance/redis/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod redis;
mod secrets;
#[path = "../service/stored.rs"]
#[expect(dead_code, reason = "the stories read more of it")]
mod stored;
mod together;
mod versions;
