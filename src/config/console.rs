//! The operators' console.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;
use url::Url;

use super::section::section;

section! {
    /// The operators' console: a site of its own, where operators sign in with passkeys. Without `public_url` there is none.
    ConsoleSettings = "console" {
        /// Where the console listens.
        listen: SocketAddr = "127.0.0.1:8082";
        /// The address of the console, as operators reach it. Passkeys are made for its host and work on no other, so that
        /// it should never change. It takes a name; browsers make no passkeys for a bare address.
        public_url: Option<Url> = none;
        /// PEM file with certificate and chain, where Tegata itself speaks TLS here. Without it a proxy must.
        certificate: Option<PathBuf> = none;
        /// The private key that belongs to it, a PEM file that only Tegata can read.
        key: Option<PathBuf> = none;
        /// An operator is signed out so long after the last click.
        session_idle: SignedDuration = "60min" in "5min", "24h";
        /// An operator is signed out so long after signing in, however busy.
        session_longest: SignedDuration = "12h" in "15min", "7days";
    }
}
