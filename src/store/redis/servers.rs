//! The servers of the store, and how a request finds the right one and is brought to an end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use redis::{Cmd, Pipeline, Value};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::cluster::Cluster;
use super::dialer::{DialError, Dialer};
use super::failure::Failure;
use super::node::{Node, Purpose};
use super::proof::{Proof, Proven};
use super::script::Script;
use super::sentinel::Sentinels;
use super::url::{Address, Place};
use crate::store::StoreError;

/// How long to wait before the second attempt; twice as long before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How long the Sentinels' word on the master holds.
const WORD_HOLDS: Duration = Duration::from_secs(1);

/// What the outcome of a script that stands behind `once.lua` begins with where it changed something.
const DONE: &[u8] = b"done";

/// All servers of a store.
pub struct Servers {
    pub dialer: Arc<Dialer>,
    route: Route,
    nodes: Mutex<HashMap<Address, Arc<Node>>>,
}

enum Route {
    Single(Address),
    Sentinel(Arc<Sentinels>),
    Cluster(Cluster),
}

/// What is asked of Redis.
pub enum Request<'a> {
    /// A command that reads.
    Read(&'a Cmd),
    /// A script that reads, or that may be repeated at will.
    Ask { script: &'a Script, keys: &'a [String], arguments: &'a [Vec<u8>] },
    /// A script that stands behind `once.lua`: its first key keeps its outcome, its second argument says whether it may
    /// have been called before.
    Once { script: &'a Script, keys: &'a [String], arguments: &'a [Vec<u8>] },
    /// A script that may be repeated at will, and whose writing replicas must confirm as if it were somebody's.
    Confirmed { script: &'a Script, keys: &'a [String], arguments: &'a [Vec<u8>] },
}

/// What the attempts so far have taught.
#[derive(Default)]
struct Progress {
    /// Why an earlier attempt may have done it.
    doubt: Option<String>,
    /// The server has not got the script.
    whole_script: bool,
    /// Where the slot is going.
    underway: Option<Address>,
}

impl Servers {
    pub fn new(dialer: Arc<Dialer>) -> Self {
        let route = match &dialer.settings.url.place {
            Place::Single { address, .. } => Route::Single(address.clone()),
            Place::Sentinel { sentinels, master, .. } => {
                let sentinels = Arc::new(Sentinels::new(sentinels.clone(), master.clone()));
                dialer.runtime().spawn(follow(Arc::downgrade(&sentinels), Arc::clone(&dialer)));
                Route::Sentinel(sentinels)
            }
            Place::Cluster { seeds } => Route::Cluster(Cluster::new(seeds.clone())),
        };
        Self { dialer, route, nodes: Mutex::new(HashMap::new()) }
    }

    fn node(&self, address: &Address) -> Arc<Node> {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = self.dialer.settings.connections;
        let new = || Arc::new(Node::new(address.clone(), connections));
        Arc::clone(nodes.entry(address.clone()).or_insert_with(new))
    }

    async fn master_of(&self, slot: u16) -> Result<Arc<Node>, DialError> {
        let address = match &self.route {
            Route::Single(address) => address.clone(),
            Route::Sentinel(sentinels) => sentinels.master(&self.dialer).await?,
            Route::Cluster(cluster) => {
                let map = cluster.map(&self.dialer).await?;
                let Some(address) = map.master_of(slot).cloned() else {
                    // It will not be found by asking this map again.
                    cluster.doubt(slot, &Address { host: String::new(), port: 0 }).await;
                    return Err(DialError::Passing(format!("no node of the cluster has slot {slot}")));
                };
                address
            }
        };
        Ok(self.node(&address))
    }

    /// All servers that hold a part of the store.
    pub async fn masters(&self) -> Result<Vec<Arc<Node>>, DialError> {
        match &self.route {
            Route::Cluster(cluster) => {
                let masters = cluster.map(&self.dialer).await?.masters();
                // Connections to nodes that have left are not kept.
                self.nodes
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .retain(|known, _| masters.contains(known));
                Ok(masters.iter().map(|address| self.node(address)).collect())
            }
            Route::Single(_) | Route::Sentinel(_) => Ok(vec![self.master_of(0).await?]),
        }
    }

    /// Connects to a server, if no connection stands.
    pub async fn greet(&self, node: &Node) -> Result<(), DialError> {
        node.connection(Purpose::Ask, &self.dialer).await.map(drop)
    }

    /// Asks every server that holds a part of the store the same; once.
    pub async fn ask_all(&self, questions: &Pipeline) -> Result<Vec<(Address, Vec<Value>)>, StoreError> {
        let failed = |failure: Failure| match failure {
            Failure::Refused(error) => error,
            Failure::Passing(reason) | Failure::Moved(reason) | Failure::Doubtful(reason) => {
                StoreError::Unavailable(reason)
            }
            other => StoreError::Unavailable(format!("{other:?}")),
        };
        let mut answers = Vec::new();
        for node in self.masters().await.map_err(|error| failed(error.into()))? {
            let connection = node.connection(Purpose::Ask, &self.dialer).await;
            let connection = connection.map_err(|error| failed(error.into()))?;
            let asked = connection.ask(questions, self.dialer.settings.response_timeout).await;
            answers.push((node.address.clone(), asked.map_err(failed)?));
        }
        Ok(answers)
    }

    /// Notes that this server may not be the master of this slot any more.
    async fn doubt(&self, slot: u16, address: &Address) {
        match &self.route {
            Route::Single(_) => {}
            Route::Sentinel(sentinels) => sentinels.doubt(address).await,
            Route::Cluster(cluster) => cluster.doubt(slot, address).await,
        }
    }

    /// Whether partitions stand on different servers.
    pub const fn are_a_cluster(&self) -> bool {
        matches!(self.route, Route::Cluster(_))
    }

    /// How many replicas a master has of which one may take its place, by itself or by a Sentinel's word: all of them must have
    /// what was acknowledged. A single server's place nobody takes.
    pub async fn replicas(&self) -> Result<u32, DialError> {
        match &self.route {
            Route::Single(_) => Ok(0),
            Route::Sentinel(sentinels) => sentinels.replicas(&self.dialer).await,
            Route::Cluster(cluster) => Ok(cluster.map(&self.dialer).await?.most_replicas()),
        }
    }

    /// Brings a request to an end: on the right server, again where that is safe, for as long as `patience` lasts.
    pub async fn run(
        &self,
        slot: u16,
        request: &Request<'_>,
        patience: Duration,
    ) -> Result<Value, StoreError> {
        self.run_proven(slot, request, None, patience).await.map(|(value, _)| value)
    }

    /// The same for a reading that counts only where `proof` holds; says whether the partition is there.
    pub async fn run_proven(
        &self,
        slot: u16,
        request: &Request<'_>,
        proof: Option<&Proof>,
        patience: Duration,
    ) -> Result<(Value, bool), StoreError> {
        let deadline = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        let mut progress = Progress::default();
        let repeatable = !matches!(request, Request::Once { .. });
        loop {
            let failure = match self.attempt(slot, request, proof, &progress, deadline).await {
                Ok(found) => return Ok(found),
                Err(failure) => failure,
            };
            progress.underway = None;
            let reason = match failure {
                Failure::NoScript if !progress.whole_script => {
                    progress.whole_script = true;
                    continue;
                }
                Failure::NoScript => "Redis forgets its scripts".to_owned(),
                Failure::Underway(address) => {
                    let reason = format!("the slot is on its way to {address}");
                    progress.underway = Some(address);
                    reason
                }
                Failure::Passing(reason) | Failure::Moved(reason) => reason,
                Failure::Doubtful(reason) => {
                    if !repeatable {
                        progress.doubt = Some(reason.clone());
                    }
                    reason
                }
                Failure::Refused(error) => return Err(in_doubt(progress.doubt, error)),
            };
            let next = Instant::now() + pause;
            if next >= deadline {
                return Err(in_doubt(progress.doubt, StoreError::Unavailable(reason)));
            }
            sleep_until(next).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(
        &self,
        slot: u16,
        request: &Request<'_>,
        proof: Option<&Proof>,
        progress: &Progress,
        deadline: Instant,
    ) -> Result<(Value, bool), Failure> {
        let settings = &self.dialer.settings;
        let waits = matches!(request, Request::Once { .. } | Request::Confirmed { .. });
        let replicas = if waits { settings.wait_replicas } else { 0 };
        // Whoever has only a part of a slot's keys knows nothing of its head.
        let proof = proof.filter(|_| progress.underway.is_none());
        let purpose = if replicas > 0 { Purpose::Replicate } else { Purpose::Ask };
        let connecting = async {
            let node = match &progress.underway {
                Some(address) => self.node(address),
                None => self.master_of(slot).await?,
            };
            match node.connection(purpose, &self.dialer).await {
                Ok(connection) => Ok((node, connection)),
                Err(error) => {
                    self.doubt(slot, &node.address).await;
                    Err(error)
                }
            }
        };
        let (node, connection) = timeout_at(deadline, connecting)
            .await
            .map_err(|_| Failure::Passing("no connection to Redis came about in time".to_owned()))??;
        let mut commands = Pipeline::new();
        if progress.underway.is_some() {
            commands.cmd("ASKING");
        }
        commands.add_command(request.command(progress));
        if replicas > 0 {
            commands.cmd("WAIT").arg(replicas).arg(settings.replica_timeout.as_millis().to_string());
        }
        if let Some(proof) = proof {
            proof.ask(&mut commands);
        }
        let place = usize::from(progress.underway.is_some());
        let answers = match connection.ask(&commands, settings.response_timeout).await {
            Ok(answers) => answers,
            Err(failure) => {
                self.doubt(slot, &node.address).await;
                return Err(failure);
            }
        };
        let mut answers = answers.into_iter().skip(place);
        let answer = answers.next().unwrap_or_default();
        if let Value::ServerError(error) = &answer {
            let failure = Failure::answered(error);
            if matches!(failure, Failure::Passing(_) | Failure::Moved(_)) {
                self.doubt(slot, &node.address).await;
            }
            return Err(failure);
        }
        if let Some(proof) = proof {
            return match proof.judge(answers) {
                Proven::Yes => Ok((answer, true)),
                Proven::Headless => Ok((answer, false)),
                Proven::No(reason) => {
                    // A new connection finds out what to say of this server.
                    connection.give_up();
                    self.doubt(slot, &node.address).await;
                    Err(Failure::Passing(format!("Redis at {}: {reason}", node.address)))
                }
            };
        }
        let reached = answers.next().unwrap_or_default();
        let enough = matches!(reached, Value::Int(reached) if reached >= i64::from(replicas));
        // A refusal changed nothing that replicas would have to know.
        let done = matches!(&answer, Value::BulkString(outcome) if outcome.starts_with(DONE));
        if replicas > 0 && done && !enough {
            return Err(self.unconfirmed(&node.address, &reached));
        }
        Ok((answer, true))
    }

    fn unconfirmed(&self, address: &Address, reached: &Value) -> Failure {
        let settings = &self.dialer.settings;
        let (wanted, within) = (settings.wait_replicas, settings.replica_timeout);
        let reached = match reached {
            Value::Int(reached) => reached.to_string(),
            Value::ServerError(error) => format!("none that it can tell of ({error})"),
            _ => "none that it can tell of".to_owned(),
        };
        Failure::Doubtful(format!(
            "Redis at {address} has it, but of the {wanted} replicas asked for by store.wait_replicas only {reached} confirmed \
             it within {within:?}"
        ))
    }
}

/// Asks the Sentinels again and again while the store is open, so that nobody reads for long at a master that was given up: it
/// lives on and answers what it knows, until they make it a replica.
async fn follow(sentinels: Weak<Sentinels>, dialer: Arc<Dialer>) {
    loop {
        sleep(WORD_HOLDS).await;
        let Some(sentinels) = sentinels.upgrade() else { return };
        sentinels.ask_again(&dialer).await;
    }
}

/// What an error means after an earlier attempt that may have succeeded.
fn in_doubt(doubt: Option<String>, error: StoreError) -> StoreError {
    match (doubt, error) {
        (None, error) | (Some(_), error @ StoreError::Damaged(_)) => error,
        (Some(doubt), StoreError::Unavailable(reason)) if reason == doubt => StoreError::Unknown(doubt),
        (Some(doubt), error) => StoreError::Unknown(format!("{doubt}; then: {error}")),
    }
}

impl Request<'_> {
    fn command(&self, progress: &Progress) -> Cmd {
        let (script, keys, arguments) = match self {
            Request::Read(command) => return (*command).clone(),
            Request::Ask { script, keys, arguments }
            | Request::Once { script, keys, arguments }
            | Request::Confirmed { script, keys, arguments } => (script, keys, arguments),
        };
        let mut command = if progress.whole_script {
            let mut command = redis::cmd("EVAL");
            command.arg(script.text);
            command
        } else {
            let mut command = redis::cmd("EVALSHA");
            command.arg(script.hash.as_str());
            command
        };
        command.arg(keys.len());
        for key in *keys {
            command.arg(key.as_str());
        }
        let again = progress.doubt.is_some() && matches!(self, Request::Once { .. });
        for (number, argument) in arguments.iter().enumerate() {
            if number == 1 && again {
                command.arg(b"1".as_slice());
            } else {
                command.arg(argument.as_slice());
            }
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_doubtful_attempt_a_refusal_is_no_certainty() {
        let full = StoreError::Full("full".into());
        assert_eq!(in_doubt(None, full.clone()), full);
        assert!(matches!(in_doubt(Some("reset".into()), full), StoreError::Unknown(_)));
        let unavailable = StoreError::Unavailable("reset".into());
        assert_eq!(in_doubt(Some("reset".into()), unavailable), StoreError::Unknown("reset".into()));
        let damaged = StoreError::Damaged("wrong type".into());
        assert_eq!(in_doubt(Some("reset".into()), damaged.clone()), damaged);
    }
}
