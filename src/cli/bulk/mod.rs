//! `tegata bulk`.

mod issue;
mod judged;
mod letters;
mod status;
mod template;

use clap::Subcommand;

use super::Session;
use super::failure::Failure;

/// Invite everybody on a list: check it, issue it, follow it
///
/// The list is a file as a spreadsheet saves it. Every row is judged before anything is issued. Issuing is a job in the store:
/// it goes on wherever a node runs, also after this command or this machine has died, and bringing the same list again issues
/// nobody twice. Nothing secret is shown or kept; `tegata bulk letters` prints what was issued.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(issue::CheckArguments),
    Issue(issue::IssueArguments),
    Letters(letters::Arguments),
    Status(status::StatusArguments),
    Cancel(status::CancelArguments),
    Template(template::Arguments),
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::Check(arguments) => arguments.json,
            Command::Issue(arguments) => arguments.json,
            Command::Letters(arguments) => arguments.json,
            Command::Status(arguments) => arguments.json,
            Command::Cancel(arguments) => arguments.json,
            Command::Template(arguments) => arguments.json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Check(arguments) => issue::check(session, arguments),
        Command::Issue(arguments) => issue::issue(session, arguments),
        Command::Letters(arguments) => letters::run(session, arguments),
        Command::Status(arguments) => status::status(session, arguments),
        Command::Cancel(arguments) => status::cancel(session, arguments),
        Command::Template(arguments) => template::run(session, arguments),
    }
}
