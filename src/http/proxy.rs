//! Who really asks, where a reverse proxy stands in front: only proxies on the list are believed.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

/// No more than this many addresses of a header are looked at.
const MOST_HOPS: usize = 20;

/// The addresses of the reverse proxies that are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Believes the proxies in `networks`, and nobody else.
    #[must_use]
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether the connection's other end is a proxy on the list.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// The client's address: the connection's other end; or, where that is a proxy on the list, the rightmost address
    /// of `X-Forwarded-For` that is not one. Everything left of it could be invented.
    ///
    /// `Forwarded` (RFC 7239) is not read: nginx, Apache, Caddy and the load balancers of the clouds append to
    /// `X-Forwarded-For` and hand on a `Forwarded` just as the client wrote it.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer.to_canonical();
        }
        let mut client = peer.to_canonical();
        for hop in x_forwarded_for(headers).into_iter().rev().take(MOST_HOPS) {
            // An address that cannot be read ends the chain: what stands left of it was vouched for by nobody.
            let Some(hop) = hop else { break };
            client = hop;
            if !self.trusts(hop) {
                break;
            }
        }
        client
    }
}

/// An address of a header, with or without a port; `None` where it is hidden or malformed.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = if let Some(rest) = text.strip_prefix('[') {
        rest.split(']').next()?
    } else if text.matches(':').count() == 1 {
        text.split(':').next()?
    } else {
        text
    };
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    // A header that is not text counts as one malformed entry, so that it ends the chain.
    let lines = headers.get_all("x-forwarded-for").map(|value| value.to_str().unwrap_or("?"));
    lines.flat_map(|line| line.split(',')).map(address).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()])
    }

    fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        proxies().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_listed_proxy_names_the_client() {
        assert_eq!(client("203.0.113.9", &[("x-forwarded-for", "198.51.100.1")]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.1")]), "198.51.100.1");
        assert_eq!(client("::ffff:10.0.0.1", &[("x-forwarded-for", "198.51.100.1")]), "198.51.100.1");
        assert_eq!(client("fd00::1", &[("x-forwarded-for", "[2001:db8::7]:4711")]), "2001:db8::7");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_client() {
        let chain = "1.1.1.1, 198.51.100.1, 10.9.9.9";
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", chain)]), "198.51.100.1");
        let two = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.2:80, 10.9.9.9")];
        assert_eq!(client("10.0.0.1", &two), "198.51.100.2");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "10.1.1.1, 10.2.2.2")]), "10.1.1.1");
    }

    #[test]
    fn a_header_that_proxies_hand_on_unseen_says_nothing() {
        let both = [("forwarded", "for=192.0.2.66"), ("x-forwarded-for", "198.51.100.1")];
        assert_eq!(client("10.0.0.1", &both), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &[("forwarded", "for=192.0.2.66")]), "10.0.0.1");
    }

    #[test]
    fn what_cannot_be_read_ends_the_chain() {
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.1, unknown")]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", "198.51.100.1, what, 10.3.3.3")]), "10.3.3.3");
        assert_eq!(client("10.0.0.1", &[("x-forwarded-for", &",".repeat(5000))]), "10.0.0.1");
    }
}
