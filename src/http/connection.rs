//! What is known of a connection besides its requests.

use std::any::Any;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use actix_tls::accept::openssl::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

/// A connection, as every request on it sees it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The certificate (DER) that the client showed in the TLS handshake, or in the one that this session resumes.
    pub client_certificate: Option<Arc<[u8]>>,
    /// A second handle on the socket, to see what the other end has received.
    pub socket: Option<Arc<OwnedFd>>,
}

/// Notes what requests will ask for. Called once per connection, after the handshake.
pub fn on_connect(io: &dyn Any, extensions: &mut Extensions) {
    let handle = |stream: &TcpStream| stream.as_fd().try_clone_to_owned().ok().map(Arc::new);
    let connection = if let Some(stream) = io.downcast_ref::<TlsStream<TcpStream>>() {
        let certificate = stream.ssl().peer_certificate().and_then(|certificate| certificate.to_der().ok());
        Connection { client_certificate: certificate.map(Arc::from), socket: handle(stream.get_ref()) }
    } else if let Some(stream) = io.downcast_ref::<TcpStream>() {
        Connection { client_certificate: None, socket: handle(stream) }
    } else {
        Connection { client_certificate: None, socket: None }
    };
    extensions.insert(connection);
}
