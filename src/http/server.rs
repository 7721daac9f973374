//! The servers: HTTP/1.1, over TLS or behind a proxy that does TLS.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use rustix::process::{Resource, getrlimit};

use super::address::nowhere;
use super::connection::on_connect;
use super::frame::around;
use super::settings::SiteKind;
use super::site::Site;
use super::tls::TlsSource;

/// How long a client may take to send the headers of a request.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// How long an idle connection stays open.
const IDLE: Duration = Duration::from_secs(30);
/// How long a client may take to end a connection that is being closed.
const CLOSED_WITHIN: Duration = Duration::from_secs(2);
/// How long a TLS handshake may take.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(15);
/// How long requests under way may go on when the server stops.
const STOP_WITHIN: u64 = 10;
/// The most connections of one worker where the system sets no limit. Each takes two descriptors ([`super::connection`]).
const MOST_CONNECTIONS: u64 = 8_192;
/// How many descriptors are left to everything else: the store, files, the other site's listener.
const RESERVED: u64 = 128;
/// How many sites share the process's descriptors.
const SITES: u64 = 3;
/// How often certificate and key are looked at.
const LOOK_AT_FILES: Duration = Duration::from_secs(1);

/// A server that is bound and ready to run.
pub struct Bound {
    /// Where it listens.
    pub address: SocketAddr,
    /// To be awaited; [`Server::handle`] stops it.
    pub server: Server,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket cannot be used.
    #[error("the server cannot listen: {0}")]
    Socket(#[from] io::Error),
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] super::tls::TlsError),
}

/// Serves `site` on `listener`: over TLS where there is a source of certificates, else in the open, for a proxy or a
/// demonstration. `workers` is the number of threads, 0 for one per processor. Signals are left to the caller.
///
/// Must be called inside a Tokio runtime.
///
/// # Errors
/// When the socket or the certificate cannot be used.
pub fn serve(
    site: &Arc<Site>,
    listener: TcpListener,
    tls: Option<&Arc<TlsSource>>,
    workers: usize,
) -> Result<Bound, ServeError> {
    let address = listener.local_addr()?;
    let routes: fn(&mut ServiceConfig) = match site.kind {
        SiteKind::Landing => super::landing,
        SiteKind::Check => super::check,
        SiteKind::Console => super::console::routes::register,
    };
    let shared = Arc::clone(site);
    let mut server = HttpServer::new(move || {
        let site = Arc::clone(&shared);
        App::new()
            .wrap(from_fn(move |request, next| around(Arc::clone(&site), request, next)))
            .configure(routes)
            .default_service(actix_web::web::to(nowhere))
    })
    .on_connect(on_connect)
    // Without it every answer of more than one TLS record waits 40 ms for a delayed acknowledgment.
    .tcp_nodelay(true)
    .client_request_timeout(HEADERS_WITHIN)
    .client_disconnect_timeout(CLOSED_WITHIN)
    .keep_alive(IDLE)
    .tls_handshake_timeout(HANDSHAKE_WITHIN)
    .shutdown_timeout(STOP_WITHIN)
    .disable_signals();
    let workers = match workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        some => some,
    };
    let limit = getrlimit(Resource::Nofile).current;
    server = server.workers(workers).max_connections(connections(limit, workers));
    let server = match tls {
        None => server.listen(listener)?,
        Some(source) => {
            tokio::spawn(follow(Arc::downgrade(source)));
            server.listen_openssl(listener, source.acceptor()?)?
        }
    };
    Ok(Bound { address, server: server.run() })
}

/// How many connections a worker takes before it lets others wait, so that no client takes the descriptors that the rest of
/// the process needs. `limit` is how many descriptors the process may open.
fn connections(limit: Option<u64>, workers: usize) -> usize {
    let share = 2 * SITES * workers.max(1) as u64;
    let most = limit.map_or(MOST_CONNECTIONS, |limit| limit.saturating_sub(RESERVED) / share);
    usize::try_from(most.clamp(16, MOST_CONNECTIONS)).unwrap_or(16)
}

/// Takes new certificates as long as the source is used.
async fn follow(source: Weak<TlsSource>) {
    let mut interval = tokio::time::interval(LOOK_AT_FILES);
    loop {
        interval.tick().await;
        let Some(source) = source.upgrade() else { return };
        // A file system may hang; the servers must not.
        if tokio::task::spawn_blocking(move || source.refresh()).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_to_the_rest() {
        assert_eq!(connections(Some(1_024), 1), 149);
        assert_eq!(connections(Some(1_024), 4), 37);
        assert_eq!(connections(Some(10), 64), 16);
        assert_eq!(connections(Some(1 << 40), 2), 8_192);
        assert_eq!(connections(None, 0), 8_192);
    }
}
