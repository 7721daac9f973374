//! One connection to a server, shared by all who ask: questions are sent one behind the other without waiting for answers.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Pipeline, Value};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::failure::Failure;
use super::url::Address;

/// A connection. Clones are the same one.
#[derive(Clone)]
pub struct Connection {
    address: Address,
    stream: MultiplexedConnection,
    driver: AbortHandle,
}

impl Connection {
    /// A connection whose bytes `driver` moves.
    pub const fn new(address: Address, stream: MultiplexedConnection, driver: AbortHandle) -> Self {
        Self { address, stream, driver }
    }

    pub fn is_alive(&self) -> bool {
        !self.driver.is_finished()
    }

    /// Breaks it, for all who share it.
    pub fn give_up(&self) {
        self.driver.abort();
    }

    /// Sends commands one behind the other and waits for the answers, of which some may be errors.
    pub async fn ask(&self, commands: &Pipeline, within: Duration) -> Result<Vec<Value>, Failure> {
        let address = &self.address;
        if !self.is_alive() {
            return Err(Failure::Passing(format!("the connection to Redis at {address} is broken")));
        }
        let mut stream = self.stream.clone();
        match timeout(within, stream.send_packed_commands(commands, 0, commands.len())).await {
            Ok(Ok(answers)) if answers.len() == commands.len() => Ok(answers),
            Ok(Ok(_)) => {
                self.driver.abort();
                Err(Failure::Doubtful(format!("Redis at {address} gave another number of answers")))
            }
            Ok(Err(error)) => {
                // Answers may be out of step with questions now.
                self.driver.abort();
                Err(Failure::Doubtful(format!("the connection to Redis at {address} broke: {error}")))
            }
            Err(_) => {
                // What has not left yet shall not leave later, and whoever waits behind shall not wait longer.
                self.driver.abort();
                Err(Failure::Doubtful(format!("Redis at {address} did not answer within {within:?}")))
            }
        }
    }
}
