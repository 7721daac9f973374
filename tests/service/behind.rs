//! The check site behind somebody who does TLS for it.

use std::net::TcpListener;
use std::sync::Arc;

use tegata::entropy::SystemEntropy;
use tegata::http::{self, Settings, SiteParts};
use url::Url;

use crate::site::Site;

/// The check page of a site where somebody else does TLS, so that nothing is known of the connection.
pub fn check_without_tls(site: &Site) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = Url::parse(&format!("http://localhost:{port}/check")).unwrap();
    let parts = SiteParts {
        authority: site.authority.clone(),
        settings: Settings::new(site.landing.clone(), url.clone()),
        clock: site.clock.clone(),
        entropy: Arc::new(SystemEntropy),
        pepper: Arc::clone(&site.pepper),
        metrics: Arc::clone(&site.metrics),
        ready: Arc::new(|| Box::pin(async { Ok(()) })),
    };
    let bound = http::serve(&http::Site::check(parts).unwrap(), listener, None, 1).unwrap();
    tokio::spawn(bound.server);
    url
}
