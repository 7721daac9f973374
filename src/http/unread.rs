//! Bodies of requests that nobody reads to their end.
//!
//! actix drains a chunked body that its handler dropped, for as long as the client cares to send it, with no clock running.
//! A body that is still held when the answer is over makes it close the connection instead, within
//! `client_disconnect_timeout`. So every body is held until then, and what was not read by then is never waited for.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

use super::connection::{Busy, Connection};

/// A request's body, shared by its handler and the answer.
#[derive(Clone)]
struct Shared(Rc<RefCell<Payload>>);

impl Stream for Shared {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

/// What lasts as long as the answer to a request does.
pub struct Held {
    _body: Option<Shared>,
    _busy: Option<Busy>,
}

impl Held {
    /// Holds the body of `request`, whose handler reads it as before.
    pub fn of(request: &mut ServiceRequest) -> Self {
        let busy = request.request().conn_data::<Connection>().map(Connection::busy);
        let body = match request.take_payload() {
            Payload::None => None,
            payload => {
                let shared = Shared(Rc::new(RefCell::new(payload)));
                request.set_payload(Payload::Stream { payload: Box::pin(shared.clone()) });
                Some(shared)
            }
        };
        Self { _body: body, _busy: busy }
    }

    /// The answer's body; lets go when it is over.
    pub fn until_sent(self, body: BoxBody) -> BoxBody {
        BoxBody::new(Sending { body, _held: self })
    }
}

struct Sending {
    body: BoxBody,
    _held: Held,
}

impl MessageBody for Sending {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
