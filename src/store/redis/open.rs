use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::answer;
use super::dialer::DialError;
use super::script;
use super::servers::{Request, Servers};
use super::url::RedisUrlError;
use crate::store::StoreError;

/// How long to wait between attempts to reach Redis at the start.
const PAUSE: Duration = Duration::from_millis(100);

/// Why a Redis was not taken as the store: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The address says not where a Redis is.
    #[error("the address of Redis: {0}")]
    Url(#[from] RedisUrlError),
    /// A setting cannot work.
    #[error("the settings for Redis: {0}")]
    Settings(String),
    /// No server could be reached, or none that is a master.
    #[error("Redis at {url} cannot be used now: {reason}")]
    Unreachable {
        /// The address of the configuration.
        url: String,
        /// What the last attempt met.
        reason: String,
    },
    /// It does not know us.
    #[error("Redis at {address} refuses user or password ({reason}); correct them in the configuration")]
    Login {
        /// The server.
        address: String,
        /// What it said.
        reason: String,
    },
    /// It would lose what it acknowledged.
    #[error(
        "Redis at {address} would lose acknowledged writes: set {settings} in its configuration, or take the risk knowingly with store.accept_loss = true"
    )]
    WouldLose {
        /// The server.
        address: String,
        /// The settings to change.
        settings: String,
    },
    /// A replica that takes over would lack what was acknowledged.
    #[error(
        "Redis at {url} would lose acknowledged writes in a failover: any of {replicas} replicas may take over, and {waited_for} must have a change before it is acknowledged; set store.wait_replicas = {replicas}, or take the risk knowingly with store.accept_loss = true"
    )]
    FailoverLoses {
        /// The address of the configuration.
        url: String,
        /// How many replicas a master has.
        replicas: u32,
        /// How many must have what is acknowledged.
        waited_for: u32,
    },
    /// It does not say whether it would.
    #[error(
        "Redis at {address} does not say whether it keeps what it acknowledges ({reason}); allow it with `ACL SETUSER <user> +config|get`, or take the risk knowingly with store.accept_loss = true"
    )]
    Unasked {
        /// The server.
        address: String,
        /// What it said.
        reason: String,
    },
    /// It does not let us do something else that is needed.
    #[error(
        "Redis at {address} does not permit what Tegata needs ({reason}); allow it with `ACL SETUSER <user> {acl}`"
    )]
    NotPermitted {
        /// The server.
        address: String,
        /// What it said.
        reason: String,
        /// The rules that suffice.
        acl: String,
    },
    /// It lacks commands that we use.
    #[error(
        "Redis at {address} has version {found}; Tegata needs 7.0 or later (any version of Valkey will do)"
    )]
    TooOld {
        /// The server.
        address: String,
        /// Its version.
        found: String,
    },
    /// It is another kind of server than the address says.
    #[error("{address} is a {found}: {remedy}")]
    OtherKind {
        /// The server.
        address: String,
        /// What it is.
        found: &'static str,
        /// What to write instead.
        remedy: &'static str,
    },
    /// There is no store and none was to be made.
    #[error(
        "there is no store in Redis at {url} (keys that begin with `{prefix}:`); restore the backup, or correct store.url or store.prefix"
    )]
    Missing {
        /// The address of the configuration.
        url: String,
        /// What the keys begin with.
        prefix: String,
    },
    /// It was made by a program that knows more than this one.
    #[error(
        "the store in Redis has format {found}, and this Tegata knows formats up to 1; use the newer Tegata that made it"
    )]
    Newer {
        /// Its format.
        found: String,
    },
    /// It is being filled with the rows of another store.
    #[error(
        "the store in Redis at {url} (keys that begin with `{prefix}:`) is not whole: a `tegata store copy` or `tegata store import` into it has not ended; run it again, or remove these keys"
    )]
    Unfinished {
        /// The address of the configuration.
        url: String,
        /// What the keys begin with.
        prefix: String,
    },
    /// A new store was to be made where one stands.
    #[error(
        "there is a store in Redis at {url} already (keys that begin with `{prefix}:`); nothing is written over: name another address or prefix, or remove these keys first"
    )]
    Occupied {
        /// The address of the configuration.
        url: String,
        /// What the keys begin with.
        prefix: String,
    },
    /// It is not the one that this process began with.
    #[error(
        "Redis at {address} was emptied or replaced since this process started; restore its data, or start this process again to take it as it is"
    )]
    Replaced {
        /// The server.
        address: String,
    },
    /// TLS cannot be set up.
    #[error("TLS to Redis cannot be set up: {0}")]
    Tls(String),
    /// There is no randomness.
    #[error("{0}")]
    Entropy(String),
    /// It failed in another way.
    #[error("the store in Redis cannot be opened: {0}")]
    Store(#[from] StoreError),
}

