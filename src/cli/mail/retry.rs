//! `tegata mail retry` and `tegata mail resend`.

use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::show::summary;
use crate::enrollment::EnrollmentId;
use crate::mail::MailId;

/// Try a mail again at once
///
/// A waiting mail is due now. A notice that was given up or came back starts anew, to the address that the person has now. What
/// carried a link or a secret forgot it when it ended: `tegata mail resend` makes a new link.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata mail retry 3f7k2m9q4xyz")]
pub(super) struct RetryArguments {
    /// The mail, as `tegata mail list` shows it
    mail: MailId,
    #[arg(long, help = "Print JSON: the mail as in list")]
    pub(super) json: bool,
}

pub(super) fn retry(session: &Session, arguments: &RetryArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let mail = session.block_on(office.authority.retry_mail(&office.caller, &arguments.mail))??;
    session.output.result(&super::table(session, std::slice::from_ref(&mail)), &mail)
}

/// Mail an open invitation again, with a new link
///
/// The link and the number before lead nowhere from then on. The secret stays, unless the organization mails secrets: then it is
/// new as well and is mailed again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata mail resend 7q2k9x4m1abc")]
pub(super) struct ResendArguments {
    /// The enrollment, as `tegata list` shows it
    enrollment: EnrollmentId,
    #[arg(long, help = "Print JSON: the enrollment as in list")]
    pub(super) json: bool,
}

pub(super) fn resend(session: &Session, arguments: &ResendArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let after = session.block_on(office.authority.resend(&office.caller, &arguments.enrollment))??;
    session.output.result(&summary(&after), &after)
}
