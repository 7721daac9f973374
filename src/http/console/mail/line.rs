//! A mail as pages show it.

use jiff::Timestamp;

use super::why::why;
use crate::directory::Act;
use crate::enrollment::{MailKind, MailStanding, MailSummary};
use crate::http::console::desk::Desk;
use crate::http::console::flash::Tone;

/// A mail in a list.
#[derive(Debug, Clone)]
pub struct MailLine {
    /// Its identifier.
    pub id: String,
    /// When it was written down.
    pub created_at: Timestamp,
    /// What it is about.
    pub kind: &'static str,
    /// The person.
    pub name: String,
    /// The enrollment's page.
    pub href: String,
    /// Where it goes.
    pub to: String,
    /// Where it stands: for tests, in a word, and how that is meant.
    pub mark: &'static str,
    /// As above.
    pub standing: &'static str,
    /// As above.
    pub tone: Tone,
    /// Why it did not arrive.
    pub why: Option<&'static str>,
    /// The same as the mail server said it.
    pub said: Option<String>,
    /// When it is tried next, and from when on no more.
    pub next: Option<(Timestamp, Timestamp)>,
    /// When its life ended.
    pub ended_at: Option<Timestamp>,
    /// How many attempts were made.
    pub attempts: u32,
    /// Where it is tried again as it is, by whoever may.
    pub retry: Option<String>,
    /// Where the invitation is sent anew, since what this mail carried is forgotten.
    pub resend: Option<String>,
}

/// Where a mail stands.
pub(super) const fn standing(standing: MailStanding) -> (&'static str, Tone) {
    match standing {
        MailStanding::Waiting => ("mail-waiting", Tone::Busy),
        MailStanding::Sending => ("mail-sending", Tone::Busy),
        MailStanding::Sent => ("mail-sent", Tone::Good),
        MailStanding::Failed => ("mail-failed", Tone::Bad),
        MailStanding::Bounced => ("mail-bounced", Tone::Bad),
        MailStanding::Obsolete => ("mail-obsolete", Tone::Plain),
    }
}

/// What a mail is about.
pub(super) const fn kind(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Invitation => "mail-invitation",
        MailKind::Secret => "mail-secret",
        MailKind::Fetched => "mail-fetched",
        MailKind::Installed => "mail-installed",
        MailKind::Reissued => "mail-reissued",
        MailKind::Revoked => "mail-revoked",
        MailKind::ChangeBegun => "mail-change-begun",
    }
}

impl MailLine {
    pub(in crate::http::console) fn of(desk: &Desk, mail: &MailSummary) -> Self {
        let (word, tone) = standing(mail.state);
        let enrollment = desk.at(&format!("enrollments/{}", mail.enrollment));
        let is_lost = matches!(mail.state, MailStanding::Failed | MailStanding::Bounced);
        let may = desk.may(Act::Resend);
        // What is not sent for being no longer true is no failure.
        let problem = mail.problem.as_ref().filter(|_| mail.state != MailStanding::Obsolete);
        Self {
            id: mail.mail.to_string(),
            created_at: mail.created_at,
            kind: kind(mail.kind),
            name: mail.name.clone(),
            to: mail.to.to_string(),
            mark: mail.state.name(),
            standing: word,
            tone,
            why: problem.map(|problem| why(&problem.what)),
            said: problem.map(|problem| problem.what.clone()),
            next: mail.next_at.zip(mail.gives_up_at).filter(|_| mail.state == MailStanding::Waiting),
            ended_at: mail.ended_at,
            attempts: mail.attempts,
            retry: (may && mail.can_retry).then(|| desk.at(&format!("mail/{}/retry", mail.mail))),
            resend: (may && is_lost && !mail.can_retry).then(|| format!("{enrollment}/resend")),
            href: enrollment,
        }
    }
}
