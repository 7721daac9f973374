//! Nodes on a Redis that they share: the real program, in more processes than one, on servers from Debian's packages.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod commands;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod program;
#[path = "../conformance/redis/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod redis;
