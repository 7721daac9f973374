//! `tegata store`.

mod counted;
mod moved;
mod rows;
mod sound;

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::Session;
use super::failure::Failure;
use super::style::good;
use crate::app::{Destination, WholeStore};

/// Back up, check, count, copy, export and import the store
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Copy the embedded store to a new file, while it is in use
    ///
    /// The copy is the store as it stands at one moment. It appears under its name only when it is whole and on disk. To
    /// restore it: stop `tegata serve`, put it in the place of store.sqlite in the data directory (without the -wal and -shm
    /// files beside that), start again. The pepper and the keys are not in it: keep copies of them elsewhere.
    #[command(after_help = "\
Examples:
  tegata store backup /backup/tegata-$(date +%F).sqlite")]
    Backup {
        /// The new file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, help = "Print JSON: file, bytes")]
        json: bool,
    },
    /// Hold every record, index and pointer against every other, and say what is wrong
    ///
    /// Works on either engine and while the store is in use: what seems wrong while others write is looked at again. Reads
    /// everything: a minute or two for a million enrollments. Exit code 4 when something is wrong.
    #[command(after_help = "\
Examples:
  tegata store check
  tegata store check --json | jq -r '.findings[] | [.fault, .row] | @tsv'")]
    Check {
        #[arg(long, help = "Print JSON: ok, rows, enrollments, certificates, leftovers, findings, more")]
        json: bool,
    },
    /// Count what the store holds: records, indexes, events, entries, bytes, and where enrollments stand
    ///
    /// Works on either engine and while the store is in use; reads everything. Bytes are those of keys and values, before the
    /// engine compresses or indexes them; what the engine takes for them stands above.
    Stats {
        #[arg(long, help = "Print JSON: place, engine, enrollments, partitions")]
        json: bool,
    },
    /// Copy everything into a new store of either engine, and compare the two
    ///
    /// Versions, positions in the log and lifetimes stay as they are, and so do all secrets: sealed or hashed. Stop every
    /// `tegata serve` first: a store that is written to meanwhile is not copied. The new store can be opened by nobody until
    /// it is whole and was compared; a copy that broke off goes on when the same command is run again. For Redis, the other
    /// settings of the section `store` hold (user, password file, prefix, ...); the environment can set them for this command.
    #[command(after_help = "\
Examples:
  tegata store copy --to redis://10.0.0.7:6379
  TEGATA_STORE_PASSWORD=... tegata store copy --to rediss+sentinel://a,b,c/main
  tegata store copy --to /srv/tegata/store")]
    Copy {
        /// Where to: the address of a Redis, as store.url takes it, or a directory for the embedded engine
        #[arg(long, value_name = "URL|DIRECTORY")]
        to: Destination,
        #[arg(long, help = "Print JSON: to, rows, resumed, partitions")]
        json: bool,
    },
    /// Write everything to a new file of JSON lines
    ///
    /// The file (mode 0600) appears under its name only when it is whole and on disk. Its last line holds a checksum of all
    /// others. Stop every `tegata serve` first: a store that is written to meanwhile is not exported; `tegata store backup`
    /// copies an embedded store while it is in use. The pepper and the keys are not in it.
    #[command(after_help = "\
Examples:
  tegata store export /backup/tegata-$(date +%F).jsonl")]
    Export {
        /// The new file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, help = "Print JSON: file, bytes, rows, partitions")]
        json: bool,
    },
    /// Make the store from an export, where none stands
    ///
    /// The whole file is read and held against its checksum before anything is written. The store can be opened by nobody
    /// until everything has arrived and was compared; an import that broke off goes on when the same command is run again.
    #[command(after_help = "\
Examples:
  tegata store import /backup/tegata-2026-11-21.jsonl")]
    Import {
        /// The export
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long, help = "Print JSON: to, rows, resumed, partitions")]
        json: bool,
    },
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Backup { json, .. }
            | Command::Check { json }
            | Command::Stats { json }
            | Command::Copy { json, .. }
            | Command::Export { json, .. }
            | Command::Import { json, .. } => *json,
        }
    }
}

/// What `store backup --json` prints.
#[derive(Debug, Serialize)]
struct BackedUp {
    file: String,
    bytes: u64,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Backup { file, .. } => {
            let store = session.store()?;
            let progress = session.progress("copying the store");
            store.backup(file, &mut |copied, total| progress.at(copied.into(), total.into()))?;
            drop(progress);
            let bytes = std::fs::metadata(file).map_err(|error| Failure::file(file, "read", &error))?.len();
            let text = format!("{} {} ({bytes} bytes)\n", good("Backed up to"), file.display());
            session.output.result(&text, &BackedUp { file: file.display().to_string(), bytes })
        }
        Command::Check { .. } => sound::check(session),
        Command::Stats { .. } => counted::stats(session),
        Command::Copy { to, .. } => moved::copy(session, to),
        Command::Export { file, .. } => moved::export(session, file),
        Command::Import { file, .. } => moved::import(session, file),
    }
}

/// The store of the installation, and what it is configured by.
fn whole(session: &Session) -> Result<WholeStore, Failure> {
    let (settings, loaded) = session.settings()?;
    Ok(session.block_on(WholeStore::open(&settings, &loaded))??)
}

/// A number with its thousands set apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(number), text);
        }
    }
}
