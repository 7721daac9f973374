//! `tegata store copy`, `export` and `import`.

use std::path::Path;

use serde::Serialize;

use super::super::Session;
use super::super::failure::Failure;
use super::super::style::good;
use super::rows::Rows;
use super::{grouped, whole};
use crate::app::{Destination, Progress, Stage, Transferred, import as import_store};

/// What `store copy --json` and `store import --json` print.
#[derive(Debug, Serialize)]
struct Moved {
    to: String,
    rows: u64,
    resumed: bool,
    partitions: Vec<MovedPartition>,
}

#[derive(Debug, Serialize)]
struct MovedPartition {
    partition: String,
    digest: String,
}

/// What `store export --json` prints.
#[derive(Debug, Serialize)]
struct Exported {
    file: String,
    bytes: u64,
    rows: u64,
    partitions: u64,
}

impl Moved {
    fn of(transferred: &Transferred, to: String) -> Self {
        let partitions = transferred.partitions.iter();
        let partitions = partitions.map(|(partition, digest)| MovedPartition {
            partition: partition.to_string(),
            digest: digest.to_string(),
        });
        Self { to, rows: transferred.rows, resumed: transferred.resumed, partitions: partitions.collect() }
    }
}

const fn word(stage: Stage, copying: &'static str) -> &'static str {
    match stage {
        Stage::Copy => copying,
        Stage::Compare => "comparing",
        Stage::Verify => "reading the file",
    }
}

fn told(mut rows: Rows, copying: &'static str) -> impl FnMut(Progress) + Send {
    move |progress: Progress| rows.at(word(progress.stage, copying), progress.done, progress.total)
}

fn say(session: &Session, what: &str, moved: &Moved) -> Result<(), Failure> {
    let again = if moved.resumed { ", gone on with where the last one broke off" } else { "" };
    let text = format!(
        "{} {} ({} rows{again}; both sides were compared)\n",
        good(what),
        moved.to,
        grouped(moved.rows)
    );
    session.output.result(&text, moved)
}

pub(super) fn copy(session: &Session, to: &Destination) -> Result<(), Failure> {
    let (settings, loaded) = session.settings()?;
    let store = whole(session)?;
    let mut told = told(Rows::start(session.output), "copying");
    let copied = session.block_on(store.copy(&settings, &loaded, to, &mut told))?;
    drop(told);
    let (transferred, place) = copied?;
    say(session, "Copied to", &Moved::of(&transferred, place))?;
    session.output.note(match to {
        Destination::Redis(_) => "To use it, set store.url in the configuration; the old store stays as it is.",
        Destination::Directory(_) => {
            "To use it, set store.directory in the configuration and take store.url out; the old store stays as it is."
        }
    });
    Ok(())
}

pub(super) fn export(session: &Session, file: &Path) -> Result<(), Failure> {
    let store = whole(session)?;
    let mut told = told(Rows::start(session.output), "exporting");
    let exported = session.block_on(store.export(file, &mut told))?;
    drop(told);
    let exported = exported?;
    let bytes = std::fs::metadata(file).map_err(|error| Failure::file(file, "read", &error))?.len();
    let text = format!(
        "{} {} ({} rows, {bytes} bytes)\n",
        good("Exported to"),
        file.display(),
        grouped(exported.rows)
    );
    let printed = Exported {
        file: file.display().to_string(),
        bytes,
        rows: exported.rows,
        partitions: exported.partitions,
    };
    session.output.result(&text, &printed)
}

pub(super) fn import(session: &Session, file: &Path) -> Result<(), Failure> {
    let (settings, loaded) = session.settings()?;
    let mut told = told(Rows::start(session.output), "importing");
    let imported = session.block_on(import_store(&settings, &loaded, file, &mut told))?;
    drop(told);
    let (transferred, place) = imported?;
    say(session, "Imported into", &Moved::of(&transferred, place))
}
