//! The whole store, row by row: indexes and the log in their order, everything else in the order of Redis's own tables.

use redis::{Cmd, Pipeline, Value};

use super::answer;
use super::form;
use super::keyspace::PartitionKeys;
use super::query;
use super::{RedisStore, durability};
use crate::store::limits::check_page;
use crate::store::{
    Contents, Cursor, Document, EngineFacts, Head, Key, Partition, Position, RedisFacts, Row, RowCursor,
    RowKind, Rows, Scan, Store, StoreError, Tally, Unreadable, Version,
};

/// Positions of a page of `about` have six bytes each, behind a number of four in the newest page.
const POSITION: usize = 6;
const NUMBER: usize = 4;

/// A page that is being read.
struct Page<'a> {
    partition: &'a Partition,
    kind: RowKind,
    rows: Rows,
}

impl Page<'_> {
    fn unreadable(&mut self, name: &[u8], reason: impl Into<String>) {
        let name = String::from_utf8_lossy(name);
        let place = format!("{}, {} {name:?}", self.partition, self.kind.name());
        self.rows.unreadable.push(Unreadable { place, reason: reason.into() });
    }

    /// The key of this name, or a note that it is none.
    fn key(&mut self, name: &[u8]) -> Option<Key> {
        match str::from_utf8(name)
            .map_err(|error| error.to_string())
            .and_then(|text| Key::new(text).map_err(|error| error.to_string()))
        {
            Ok(key) => Some(key),
            Err(reason) => {
                self.unreadable(name, reason);
                None
            }
        }
    }
}

fn hscan(key: String, after: Option<&RowCursor>, limit: usize) -> Cmd {
    let cursor = after.map_or("0", text_of);
    let mut command = redis::cmd("HSCAN");
    command.arg(key).arg(cursor).arg("COUNT").arg(limit);
    command
}

fn text_of(cursor: &RowCursor) -> &str {
    let (RowCursor::Lasting(text) | RowCursor::Passing(text)) = cursor;
    text
}

/// A name in a hash and its value.
type Field = (Vec<u8>, Vec<u8>);

/// What HSCAN answers: where to go on, and names with their values.
fn scanned(answer: Value) -> Result<(Option<RowCursor>, Vec<Field>), StoreError> {
    let shape = answer::unexpected(&answer);
    let mut parts = answer::list(answer)?.into_iter();
    let cursor = parts.next().and_then(answer::text).ok_or(shape)?;
    let mut items = answer::list(parts.next().unwrap_or_default())?.into_iter();
    let mut pairs = Vec::with_capacity(items.len() / 2);
    while let (Some(name), Some(value)) = (items.next(), items.next()) {
        pairs.push((answer::bytes(name)?.unwrap_or_default(), answer::bytes(value)?.unwrap_or_default()));
    }
    Ok(((cursor != "0").then_some(RowCursor::Passing(cursor)), pairs))
}

