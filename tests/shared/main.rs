//! The stories of what operators do, once more on a store that nodes share, in Redis: lists and searches, the directory, acts,
//! jobs, the outbox. What is asserted is what the same files assert over the embedded engine.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[path = "../authority/access.rs"]
mod access;
#[path = "../authority/acts.rs"]
mod acts;
#[path = "../mail/bounces.rs"]
mod bounces;
#[path = "../authority/bulk.rs"]
mod bulk;
#[path = "../authority/change_device.rs"]
mod change_device;
#[path = "../authority/crashing.rs"]
mod crashing;
#[path = "../authority/directory.rs"]
mod directory;
mod engine;
#[path = "../mail/fencing.rs"]
mod fencing;
#[path = "../authority/isolation.rs"]
mod isolation;
#[path = "../authority/lists.rs"]
mod lists;
#[path = "../authority/log.rs"]
mod log;
#[path = "../mail/notices.rs"]
mod notices;
#[path = "../authority/numbers.rs"]
mod numbers;
#[path = "../mail/office.rs"]
#[expect(dead_code, reason = "the mail's own stories use more of it")]
mod office;
#[path = "../program/ports.rs"]
#[expect(dead_code, reason = "other tests need single ones")]
mod ports;
#[path = "../authority/reach.rs"]
mod reach;
#[path = "../conformance/redis/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod redis;
#[path = "../authority/redraw.rs"]
mod redraw;
#[path = "../mail/sending.rs"]
mod sending;
#[path = "../mail/server.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod server;
#[path = "../authority/succession.rs"]
mod succession;
#[path = "../authority/withdrawal.rs"]
mod withdrawal;
#[path = "../authority/world.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod world;