/// Connects to every server that holds a part of the store, and tries again for as long as `patience` lasts.
pub(super) async fn reach(servers: &Servers) -> Result<(), OpenError> {
    let settings = &servers.dialer.settings;
    let deadline = Instant::now() + settings.patience;
    loop {
        let reaching = async {
            for node in servers.masters().await? {
                servers.greet(&node).await?;
            }
            Ok(())
        };
        let reason = match timeout_at(deadline, reaching).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(DialError::Unfit(error))) => return Err(error),
            Ok(Err(DialError::Passing(reason))) => reason,
            Err(_) => "it does not answer".to_owned(),
        };
        let next = Instant::now() + PAUSE;
        if next >= deadline {
            return Err(OpenError::Unreachable { url: settings.url.to_string(), reason });
        }
        sleep_until(next).await;
    }
}

/// Makes sure that whichever replica takes over has what was acknowledged.
pub(super) async fn check_replicas(servers: &Servers) -> Result<(), OpenError> {
    let settings = &servers.dialer.settings;
    if settings.accept_loss {
        return Ok(());
    }
    let url = settings.url.to_string();
    match servers.replicas().await {
        Ok(replicas) if replicas > settings.wait_replicas => {
            Err(OpenError::FailoverLoses { url, replicas, waited_for: settings.wait_replicas })
        }
        Ok(_) => Ok(()),
        Err(DialError::Passing(reason)) => Err(OpenError::Unreachable { url, reason }),
        Err(DialError::Unfit(error)) => Err(error),
    }
}

/// What is to be done with what stands in Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is to be used as the store.
    Use,
    /// It is to be filled with the rows of another store.
    Fill,
}

/// Finds the store, or makes one with the mark `new`; returns its mark.
pub(super) async fn find_or_make(
    servers: &Servers,
    new: &str,
    purpose: Purpose,
) -> Result<String, OpenError> {
    let settings = &servers.dialer.settings;
    let of = servers.dialer.keys.installation();
    let keys = [of.head()];
    let format = match purpose {
        Purpose::Use => super::FORMAT,
        Purpose::Fill => super::UNFINISHED,
    };
    let mark = if settings.create { new.as_bytes().to_vec() } else { Vec::new() };
    let arguments = [mark, format.as_bytes().to_vec()];
    let request = Request::Ask { script: &script::FOUND, keys: &keys, arguments: &arguments };
    let answer = servers.run(of.slot(), &request, settings.patience).await?;
    let mut found = answer::list(answer)?.into_iter().filter_map(answer::text);
    let (url, prefix) = (settings.url.to_string(), settings.prefix.clone());
    match (found.next(), found.next().as_deref(), purpose) {
        (None, None, _) => Err(OpenError::Missing { url, prefix }),
        (Some(mark), Some(super::FORMAT), Purpose::Use)
        | (Some(mark), Some(super::UNFINISHED), Purpose::Fill) => {
            let _ = servers.dialer.mark.set(mark.clone());
            Ok(mark)
        }
        (_, Some(super::FORMAT), Purpose::Fill) => Err(OpenError::Occupied { url, prefix }),
        (_, Some(super::UNFINISHED), Purpose::Use) => Err(OpenError::Unfinished { url, prefix }),
        (_, Some(found), _) => Err(OpenError::Newer { found: found.to_owned() }),
        (Some(_), None, _) => {
            let reason = format!("{} is not the head of a store", of.head());
            Err(OpenError::Store(StoreError::Damaged(reason)))
        }
    }
}
