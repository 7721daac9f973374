//! What must hold between the settings of the store in Redis.

use crate::config::problem::{Place, Problem};
use crate::config::secret::SecretSource;
use crate::config::value::Value as _;
use crate::config::{Configuration, Found, Loaded, StoreSettings};
use crate::store::redis::RedisUrl;

/// The settings of the section that mean nothing without `url`.
const OF_REDIS: [&str; 11] = [
    "store.user",
    "store.password_file",
    "store.sentinel_user",
    "store.sentinel_password_file",
    "store.ca_file",
    "store.prefix",
    "store.accept_loss",
    "store.wait_replicas",
    "store.replica_timeout",
    "store.patience",
    "store.connections",
];

/// Everything that does not fit together.
pub(super) fn problems(settings: &Configuration, loaded: &Loaded) -> Vec<Problem> {
    let store = &settings.store;
    let Some(url) = &store.url else { return without_redis(loaded) };
    let mut problems = Vec::new();
    problems.extend(prefix(store, loaded));
    problems.extend(who(
        ["store.user", "store.password_file"],
        (&store.user, &store.password_file),
        "Redis",
        loaded,
    ));
    problems.extend(sentinels(store, url, loaded));
    problems.extend(encryption(store, url, loaded));
    if store.accept_loss {
        let key = "store.accept_loss";
        let what = "what was acknowledged may be lost with Redis's process or machine";
        let problem = Problem::warning(loaded.place(key), key, what).with_value("true");
        problems.push(problem.right("`appendonly yes` and `appendfsync always` in Redis, and false here"));
    }
    problems
}

fn without_redis(loaded: &Loaded) -> Vec<Problem> {
    let ours = loaded.found.iter().filter(|found| OF_REDIS.contains(&found.setting.key().as_str()));
    let set = ours.filter(|found| {
        !matches!(found.place, Place::Default) && found.setting.default_shown().as_ref() != Some(&found.shown)
    });
    let problem = |found: &Found| {
        let what = "it has no effect, since store.url is not set: the store is the file in store.directory";
        Problem::warning(found.place.clone(), &found.setting.key(), what).right("store.url, or nothing")
    };
    set.map(problem).collect()
}

fn prefix(store: &StoreSettings, loaded: &Loaded) -> Option<Problem> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=40).contains(&store.prefix.len()) && store.prefix.bytes().all(fits) {
        return None;
    }
    let key = "store.prefix";
    let problem = Problem::error(loaded.place(key), key, "keys cannot begin with it");
    Some(problem.with_value(store.prefix.shown()).right("1 to 40 characters of a-z A-Z 0-9 . _ -"))
}

fn who(
    [user_key, password_key]: [&str; 2],
    (user, password): (&Option<String>, &Option<SecretSource>),
    whom: &str,
    loaded: &Loaded,
) -> Option<Problem> {
    let (Some(user), None) = (user, password) else { return None };
    let what = format!("{whom} asks a user for a password, and {password_key} is not set");
    let problem = Problem::error(loaded.place(user_key), user_key, what);
    Some(problem.with_value(user.shown()).right("both, or none of the two"))
}

fn sentinels(store: &StoreSettings, url: &RedisUrl, loaded: &Loaded) -> Vec<Problem> {
    let (user, password) = ("store.sentinel_user", "store.sentinel_password_file");
    if url.has_sentinels() {
        let given = (&store.sentinel_user, &store.sentinel_password_file);
        return who([user, password], given, "a Sentinel", loaded).into_iter().collect();
    }
    let given = [(user, store.sentinel_user.is_some()), (password, store.sentinel_password_file.is_some())];
    let problem = |(key, _): (&str, bool)| {
        let what = "no Sentinel is asked, since store.url names none";
        Problem::warning(loaded.place(key), key, what).right("redis+sentinel://…, or nothing")
    };
    given.into_iter().filter(|(_, given)| *given).map(problem).collect()
}

fn encryption(store: &StoreSettings, url: &RedisUrl, loaded: &Loaded) -> Vec<Problem> {
    if url.has_tls() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if store.ca_file.is_some() {
        let key = "store.ca_file";
        let what = "no TLS is spoken with Redis, since store.url does not begin with rediss";
        problems.push(Problem::error(loaded.place(key), key, what).right("rediss://…, or nothing"));
    }
    let local = |host: &str| {
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    if !url.addresses().iter().all(|address| local(&address.host)) {
        let key = "store.url";
        let what = "names of people and the password for Redis travel unencrypted to another machine";
        let problem = Problem::warning(loaded.place(key), key, what).with_value(url.shown());
        problems.push(problem.right("rediss://…, or a network that nobody else is on"));
    }
    problems
}
