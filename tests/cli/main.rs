//! The command line, by the real binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

#[path = "../program/collector.rs"]
mod collector;
mod configuration;
mod demonstration;
mod devices;
mod doctor;
mod documents;
mod founding;
mod ground;
mod help;
mod issuing;
mod letters;
mod life;
mod listing;
mod lists;
mod loading;
#[path = "../mail/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod mail_server;
mod person;
mod pictures;
#[path = "../program/ports.rs"]
mod ports;
#[path = "../conformance/redis/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod redis;
mod running;
mod shapes;
mod storing;
mod tracing;
mod trouble;
mod watching;
