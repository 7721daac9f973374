//! What machines that watch read: a listener of its own, never on a site that people reach.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, to};
use actix_web::{App, HttpResponse, HttpServer};

use super::address::at;
use super::server::{Bound, ServeError};
use crate::telemetry::{CONTENT_TYPE, Metrics};

/// How long an idle connection stays open: longer than the pause between two scrapes.
const IDLE: Duration = Duration::from_secs(75);
/// How long a client may take to send a request's head.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// The most connections at once.
const MOST_CONNECTIONS: usize = 16;

/// Serves `GET /metrics` on `listener`, in the open: whoever reaches it reads all of it. Nothing else is there.
///
/// Must be called inside a Tokio runtime.
///
/// # Errors
/// When the socket cannot be used.
pub fn serve_metrics(listener: TcpListener, metrics: Arc<Metrics>) -> Result<Bound, ServeError> {
    let address = listener.local_addr()?;
    let metrics = Data::from(metrics);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::clone(&metrics))
            .service(at(["/metrics"]).reads(read).done())
            .default_service(to(HttpResponse::NotFound))
    })
    .workers(1)
    .max_connections(MOST_CONNECTIONS)
    .keep_alive(IDLE)
    .client_request_timeout(HEADERS_WITHIN)
    .shutdown_timeout(1)
    .disable_signals();
    Ok(Bound { address, server: server.listen(listener)?.run() })
}

async fn read(metrics: Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type(CONTENT_TYPE)
        .body(metrics.text())
}
