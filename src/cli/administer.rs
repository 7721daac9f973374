//! `tegata reissue`, `revoke`, `unlock` and `cancel`.

use super::Session;
use super::failure::Failure;
use super::handover::{HandOver, Pictures};
use super::prompt::confirm;
use super::show::summary;
use super::style::plain;
use crate::enrollment::{Carrier, EnrollmentId, EnrollmentSummary, ReissueReason};
use crate::ledger::RevocationReason;

/// Issue a new enrollment in place of another one
///
/// The person gets a new link, number and secret, for the same offer and facility. What happens to the certificate of the old
/// enrollment depends on the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reasons:
  new-device     the person gets another device: the old certificate works until the new one is
                 installed, then it is revoked
  lost           the device was lost or stolen: the old certificate is revoked at once
  lost-download  the file was lost on the way: what was made is revoked at once
  reinstalled    the device is the same, and the certificate has vanished from it or was made
                 for the wrong kind of device: the old certificate is revoked at once

Examples:
  tegata reissue 7q2k9x4m1abc --reason new-device
  tegata reissue 7q2k9x4m1abc --reason lost --yes --json
  tegata reissue 7q2k9x4m1abc --reason new-device --mail")]
pub(super) struct ReissueArguments {
    /// The enrollment, as `tegata list` shows it
    enrollment: EnrollmentId,
    /// Why: new-device, lost, lost-download or reinstalled
    #[arg(long, value_name = "REASON")]
    reason: ReissueReason,
    /// Do not ask before a certificate is revoked
    #[arg(long, short)]
    yes: bool,
    /// Mail the link to the person's e-mail address; a running `tegata serve` sends it
    #[arg(long)]
    mail: bool,
    #[command(flatten)]
    pictures: Pictures,
    #[arg(long, help = "Print JSON: as invite, with predecessor")]
    pub(super) json: bool,
}

pub(super) fn reissue(session: &Session, arguments: &ReissueArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let id = &arguments.enrollment;
    let before = session.block_on(office.authority.show(&office.caller, id))??.summary;
    if arguments.reason != ReissueReason::NewDevice && before.not_after.is_some() {
        confirm(&format!("Revoke the certificate of {} at once?", named(&before)), arguments.yes)?;
    }
    let files = arguments.pictures.open()?;
    let issued = {
        let carrier = if arguments.mail { Carrier::Mail } else { Carrier::Message };
        let reissuing = office.authority.reissue_by(&office.caller, id, arguments.reason, carrier);
        session.block_on(reissuing)??
    };
    HandOver { issued: &issued, name: &before.name, on_paper: false }.tell(session, files)
}

/// Revoke the certificate of an enrollment, at once and for good
///
/// The check site and everything in Tegata know it at once. Tegata makes no revocation list and answers no OCSP yet: another
/// server that lets people in by certificate goes on accepting this one until it ends, unless that server is told its serial
/// number, which `tegata show` tells (docs/operations.md says how nginx is told).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reasons (RFC 5280):
  unspecified             no reason is given
  key-compromise          lost, stolen, or in other hands
  affiliation-changed     the person changed the facility or the name
  superseded              a newer certificate took its place
  cessation-of-operation  the device is no longer used for this
  privilege-withdrawn     the person may no longer use the service

Examples:
  tegata revoke 7q2k9x4m1abc --reason key-compromise
  tegata revoke 7q2k9x4m1abc --reason privilege-withdrawn --yes --json")]
pub(super) struct RevokeArguments {
    /// The enrollment, as `tegata list` shows it
    enrollment: EnrollmentId,
    /// Why
    #[arg(long, value_name = "REASON", default_value = "unspecified")]
    reason: RevocationReason,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[arg(long, help = "Print JSON: the enrollment as in list")]
    pub(super) json: bool,
}

pub(super) fn revoke(session: &Session, arguments: &RevokeArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let id = &arguments.enrollment;
    let before = session.block_on(office.authority.show(&office.caller, id))??.summary;
    confirm(&format!("Revoke the certificate of {} for good?", named(&before)), arguments.yes)?;
    let after = session.block_on(office.authority.revoke(&office.caller, id, arguments.reason))??;
    session.output.result(&summary(&after), &after)
}

/// Forget the wrong secrets of an enrollment, so that the person can try again at once
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata unlock 7q2k9x4m1abc")]
pub(super) struct UnlockArguments {
    /// The enrollment, as `tegata list` shows it
    enrollment: EnrollmentId,
    #[arg(long, help = "Print JSON: the enrollment as in list")]
    pub(super) json: bool,
}

pub(super) fn unlock(session: &Session, arguments: &UnlockArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let after = session.block_on(office.authority.unlock(&office.caller, &arguments.enrollment))??;
    session.output.result(&summary(&after), &after)
}

/// Take back an invitation that nobody has used
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata cancel 7q2k9x4m1abc")]
pub(super) struct CancelArguments {
    /// The enrollment, as `tegata list` shows it
    enrollment: EnrollmentId,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[arg(long, help = "Print JSON: the enrollment as in list")]
    pub(super) json: bool,
}

pub(super) fn cancel(session: &Session, arguments: &CancelArguments) -> Result<(), Failure> {
    let office = session.office()?;
    let id = &arguments.enrollment;
    let before = session.block_on(office.authority.show(&office.caller, id))??.summary;
    confirm(&format!("Take back the invitation of {}?", named(&before)), arguments.yes)?;
    let after = session.block_on(office.authority.cancel(&office.caller, id))??;
    session.output.result(&summary(&after), &after)
}

fn named(enrollment: &EnrollmentSummary) -> String {
    let facility = enrollment.facility.as_ref().map_or_else(String::new, |code| format!(", {code}"));
    format!("{}{facility} ({}, {})", plain(&enrollment.name), enrollment.enrollment, enrollment.state.name())
}
