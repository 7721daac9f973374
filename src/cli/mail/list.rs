//! `tegata mail list`.

use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::moment::{short, zone};
use crate::cli::style::faint;
use crate::cli::table::Table;
use crate::enrollment::{EnrollmentId, MailQuery, MailStanding, MailSummary, Mails};

/// List mails, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
States:
  waiting   it waits to be sent, or to be tried again
  sending   it is under way to the mail server
  sent      the mail server took it
  failed    it was given up: refused for good, or its time was over
  bounced   a mail server reported that it could not be delivered
  obsolete  it was not sent, since its link was replaced or the invitation was used before

Examples:
  tegata mail list --state failed
  tegata mail list --enrollment 7q2k9x4m1abc
  tegata mail list --state waiting --json | jq '.mails[].problem.what'")]
pub(super) struct Arguments {
    /// Only those that stand so
    #[arg(long, value_name = "STATE")]
    state: Option<MailStanding>,
    /// Only those about this enrollment
    #[arg(long, value_name = "ENROLLMENT", conflicts_with_all = ["state", "after"])]
    enrollment: Option<EnrollmentId>,
    /// At most so many, 1 to 1000
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on after the page that said this
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    #[arg(long, help = "Print JSON: mails, next")]
    pub(super) json: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let limit = usize::from(arguments.limit);
    let mails = if let Some(id) = &arguments.enrollment {
        let mut mails = session.block_on(office.authority.mails_of(&office.caller, id))??;
        mails.truncate(limit);
        Mails { mails, next: None }
    } else {
        let query = MailQuery { state: arguments.state, after: arguments.after.clone(), limit };
        session.block_on(office.authority.mails(&office.caller, query))??
    };
    let mut text = match (mails.mails.is_empty(), &mails.next) {
        (true, None) => "There is none.\n".to_owned(),
        (true, Some(_)) => "There is none so far, but not all were looked at.\n".to_owned(),
        (false, _) => table(session, &mails.mails),
    };
    if let Some(next) = &mails.next
        && !session.output.quiet
    {
        text += &faint(&format!("more: add --after {next}\n"));
    }
    session.output.result(&text, &mails)
}

/// Mails as a table.
pub(in crate::cli) fn table(session: &Session, mails: &[MailSummary]) -> String {
    let written = format!("WRITTEN ({})", zone(session.clock.now()));
    let mut table =
        Table::new(["MAIL", "STATE", "ABOUT", &written, "NEXT OR ENDED", "TRIES", "TO", "ENROLLMENT", "WHY"]);
    for mail in mails {
        let then = mail.next_at.or(mail.ended_at).map_or_else(|| "-".to_owned(), short);
        let why = mail.problem.as_ref().map(|problem| problem.what.as_str()).or(mail.reply.as_deref());
        table.row([
            mail.mail.as_str(),
            mail.state.name(),
            mail.kind.name(),
            &short(mail.created_at),
            &then,
            &mail.attempts.to_string(),
            mail.to.as_str(),
            mail.enrollment.as_str(),
            why.unwrap_or_default(),
        ]);
    }
    table.text()
}
