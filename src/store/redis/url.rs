//! Where Redis is: `redis://`, `rediss://` (TLS), and with `+sentinel` or `+cluster` the servers to ask where it is.

use std::fmt;
use std::str::FromStr;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// A name or an IP address, the latter without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Where a Redis is.
///
/// - `redis://HOST[:PORT][/DATABASE]`: one server.
/// - `redis+sentinel://HOST[:PORT],HOST[:PORT],…/MASTER[/DATABASE]`: the master of that name, as the Sentinels know it.
/// - `redis+cluster://HOST[:PORT],HOST[:PORT],…`: a Redis Cluster, of which these are some nodes.
///
/// `rediss` in place of `redis` speaks TLS with every server, Sentinels included. Ports are 6379, for Sentinels 26379. User
/// and password do not stand here, since addresses appear in logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisUrl {
    pub(super) tls: bool,
    pub(super) place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Single { address: Address, database: u16 },
    Sentinel { sentinels: Vec<Address>, master: String, database: u16 },
    Cluster { seeds: Vec<Address> },
}

/// Why a text says not where a Redis is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedisUrlError {
    /// It begins with something else.
    #[error(
        "it must begin with redis://, rediss://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://"
    )]
    Scheme,
    /// A user or a password stands in it.
    #[error(
        "it must not hold a user or a password, since addresses appear in logs; they have settings of their own"
    )]
    Credentials,
    /// A host is missing or malformed.
    #[error("{0:?} is no host, or no HOST:PORT")]
    Host(String),
    /// One server was expected.
    #[error("redis:// names one server; several are redis+sentinel:// or redis+cluster://")]
    Several,
    /// The Sentinels' name for the master is missing or malformed.
    #[error(
        "the name of the master must follow the Sentinels: redis+sentinel://HOST,HOST/MASTER (letters, digits, . _ -)"
    )]
    Master,
    /// The path is no database.
    #[error("{0:?} is no database: a number from 0 to 65535")]
    Database(String),
    /// Something stands where nothing may.
    #[error("{0:?} has no place there")]
    Surplus(String),
}

impl RedisUrl {
    /// Whether TLS is spoken with every server.
    #[must_use]
    pub const fn has_tls(&self) -> bool {
        self.tls
    }

    /// Whether Sentinels are asked which server is the master.
    #[must_use]
    pub const fn has_sentinels(&self) -> bool {
        matches!(self.place, Place::Sentinel { .. })
    }

    /// The servers that are named; a cluster, and what Sentinels watch, may have more.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        match &self.place {
            Place::Single { address, .. } => std::slice::from_ref(address),
            Place::Sentinel { sentinels, .. } => sentinels,
            Place::Cluster { seeds } => seeds,
        }
    }
}

const PORT: u16 = 6_379;
const SENTINEL_PORT: u16 = 26_379;

impl FromStr for RedisUrl {
    type Err = RedisUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(RedisUrlError::Scheme)?;
        let (base, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        let tls = match base {
            "redis" => false,
            "rediss" => true,
            _ => return Err(RedisUrlError::Scheme),
        };
        if rest.contains('@') {
            return Err(RedisUrlError::Credentials);
        }
        if let Some(at) = rest.find(['?', '#']) {
            return Err(RedisUrlError::Surplus(rest[at..].to_owned()));
        }
        let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
        let place = match kind {
            "" if scheme == base => Place::Single {
                address: match addresses(hosts, PORT)?.as_slice() {
                    [address] => address.clone(),
                    _ => return Err(RedisUrlError::Several),
                },
                database: database(path)?,
            },
            "sentinel" => {
                let (master, path) = path.split_once('/').unwrap_or((path, ""));
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
                if master.is_empty() || !master.bytes().all(fits) {
                    return Err(RedisUrlError::Master);
                }
                let sentinels = addresses(hosts, SENTINEL_PORT)?;
                Place::Sentinel { sentinels, master: master.to_owned(), database: database(path)? }
            }
            "cluster" if path.is_empty() => Place::Cluster { seeds: addresses(hosts, PORT)? },
            // A cluster has one database.
            "cluster" => return Err(RedisUrlError::Surplus(format!("/{path}"))),
            _ => return Err(RedisUrlError::Scheme),
        };
        Ok(Self { tls, place })
    }
}

