//! `tegata letters`.

mod addressee;
mod batch;
mod paper;
mod print;
mod reprint;
mod sample;
mod single;

use clap::Subcommand;

use super::Session;
use super::failure::Failure;

pub(super) use batch::{Post, open, write};
pub(super) use paper::{LanguageArgument, Papers, stationery};
pub(super) use single::LetterArguments;

/// Print invitations as letters: many at once, again, or a specimen
///
/// A letter is two sheets of A4 that must travel apart: sheet one has the QR code and the retrieval number, sheet two the
/// secret. They are two PDF files, so that nobody puts them into one envelope by mistake; the same mark on both pairs them.
/// Print them on one side of the paper only.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Print(print::Arguments),
    Reprint(reprint::Arguments),
    Sample(sample::Arguments),
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Print(arguments) => arguments.json,
            Command::Reprint(arguments) => arguments.json,
            Command::Sample(arguments) => arguments.json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Print(arguments) => print::run(session, arguments),
        Command::Reprint(arguments) => reprint::run(session, arguments),
        Command::Sample(arguments) => sample::run(session, arguments),
    }
}
