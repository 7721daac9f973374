//! Mail: what is written down, what a mail server gets, and what is left when server or node fails.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod bounces;
#[expect(dead_code, reason = "made for other tests as well")]
#[path = "../authority/crashing.rs"]
mod crashing;
#[path = "../authority/engine.rs"]
mod engine;
mod exim;
mod fencing;
mod notices;
mod office;
#[path = "../program/ports.rs"]
#[expect(dead_code, reason = "Redis needs pairs")]
mod ports;
#[expect(dead_code, reason = "made for other tests as well")]
#[path = "../program/mod.rs"]
mod program;
mod readers;
mod real;
mod refusing;
mod sending;
mod server;
mod stored;
#[expect(dead_code, reason = "made for other tests as well")]
#[path = "../authority/world.rs"]
mod world;
