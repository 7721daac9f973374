//! What every store engine must do, run against every engine, and what each must survive besides.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod suite;
#[path = "../program/ports.rs"]
#[expect(dead_code, reason = "other tests need single ones")]
mod ports;
mod redis;
mod sqlite;
mod transfer;

// An engine joins here, with a line and the function that makes an empty store of it.
conformance!(embedded, crate::suite::subject::embedded);
conformance!(redis_single, crate::redis::single);
conformance!(redis_cluster, crate::redis::clustered);
