//! Many enrollments like one that was really issued, and what a claim does to one of them.

use jiff::SignedDuration;
use openssl::sha::sha256;
use serde_json::Value;
use tegata::store::{
    Commit, Contents, EntryChange, Guard, IndexEntry, Key, Partition, Position, Row, RowKind, Store,
};

use crate::world::World;

/// Enrollments that one commit brings.
const BATCH: u64 = 100;

/// The records of one invitation, as Tegata wrote them.
pub struct Seed {
    enrollment: Value,
    subscriber: Value,
    pointer: Vec<u8>,
    event: Vec<u8>,
    id: String,
    partition: Partition,
    /// The files that wait to be fetched, sealed: as good as random.
    sealed: Vec<u8>,
    certificate: Vec<u8>,
}

/// The names of one enrollment.
struct Names {
    id: String,
    subscriber: String,
    code: String,
    number: String,
    secret: String,
}

fn key(text: impl AsRef<str>) -> Key {
    Key::new(text).unwrap()
}

fn drawn(number: u64, what: &str) -> String {
    hex::encode(sha256(format!("{what} {number}").as_bytes()))
}

fn names(number: u64) -> Names {
    Names {
        id: drawn(number, "id")[..12].to_owned(),
        subscriber: drawn(number, "subscriber")[..10].to_owned(),
        code: drawn(number, "code"),
        number: drawn(number, "number"),
        secret: drawn(number, "secret"),
    }
}

fn record(record: &Value) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({ "format": 1, "record": record })).unwrap()
}

impl Seed {
    pub async fn new() -> Self {
        let world = World::new().await;
        let id = world.invitation.enrollment.to_string();
        let store = world.inner.as_ref();
        let read = async |partition: &Partition, name: String| {
            store.find(partition, &key(name)).await.unwrap().unwrap().bytes
        };
        let enrollment = read(&world.partition, format!("enrollment/{id}")).await;
        let enrollment = serde_json::from_slice::<Value>(&enrollment).unwrap()["record"].clone();
        let subscriber = format!("subscriber/{}", enrollment["subscriber"].as_str().unwrap());
        let subscriber = read(&world.partition, subscriber).await;
        let subscriber = serde_json::from_slice::<Value>(&subscriber).unwrap()["record"].clone();
        let code = format!("code/{}", enrollment["code"].as_str().unwrap());
        let pointer = read(&Partition::installation(), code).await;
        let event = store.events(&world.partition, Position(0), 1).await.unwrap().remove(0).bytes;
        world.install(&world.invitation).await;
        let rows = store.rows(&world.partition, RowKind::Document, None, 1_000).await.unwrap().rows;
        let certificate = rows.into_iter().find_map(|row| match row {
            Row::Document(found) if found.key.as_str().starts_with("certificate/") => Some(found.bytes),
            _ => None,
        });
        let sealed = (0..300_u32).flat_map(|part| sha256(&part.to_be_bytes())).collect();
        let partition = world.partition.clone();
        Self {
            enrollment,
            subscriber,
            pointer,
            event,
            id,
            partition,
            sealed,
            certificate: certificate.unwrap(),
        }
    }

    fn named(&self, bytes: &[u8], names: &Names) -> Vec<u8> {
        String::from_utf8(bytes.to_vec()).unwrap().replace(&self.id, &names.id).into_bytes()
    }

    fn enrollment(&self, names: &Names) -> Vec<u8> {
        let mut enrollment = self.enrollment.clone();
        for (field, value) in [
            ("id", &names.id),
            ("line", &names.id),
            ("subscriber", &names.subscriber),
            ("code", &names.code),
            ("number", &names.number),
            ("secret", &names.secret),
        ] {
            enrollment[field] = Value::from(value.as_str());
        }
        record(&enrollment)
    }

    /// Brings `size` invitations that nobody has used, in few commits.
    pub async fn fill(&self, store: &dyn Store, size: u64) {
        for first in (0..size).step_by(usize::try_from(BATCH).unwrap()) {
            let (mut outside, mut inside) = (Commit::new(), Commit::new());
            for number in first..(first + BATCH).min(size) {
                let names = names(number);
                let pointer = self.named(&self.pointer, &names);
                outside = outside
                    .put(key(format!("code/{}", names.code)), pointer.clone())
                    .put(key(format!("number/{}", names.number)), pointer);
                let document = key(format!("enrollment/{}", names.id));
                let order = format!("{:015}-{}", 1_795_176_000_000 + number * 1_000, names.id);
                let by_subscriber = format!("{}/{order}", names.subscriber);
                let mut subscriber = self.subscriber.clone();
                subscriber["id"] = Value::from(names.subscriber.as_str());
                inside = inside
                    .put(document.clone(), self.enrollment(&names))
                    .put(key(format!("subscriber/{}", names.subscriber)), record(&subscriber))
                    .index(IndexEntry { index: key("enrollments"), order, document: document.clone() })
                    .index(IndexEntry {
                        index: key("enrollments-by-subscriber"),
                        order: by_subscriber,
                        document: document.clone(),
                    })
                    .event_about(document, self.named(&self.event, &names));
            }
            store.commit(&Partition::installation(), outside).await.unwrap();
            store.commit(&self.partition, inside).await.unwrap();
        }
    }
}

/// What a claim asks of the store, from the right secret to the files that lie ready; without keys and certificates, which cost
/// the same whatever the size.
pub async fn claim(store: &dyn Store, seed: &Seed, number: u64) {
    let names = names(number);
    let installation = Partition::installation();
    let code = key(format!("code/{}", names.code));
    assert!(store.find(&installation, &code).await.unwrap().is_some());
    let document = key(format!("enrollment/{}", names.id));
    let read = store.find(&seed.partition, &document).await.unwrap().unwrap();
    let organization = store.find(&seed.partition, &key("organization")).await.unwrap();
    assert!(organization.is_none());
    let certificate = key(format!("certificate/{}", &names.secret[..40]));
    let pointer = seed.named(&seed.pointer, &names);
    let lifetime = SignedDuration::from_hours(720);
    let ticket = key(format!("ticket/{}", names.secret));
    let points = Commit::new()
        .put(key(format!("serial/{}", &names.secret[..40])), pointer.clone())
        .entry(EntryChange::Put { key: ticket, bytes: pointer, lifetime });
    store.commit(&installation, points).await.unwrap();
    let event = seed.named(&seed.event, &names);
    let begins = Commit::new()
        .guard(Guard::Version(document.clone(), read.version))
        .put(document.clone(), read.bytes.clone())
        .put(certificate.clone(), seed.event.clone())
        .event_about(document.clone(), event.clone());
    let begun = store.commit(&seed.partition, begins).await.unwrap();
    let prepared = store.find(&seed.partition, &certificate).await.unwrap().unwrap();
    let end = format!("{:012}-{}", 1_826_712_000 + number, &names.secret[..40]);
    let issued = Commit::new()
        .guard(Guard::Version(document.clone(), begun.version))
        .guard(Guard::Version(certificate.clone(), prepared.version))
        .put(document.clone(), read.bytes)
        .put(certificate.clone(), seed.certificate.clone())
        .index(IndexEntry { index: key("certificates-by-end"), order: end, document: certificate })
        .entry(EntryChange::Put {
            key: key(format!("delivery/{}", names.secret)),
            bytes: seed.sealed.clone(),
            lifetime: SignedDuration::from_mins(10),
        })
        .event_about(document, event);
    store.commit(&seed.partition, issued).await.unwrap();
}