fn addresses(text: &str, port: u16) -> Result<Vec<Address>, RedisUrlError> {
    text.split(',').map(|one| address(one, port).ok_or_else(|| RedisUrlError::Host(one.to_owned()))).collect()
}

fn address(text: &str, default: u16) -> Option<Address> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !text.starts_with('[') && (host.is_empty() || !host.bytes().all(named)) {
        return None;
    }
    let port = match port {
        None => default,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse().ok().filter(|p| *p > 0)?
        }
        Some(_) => return None,
    };
    Some(Address { host: host.to_owned(), port })
}

fn database(path: &str) -> Result<u16, RedisUrlError> {
    if path.is_empty() {
        return Ok(0);
    }
    path.parse().map_err(|_| RedisUrlError::Database(path.to_owned()))
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rediss" } else { "redis" };
        let list = |hosts: &[Address]| hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        match &self.place {
            Place::Single { address, database } => write!(f, "{scheme}://{address}/{database}"),
            Place::Sentinel { sentinels, master, database } => {
                write!(f, "{scheme}+sentinel://{}/{master}/{database}", list(sentinels))
            }
            Place::Cluster { seeds } => write!(f, "{scheme}+cluster://{}", list(seeds)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[track_caller]
    fn means(text: &str, shown: &str) {
        let url: RedisUrl = text.parse().unwrap();
        assert_eq!(url.to_string(), shown);
        assert_eq!(shown.parse(), Ok(url));
    }

    #[test]
    fn one_server_has_a_default_port_and_database() {
        means("redis://localhost", "redis://localhost:6379/0");
        means("redis://10.0.0.7:7000/3", "redis://10.0.0.7:7000/3");
        means("rediss://[::1]:7000", "rediss://[::1]:7000/0");
        means("redis://[fd00::1]/", "redis://[fd00::1]:6379/0");
    }

    #[test]
    fn sentinels_name_a_master() {
        means("redis+sentinel://a,b:1,[::1]/main", "redis+sentinel://a:26379,b:1,[::1]:26379/main/0");
        means("rediss+sentinel://a/main/2", "rediss+sentinel://a:26379/main/2");
    }

    #[test]
    fn a_cluster_is_reached_by_some_of_its_nodes() {
        means("redis+cluster://a,b:7001", "redis+cluster://a:6379,b:7001");
        means("rediss+cluster://a/", "rediss+cluster://a:6379");
    }

    #[test]
    fn what_is_no_such_address_is_refused_with_its_reason() {
        let refused = |text: &str| text.parse::<RedisUrl>().unwrap_err();
        for text in
            ["", "localhost", "http://a", "redis+other://a", "REDIS://a", "redis+://a", "sentinel://a"]
        {
            assert_eq!(refused(text), RedisUrlError::Scheme, "{text}");
        }
        for text in ["redis://:password@a", "redis://user@a", "redis+cluster://a,user:password@b"] {
            assert_eq!(refused(text), RedisUrlError::Credentials, "{text}");
            assert!(!refused(text).to_string().contains("password@"));
        }
        for host in ["", "a:", "a:0", "a:65536", "a:+1", "a b", "[::1", "[x]", "[::1]1", "::1", "a:1:2", "[]"]
        {
            let text = format!("redis://{host}");
            assert_eq!(refused(&text), RedisUrlError::Host(host.to_owned()), "{text}");
        }
        assert_eq!(refused("redis+cluster://a,"), RedisUrlError::Host(String::new()));
        assert_eq!(refused("redis://a,b"), RedisUrlError::Several);
        assert_eq!(refused("redis+sentinel://a"), RedisUrlError::Master);
        assert_eq!(refused("redis+sentinel://a/ü"), RedisUrlError::Master);
        assert_eq!(refused("redis://a/x"), RedisUrlError::Database("x".to_owned()));
        assert_eq!(refused("redis://a/1/2"), RedisUrlError::Database("1/2".to_owned()));
        assert_eq!(refused("redis+cluster://a/1"), RedisUrlError::Surplus("/1".to_owned()));
        assert_eq!(refused("redis://a?db=1"), RedisUrlError::Surplus("?db=1".to_owned()));
    }
}
