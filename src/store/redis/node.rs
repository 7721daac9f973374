//! One server and the connections to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::connection::Connection;
use super::dialer::{DialError, Dialer};
use super::learned::Learned;
use super::url::Address;

/// What a connection is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read, or to write what need not be waited for.
    Ask,
    /// To write and then wait for replicas, which blocks the connection: reading shall not wait behind it.
    Replicate,
}

/// A server.
pub struct Node {
    pub address: Address,
    asking: Vec<Learned<Connection>>,
    replicating: Vec<Learned<Connection>>,
    turn: AtomicUsize,
}

impl Node {
    pub fn new(address: Address, connections: usize) -> Self {
        let lanes = || (0..connections).map(|_| Learned::nothing()).collect();
        Self { address, asking: lanes(), replicating: lanes(), turn: AtomicUsize::new(0) }
    }

    /// One of the connections, made first where it is not there or broken.
    pub async fn connection(&self, purpose: Purpose, dialer: &Arc<Dialer>) -> Result<Connection, DialError> {
        let lanes = match purpose {
            Purpose::Ask => &self.asking,
            Purpose::Replicate => &self.replicating,
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let Some(lane) = lanes.get(turn % lanes.len().max(1)) else {
            return Err(DialError::Passing("there is no connection to take".to_owned()));
        };
        lane.get(Connection::is_alive, async || dialer.master(&self.address).await).await
    }
}
