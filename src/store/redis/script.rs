//! The scripts that run inside Redis, called by their hash.

use std::sync::LazyLock;

use openssl::sha::sha1;

/// A script and the hash that EVALSHA calls it by.
#[derive(Debug)]
pub struct Script {
    /// Its text.
    pub text: &'static str,
    /// SHA-1 of the text in hexadecimal.
    pub hash: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        Self { text, hash: hex::encode(sha1(text.as_bytes())) }
    }
}

/// A script that writes, behind what makes it safe to repeat.
macro_rules! once {
    ($($file:literal),+) => {
        LazyLock::new(|| Script::new(concat!(include_str!("lua/once.lua"), $(include_str!($file)),+)))
    };
}

macro_rules! plain {
    ($($file:literal),+) => {
        LazyLock::new(|| Script::new(concat!($(include_str!($file)),+)))
    };
}

pub static COMMIT: LazyLock<Script> = once!("lua/note.lua", "lua/commit.lua");
pub static ENTRY_PUT: LazyLock<Script> = once!("lua/entry_put.lua");
pub static ENTRY_DELETE: LazyLock<Script> = once!("lua/entry_delete.lua");
pub static ENTRY_COUNT: LazyLock<Script> = once!("lua/entry_count.lua");
pub static ENTRY_FIND: LazyLock<Script> = plain!("lua/entry_find.lua");
pub static ENTRY_SWEEP: LazyLock<Script> = plain!("lua/entry_sweep.lua");
pub static EVENTS_ABOUT: LazyLock<Script> = plain!("lua/events_about.lua");
pub static FOUND: LazyLock<Script> = plain!("lua/found.lua");
pub static REGISTER: LazyLock<Script> = plain!("lua/register.lua");
pub static RESTORE_EVENTS: LazyLock<Script> = plain!("lua/restore_events.lua");
pub static RESTORE_MENTIONS: LazyLock<Script> = plain!("lua/note.lua", "lua/restore_mentions.lua");
pub static PROBE: LazyLock<Script> = plain!("lua/probe.lua");

/// The scripts of every day, which a server gets when a connection to it begins.
pub fn of_every_day() -> [&'static Script; 6] {
    [&COMMIT, &ENTRY_PUT, &ENTRY_DELETE, &ENTRY_COUNT, &ENTRY_FIND, &EVENTS_ABOUT]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<&'static Script> {
        let rare: [&'static Script; 6] =
            [&ENTRY_SWEEP, &FOUND, &REGISTER, &PROBE, &RESTORE_EVENTS, &RESTORE_MENTIONS];
        of_every_day().into_iter().chain(rare).collect()
    }

    /// The code of a script without its comments.
    fn code(script: &Script) -> String {
        let lines = script.text.lines().map(|line| line.split("--").next().unwrap_or_default().trim_end());
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_script_has_its_own_hash() {
        let hashes: BTreeSet<_> = all().into_iter().map(|script| &script.hash).collect();
        assert_eq!(hashes.len(), all().len());
        assert!(hashes.iter().all(|hash| hash.len() == 40));
    }

    #[test]
    fn scripts_touch_only_the_keys_that_they_are_given() {
        // A key that is not declared would stand in a slot that nobody checked.
        for script in all() {
            for call in code(script).split("redis.call(").chain(code(script).split("redis.pcall(")).skip(1) {
                let mut words = call.split([',', ')']).map(str::trim);
                let command = words.next().unwrap_or_default();
                if !command.starts_with('\'') || command == "'TIME'" {
                    continue;
                }
                let key = words.next().unwrap_or_default();
                assert!(
                    key.starts_with("KEYS[") || ["index", "pages"].contains(&key),
                    "{command} touches {key}"
                );
            }
        }
    }

    #[test]
    fn scripts_neither_scan_nor_block_nor_depend_on_chance() {
        for script in all() {
            let code = code(script);
            for word in
                ["SCAN", "'KEYS'", "SMEMBERS", "HGETALL", "HKEYS", "random", "while true", "repeat", "LRANGE"]
            {
                assert!(!code.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn only_what_is_meant_to_write_writes() {
        let writes = ["HSET", "HDEL", "ZADD", "ZREM", "XADD", "'SET'", "PEXPIRE", "HINCRBY", "'DEL'"];
        let reading: [&Script; 2] = [&ENTRY_FIND, &EVENTS_ABOUT];
        for script in reading {
            assert!(writes.iter().all(|write| !code(script).contains(write)));
        }
        let once: [&Script; 4] = [&COMMIT, &ENTRY_PUT, &ENTRY_DELETE, &ENTRY_COUNT];
        for script in once {
            // Every way out of a script that must be done once leaves its outcome behind.
            let code = code(script);
            let (_, body) = code.split_once("local function whole").unwrap_or_default();
            for line in body.lines().map(str::trim).filter(|line| line.starts_with("return ")) {
                let named = ["return changed(", "return unchanged(", "return string.format(", "return sum"];
                let inner = ["return ARGV[at]", "return '[' .. order"];
                assert!(named.iter().chain(&inner).any(|known| line.starts_with(known)), "{line}");
            }
        }
    }
}
