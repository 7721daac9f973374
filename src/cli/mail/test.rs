//! `tegata mail test`.

use serde::Serialize;

use crate::app::{AppError, Materials};
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::cli::style::{good, plain};
use crate::directory::MailAddress;
use crate::enrollment::{Delivered, OperatorError};

/// Send a mail to try: at once, in the organization's look, with nothing secret in it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata mail test --to you@example.jp")]
pub(super) struct Arguments {
    /// Where it goes
    #[arg(long, value_name = "ADDRESS")]
    to: MailAddress,
    #[arg(long, help = "Print JSON: to, reply")]
    pub(super) json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Tried<'a> {
    to: &'a MailAddress,
    reply: &'a str,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let (settings, loaded) = session.settings()?;
    let office = session.office()?;
    let none = || {
        let message = "this installation sends no mail: mail.server is not set";
        Failure::new(Exit::Configuration, "no-mail", message).hint("[mail] in the configuration")
    };
    let smtp = Materials::new(&settings, &loaded).smtp().map_err(AppError::from)?.ok_or_else(none)?;
    let organization = &office.caller.organization;
    let writing = session.block_on(office.authority.test_mail(organization, &arguments.to))?;
    let message = writing.map_err(OperatorError::from)?.ok_or_else(none)?;
    let progress = session.progress("handing the mail over");
    let how = session.block_on(smtp.deliver(&message))?;
    drop(progress);
    match how {
        Delivered::Accepted(reply) => {
            let text = format!("{} {}\n", good("The mail server took it:"), plain(&reply));
            session.output.result(&text, &Tried { to: &arguments.to, reply: &reply })
        }
        Delivered::Refused(why) => Err(Failure::new(
            Exit::Failed,
            "mail-refused",
            format!("the mail server refused it: {}", plain(&why)),
        )),
        Delivered::Later { why, .. } => {
            let failure =
                Failure::new(Exit::Failed, "mail-not-sent", format!("it was not sent: {}", plain(&why)));
            Err(failure.hint("`tegata doctor` looks at the way to the mail server"))
        }
    }
}
