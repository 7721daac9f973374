//! Where those who watch read.

use std::net::SocketAddr;

use super::section::section;

section! {
    /// Metrics in the format that Prometheus reads, on a listener of their own: never on the two sites.
    MetricsSettings = "metrics" {
        /// Where `GET /metrics` is answered, without TLS and without a password: an address that only your monitoring
        /// reaches, such as 127.0.0.1:9464. Without it nothing listens.
        listen: Option<SocketAddr> = none;
    }
}
