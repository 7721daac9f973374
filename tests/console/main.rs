//! The operators' console over HTTP: who may come in by which route, sessions, passkeys, forms that something came in the way of.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod audit;
mod authenticator;
mod browser;
mod ceremonies;
mod desk;
mod facilities;
mod forms;
mod installation;
mod lists;
mod live;
mod mails;
mod matrix;
mod operators;
mod people;
mod press;
mod selections;
mod sessions;
mod settings;
mod world;
