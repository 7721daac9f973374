//! A mail's way to the mail server, as far as the store is concerned: an attempt is recorded before the server hears of the
//! mail, and its end when it is known.
//!
//! Whoever begins an attempt holds the lease on the organization's mail and moves the mail's record from the version that was
//! read; whoever ends it moves the record from the version that the beginning made. A node that was paused past its lease
//! begins nothing, and a node whose attempt was taken for dead records nothing. Between the server's answer and its record lies
//! the one moment at which a node's death makes a mail go out twice, under the same Message-ID; none is lost.

use jiff::{SignedDuration, Timestamp};

use super::MailError;
use super::nonce::Nonces;
use super::open::Opened;
use super::queue::put;
use super::record::{DUE, MailProblem, MailState, Outgoing, mail_key, order_of};
use crate::directory::{OrganizationId, partition};
use crate::enrollment::authority::RegistrationAuthority;
use crate::enrollment::record::{Actor, Happening};
use crate::mail::{MailId, MailName, Message};
use crate::store::record::decode;
use crate::store::{Commit, Guard, Key, Scan, StoreError, Version};

/// The first wait after an attempt that failed, and the longest one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);
/// The longest wait where the server could not even be reached: that says nothing of the mail.
const LONGEST_WITHOUT_SERVER: SignedDuration = SignedDuration::from_mins(5);
/// The most characters of an answer that are kept.
const LONGEST_ANSWER: usize = 300;

/// An attempt that was begun.
#[derive(Debug)]
pub struct Dispatch {
    /// The mail's name.
    pub name: MailName,
    /// The how-manieth attempt it is.
    pub attempt: u32,
    /// What goes to the server.
    pub message: Message,
    record: Outgoing,
    version: Version,
}

/// What became of a mail that was due.
#[derive(Debug)]
pub enum Begun {
    /// It is to be sent now.
    Now(Box<Dispatch>),
    /// It was given up or dropped, and that was recorded.
    Over,
    /// Somebody else looks after it, or it is due later.
    NotDue,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The server took it, and said this.
    Accepted(String),
    /// The server takes it for good not, and said this.
    Refused(String),
    /// Not now; or it is not known whether.
    Later {
        /// Why.
        why: String,
        /// Whether that has to do with this mail at all, or with the server alone.
        server: bool,
    },
}

/// How long a mail waits after this many attempts. `chance` (0 to 255) spreads it by a quarter to either side, so that what
/// failed together does not come back together.
fn waits(attempts: u32, longest: SignedDuration, chance: u8) -> SignedDuration {
    let doubled =
        FIRST_WAIT.checked_mul(1i32.checked_shl(attempts.saturating_sub(1).min(20)).unwrap_or(i32::MAX));
    let wait = doubled.unwrap_or(longest).min(longest);
    let spread = wait / 4;
    wait - spread + (spread * 2 / 255) * i32::from(chance)
}

fn shortened(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.trim().chars().take(LONGEST_ANSWER).collect()
}

