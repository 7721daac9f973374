//! The check site.

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use super::section::section;

section! {
    /// The check site: it asks the device for its client certificate and so proves the installation. It needs a host or a
    /// port of its own, since a browser asks for a certificate for the whole of it.
    CheckSettings = "check" {
        /// Where the check site listens. It speaks TLS by itself, unless `behind_proxy` is true.
        listen: SocketAddr = "0.0.0.0:8443";
        /// The address of the check site, as devices reach it.
        public_url: Url = none;
        /// PEM file with the check site's certificate and chain. Read again when it changes.
        certificate: PathBuf = "check/server.pem";
        /// The private key that belongs to it, a PEM file that only Tegata can read.
        key: PathBuf = "check/server.key";
        /// Whether a proxy does TLS for the check site, and hands the client certificate on (RFC 9440 `Client-Cert`).
        behind_proxy: bool = "false";
    }
}
