//! What must hold of a server for what it read to count.
//!
//! A connection begins with the questions whether this is the master and whether it has our store, but both may change while it
//! stands: FLUSHALL breaks no connection, and neither does `REPLICAOF`. So every reading asks again, in the same round trip and
//! behind the reading itself, so that what held then held before.

use redis::{Pipeline, Value};

use super::answer;
use super::keyspace::{Keyspace, PartitionKeys};

/// What is asked behind a reading.
pub struct Proof {
    head: String,
    /// The mark of our store, where this head has it.
    mark: Option<String>,
    /// Whether a server can be another one's replica and answer all the same: in a cluster it cannot.
    role: bool,
}

/// What the answers say.
#[derive(Debug, PartialEq, Eq)]
pub enum Proven {
    /// It counts.
    Yes,
    /// The partition is not there: nobody has made it yet, or it has vanished.
    Headless,
    /// It does not count, for this reason.
    No(String),
}

impl Proof {
    /// For a reading in a partition: on one server the store's own head is there, in a cluster only the partition's.
    pub fn of(keys: &Keyspace, of: &PartitionKeys, mark: &str, in_cluster: bool) -> Self {
        let installation = keys.installation();
        let of = if in_cluster { of } else { &installation };
        let mark = (of.slot() == installation.slot() && of.head() == installation.head()).then_some(mark);
        Self { head: of.head(), mark: mark.map(ToOwned::to_owned), role: !in_cluster }
    }

    /// Puts the questions behind a reading.
    pub fn ask(&self, commands: &mut Pipeline) {
        let field = if self.mark.is_some() { "store" } else { "format" };
        commands.cmd("HGET").arg(&self.head).arg(field);
        if self.role {
            commands.cmd("ROLE");
        }
    }

    /// Judges the answers.
    pub fn judge(&self, mut answers: impl Iterator<Item = Value>) -> Proven {
        let head = answers.next().unwrap_or_default();
        if self.role {
            let role = answer::list(answers.next().unwrap_or_default()).unwrap_or_default();
            let role = role.into_iter().next().and_then(answer::text).unwrap_or_default();
            if role != "master" {
                return Proven::No(format!("it is no master any more ({role})"));
            }
        }
        match (&self.mark, head) {
            // A slot that is on its way: what was read came from whoever still answers for it.
            (_, Value::ServerError(error)) if !self.role => match error.code() {
                "ASK" | "MOVED" | "TRYAGAIN" => Proven::Yes,
                code => Proven::No(format!("it says {code}")),
            },
            (None, Value::Nil) => Proven::Headless,
            (None, _) => Proven::Yes,
            (Some(mark), head) => match answer::text(head) {
                Some(found) if found == *mark => Proven::Yes,
                _ => Proven::No("it was emptied or replaced".to_owned()),
            },
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::store::Partition;

    fn proof(in_cluster: bool) -> Proof {
        let keys = Keyspace::new("t");
        let of = keys.partition(&Partition::organization("x").unwrap());
        Proof::of(&keys, &of, "mark", in_cluster)
    }

    fn judged(proof: &Proof, answers: &[&str]) -> Proven {
        let answers: Vec<_> =
            answers.iter().map(|text| redis::parse_redis_value(text.as_bytes()).unwrap()).collect();
        proof.judge(answers.into_iter())
    }

    #[test]
    fn a_server_counts_only_as_the_master_with_our_store() {
        let (master, replica) = ("*1\r\n$6\r\nmaster\r\n", "*1\r\n$5\r\nslave\r\n");
        let single = proof(false);
        assert_eq!(judged(&single, &["$4\r\nmark\r\n", master]), Proven::Yes);
        for other in ["$5\r\nother\r\n", "$-1\r\n", "-LOADING wait\r\n"] {
            assert!(matches!(judged(&single, &[other, master]), Proven::No(_)), "{other}");
        }
        assert!(matches!(judged(&single, &["$4\r\nmark\r\n", replica]), Proven::No(_)));
        assert!(matches!(judged(&single, &[]), Proven::No(_)));
    }

    #[test]
    fn in_a_cluster_a_partition_without_a_head_is_told_from_one_on_its_way() {
        let cluster = proof(true);
        assert_eq!(judged(&cluster, &["$1\r\n1\r\n"]), Proven::Yes);
        assert_eq!(judged(&cluster, &["$-1\r\n"]), Proven::Headless);
        assert_eq!(judged(&cluster, &["-ASK 1 127.0.0.1:7000\r\n"]), Proven::Yes);
        assert!(matches!(judged(&cluster, &["-LOADING wait\r\n"]), Proven::No(_)));
    }
}
