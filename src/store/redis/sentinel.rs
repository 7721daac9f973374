//! Sentinels, who know which server is the master now.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use redis::Pipeline;

use super::answer;
use super::dialer::{DialError, Dialer};
use super::failure::Failure;
use super::learned::Learned;
use super::url::Address;

/// The Sentinels of one master.
pub struct Sentinels {
    addresses: Vec<Address>,
    name: String,
    // Another one first each time, so that one that is cut off does not mislead for ever.
    turn: AtomicUsize,
    master: Learned<Address>,
}

impl Sentinels {
    pub fn new(addresses: Vec<Address>, name: String) -> Self {
        Self { addresses, name, turn: AtomicUsize::new(0), master: Learned::nothing() }
    }

    /// The master's address, as it was learned last or as the Sentinels say now.
    pub async fn master(&self, dialer: &Arc<Dialer>) -> Result<Address, DialError> {
        self.master.get(|_| true, async || self.ask_all(dialer).await).await
    }

    /// Forgets that the master is at this address.
    pub async fn doubt(&self, address: &Address) {
        self.master.forget(|known| known == address).await;
    }

    async fn ask_all(&self, dialer: &Arc<Dialer>) -> Result<Address, DialError> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut reasons = Vec::new();
        for number in 0..self.addresses.len() {
            let Some(address) = self.addresses.get((first + number) % self.addresses.len()) else { continue };
            match self.ask(address, dialer).await {
                Ok(master) => return Ok(master),
                Err(DialError::Passing(reason)) => reasons.push(reason),
                Err(unfit) => return Err(unfit),
            }
        }
        Err(DialError::Passing(format!("no Sentinel knows the master: {}", reasons.join("; "))))
    }

    async fn ask(&self, sentinel: &Address, dialer: &Arc<Dialer>) -> Result<Address, DialError> {
        let connection = dialer.guide(sentinel).await?;
        let mut question = Pipeline::new();
        question.cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(&self.name);
        let passing = |reason: &str| DialError::Passing(format!("{sentinel}: {reason}"));
        let answers = match connection.ask(&question, dialer.settings.connect_timeout).await {
            Ok(answers) => answers,
            Err(Failure::Passing(reason) | Failure::Doubtful(reason)) => return Err(passing(&reason)),
            Err(other) => return Err(passing(&format!("{other:?}"))),
        };
        let answer = answers.into_iter().next().unwrap_or_default();
        if let redis::Value::ServerError(error) = &answer {
            return Err(passing(&format!("it says {error}")));
        }
        let mut parts = answer::list(answer).unwrap_or_default().into_iter().filter_map(answer::text);
        match (parts.next(), parts.next().and_then(|port| port.parse().ok())) {
            (Some(host), Some(port)) => Ok(Address { host, port }),
            _ => Err(passing(&format!("it knows no master of the name {}", self.name))),
        }
    }
}
