//! Whether somebody stands between a device and the check site who opens the connection: a proxy that inspects, or security
//! software on the device. Through it no client certificate can arrive.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, USER_AGENT};

use super::proxy::TrustedProxies;
use super::visit::Visit;
use crate::device::opens_with_grease;

/// What proxies write into the requests that they pass on, and browsers do not.
const TRACES: [&str; 5] = ["via", "forwarded", "x-forwarded-for", "x-bluecoat-via", "x-iwsaas-via"];

/// Whether there are signs of it in how this request came. That there are none proves nothing.
#[must_use]
pub fn is_seen(visit: &Visit, request: &HttpRequest) -> bool {
    let proxies = &visit.site().settings.proxies;
    let peer = visit.ends().peer;
    if proxies.trusts(peer) {
        // Our own proxy speaks TLS and leaves traces; what it was told of others stands before them.
        return has_more_hops(proxies, request.headers());
    }
    let speaks_for_itself = visit.connection().is_none_or(|connection| connection.greased != Some(false));
    TRACES.iter().any(|name| request.headers().contains_key(*name))
        || (!speaks_for_itself && request.headers().get(USER_AGENT).is_some_and(is_of_a_browser_with_grease))
}

fn is_of_a_browser_with_grease(agent: &actix_web::http::header::HeaderValue) -> bool {
    agent.to_str().is_ok_and(opens_with_grease)
}

/// Whether more than one address that is no proxy of ours stands in `X-Forwarded-For`: then the client was itself a proxy.
fn has_more_hops(proxies: &TrustedProxies, headers: &HeaderMap) -> bool {
    let lines = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let strangers = lines.flat_map(|line| line.split(',')).filter(|hop| {
        let address = hop.trim().parse::<std::net::IpAddr>();
        !address.is_ok_and(|address| proxies.trusts(address))
    });
    strangers.count() > 1
}
