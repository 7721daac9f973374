//! The Redis engine: a single server, a master that Sentinels know, or a Redis Cluster.
//!
//! All keys of a partition stand in one slot (`keyspace`), and every change is one script (`lua/`), so that it is whole or
//! nothing. A change carries a name of its own, under which the script keeps its outcome for a while: a call whose answer was
//! lost is made again and learns what came of the first one, so that a broken connection or a failover is repaired rather
//! than reported, and [`StoreError::Unknown`] is left for a Redis that stays away.
//!
//! What is learned of servers (`servers`, `sentinel`, `cluster`) is forgotten as soon as it proves wrong; every connection
//! (`dialer`) begins with the questions whether this server is the master, keeps what it acknowledges, and still has the
//! store that this process began with.

mod answer;
mod change;
mod cluster;
mod connection;
mod contents;
mod dialer;
mod durability;
mod failure;
mod form;
mod incoming;
mod keyspace;
mod learned;
mod node;
mod open;
mod proof;
mod query;
mod script;
mod sentinel;
mod servers;
mod settings;
mod skew;
mod url;

pub use incoming::IncomingRedis;
pub use open::OpenError;
pub use settings::{RedisCredentials, RedisSettings};
pub use url::{Address, RedisUrl, RedisUrlError};

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use redis::{Cmd, Value};

use self::dialer::Dialer;
use self::keyspace::{Keyspace, PartitionKeys};
use self::proof::Proof;
use self::script::Script;
use self::servers::{Request, Servers};
use self::skew::Skew;
use super::limits::{check_lifetime, check_page, check_value};
use super::{Commit, Committed, Document, Event, Key, Partition, Position, Scan, Scanned, Store, StoreError};
use crate::clock::Clock;
use crate::entropy::Entropy;

/// How long the outcome of a change is kept for its repetition: much longer than anybody tries, or than a network holds a
/// packet back.
const OUTCOME_KEPT: Duration = Duration::from_mins(2);

/// How long [`Store::ready`] takes at most, beside one connection and one answer.
const READY: Duration = Duration::from_millis(500);

/// Entries that one removal of expired ones takes at most, so that it does not hold up Redis.
const SWEEP: usize = 500;

/// The format of the keys in Redis that this program reads and writes.
const FORMAT: &str = "1";

/// What stands in its place while a store is being filled, so that nobody opens it.
const UNFINISHED: &str = "unfinished";

/// The store in Redis.
pub struct RedisStore {
    servers: Servers,
    keys: Keyspace,
    clock: Arc<dyn Clock>,
    mark: String,
    // Names for changes: this store's own, and a number.
    name: String,
    changes: AtomicU64,
    skew: Skew,
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.servers.dialer.settings.url.to_string();
        f.debug_struct("RedisStore").field("url", &url).finish_non_exhaustive()
    }
}

