//! `tegata store`.

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;

use super::Session;
use super::failure::Failure;
use super::style::good;

/// Back up and check the store
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Copy the store to a new file, while it is in use
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
    /// Read the whole store and say whether it is sound; takes seconds for each gigabyte
    Check {
        #[arg(long, help = "Print JSON: ok")]
        json: bool,
    },
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Backup { json, .. } | Command::Check { json } => *json,
        }
    }
}

/// What `store backup --json` prints.
#[derive(Debug, Serialize)]
struct BackedUp {
    file: String,
    bytes: u64,
}

/// What `store check --json` prints.
#[derive(Debug, Serialize)]
struct Sound {
    ok: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let store = session.store()?;
    match &arguments.command {
        Command::Backup { file, .. } => {
            let progress = session.progress("copying the store");
            store.backup(file, &mut |copied, total| progress.at(copied.into(), total.into()))?;
            drop(progress);
            let bytes = std::fs::metadata(file).map_err(|error| Failure::file(file, "read", &error))?.len();
            let text = format!("{} {} ({bytes} bytes)\n", good("Backed up to"), file.display());
            session.output.result(&text, &BackedUp { file: file.display().to_string(), bytes })
        }
        Command::Check { .. } => {
            let progress = session.progress("reading the store");
            store.check()?;
            drop(progress);
            session.output.result(&format!("{}\n", good("The store is sound.")), &Sound { ok: true })
        }
    }
}
