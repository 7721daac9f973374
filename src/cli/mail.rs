//! `tegata mail`.

mod bounce;
mod list;
mod retry;
mod test;

use clap::Subcommand;

use super::Session;
use super::failure::Failure;

pub(super) use list::table;

/// See what is mailed: list, retry, resend, test, and take reports of what could not be delivered
///
/// A running `tegata serve` sends what stands in the outbox. `[mail]` in the configuration says by which server; `tegata
/// organization set` says what is sent and whether mails carry the secret.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Arguments),
    Retry(retry::RetryArguments),
    Resend(retry::ResendArguments),
    Test(test::Arguments),
    Bounce(bounce::Arguments),
}

impl Arguments {
    pub(super) const fn is_json(&self) -> bool {
        match &self.command {
            Command::List(arguments) => arguments.json,
            Command::Retry(arguments) => arguments.json,
            Command::Resend(arguments) => arguments.json,
            Command::Test(arguments) => arguments.json,
            Command::Bounce(arguments) => arguments.json,
        }
    }
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::List(arguments) => list::run(session, arguments),
        Command::Retry(arguments) => retry::retry(session, arguments),
        Command::Resend(arguments) => retry::resend(session, arguments),
        Command::Test(arguments) => test::run(session, arguments),
        Command::Bounce(arguments) => bounce::run(session, arguments),
    }
}
