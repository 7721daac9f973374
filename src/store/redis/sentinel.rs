//! Sentinels, who know which server is the master now.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use redis::{Pipeline, Value};

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

    /// Asks again who the master is. Where no Sentinel answers, the one that is known stays the master.
    pub async fn ask_again(&self, dialer: &Arc<Dialer>) {
        if let Ok(master) = self.ask_all(dialer).await {
            self.master.replace(master).await;
        }
    }

    /// How many replicas follow the master where any of them may take its place, those that are away now included: they come
    /// back with what they had.
    pub async fn replicas(&self, dialer: &Arc<Dialer>) -> Result<u32, DialError> {
        let mut reasons = Vec::new();
        for sentinel in &self.addresses {
            match self.replicas_by(sentinel, dialer).await {
                Ok(number) => return Ok(number),
                Err(DialError::Passing(reason)) => reasons.push(reason),
                Err(unfit) => return Err(unfit),
            }
        }
        Err(DialError::Passing(format!("no Sentinel tells the replicas: {}", reasons.join("; "))))
    }

    async fn replicas_by(&self, sentinel: &Address, dialer: &Arc<Dialer>) -> Result<u32, DialError> {
        let answer = self.asked(sentinel, "REPLICAS", dialer).await?;
        let replicas: Vec<_> =
            answer::list(answer).unwrap_or_default().into_iter().map(answer::pairs).collect();
        let never = |fields: &Vec<(String, String)>| {
            fields.iter().any(|(name, value)| name == "slave-priority" && value == "0")
        };
        if replicas.iter().all(never) {
            return Ok(0);
        }
        // WAIT counts replicas and does not say which: one that never takes over may be among those that confirmed.
        Ok(u32::try_from(replicas.len()).unwrap_or(u32::MAX))
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

    /// What a Sentinel answers to a question about our master.
    async fn asked(
        &self,
        sentinel: &Address,
        question: &str,
        dialer: &Arc<Dialer>,
    ) -> Result<Value, DialError> {
        let connection = dialer.guide(sentinel).await?;
        let mut commands = Pipeline::new();
        commands.cmd("SENTINEL").arg(question).arg(&self.name);
        let passing = |reason: &str| DialError::Passing(format!("{sentinel}: {reason}"));
        let answers = match connection.ask(&commands, dialer.settings.connect_timeout).await {
            Ok(answers) => answers,
            Err(Failure::Passing(reason) | Failure::Doubtful(reason)) => return Err(passing(&reason)),
            Err(other) => return Err(passing(&format!("{other:?}"))),
        };
        match answers.into_iter().next().unwrap_or_default() {
            Value::ServerError(error) => Err(passing(&format!("it says {error}"))),
            answer => Ok(answer),
        }
    }

    async fn ask(&self, sentinel: &Address, dialer: &Arc<Dialer>) -> Result<Address, DialError> {
        let answer = self.asked(sentinel, "GET-MASTER-ADDR-BY-NAME", dialer).await?;
        let mut parts = answer::list(answer).unwrap_or_default().into_iter().filter_map(answer::text);
        match (parts.next(), parts.next().and_then(|port| port.parse().ok())) {
            (Some(host), Some(port)) => Ok(Address { host, port }),
            _ => {
                let reason = format!("{sentinel}: it knows no master of the name {}", self.name);
                Err(DialError::Passing(reason))
            }
        }
    }
}
