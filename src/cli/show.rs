//! `tegata show`.

use super::Session;
use super::failure::Failure;
use super::moment::minute;
use super::style::{plain, strong};
use super::table::lines;
use crate::enrollment::{EnrollmentDetail, EnrollmentId, EnrollmentSummary, Happening, LifeEvent};
use std::fmt::Write as _;

/// Show one enrollment: where it stands, its certificate, and everything that happened
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata show 7q2k9x4m1abc
  tegata show 7q2k9x4m1abc --json | jq '.events[] | {at, kind}'")]
pub(super) struct Arguments {
    /// The enrollment, as `tegata list` shows it
    #[arg(value_name = "ENROLLMENT")]
    enrollment: EnrollmentId,
    #[arg(long, help = "Print JSON: the fields of list, attempts, certificate, events")]
    pub(super) json: bool,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let office = session.office()?;
    let detail = session.block_on(office.authority.show(&office.caller, &arguments.enrollment))??;
    session.output.result(&text(&detail), &detail)
}

fn text(detail: &EnrollmentDetail) -> String {
    let mut text = summary(&detail.summary);
    if let Some(certificate) = &detail.certificate {
        let _ = write!(text, "\n{}\n", strong("Certificate"));
        text += &lines(&[
            ("  serial number", Some(certificate.serial.to_string())),
            ("  subject", Some(plain(&certificate.subject)).filter(|subject| !subject.is_empty())),
            ("  issuer", Some(plain(&certificate.issuer))),
            ("  valid from", certificate.not_before.map(minute)),
            ("  valid until", certificate.not_after.map(minute)),
        ]);
    }
    let _ = write!(text, "\n{}\n", strong("What happened"));
    for event in &detail.events {
        text += &line(event);
    }
    text
}

/// An enrollment in lines.
pub(super) fn summary(summary: &EnrollmentSummary) -> String {
    lines(&[
        ("enrollment", Some(summary.enrollment.to_string())),
        ("state", Some(strong(summary.state.name()))),
        ("name", Some(plain(&summary.name))),
        ("subscriber", Some(summary.subscriber.to_string())),
        ("facility", summary.facility.as_ref().map(ToString::to_string)),
        ("offer", Some(plain(&summary.offer))),
        ("device", summary.platform.map(|platform| platform.to_string())),
        ("note", summary.note.as_deref().map(plain)),
        ("invited", Some(minute(summary.invited_at))),
        ("link until", Some(minute(summary.link_expires_at))),
        ("invitation until", Some(minute(summary.expires_at))),
        ("locked until", summary.locked_until.map(minute)),
        ("claimed", summary.claimed_at.map(minute)),
        ("fetched", summary.fetched_at.map(minute)),
        ("installed", summary.installed_at.map(minute)),
        ("valid until", summary.not_after.map(minute)),
        ("in place of", summary.predecessor.as_ref().map(ToString::to_string)),
        ("replaced by", summary.successor.as_ref().map(ToString::to_string)),
    ])
}

fn line(event: &LifeEvent) -> String {
    format!("  {}  {}  ({})\n", minute(event.at), told(&event.happening), plain(&event.actor.to_string()))
}

/// What happened, in a few words.
pub(super) fn told(happening: &Happening) -> String {
    match happening {
        Happening::Invited { predecessor: None, .. } => "invited".to_owned(),
        Happening::Invited { predecessor: Some(id), .. } => format!("invited in place of {id}"),
        Happening::WrongSecret { attempts_left: 1 } => "wrong secret, 1 attempt left".to_owned(),
        Happening::WrongSecret { attempts_left } => format!("wrong secret, {attempts_left} attempts left"),
        Happening::Locked { until } => format!("wrong secret, locked until {}", minute(*until)),
        Happening::Unlocked => "unlocked".to_owned(),
        Happening::Redrawn => "new link, number and secret".to_owned(),
        Happening::Relinked => "new link and number".to_owned(),
        Happening::Mailed { mail, what } => {
            format!("mail {mail} ({}) was taken by the mail server", what.name())
        }
        Happening::Unmailed { mail, what, why } => format!("mail {mail} ({}): {}", what.name(), plain(why)),
        Happening::Claimed { platform, .. } => format!("claimed on {platform}"),
        Happening::Abandoned { serial } => format!("certificate {serial} given up before it left"),
        Happening::Issued { serial, not_after } => {
            format!("certificate {serial} issued, valid until {}", minute(*not_after))
        }
        Happening::FetchStarted { file, fetch } => format!("fetch {fetch} of {}", plain(file)),
        Happening::FetchContinued { file } => format!("broken fetch of {} goes on", plain(file)),
        Happening::Fetched => "fetched whole".to_owned(),
        Happening::Installed { .. } => "installed: the check site saw the certificate".to_owned(),
        Happening::Revoked { reason, .. } => format!("revoked ({reason})"),
        Happening::Reissued { successor, reason } => format!("reissued as {successor} ({})", reason.name()),
        Happening::Replaced { by } => format!("replaced by {by}"),
        Happening::Cancelled => "cancelled".to_owned(),
        Happening::Noted { note: Some(note) } => format!("noted: {}", plain(note)),
        Happening::Noted { note: None } => "note taken away".to_owned(),
    }
}
