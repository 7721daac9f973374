//! The two sites over real sockets, with the real registration authority on the embedded store and a clock that is moved.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod change;
mod connections;
mod delivery;
mod devices;
mod forms;
mod headers;
mod log;
mod organization;
mod probe;
mod proxies;
mod tls;
mod uniform;
mod watch;
mod world;
