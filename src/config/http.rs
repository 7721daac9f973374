//! The landing site.

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use super::section::section;

section! {
    /// The landing site: what a person opens by link, QR code or number.
    HttpSettings = "http" {
        /// Where the landing site listens.
        listen: SocketAddr = "127.0.0.1:8080";
        /// The address that stands in links and QR codes, as people reach it. Keep it short: it is typed from paper.
        public_url: Url = none;
        /// PEM file with certificate and chain, where Tegata itself speaks TLS here. Without it a proxy must.
        certificate: Option<PathBuf> = none;
        /// The private key that belongs to it, a PEM file that only Tegata can read.
        key: Option<PathBuf> = none;
        /// The nodes' own addresses, where there are several behind `public_url`, such as `http://10.0.0.7:8080`: `tegata doctor`
        /// asks each of them.
        nodes: Vec<Url> = "";
        /// How many threads answer requests; 0 means one for each processor.
        workers: u32 = "0" in "0", "1024";
    }
}
