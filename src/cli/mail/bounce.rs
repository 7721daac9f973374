//! `tegata mail bounce`.

use std::io::Read as _;

use serde::Serialize;

use crate::app::AppError;
use crate::cli::Session;
use crate::cli::failure::{Exit, Failure};
use crate::enrollment::{Bounced, OperatorError};
use crate::mail::read_reports;

/// The most bytes of a report that are read.
const LONGEST: u64 = 1 << 20;

/// Take a report that a mail could not be delivered (RFC 3464), from standard input
///
/// For a pipe of the mail server, such as Postfix's `bounce: "|/usr/bin/tegata mail bounce"` in /etc/aliases. The mail is marked
/// as bounced, and `tegata mail list` says why. Something else than a report about a mail of Tegata is refused, and reports of
/// delays change nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata mail bounce < report.eml")]
pub(super) struct Arguments {
    #[arg(long, help = "Print JSON: mail, organization, marked, status, diagnostic")]
    pub(super) json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Taken {
    mail: String,
    organization: String,
    marked: bool,
    status: Option<String>,
    diagnostic: Option<String>,
}

pub(super) fn run(session: &Session, _: &Arguments) -> Result<(), Failure> {
    let mut message = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut message);
    read.map_err(|error| {
        Failure::new(Exit::Failed, "input", format!("standard input cannot be read: {error}"))
    })?;
    if message.len() as u64 > LONGEST {
        return Err(Failure::new(Exit::Failed, "too-long", "a report has at most 1 MiB"));
    }
    let reports =
        read_reports(&message).map_err(|error| Failure::new(Exit::Failed, "no-report", error.to_string()))?;
    let office = session.office()?;
    for report in reports {
        let marking = session.block_on(office.authority.mail_bounced(&report))?;
        let done = marking.map_err(|error| AppError::from(OperatorError::from(error)))?;
        let name = &report.mail;
        let text = match done {
            Bounced::Marked => format!("mail {} is marked as bounced\n", name.mail),
            Bounced::Before => format!("mail {} had ended before; nothing was changed\n", name.mail),
            Bounced::Nothing => format!("mail {} was {}; nothing was changed\n", name.mail, report.action),
            Bounced::Unknown => format!("there is no mail {} any more; nothing was changed\n", name.mail),
        };
        let taken = Taken {
            mail: name.mail.to_string(),
            organization: name.organization.to_string(),
            marked: done == Bounced::Marked,
            status: report.status,
            diagnostic: report.diagnostic,
        };
        if session.output.json {
            session.output.print_line(&taken)?;
        } else {
            session.output.print(&text)?;
        }
    }
    Ok(())
}
