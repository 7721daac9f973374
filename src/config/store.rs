//! Where everything is kept.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::secret::SecretSource;
use super::section::section;
use super::value::{Value, quoted};
use crate::store::redis::RedisUrl;

section! {
    /// Where enrollments, certificates and events are kept: in one file in the data directory, for which no server is
    /// needed, or (where `url` is set) in a Redis, which several nodes share.
    StoreSettings = "store" {
        /// The data directory, where `url` is not set. Not on NFS. One `tegata serve` uses it at a time.
        directory: PathBuf = "store";
        /// Redis in place of the data directory: one server, the master that Sentinels know
        /// (`redis+sentinel://HOST,HOST/MASTER`), or a cluster (`redis+cluster://HOST,HOST`). Every node has the same one.
        /// `rediss` in place of `redis` speaks TLS.
        url: Option<RedisUrl> = none;
        /// The user of Redis's ACL. Without it a password is that of the user `default`.
        user: Option<String> = none;
        /// A file with the password for Redis.
        password_file: Option<SecretSource> = none;
        /// The user of the Sentinels' ACL, where they ask for one.
        sentinel_user: Option<String> = none;
        /// A file with the password for the Sentinels, where they ask for one.
        sentinel_password_file: Option<SecretSource> = none;
        /// PEM file with the CA certificates that Redis's TLS certificate is judged by, in place of those that the system
        /// trusts.
        ca_file: Option<PathBuf> = none;
        /// What all keys in Redis begin with (before a colon), so that several stores may share one.
        prefix: String = "tegata";
        /// Take a Redis that may lose what it acknowledged (no `appendonly yes`, not `appendfsync always`, not `noeviction`).
        /// A certificate that reached somebody may then be missing in the ledger.
        accept_loss: bool = "false";
        /// How many replicas must have a change before it is acknowledged. With Sentinels or a cluster, as many as a master
        /// has keep a failover from losing what was acknowledged; with fewer, one that lacks the last changes may take over.
        wait_replicas: u32 = "0" in "0", "16";
        /// How long the replicas may take.
        replica_timeout: SignedDuration = "1s" in "10ms", "4s";
        /// How long Redis is tried again before somebody is told to come back later: longer than a failover takes.
        patience: SignedDuration = "8s" in "500ms", "1min";
        /// Connections to each server.
        connections: u32 = "4" in "1", "64";
    }
}

impl Value for RedisUrl {
    const SHAPE: &'static str = r#"an address without user and password, such as "redis://10.0.0.7:6379", "rediss://redis.example.jp", "redis+sentinel://10.0.0.7,10.0.0.8/main" or "redis+cluster://10.0.0.7,10.0.0.8""#;

    fn from_text(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|error: crate::store::redis::RedisUrlError| error.to_string())
    }

    fn shown(&self) -> String {
        quoted(&self.to_string())
    }
}