fn positions(page: &[u8]) -> impl Iterator<Item = Position> + '_ {
    let (whole, _) = page.as_chunks::<POSITION>();
    whole.iter().map(|bytes| Position(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
}

fn documents(page: &mut Page<'_>, answer: Value) -> Result<(), StoreError> {
    let (next, pairs) = scanned(answer)?;
    page.rows.next = next;
    for (name, value) in pairs {
        let Some(key) = page.key(&name) else { continue };
        match form::document(&value) {
            Ok((version, bytes)) => page.rows.rows.push(Row::Document(Document { key, version, bytes })),
            Err(reason) => page.unreadable(&name, reason),
        }
    }
    Ok(())
}

impl RedisStore {
    async fn entries(
        &self,
        of: &PartitionKeys,
        page: &mut Page<'_>,
        answer: Value,
    ) -> Result<(), StoreError> {
        let (next, pairs) = scanned(answer)?;
        page.rows.next = next;
        if pairs.is_empty() {
            return Ok(());
        }
        let mut scores = redis::cmd("ZMSCORE");
        scores.arg(of.ends());
        for (name, _) in &pairs {
            scores.arg(name.as_slice());
        }
        let ends = answer::list(self.read(of, &scores).await?)?;
        for ((name, bytes), end) in pairs.into_iter().zip(ends) {
            let Some(key) = page.key(&name) else { continue };
            let ends = match end {
                Value::Double(end) => Some(format!("{end:.0}")),
                other => answer::text(other),
            };
            match ends.and_then(|end| end.parse().ok()) {
                Some(ends) => page.rows.rows.push(Row::Entry { key, ends, bytes }),
                None => page.unreadable(&name, "it has no end, so that it can neither be read nor swept"),
            }
        }
        Ok(())
    }

    async fn mentions(
        &self,
        of: &PartitionKeys,
        page: &mut Page<'_>,
        answer: Value,
    ) -> Result<(), StoreError> {
        let (next, pairs) = scanned(answer)?;
        page.rows.next = next;
        for (name, newest) in pairs.into_iter().filter(|(name, _)| !name.contains(&0)) {
            let Some(about) = page.key(&name) else { continue };
            let Some((number, newest)) = newest.split_at_checked(NUMBER) else {
                page.unreadable(&name, "its positions are cut");
                continue;
            };
            let full = number.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
            let mut all = Vec::new();
            for number in 0..full {
                let mut command = redis::cmd("HGET");
                command.arg(of.about()).arg([name.as_slice(), b"\0", number.to_string().as_bytes()].concat());
                let Some(positions) = answer::bytes(self.read(of, &command).await?)? else {
                    page.unreadable(&name, format!("page {number} of its positions is missing"));
                    break;
                };
                all.extend(positions);
            }
            all.extend(newest);
            if all.len() % POSITION != 0 {
                page.unreadable(&name, "its positions are cut");
            }
            let mention = |position| Row::Mention { about: about.clone(), position };
            page.rows.rows.extend(positions(&all).map(mention));
        }
        Ok(())
    }

    /// The names of the partition's indexes, in byte order.
    async fn indexes(&self, of: &PartitionKeys) -> Result<Vec<Key>, StoreError> {
        let mut fields = redis::cmd("HKEYS");
        fields.arg(of.head());
        let fields = answer::list(self.read(of, &fields).await?)?.into_iter().filter_map(answer::text);
        let mut names: Vec<_> = fields.filter_map(|field| PartitionKeys::index_named_by(&field)).collect();
        names.sort();
        Ok(names)
    }

    async fn places(
        &self,
        of: &PartitionKeys,
        page: &mut Page<'_>,
        after: Option<&RowCursor>,
        limit: usize,
    ) -> Result<(), StoreError> {
        let (name, order) = after.map(text_of).and_then(|text| text.split_once('\0')).unwrap_or_default();
        let mut after = (!order.is_empty()).then(|| Cursor(order.to_owned()));
        for index in self.indexes(of).await? {
            if index.as_str() < name {
                continue;
            }
            if index.as_str() > name {
                after = None;
            }
            let scan = Scan { after: after.take(), limit: limit - page.rows.rows.len(), ..Scan::default() };
            let Some(command) = query::scan(of, &index, &scan) else { continue };
            let members = answer::list(self.read(of, &command).await?)?;
            let more = members.len() > scan.limit;
            let mut last = String::new();
            for member in members.into_iter().take(scan.limit) {
                let member = answer::bytes(member)?.unwrap_or_default();
                // What cannot be read stands in its order all the same.
                let end = member.iter().position(|byte| *byte == 0).unwrap_or(member.len());
                last = String::from_utf8_lossy(member.get(..end).unwrap_or_default()).into_owned();
                match form::place(&member) {
                    Ok((order, document)) => {
                        page.rows.rows.push(Row::Place { index: index.clone(), order, document });
                    }
                    Err(reason) => page.unreadable(format!("{index} {last}").as_bytes(), reason),
                }
            }
            if more || page.rows.rows.len() >= limit {
                // At the end of an index it goes on behind everything that can stand in it.
                let order = if more { last } else { "\x7f".to_owned() };
                page.rows.next = Some(RowCursor::Lasting(format!("{index}\0{order}")));
                break;
            }
        }
        Ok(())
    }

    async fn head(&self, partition: Partition) -> Result<Head, StoreError> {
        let of = self.keys.partition(&partition);
        let mut command = redis::cmd("HMGET");
        command.arg(of.head()).arg("version").arg("position");
        let numbers = answer::list(self.read(&of, &command).await?)?.into_iter();
        let mut numbers = numbers.map(|number| answer::text(number)?.parse::<u64>().ok());
        let (Some(Some(version)), Some(Some(position))) = (numbers.next(), numbers.next()) else {
            return Err(StoreError::Damaged(format!(
                "the partition {partition} has vanished from Redis, which still knows that it was there; restore its data"
            )));
        };
        Ok(Head { partition, version: Version(version), position: Position(position) })
    }
}

fn facts_of(address: String, answers: Vec<Value>) -> RedisFacts {
    let mut answers = answers.into_iter();
    let text = answers.next().and_then(answer::text).unwrap_or_default();
    let field = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let number = |name: &str| field(name).parse().unwrap_or(0);
    let settings = answers.next().map(answer::pairs).unwrap_or_default();
    let setting = |wanted: &str| {
        settings.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let version = match field("valkey_version") {
        none if none.is_empty() => field("redis_version"),
        valkey => format!("Valkey {valkey}"),
    };
    RedisFacts {
        address,
        version,
        used_memory: number("used_memory"),
        max_memory: number("maxmemory"),
        policy: setting("maxmemory-policy"),
        appends: field("aof_enabled") == "1",
        flushes: setting("appendfsync"),
        last_append: field("aof_last_write_status"),
        append_file: number("aof_current_size"),
        replicas: number("connected_slaves"),
    }
}

#[async_trait::async_trait]
impl Contents for RedisStore {
    async fn partitions(&self) -> Result<Vec<Head>, StoreError> {
        let of = self.keys.installation();
        let mut command = redis::cmd("HGETALL");
        command.arg(of.partitions());
        let known = answer::pairs(self.read(&of, &command).await?);
        let mut heads = vec![self.head(Partition::installation()).await?];
        for (name, state) in known {
            let Some(partition) = Partition::named(&name) else {
                return Err(StoreError::Damaged(format!("{name:?} is no name of a partition")));
            };
            match self.head(partition).await {
                Ok(head) => heads.push(head),
                // Its first commit has not come yet, or never will.
                Err(StoreError::Damaged(_)) if state == "making" => {}
                Err(error) => return Err(error),
            }
        }
        heads.sort_by(|one, other| one.partition.cmp(&other.partition));
        Ok(heads)
    }

    async fn rows(
        &self,
        partition: &Partition,
        kind: RowKind,
        after: Option<&RowCursor>,
        limit: usize,
    ) -> Result<Rows, StoreError> {
        check_page(limit)?;
        let of = self.keys.partition(partition);
        let rows = Rows { rows: Vec::new(), unreadable: Vec::new(), next: None };
        let mut page = Page { partition, kind, rows };
        match kind {
            RowKind::Document => {
                let answer = self.read(&of, &hscan(of.documents(), after, limit)).await?;
                documents(&mut page, answer)?;
            }
            RowKind::Entry => {
                let answer = self.read(&of, &hscan(of.entries(), after, limit)).await?;
                self.entries(&of, &mut page, answer).await?;
            }
            RowKind::Mention => {
                let answer = self.read(&of, &hscan(of.about(), after, limit)).await?;
                self.mentions(&of, &mut page, answer).await?;
            }
            RowKind::Place => self.places(&of, &mut page, after, limit).await?,
            RowKind::Event => {
                let after = after.and_then(|cursor| text_of(cursor).parse().ok()).unwrap_or(0);
                let events = self.events(partition, Position(after), limit).await?;
                let last = events.last().filter(|_| events.len() == limit);
                page.rows.next = last.map(|event| RowCursor::Lasting(event.position.0.to_string()));
                page.rows.rows = events.into_iter().map(Row::Event).collect();
            }
        }
        Ok(page.rows)
    }

    async fn tally(&self, partition: &Partition) -> Result<Tally, StoreError> {
        let of = self.keys.partition(partition);
        let count = async |command: &str, key: String| -> Result<u64, StoreError> {
            let mut command = redis::cmd(command);
            command.arg(key);
            let answer = self.read(&of, &command).await?;
            let shape = answer::unexpected(&answer);
            answer::text(answer).and_then(|number| number.parse().ok()).ok_or(shape)
        };
        let mut places = 0;
        for index in self.indexes(&of).await? {
            places += count("ZCARD", of.index(&index)).await?;
        }
        Ok(Tally {
            documents: count("HLEN", of.documents()).await?,
            places,
            events: count("XLEN", of.log()).await?,
            entries: count("HLEN", of.entries()).await?,
        })
    }

    async fn facts(&self) -> Result<EngineFacts, StoreError> {
        let mut questions = Pipeline::new();
        questions.cmd("INFO");
        questions.cmd("CONFIG").arg("GET").arg(&durability::settings());
        let mut facts = Vec::new();
        for (address, answers) in self.servers.ask_all(&questions).await? {
            facts.push(facts_of(address.to_string(), answers));
        }
        facts.sort_by(|one, other| one.address.cmp(&other.address));
        Ok(EngineFacts::Redis(facts))
    }

    /// Redis checks its own file when it loads it.
    async fn integrity(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