impl RegistrationAuthority {
    /// The mails of an organization that are due now, the longest waiting first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mails_due(
        &self,
        organization: &OrganizationId,
        limit: usize,
    ) -> Result<Vec<MailId>, MailError> {
        let scan = Scan { limit, ..Scan::default() };
        let found = self.store().scan(&partition(organization)?, &Key::new(DUE)?, scan).await?;
        let now = order_of(self.now());
        let due =
            found.entries.into_iter().take_while(|(order, _)| order.split('-').next() <= Some(now.as_str()));
        Ok(due.filter_map(|(_, key)| key.as_str().strip_prefix("mail/")?.parse().ok()).collect())
    }

    pub(super) async fn mail(
        &self,
        organization: &OrganizationId,
        id: &MailId,
    ) -> Result<Option<(Outgoing, Version)>, MailError> {
        let found = self.store().find(&partition(organization)?, &mail_key(id)?).await?;
        Ok(found
            .map(|document| Ok::<_, StoreError>((decode(&document.bytes)?, document.version)))
            .transpose()?)
    }

    /// Begins an attempt, as long as `lease` (a guard in the organization's partition) holds: recorded before the message is
    /// given out.
    ///
    /// # Errors
    /// When the store fails; a conflict about the lease where it does not hold any more.
    pub async fn begin_mail(
        &self,
        organization: &OrganizationId,
        id: &MailId,
        lease: &Guard,
    ) -> Result<Begun, MailError> {
        let Some((before, version)) = self.mail(organization, id).await? else { return Ok(Begun::NotDue) };
        let now = self.now();
        if before.due().is_none_or(|due| now < due) {
            return Ok(Begun::NotDue);
        }
        let over = |state, why: &str| Outgoing {
            state,
            problem: Some(MailProblem { at: now, what: why.to_owned() }),
            nonces: Nonces::default(),
            ..before.clone()
        };
        let message = match self.opened_mail(organization, &before).await? {
            Opened::Ready(message) => message,
            Opened::Obsolete(why) => {
                let next = over(MailState::Obsolete { at: now }, why);
                let happened =
                    Happening::Unmailed { mail: next.id.clone(), what: next.kind, why: why.to_owned() };
                self.moved(organization, (&before, version), &next, Some(happened), Some(lease)).await?;
                return Ok(Begun::Over);
            }
            Opened::Late(why) => {
                let why = before
                    .problem
                    .as_ref()
                    .map_or_else(|| why.to_owned(), |last| format!("{why}; {}", last.what));
                let next = over(MailState::Failed { at: now }, &why);
                let happened = Happening::Unmailed { mail: next.id.clone(), what: next.kind, why };
                self.moved(organization, (&before, version), &next, Some(happened), Some(lease)).await?;
                return Ok(Begun::Over);
            }
        };
        let lasts = self.0.parts.settings.mail.as_ref().map_or(SignedDuration::ZERO, |mail| mail.attempt);
        let next = Outgoing {
            attempts: before.attempts + 1,
            problem: match before.state {
                MailState::Sending { since, .. } => Some(MailProblem {
                    at: since,
                    what: "the attempt was interrupted; whether the server has the mail is not known"
                        .to_owned(),
                }),
                _ => before.problem.clone(),
            },
            state: MailState::Sending { since: now, until: now.checked_add(lasts).unwrap_or(Timestamp::MAX) },
            ..before.clone()
        };
        let Some(version) = self.moved(organization, (&before, version), &next, None, Some(lease)).await?
        else {
            return Ok(Begun::NotDue);
        };
        let name = MailName { organization: organization.clone(), mail: id.clone() };
        Ok(Begun::Now(Box::new(Dispatch {
            name,
            attempt: next.attempts,
            message: *message,
            record: next,
            version,
        })))
    }

    /// Records how an attempt ended; says whether it was still this attempt's to say.
    ///
    /// # Errors
    /// When the store fails. The mail is then sent once more when the attempt is over.
    pub async fn end_mail(&self, dispatch: Dispatch, how: Delivered) -> Result<bool, MailError> {
        let Dispatch { name, record: before, version, .. } = dispatch;
        let now = self.now();
        let mail = before.clone();
        let id = mail.id.clone();
        let given_up = |why: String| {
            let happened = Happening::Unmailed { mail: id.clone(), what: before.kind, why: why.clone() };
            let next = Outgoing {
                state: MailState::Failed { at: now },
                problem: Some(MailProblem { at: now, what: why }),
                nonces: Nonces::default(),
                ..mail.clone()
            };
            (next, Some(happened))
        };
        let (next, happened) = match how {
            Delivered::Accepted(reply) => {
                let happened = Happening::Mailed { mail: id.clone(), what: mail.kind };
                let state = MailState::Sent { at: now, reply: shortened(&reply) };
                (Outgoing { state, problem: None, nonces: Nonces::default(), ..mail.clone() }, Some(happened))
            }
            Delivered::Refused(why) => given_up(shortened(&why)),
            Delivered::Later { why, server } => {
                let longest = if server { LONGEST_WITHOUT_SERVER } else { LONGEST_WAIT };
                let [chance] = self.0.parts.entropy.bytes()?;
                let due = now.checked_add(waits(mail.attempts, longest, chance)).unwrap_or(Timestamp::MAX);
                let why = shortened(&why);
                if due >= mail.gives_up_at {
                    given_up(why)
                } else {
                    let problem = Some(MailProblem { at: now, what: why });
                    (Outgoing { state: MailState::Waiting { due }, problem, ..mail.clone() }, None)
                }
            }
        };
        Ok(self.moved(&name.organization, (&before, version), &next, happened, None).await?.is_some())
    }

    /// Moves a mail's record; `None` where somebody else moved it first.
    pub(super) async fn moved(
        &self,
        organization: &OrganizationId,
        (before, version): (&Outgoing, Version),
        next: &Outgoing,
        happened: Option<Happening>,
        lease: Option<&Guard>,
    ) -> Result<Option<Version>, MailError> {
        let key = before.key()?;
        let mut commit = Commit::new().guard(Guard::Version(key.clone(), version));
        if let Some(lease) = lease {
            commit = commit.guard(lease.clone());
        }
        let happened: Vec<Happening> = happened.into_iter().collect();
        commit = put(commit, Some(before), next)?;
        commit = self.record(commit, &next.enrollment, &Actor::System, &happened)?;
        match self.store().commit(&partition(organization)?, commit).await {
            Ok(committed) => {
                self.tell_all(&next.enrollment, &happened);
                Ok(Some(committed.version))
            }
            Err(StoreError::Conflict(other)) if other == key => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_are_spread_by_a_quarter() {
        for (attempts, minutes) in [(1, 1), (2, 2), (3, 4), (7, 64), (8, 120), (40, 120)] {
            let middle = SignedDuration::from_mins(minutes);
            let [least, greatest] = [0, 255].map(|chance| waits(attempts, LONGEST_WAIT, chance));
            assert_eq!(least, middle - middle / 4, "{attempts}");
            let off = (middle + middle / 4) - greatest;
            assert!(off.abs() < SignedDuration::from_millis(1), "{attempts}: {greatest}");
        }
        assert!(waits(20, LONGEST_WITHOUT_SERVER, 255) <= SignedDuration::from_secs(375));
    }
}
