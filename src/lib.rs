//! Tegata puts a client certificate on every phone and PC of an organisation with one scan.
//!
//! The modules stand in the order of their dependencies, from the ground up; a module imports only what stands above it
//! in this list (`tests/architecture.rs` holds the table). `docs/architecture.md` is the map.

pub mod clock;
pub mod entropy;
pub mod pepper;
pub mod store;
pub mod words;

pub mod pki;
pub mod profile;

pub mod device;

pub mod ledger;

pub mod directory;

pub mod mail;

pub mod roster;

pub mod enrollment;

pub mod letter;

pub mod operations;

pub mod telemetry;

pub mod http;

pub mod config;

pub mod app;
pub mod cli;
