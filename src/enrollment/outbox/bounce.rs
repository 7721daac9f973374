//! A mail server reports that a mail could not be delivered.

use super::MailError;
use super::nonce::Nonces;
use super::record::{MailProblem, MailState, Outgoing};
use crate::enrollment::authority::{RegistrationAuthority, TRIES};
use crate::enrollment::record::Happening;
use crate::mail::Report;

/// What a report changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounced {
    /// The mail is marked.
    Marked,
    /// It was marked, given up or dropped before.
    Before,
    /// The report tells of a delay or a success, which changes nothing.
    Nothing,
    /// There is no such mail any more.
    Unknown,
}

impl RegistrationAuthority {
    /// Marks the mail that a report is about.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mail_bounced(&self, report: &Report) -> Result<Bounced, MailError> {
        if !report.failed {
            return Ok(Bounced::Nothing);
        }
        let organization = &report.mail.organization;
        for _ in 0..TRIES {
            let found = self.mail(organization, &report.mail.mail).await?;
            let Some((before, version)) = found else { return Ok(Bounced::Unknown) };
            match before.state {
                MailState::Waiting { .. } | MailState::Sending { .. } | MailState::Sent { .. } => {}
                MailState::Failed { .. } | MailState::Bounced { .. } | MailState::Obsolete { .. } => {
                    return Ok(Bounced::Before);
                }
            }
            let now = self.now();
            let said = [report.status.as_deref(), report.diagnostic.as_deref()];
            let said: Vec<_> = said.into_iter().flatten().collect();
            let what = if said.is_empty() { "undeliverable".to_owned() } else { said.join(": ") };
            let next = Outgoing {
                state: MailState::Bounced { at: now, status: report.status.clone() },
                problem: Some(MailProblem { at: now, what: what.clone() }),
                nonces: Nonces::default(),
                ..before.clone()
            };
            let happened = Happening::Unmailed { mail: next.id.clone(), what: next.kind, why: what };
            if self.moved(organization, (&before, version), &next, Some(happened), None).await?.is_some() {
                return Ok(Bounced::Marked);
            }
        }
        Ok(Bounced::Unknown)
    }
}
