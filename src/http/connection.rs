//! What is known of a connection besides its requests, and the hand that closes it when nothing goes on.
//!
//! actix times the first head of a connection and the pause between two requests. A second head that stays half, an answer
//! that nobody takes: for these it has no clock, and each would hold a descriptor for ever. And while its buffer is full of
//! requests that it cannot answer yet, it asks itself again and again without a pause, which keeps a processor busy; so who
//! sends on and on without taking the answers is let go. No browser and no proxy does that: they wait for each answer.

use std::any::Any;
use std::net::{Shutdown, TcpStream as Socket};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use actix_tls::accept::openssl::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::io::ioctl_fionread;
use tokio::time::{Instant, sleep};

use super::hello::is_greased;

/// How long a connection may stay without a request under way. Longer than what actix closes by itself, so that this comes
/// last.
const QUIET: Duration = Duration::from_secs(50);
/// How long one request may take, until the last byte of its answer was taken.
const LONGEST_REQUEST: Duration = Duration::from_mins(3);
/// How often a connection is looked at.
const INTERVAL: Duration = Duration::from_secs(5);

/// A connection, as every request on it sees it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The certificate (DER) that the client showed in the TLS handshake, or in the one that this session resumes.
    pub client_certificate: Option<Arc<[u8]>>,
    /// Whether the TLS connection was opened with GREASE; `None` where it is none.
    pub greased: Option<bool>,
    /// A second handle on the socket, to see what the other end has received, and to close it.
    pub socket: Option<Arc<Socket>>,
    /// What goes on.
    activity: Arc<Activity>,
}

impl Connection {
    fn new(client_certificate: Option<Arc<[u8]>>, greased: Option<bool>, stream: Option<&TcpStream>) -> Self {
        let socket = stream.and_then(|stream| stream.as_fd().try_clone_to_owned().ok());
        Self {
            client_certificate,
            greased,
            socket: socket.map(|descriptor| Arc::new(Socket::from(descriptor))),
            activity: Arc::new(Activity::begun(Instant::now())),
        }
    }

    /// Notes that a request is under way, until what is returned is dropped.
    #[must_use]
    pub fn busy(&self) -> Busy {
        self.activity.change(true, Instant::now());
        Busy(Arc::clone(&self.activity))
    }
}

/// Whether a request is under way, and since when that is so.
#[derive(Debug)]
struct Activity(Mutex<(bool, Instant)>);

impl Activity {
    const fn begun(now: Instant) -> Self {
        Self(Mutex::new((false, now)))
    }

    fn change(&self, busy: bool, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (busy, now);
    }

    /// Whether it has been as it is for too long.
    fn is_overdue(&self, now: Instant) -> bool {
        let (busy, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.duration_since(since) > if busy { LONGEST_REQUEST } else { QUIET }
    }
}

/// A request is under way.
#[derive(Debug)]
pub struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(false, Instant::now());
    }
}

/// Whether the client has sent what the server does not take up.
fn is_pressed(socket: &Socket) -> bool {
    ioctl_fionread(socket).is_ok_and(|waiting| waiting > 0)
}

/// Closes the connection when it is overdue, or pressed at two looks in a row; ends with it. Holds it only for as long as a
/// look takes.
async fn watch(activity: Weak<Activity>, socket: Weak<Socket>) {
    let mut was_pressed = false;
    loop {
        sleep(INTERVAL).await;
        let (Some(activity), Some(socket)) = (activity.upgrade(), socket.upgrade()) else { return };
        let pressed = is_pressed(&socket);
        if activity.is_overdue(Instant::now()) || (pressed && was_pressed) {
            // The server sees the end of the connection and lets go of it.
            let _ = socket.shutdown(Shutdown::Both);
            return;
        }
        was_pressed = pressed;
    }
}

/// Notes what requests will ask for. Called once per connection, after the handshake.
pub fn on_connect(io: &dyn Any, extensions: &mut Extensions) {
    let connection = if let Some(stream) = io.downcast_ref::<TlsStream<TcpStream>>() {
        let certificate = stream.ssl().peer_certificate().and_then(|certificate| certificate.to_der().ok());
        Connection::new(certificate.map(Arc::from), is_greased(stream.ssl()), Some(stream.get_ref()))
    } else {
        Connection::new(None, None, io.downcast_ref::<TcpStream>())
    };
    if let (Some(socket), Ok(runtime)) = (&connection.socket, tokio::runtime::Handle::try_current()) {
        runtime.spawn(watch(Arc::downgrade(&connection.activity), Arc::downgrade(socket)));
    }
    extensions.insert(connection);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpListener;

    use super::*;

    fn pair() -> (Socket, Socket) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Socket::connect(listener.local_addr().unwrap()).unwrap();
        (listener.accept().unwrap().0, client)
    }

    /// Whether the other end is closed after so many seconds, when it has sent `unread` bytes that nobody takes up.
    async fn is_closed_after(busy: bool, unread: usize, seconds: u64) -> bool {
        let (server, mut client) = pair();
        client.write_all(&vec![0; unread]).unwrap();
        client.set_nonblocking(true).unwrap();
        let (socket, activity) = (Arc::new(server), Arc::new(Activity::begun(Instant::now())));
        activity.change(busy, Instant::now());
        let watching = tokio::spawn(watch(Arc::downgrade(&activity), Arc::downgrade(&socket)));
        for _ in 0..seconds {
            tokio::time::advance(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
        let closed = !matches!(client.read(&mut [0; 1]), Err(error) if error.kind() == ErrorKind::WouldBlock);
        assert_eq!(watching.is_finished(), closed);
        closed
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_request_is_closed() {
        assert!(!is_closed_after(false, 0, 49).await);
        assert!(is_closed_after(false, 0, 60).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_has_its_time_and_no_more() {
        assert!(!is_closed_after(true, 0, 120).await);
        assert!(is_closed_after(true, 0, 190).await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_on_without_taking_answers_is_let_go_at_the_second_look() {
        assert!(!is_closed_after(false, 1, 9).await);
        assert!(is_closed_after(false, 1, 12).await);
        assert!(is_closed_after(true, 1, 12).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_over_is_not_held() {
        let (server, _client) = pair();
        let (socket, activity) = (Arc::new(server), Arc::new(Activity::begun(Instant::now())));
        let watching = tokio::spawn(watch(Arc::downgrade(&activity), Arc::downgrade(&socket)));
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&socket), 1);
        drop(socket);
        tokio::time::advance(INTERVAL * 2).await;
        assert!(watching.await.is_ok());
    }
}
