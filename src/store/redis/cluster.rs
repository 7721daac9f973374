//! Which node of a Redis Cluster has which slots.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use redis::{Pipeline, Value};

use super::answer;
use super::dialer::{DialError, Dialer};
use super::failure::Failure;
use super::learned::Learned;
use super::url::Address;

/// The nodes of a cluster, as far as we know.
pub struct Cluster {
    seeds: Vec<Address>,
    turn: AtomicUsize,
    map: Learned<Arc<SlotMap>>,
    // Whom to ask when the map proved wrong; the seeds of the configuration may be long gone.
    last: std::sync::Mutex<Vec<Address>>,
}

/// Ranges of slots, first and last, the master of each, and how many replicas that one has.
#[derive(Debug, PartialEq, Eq)]
pub struct SlotMap(Vec<(u16, u16, Address, u32)>);

impl SlotMap {
    /// Who has this slot.
    pub fn master_of(&self, slot: u16) -> Option<&Address> {
        self.0
            .iter()
            .find(|(first, last, ..)| (*first..=*last).contains(&slot))
            .map(|(_, _, master, _)| master)
    }

    /// All masters that have slots.
    pub fn masters(&self) -> Vec<Address> {
        let mut masters: Vec<_> = self.0.iter().map(|(_, _, master, _)| master.clone()).collect();
        masters.sort_unstable();
        masters.dedup();
        masters
    }

    /// How many replicas the master with most of them has.
    pub fn most_replicas(&self) -> u32 {
        self.0.iter().map(|(.., replicas)| *replicas).max().unwrap_or(0)
    }

    /// Reads an answer to CLUSTER SLOTS: lists of first slot, last slot, master, replicas; each server a list of host, port and
    /// more. A host that the node does not know is the one that we asked.
    fn read(answer: Value, asked: &Address) -> Option<Self> {
        let number = |value: Value| answer::text(value)?.parse::<u16>().ok();
        let range = |value: Value| {
            let mut parts = answer::list(value).ok()?.into_iter();
            let (first, last) = (number(parts.next()?)?, number(parts.next()?)?);
            let mut master = answer::list(parts.next()?).ok()?.into_iter();
            let host = answer::text(master.next()?).filter(|host| !host.is_empty() && host != "?");
            let host = host.unwrap_or_else(|| asked.host.clone());
            let replicas = u32::try_from(parts.len()).unwrap_or(u32::MAX);
            Some((first, last, Address { host, port: number(master.next()?)? }, replicas))
        };
        answer::list(answer).ok()?.into_iter().map(range).collect::<Option<_>>().map(Self)
    }
}

impl Cluster {
    pub fn new(seeds: Vec<Address>) -> Self {
        let last = std::sync::Mutex::new(Vec::new());
        Self { seeds, turn: AtomicUsize::new(0), map: Learned::nothing(), last }
    }

    /// Who has which slots, as it was learned last or as a node says now.
    pub async fn map(&self, dialer: &Arc<Dialer>) -> Result<Arc<SlotMap>, DialError> {
        self.map.get(|_| true, async || self.ask_all(dialer).await).await
    }

    /// Forgets the map, where it says that this node has this slot.
    pub async fn doubt(&self, slot: u16, address: &Address) {
        self.map.forget(|map| map.master_of(slot).is_none_or(|master| master == address)).await;
    }

    async fn ask_all(&self, dialer: &Arc<Dialer>) -> Result<Arc<SlotMap>, DialError> {
        let mut nodes = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        nodes.extend(self.seeds.iter().filter(|seed| !nodes.contains(seed)).cloned().collect::<Vec<_>>());
        let first = self.turn.fetch_add(1, Ordering::Relaxed) % nodes.len().max(1);
        nodes.rotate_left(first);
        let mut reasons = Vec::new();
        for node in &nodes {
            match Self::ask(node, dialer).await {
                Ok(map) => {
                    *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = map.masters();
                    return Ok(Arc::new(map));
                }
                Err(DialError::Passing(reason)) => reasons.push(reason),
                Err(unfit) => return Err(unfit),
            }
        }
        Err(DialError::Passing(format!("no node of the cluster answers: {}", reasons.join("; "))))
    }

    async fn ask(node: &Address, dialer: &Arc<Dialer>) -> Result<SlotMap, DialError> {
        let connection = dialer.guide(node).await?;
        let mut question = Pipeline::new();
        question.cmd("CLUSTER").arg("SLOTS");
        let passing = |reason: &str| DialError::Passing(format!("{node}: {reason}"));
        let answers = match connection.ask(&question, dialer.settings.connect_timeout).await {
            Ok(answers) => answers,
            Err(Failure::Passing(reason) | Failure::Doubtful(reason)) => return Err(passing(&reason)),
            Err(other) => return Err(passing(&format!("{other:?}"))),
        };
        let answer = answers.into_iter().next().unwrap_or_default();
        if let Value::ServerError(error) = &answer {
            return Err(passing(&format!("it says {error}")));
        }
        let map =
            SlotMap::read(answer, node).ok_or_else(|| passing("it does not say who has which slots"))?;
        if map.0.is_empty() { Err(passing("no slot has a node yet")) } else { Ok(map) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn read(answer: &str) -> Option<SlotMap> {
        let asked = Address { host: "asked".into(), port: 1 };
        SlotMap::read(redis::parse_redis_value(answer.as_bytes()).unwrap(), &asked)
    }

    #[test]
    fn the_map_says_who_has_a_slot() {
        let map = read(
            "*2\r\n*3\r\n:0\r\n:8191\r\n*3\r\n$2\r\nh1\r\n:7000\r\n$1\r\nx\r\n\
             *4\r\n:8192\r\n:16383\r\n*4\r\n$0\r\n\r\n:7001\r\n$1\r\ny\r\n*0\r\n*2\r\n$2\r\nh3\r\n:7002\r\n",
        )
        .unwrap();
        let address = |host: &str, port| Address { host: host.into(), port };
        assert_eq!(map.master_of(0), Some(&address("h1", 7_000)));
        assert_eq!(map.master_of(8_191), Some(&address("h1", 7_000)));
        assert_eq!(map.master_of(8_192), Some(&address("asked", 7_001)));
        assert_eq!(map.master_of(16_384), None);
        assert_eq!(map.masters(), [address("asked", 7_001), address("h1", 7_000)]);
        assert_eq!(map.most_replicas(), 1);
    }

    #[test]
    fn an_answer_of_another_shape_is_no_map() {
        for answer in [
            ":1\r\n",
            "*1\r\n:1\r\n",
            "*1\r\n*2\r\n:0\r\n:1\r\n",
            "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n$1\r\nh\r\n",
        ] {
            assert_eq!(read(answer), None, "{answer:?}");
        }
        assert_eq!(read("*0\r\n"), Some(SlotMap(Vec::new())));
    }
}
