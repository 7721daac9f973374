//! The names of the keys in Redis. All keys of a partition carry its name as their hash tag, so that they stand in one slot
//! and one script may touch them all: `tegata:{organization:x}:documents`.

use crate::store::{Key, Partition};

/// The slots of a Redis Cluster.
pub const SLOTS: u16 = 16_384;

/// The keys of one store: all begin with its prefix.
#[derive(Debug, Clone)]
pub struct Keyspace {
    prefix: String,
}

/// The keys of one partition.
#[derive(Debug, Clone)]
pub struct PartitionKeys {
    beginning: String,
    name: String,
    slot: u16,
}

impl Keyspace {
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    pub fn partition(&self, partition: &Partition) -> PartitionKeys {
        PartitionKeys {
            beginning: format!("{}:{{{partition}}}:", self.prefix),
            name: partition.to_string(),
            slot: crc16(partition.as_str().as_bytes()) % SLOTS,
        }
    }

    pub fn installation(&self) -> PartitionKeys {
        self.partition(&Partition::installation())
    }
}

impl PartitionKeys {
    /// The slot that all keys of the partition stand in.
    pub const fn slot(&self) -> u16 {
        self.slot
    }

    /// The partition's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.beginning)
    }

    /// Format, last version and last position; for the installation also the store's mark.
    pub fn head(&self) -> String {
        self.named("head")
    }

    pub fn documents(&self) -> String {
        self.named("documents")
    }

    pub fn entries(&self) -> String {
        self.named("entries")
    }

    /// When entries end.
    pub fn ends(&self) -> String {
        self.named("ends")
    }

    pub fn log(&self) -> String {
        self.named("log")
    }

    /// The positions of events by what they are about.
    pub fn about(&self) -> String {
        self.named("about")
    }

    pub fn index(&self, index: &Key) -> String {
        self.named(&format!("index:{index}"))
    }

    /// The name of an index, where a field of the head names one.
    pub fn index_named_by(field: &str) -> Option<Key> {
        Key::new(field.strip_prefix("index:")?).ok()
    }

    /// The field of the head that names an index.
    pub fn field_of(index: &Key) -> String {
        format!("index:{index}")
    }

    /// What came of a call, kept for its repetition.
    pub fn outcome(&self, call: &str) -> String {
        self.named(&format!("outcome:{call}"))
    }

    /// Of the installation: all partitions there are.
    pub fn partitions(&self) -> String {
        self.named("partitions")
    }
}

/// CRC-16/XMODEM, by which Redis Cluster maps a hash tag to a slot (Redis Cluster specification, appendix A).
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn slots_are_those_of_redis() {
        // The specification's own example, then what CLUSTER KEYSLOT of Redis 7.0 says.
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(crc16(b"foo") % SLOTS, 12_182);
        let keys = Keyspace::new("tegata").partition(&Partition::organization("okina").unwrap());
        assert_eq!(keys.slot(), crc16(b"organization:okina") % SLOTS);
    }

    #[test]
    fn no_two_things_of_a_store_share_a_key() {
        let space = Keyspace::new("tegata");
        let index = Key::new("a").unwrap();
        let mut keys = Vec::new();
        for partition in [Partition::installation(), Partition::organization("a").unwrap()] {
            let of = space.partition(&partition);
            keys.extend([of.head(), of.documents(), of.entries(), of.ends(), of.log(), of.about()]);
            keys.extend([of.index(&index), of.outcome("a"), of.partitions()]);
        }
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
        assert!(keys.contains(&"tegata:{organization:a}:index:a".to_owned()));
    }
}
