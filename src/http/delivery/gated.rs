//! A body whose last byte waits until TCP has acknowledged all the others.
//!
//! A file of a few kilobytes fits into the buffers between us and the device, so that "everything was written" says
//! nothing. With the last byte held back, who went away early shows: the connection is over, or the rest is never
//! acknowledged. What an acknowledgment cannot tell: whether the device's program read what its kernel took, and, behind
//! a reverse proxy, anything beyond the proxy. The proof of an installation is the check page, never this.

use std::future::Future;
use std::io::{Error, ErrorKind};
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use tokio::time::{Instant, Sleep, sleep_until};

use super::acknowledged::Acknowledged;

/// The most bytes handed to the server at once.
const CHUNK: usize = 16 * 1024;
/// How often TCP is asked.
const INTERVAL: Duration = Duration::from_millis(15);
/// How long the last byte waits for a connection that is silent and not over. Then it goes all the same, so that no slow
/// line loses its file, and the transfer counts as unproven.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a transfer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How many bytes were handed to the server.
    pub handed_over: usize,
    /// How many of them arrived at the most, as far as TCP tells: what it acknowledged, the head of the answer included.
    pub arrived: usize,
    /// Whether all but the last byte were acknowledged and the last one was handed over.
    pub acknowledged: bool,
}

/// What is done with the outcome.
type Finish = Box<dyn FnOnce(Outcome)>;

/// The body of one transfer.
pub struct Gated {
    rest: Bytes,
    length: usize,
    socket: Option<Arc<TcpStream>>,
    /// What had been acknowledged before this body.
    before: Option<u64>,
    gate: Option<(Pin<Box<Sleep>>, Instant)>,
    proven: bool,
    ended: bool,
    finish: Option<Finish>,
}

impl Gated {
    /// Sends `bytes` over the connection that `socket` is a handle of, and says at the end how that went. Without a
    /// handle, or where the kernel tells nothing, a body that was taken whole counts as acknowledged.
    pub fn new(bytes: Bytes, socket: Option<Arc<TcpStream>>, finish: impl FnOnce(Outcome) + 'static) -> Self {
        let before = socket.as_ref().and_then(Acknowledged::of).map(|now| now.bytes);
        Self {
            length: bytes.len(),
            rest: bytes,
            socket,
            before,
            gate: None,
            proven: true,
            ended: false,
            finish: Some(Box::new(finish)),
        }
    }

    /// Waits until all that was sent is acknowledged.
    fn poll_gate(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let (Some(socket), Some(before)) = (&self.socket, self.before) else {
            return Poll::Ready(Ok(()));
        };
        // The first look comes after a pause, in which the server writes what it was handed.
        let (pause, patience_ends) = self.gate.get_or_insert_with(|| {
            (Box::pin(sleep_until(Instant::now() + INTERVAL)), Instant::now() + PATIENCE)
        });
        loop {
            std::task::ready!(pause.as_mut().poll(cx));
            let Some(now) = Acknowledged::of(socket) else {
                return Poll::Ready(Ok(()));
            };
            let sent = (self.length - 1) as u64;
            if now.closed {
                return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
            }
            if now.all && now.bytes.saturating_sub(before) >= sent {
                return Poll::Ready(Ok(()));
            }
            if Instant::now() >= *patience_ends {
                self.proven = false;
                return Poll::Ready(Ok(()));
            }
            pause.as_mut().reset(Instant::now() + INTERVAL);
        }
    }
}

impl MessageBody for Gated {
    type Error = Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let body = &mut *self;
        match body.rest.len() {
            0 => {
                body.ended = true;
                Poll::Ready(None)
            }
            1 if body.length > 1 => {
                std::task::ready!(body.poll_gate(cx))?;
                Poll::Ready(Some(Ok(body.rest.split_to(1))))
            }
            1 => Poll::Ready(Some(Ok(body.rest.split_to(1)))),
            left => Poll::Ready(Some(Ok(body.rest.split_to(CHUNK.min(left - 1))))),
        }
    }
}

impl Drop for Gated {
    fn drop(&mut self) {
        if let Some(finish) = self.finish.take() {
            let handed_over = self.length - self.rest.len();
            let acknowledged = self.before.zip(self.socket.as_ref().and_then(Acknowledged::of));
            let arrived = acknowledged.map(|(before, now)| now.bytes.saturating_sub(before));
            let arrived = arrived.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(handed_over);
            finish(Outcome {
                handed_over,
                // What was handed over to its end is under way.
                arrived: if self.ended { handed_over } else { arrived.min(handed_over) },
                acknowledged: self.ended && self.proven,
            });
        }
    }
}
