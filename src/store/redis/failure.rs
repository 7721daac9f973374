//! What Redis's errors mean to the store's callers.

use redis::ServerError;

use super::url::Address;
use crate::store::StoreError;

/// What came of an attempt that brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was done, and it may go better in a moment, perhaps on another server.
    Passing(String),
    /// It may or may not have been done.
    Doubtful(String),
    /// Nothing was done: the slot stands on this other server.
    Moved(String),
    /// Nothing was done: the slot is on its way to another server, which has these keys already.
    Underway(Address),
    /// Nothing was done: the server has not got the script.
    NoScript,
    /// Nothing was done, and doing it again would not help.
    Refused(StoreError),
}

impl Failure {
    /// What an error means that a server answered with.
    pub fn answered(error: &ServerError) -> Self {
        let text = match error.details() {
            Some(details) => format!("{} {details}", error.code()),
            None => error.code().to_owned(),
        };
        let said = format!("Redis says: {text}");
        match error.code() {
            "NOSCRIPT" => Self::NoScript,
            "MOVED" => Self::Moved(said),
            "ASK" => match error.details().and_then(target) {
                Some(address) => Self::Underway(address),
                None => Self::Passing(said),
            },
            // A slot in motion, a failover, a start, a long script, too few replicas: all of them end.
            "TRYAGAIN" | "CLUSTERDOWN" | "LOADING" | "MASTERDOWN" | "READONLY" | "BUSY" | "NOREPLICAS"
            | "UNBLOCKED" => Self::Passing(said),
            "ERR" if text.contains("max number of clients") => Self::Passing(said),
            "OOM" => Self::Refused(StoreError::Full(said)),
            "MISCONF" if text.contains("No space left") => Self::Refused(StoreError::Full(said)),
            "MISCONF" => Self::Refused(StoreError::Unavailable(said)),
            "NOAUTH" | "WRONGPASS" | "NOPERM" => {
                let permission = "the user of Redis lacks a permission that Tegata needs (ACL SETUSER)";
                Self::Refused(StoreError::Unavailable(format!("{permission}. {said}")))
            }
            _ => Self::Refused(StoreError::Damaged(said)),
        }
    }
}

/// Where an ASK points: `SLOT HOST:PORT`.
fn target(details: &str) -> Option<Address> {
    let (host, port) = details.split_ascii_whitespace().nth(1)?.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then_some(())?;
    Some(Address { host: host.to_owned(), port: port.parse().ok()? })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use redis::Value;

    use super::*;

    fn answered(line: &str) -> Failure {
        let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap();
        let Value::ServerError(error) = value else { panic!("{value:?}") };
        Failure::answered(&error)
    }

    #[test]
    fn what_ends_by_itself_is_tried_again() {
        for line in [
            "READONLY You can't write against a read only replica. script: 1, on @user_script:1.",
            "LOADING Redis is loading the dataset in memory",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "CLUSTERDOWN The cluster is down",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            "NOREPLICAS Not enough good replicas to write.",
            "ERR max number of clients reached",
            "ASK 1 :7000",
        ] {
            assert!(matches!(answered(line), Failure::Passing(said) if said.contains(&line[..5])), "{line}");
        }
    }

    #[test]
    fn a_full_redis_is_full() {
        let oom = "OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:1.";
        let disk = "MISCONF Errors writing to the AOF file: No space left on device";
        for line in [oom, disk] {
            assert!(matches!(answered(line), Failure::Refused(StoreError::Full(_))), "{line}");
        }
    }

    #[test]
    fn what_somebody_must_mend_is_said_at_once() {
        for line in [
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            "NOPERM this user has no permissions to run the 'evalsha' command",
            "NOAUTH Authentication required.",
        ] {
            assert!(matches!(answered(line), Failure::Refused(StoreError::Unavailable(_))), "{line}");
        }
        for line in ["WRONGTYPE Operation against a key holding the wrong kind of value", "ERR other"] {
            assert!(matches!(answered(line), Failure::Refused(StoreError::Damaged(_))), "{line}");
        }
    }

    #[test]
    fn a_slot_elsewhere_is_looked_for_there() {
        assert!(matches!(answered("MOVED 3999 127.0.0.1:6381"), Failure::Moved(_)));
        let there = |host: &str| Failure::Underway(Address { host: host.to_owned(), port: 6_381 });
        assert_eq!(answered("ASK 3999 127.0.0.1:6381"), there("127.0.0.1"));
        assert_eq!(answered("ASK 3999 fd00::1:6381"), there("fd00::1"));
        assert_eq!(answered("NOSCRIPT No matching script. Please use EVAL."), Failure::NoScript);
    }
}
