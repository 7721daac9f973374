//! A store in Redis that is being filled with the rows of another. Until it is whole its head has no format that anybody
//! opens.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use redis::Cmd;

use super::answer;
use super::change::text;
use super::form;
use super::keyspace::PartitionKeys;
use super::open::{OpenError, Purpose};
use super::script::{self, Script};
use super::servers::Request;
use super::settings::RedisSettings;
use super::{FORMAT, RedisStore, UNFINISHED};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::store::{Contents, Head, Incoming, Key, Partition, Row, StoreError};

/// The field of the installation's head that holds the note.
const NOTE: &str = "note";

/// A store in Redis that is being filled.
#[derive(Debug)]
pub struct IncomingRedis {
    store: RedisStore,
}

impl IncomingRedis {
    /// Begins a new store, or goes on with one that was begun there.
    ///
    /// # Errors
    /// [`OpenError::Occupied`] where a store stands there already; every other one as for [`RedisStore::open`].
    pub async fn open(
        settings: RedisSettings,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
    ) -> Result<Self, OpenError> {
        let settings = RedisSettings { create: true, ..settings };
        let store = RedisStore::open_for(Purpose::Fill, settings, clock, entropy).await?;
        Ok(Self { store })
    }

    async fn write(&self, of: &PartitionKeys, command: &Cmd) -> Result<(), StoreError> {
        // Every command here may be repeated, as one that reads may.
        self.store.write(of, command).await.map(drop)
    }

    async fn call(
        &self,
        of: &PartitionKeys,
        script: &Script,
        key: String,
        arguments: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        let keys = [key];
        let request = Request::Ask { script, keys: &keys, arguments };
        self.store.servers.run(of.slot(), &request, self.store.patience()).await.map(drop)
    }
}

fn hset(key: String) -> Cmd {
    let mut command = redis::cmd("HSET");
    command.arg(key);
    command
}

fn zadd(key: String) -> Cmd {
    let mut command = redis::cmd("ZADD");
    command.arg(key);
    command
}

fn is_empty(command: &Cmd) -> bool {
    command.args_iter().count() <= 2
}

/// Rows as they are written: one command or one call of a script for each kind.
struct Written {
    documents: Cmd,
    places: BTreeMap<Key, Cmd>,
    events: Vec<Vec<u8>>,
    mentions: Vec<Vec<u8>>,
    entries: Cmd,
    ends: Cmd,
}

impl Written {
    fn of(of: &PartitionKeys, rows: Vec<Row>) -> Self {
        let mut written = Self {
            documents: hset(of.documents()),
            places: BTreeMap::new(),
            events: Vec::new(),
            mentions: Vec::new(),
            entries: hset(of.entries()),
            ends: zadd(of.ends()),
        };
        for row in rows {
            match row {
                Row::Document(document) => {
                    let value = [form::version(document.version), form::packed(&document.bytes)].concat();
                    written.documents.arg(document.key.as_str()).arg(value);
                }
                Row::Place { index, order, document } => {
                    let member = [order.as_bytes(), b"\0", &form::behind(&order, &document)].concat();
                    let command = written.places.entry(index);
                    let command = command.or_insert_with_key(|index| zadd(of.index(index)));
                    command.arg(0).arg(member);
                }
                Row::Event(event) => {
                    written.events.extend([text(event.position.0), form::packed(&event.bytes)]);
                }
                Row::Mention { about, position } => {
                    written.mentions.extend([about.as_str().as_bytes().to_vec(), text(position.0)]);
                }
                Row::Entry { key, ends, bytes } => {
                    written.entries.arg(key.as_str()).arg(bytes);
                    written.ends.arg(ends).arg(key.as_str());
                }
            }
        }
        written
    }
}

#[async_trait]
impl Incoming for IncomingRedis {
    async fn noted(&self) -> Result<Option<String>, StoreError> {
        let of = self.store.keys.installation();
        let mut command = redis::cmd("HGET");
        command.arg(of.head()).arg(NOTE);
        Ok(answer::text(self.store.read(&of, &command).await?))
    }

    async fn note(&self, text: &str) -> Result<(), StoreError> {
        let of = self.store.keys.installation();
        let mut command = hset(of.head());
        command.arg(NOTE).arg(text);
        self.write(&of, &command).await
    }

    async fn restore(&self, partition: &Partition, rows: Vec<Row>) -> Result<(), StoreError> {
        let of = self.store.keys.partition(partition);
        let written = Written::of(&of, rows);
        for command in [&written.documents, &written.entries, &written.ends] {
            if !is_empty(command) {
                self.write(&of, command).await?;
            }
        }
        for (index, command) in &written.places {
            self.write(&of, command).await?;
            let mut name = hset(of.head());
            name.arg(PartitionKeys::field_of(index)).arg("");
            self.write(&of, &name).await?;
        }
        if !written.events.is_empty() {
            self.call(&of, &script::RESTORE_EVENTS, of.log(), &written.events).await?;
        }
        if !written.mentions.is_empty() {
            self.call(&of, &script::RESTORE_MENTIONS, of.about(), &written.mentions).await?;
        }
        Ok(())
    }

    async fn restore_head(&self, head: &Head) -> Result<(), StoreError> {
        let of = self.store.keys.partition(&head.partition);
        let mut command = hset(of.head());
        let installation = head.partition == Partition::installation();
        let format = if installation { UNFINISHED } else { FORMAT };
        command.arg("format").arg(format);
        command.arg("version").arg(head.version.0).arg("position").arg(head.position.0);
        self.write(&of, &command).await?;
        if installation {
            return Ok(());
        }
        let of = self.store.keys.installation();
        let mut list = hset(of.partitions());
        list.arg(head.partition.as_str()).arg("made");
        self.write(&of, &list).await
    }

    fn contents(&self) -> &dyn Contents {
        &self.store
    }

    async fn finish(self: Box<Self>) -> Result<(), StoreError> {
        let of = self.store.keys.installation();
        let mut command = hset(of.head());
        command.arg("format").arg(FORMAT).arg(NOTE).arg("");
        self.write(&of, &command).await
    }
}
