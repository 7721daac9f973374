use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::open::OpenError;
use super::url::RedisUrl;

/// Who we are to a Redis or Sentinel that asks (ACL, or `requirepass`, which knows no user).
#[derive(Clone)]
pub struct RedisCredentials {
    /// The user; without one it is `default`.
    pub user: Option<String>,
    /// The password.
    pub password: Zeroizing<String>,
}

impl fmt::Debug for RedisCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCredentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Where Redis is, how it is spoken to, and what it must promise.
#[derive(Debug, Clone)]
pub struct RedisSettings {
    /// Where it is.
    pub url: RedisUrl,
    /// Who we are to Redis.
    pub credentials: Option<RedisCredentials>,
    /// Who we are to the Sentinels.
    pub sentinel_credentials: Option<RedisCredentials>,
    /// With TLS: the certificates to trust, in PEM form, in place of those that the system trusts.
    pub trust: Option<Vec<u8>>,
    /// What all keys begin with (`tegata`), so that several stores may share a Redis: 1 to 40 of `a-z A-Z 0-9 . _ -`.
    pub prefix: String,
    /// Make a new store where none stands (the default). Without it an empty Redis is an error, so that a server with the
    /// wrong address does not start on an empty store.
    pub create: bool,
    /// Take a Redis that may lose what it acknowledged.
    pub accept_loss: bool,
    /// How many replicas must have a commit before it is acknowledged (none).
    pub wait_replicas: u32,
    /// How long replicas may take; then the commit is tried again or its outcome is unknown (one second).
    pub replica_timeout: Duration,
    /// How long a connection may take to come about (two seconds).
    pub connect_timeout: Duration,
    /// How long an answer may take (five seconds: a flush to a slow disk, not a person's patience, is the measure).
    pub response_timeout: Duration,
    /// How long a call is tried again in all, where that is safe (eight seconds: longer than a quick failover).
    pub patience: Duration,
    /// How far the clock may be from that of Redis; beyond, nothing is read or changed (not judged).
    pub clocks_apart: Option<Duration>,
    /// Connections to each server (four). With `wait_replicas` commits have as many of their own.
    pub connections: usize,
}

impl RedisSettings {
    /// The default settings for this Redis.
    #[must_use]
    pub fn new(url: RedisUrl) -> Self {
        Self {
            url,
            credentials: None,
            sentinel_credentials: None,
            trust: None,
            prefix: "tegata".to_owned(),
            create: true,
            accept_loss: false,
            wait_replicas: 0,
            replica_timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(2),
            response_timeout: Duration::from_secs(5),
            patience: Duration::from_secs(8),
            clocks_apart: None,
            connections: 4,
        }
    }

    pub(super) fn check(&self) -> Result<(), OpenError> {
        let named = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let refuse = |text: &str| Err(OpenError::Settings(text.to_owned()));
        if !(1..=40).contains(&self.prefix.len()) || !self.prefix.bytes().all(named) {
            return refuse("the prefix of the keys has 1 to 40 characters of a-z A-Z 0-9 . _ -");
        }
        if !(1..=64).contains(&self.connections) {
            return refuse("there are 1 to 64 connections to a server");
        }
        if self.replica_timeout < Duration::from_millis(1) || self.replica_timeout >= self.response_timeout {
            return refuse("replicas have at least a millisecond, and less time than Redis has to answer");
        }
        if [self.connect_timeout, self.response_timeout, self.patience].iter().any(Duration::is_zero) {
            return refuse("a timeout of nothing lets nothing happen");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn settings() -> RedisSettings {
        RedisSettings::new("redis://localhost".parse().unwrap())
    }

    #[test]
    fn a_password_is_not_shown() {
        let password = Zeroizing::new("s3cret".to_owned());
        let credentials = Some(RedisCredentials { user: Some("tegata".into()), password });
        let settings = RedisSettings { credentials, ..settings() };
        let shown = format!("{settings:?}");
        assert!(shown.contains("tegata") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        assert!(settings().check().is_ok());
        for prefix in ["", "a{b", "a b", "é", &"p".repeat(41)] {
            assert!(RedisSettings { prefix: prefix.to_owned(), ..settings() }.check().is_err(), "{prefix:?}");
        }
        for connections in [0, 65] {
            assert!(RedisSettings { connections, ..settings() }.check().is_err());
        }
        let replica_timeout = settings().response_timeout;
        assert!(RedisSettings { replica_timeout, ..settings() }.check().is_err());
        assert!(RedisSettings { patience: Duration::ZERO, ..settings() }.check().is_err());
    }
}