impl RedisStore {
    /// Opens the store in this Redis, or makes it where there is none. Lifetimes are judged by `clock`. Connections live on
    /// the runtime that this is called on.
    ///
    /// # Errors
    /// Every [`OpenError`] says what is wrong, where, and what to do. A Redis that is not there, or still loads, is waited for
    /// as long as `patience` lasts.
    pub async fn open(
        settings: RedisSettings,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, OpenError> {
        Self::open_for(open::Purpose::Use, settings, clock, entropy).await
    }

    async fn open_for(
        purpose: open::Purpose,
        settings: RedisSettings,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, OpenError> {
        let drawn = || entropy.bytes::<10>().map(hex::encode).map_err(|e| OpenError::Entropy(e.to_string()));
        let (mark, name) = (drawn()?, drawn()?);
        let skew = Skew::new(settings.clocks_apart);
        let dialer = Arc::new(Dialer::new(settings)?);
        let keys = dialer.keys.clone();
        let servers = Servers::new(dialer);
        open::reach(&servers).await?;
        open::check_replicas(&servers).await?;
        let mark = open::find_or_make(&servers, &mark, purpose).await?;
        let store = Self { servers, keys, clock, mark, name, changes: AtomicU64::new(0), skew };
        // Where the clocks differ, every call says so, and this one need not.
        let _ = store.compare_clocks(store.patience()).await;
        Ok(store)
    }

    /// Of the servers whose place a replica may take, those that go on writing when they are cut off from all replicas
    /// (`min-replicas-to-write 0`): what nobody acknowledged can be read there until Sentinel or the cluster gives them up.
    ///
    /// # Errors
    /// When they cannot be asked.
    pub async fn write_alone(&self) -> Result<Vec<Address>, StoreError> {
        let unavailable = |error: dialer::DialError| match error {
            dialer::DialError::Passing(reason) => StoreError::Unavailable(reason),
            dialer::DialError::Unfit(error) => StoreError::Unavailable(error.to_string()),
        };
        if self.servers.replicas().await.map_err(unavailable)? == 0 {
            return Ok(Vec::new());
        }
        let mut question = redis::Pipeline::new();
        question.cmd("CONFIG").arg("GET").arg("min-replicas-to-write");
        let answers = self.servers.ask_all(&question).await?;
        let alone = answers.into_iter().filter(|(_, answers)| {
            let settings = answers.first().cloned().map(answer::pairs).unwrap_or_default();
            settings.iter().any(|(name, value)| name == "min-replicas-to-write" && value == "0")
        });
        Ok(alone.map(|(address, _)| address).collect())
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// What a command reads, from the master of a store that is still ours.
    async fn read(&self, of: &PartitionKeys, command: &Cmd) -> Result<Value, StoreError> {
        self.proven(of, &Request::Read(command)).await
    }

    /// The same by a script.
    async fn read_by(
        &self,
        of: &PartitionKeys,
        script: &Script,
        keys: &[String],
        arguments: &[Vec<u8>],
    ) -> Result<Value, StoreError> {
        self.proven(of, &Request::Ask { script, keys, arguments }).await
    }

    async fn proven(&self, of: &PartitionKeys, request: &Request<'_>) -> Result<Value, StoreError> {
        self.in_time().await?;
        let in_cluster = self.servers.are_a_cluster();
        let proof = Proof::of(&self.keys, of, &self.mark, in_cluster);
        let (answer, there) =
            self.servers.run_proven(of.slot(), request, Some(&proof), self.patience()).await?;
        if !there {
            self.never_made(of).await?;
        }
        Ok(answer)
    }

    /// Makes sure that a partition which is not there has never been there.
    async fn never_made(&self, of: &PartitionKeys) -> Result<(), StoreError> {
        let installation = self.keys.installation();
        let mut command = redis::cmd("HGET");
        command.arg(installation.partitions()).arg(of.name());
        let proof = Proof::of(&self.keys, &installation, &self.mark, true);
        let request = Request::Read(&command);
        let known =
            self.servers.run_proven(installation.slot(), &request, Some(&proof), self.patience()).await?;
        if answer::text(known.0).as_deref() == Some("made") { Err(vanished(of.name())) } else { Ok(()) }
    }

    /// A command that writes at the head of a store that is being filled.
    async fn write(&self, of: &PartitionKeys, command: &Cmd) -> Result<Value, StoreError> {
        self.servers.run(of.slot(), &Request::Read(command), self.patience()).await
    }

    async fn ask(
        &self,
        of: &PartitionKeys,
        script: &Script,
        keys: &[String],
        arguments: &[Vec<u8>],
    ) -> Result<Value, StoreError> {
        self.servers.run(of.slot(), &Request::Ask { script, keys, arguments }, self.patience()).await
    }

    fn patience(&self) -> Duration {
        self.servers.dialer.settings.patience
    }

    /// Calls a script that must be done once, and returns its outcome; makes the partition where it is new and `make` says
    /// so.
    async fn change(
        &self,
        partition: &Partition,
        script: &Script,
        (keys, arguments): (Vec<String>, Vec<Vec<u8>>),
        make: bool,
    ) -> Result<String, StoreError> {
        self.in_time().await?;
        let of = self.keys.partition(partition);
        let number = self.changes.fetch_add(1, Ordering::Relaxed);
        let mut all = vec![of.outcome(&format!("{}-{number:x}", self.name)), of.head()];
        all.extend(keys);
        let mut list = vec![change::text(OUTCOME_KEPT.as_millis()), change::flag(false), change::flag(false)];
        list.extend(arguments);
        let outcome = self.once(&of, script, &all, &list).await?;
        if outcome != NO_PARTITION || !make {
            return Ok(outcome);
        }
        let known = self.announce(partition).await?;
        if let Some(makes) = list.get_mut(2) {
            *makes = change::flag(!known);
        }
        // The same name as before, so that a first call that was held up on its way is still the same one.
        let outcome = self.once(&of, script, &all, &list).await?;
        if known {
            // Somebody else was making it just now, or it has vanished.
            if outcome == NO_PARTITION {
                return Err(vanished(partition.as_str()));
            }
            return Ok(outcome);
        }
        // It is there now. Where this cannot be noted, only its loss would be noticed later.
        let _ = self.register(partition, "made").await;
        Ok(outcome)
    }

    async fn once(
        &self,
        of: &PartitionKeys,
        script: &Script,
        keys: &[String],
        arguments: &[Vec<u8>],
    ) -> Result<String, StoreError> {
        let request = Request::Once { script, keys, arguments };
        let answer = self.servers.run(of.slot(), &request, self.patience()).await?;
        let shape = answer::unexpected(&answer);
        answer::text(answer).ok_or(shape)
    }

    /// Enters a new partition into the list of all; says whether it was there as one that was made.
    async fn announce(&self, partition: &Partition) -> Result<bool, StoreError> {
        let emptied = "Redis was emptied or replaced since this process started; restore its data, or start this process \
            again to take it as it is";
        if *partition == Partition::installation() {
            return Err(StoreError::Unavailable(emptied.to_owned()));
        }
        match self.register(partition, "making").await?.as_str() {
            "unknown" | "making" => Ok(false),
            "made" => Ok(true),
            "other-store" => Err(StoreError::Unavailable(emptied.to_owned())),
            other => Err(change::unknown(other)),
        }
    }

    async fn register(&self, partition: &Partition, state: &str) -> Result<String, StoreError> {
        let of = self.keys.installation();
        let keys = [of.head(), of.partitions()];
        let arguments = [&self.mark, partition.as_str(), state].map(|argument| argument.as_bytes().to_vec());
        let answer = self.ask(&of, &script::REGISTER, &keys, &arguments).await?;
        let shape = answer::unexpected(&answer);
        answer::text(answer).ok_or(shape)
    }

    async fn sweep_partition(&self, of: &PartitionKeys, now: i64, limit: usize) -> Result<usize, StoreError> {
        let keys = [of.entries(), of.ends()];
        let mut swept = 0;
        while swept < limit {
            let part = (limit - swept).min(SWEEP);
            let arguments = [change::text(now), change::text(part)];
            let answer = self.ask(of, &script::ENTRY_SWEEP, &keys, &arguments).await?;
            let shape = answer::unexpected(&answer);
            let removed: usize = answer::text(answer).and_then(|count| count.parse().ok()).ok_or(shape)?;
            swept += removed;
            if removed < part {
                break;
            }
        }
        Ok(swept)
    }
}

fn vanished(partition: &str) -> StoreError {
    StoreError::Damaged(format!(
        "the partition {partition} has vanished from Redis, which still knows that it was there; restore its data"
    ))
}

/// What a script says of a partition that is not there.
const NO_PARTITION: &str = "no-partition";

#[async_trait]
impl Store for RedisStore {
    async fn find(&self, partition: &Partition, key: &Key) -> Result<Option<Document>, StoreError> {
        let of = self.keys.partition(partition);
        let answer = self.read(&of, &query::document(&of, key)).await?;
        query::read_document(key, answer)
    }

    async fn commit(&self, partition: &Partition, commit: Commit) -> Result<Committed, StoreError> {
        commit.check()?;
        let now = self.now();
        let call = change::commit(&self.keys.partition(partition), &commit, now);
        let outcome = self.change(partition, &script::COMMIT, call, true).await?;
        let committed = change::committed(&commit, &outcome)?;
        self.skew.seen(committed.version.0, now);
        Ok(committed)
    }

    async fn scan(&self, partition: &Partition, index: &Key, scan: Scan) -> Result<Scanned, StoreError> {
        check_page(scan.limit)?;
        let of = self.keys.partition(partition);
        let Some(command) = query::scan(&of, index, &scan) else {
            return Ok(Scanned { entries: Vec::new(), next: None });
        };
        let answer = self.read(&of, &command).await?;
        query::read_scan(index, &scan, answer)
    }

    async fn events(
        &self,
        partition: &Partition,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        check_page(limit)?;
        let of = self.keys.partition(partition);
        let Some(command) = query::events(&of, after, limit) else { return Ok(Vec::new()) };
        query::read_events(self.read(&of, &command).await?)
    }

    async fn events_about(
        &self,
        partition: &Partition,
        about: &Key,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        check_page(limit)?;
        let of = self.keys.partition(partition);
        let keys = [of.log(), of.about()];
        let arguments = [about.as_str().as_bytes().to_vec(), change::text(after.0), change::text(limit)];
        query::read_events(self.read_by(&of, &script::EVENTS_ABOUT, &keys, &arguments).await?)
    }

    async fn last_event(&self, partition: &Partition) -> Result<Position, StoreError> {
        let of = self.keys.partition(partition);
        query::read_position(self.read(&of, &query::last_event(&of)).await?)
    }

    async fn find_entry(&self, partition: &Partition, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        let of = self.keys.partition(partition);
        let keys = [of.entries(), of.ends()];
        let arguments = [key.as_str().as_bytes().to_vec(), change::text(self.now())];
        answer::bytes(self.read_by(&of, &script::ENTRY_FIND, &keys, &arguments).await?)
    }

    async fn put_entry_if_absent(
        &self,
        partition: &Partition,
        key: &Key,
        bytes: &[u8],
        lifetime: SignedDuration,
    ) -> Result<bool, StoreError> {
        check_value(bytes)?;
        check_lifetime(lifetime)?;
        let now = self.now();
        let end = change::end(now, lifetime);
        let call = self.entry_call(partition, key, now, [change::text(end), bytes.to_vec()]);
        match self.change(partition, &script::ENTRY_PUT, call, true).await?.as_str() {
            "done" => Ok(true),
            "stands" => Ok(false),
            other => Err(change::unknown(other)),
        }
    }

    async fn delete_entry_if(
        &self,
        partition: &Partition,
        key: &Key,
        expected: &[u8],
    ) -> Result<bool, StoreError> {
        let call = self.entry_call(partition, key, self.now(), [expected.to_vec()]);
        match self.change(partition, &script::ENTRY_DELETE, call, false).await?.as_str() {
            "done" => Ok(true),
            "absent" | NO_PARTITION => Ok(false),
            other => Err(change::unknown(other)),
        }
    }

    async fn count(
        &self,
        partition: &Partition,
        key: &Key,
        by: i64,
        lifetime: SignedDuration,
    ) -> Result<i64, StoreError> {
        check_lifetime(lifetime)?;
        let now = self.now();
        let end = change::end(now, lifetime);
        let call = self.entry_call(partition, key, now, [change::text(end), change::text(by)]);
        let outcome = self.change(partition, &script::ENTRY_COUNT, call, true).await?;
        change::counted(key, by, &outcome)
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.compare_clocks(self.patience()).await?;
        let of = self.keys.installation();
        let mut partitions = redis::cmd("HKEYS");
        partitions.arg(of.partitions());
        let named = answer::list(self.read(&of, &partitions).await?)?.into_iter().filter_map(answer::text);
        let mut swept = self.sweep_partition(&of, now.as_millisecond(), limit).await?;
        for name in named {
            if swept >= limit {
                break;
            }
            let Some(partition) = Partition::named(&name) else { continue };
            let of = self.keys.partition(&partition);
            swept += self.sweep_partition(&of, now.as_millisecond(), limit - swept).await?;
        }
        Ok(swept)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.compare_clocks(READY).await?;
        let of = self.keys.installation();
        let keys = [of.head()];
        let arguments = [self.mark.as_bytes().to_vec(), change::text(self.now())];
        let request = Request::Confirmed { script: &script::PROBE, keys: &keys, arguments: &arguments };
        let answer = self.servers.run(of.slot(), &request, READY).await?;
        match answer::text(answer).unwrap_or_default().as_str() {
            "done" => Ok(()),
            "other-store" => self.announce(&Partition::installation()).await.map(drop),
            other => Err(change::unknown(other)),
        }
    }

    fn engine(&self) -> &'static str {
        "redis"
    }

    fn exclusive(&self) -> bool {
        false
    }
}

impl RedisStore {
    fn entry_call<const N: usize>(
        &self,
        partition: &Partition,
        key: &Key,
        now: i64,
        more: [Vec<u8>; N],
    ) -> (Vec<String>, Vec<Vec<u8>>) {
        let of = self.keys.partition(partition);
        let mut arguments = vec![key.as_str().as_bytes().to_vec(), change::text(now)];
        arguments.extend(more);
        (vec![of.entries(), of.ends()], arguments)
    }
}
