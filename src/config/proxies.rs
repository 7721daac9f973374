//! Which proxies are believed.

use ipnet::IpNet;

use super::section::section;

section! {
    /// The reverse proxies that stand before Tegata. Nobody else is believed what they say of a client.
    ProxySettings = "proxies" {
        /// Addresses and networks of the proxies. What they say in `X-Forwarded-For` and `Client-Cert` is
        /// believed; the same headers from any other address are ignored.
        trusted: Vec<IpNet> = "";
    }
}
