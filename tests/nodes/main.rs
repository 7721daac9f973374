//! Nodes on a Redis that they share: the real program, in more processes than one, on servers from Debian's packages.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

#[path = "../program/collector.rs"]
#[expect(dead_code, reason = "the command line's tests use more of it")]
mod collector;
mod commands;
mod ground;
mod leases;
mod outages;
#[path = "../service/phone/page.rs"]
#[expect(dead_code, reason = "the stories read more of a page")]
mod page;
mod person;
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
