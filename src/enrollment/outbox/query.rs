//! What operators see of the outbox, and what they do about it.

use jiff::Timestamp;
use serde::Serialize;

use super::MailError;
use super::record::{
    ALL, BY_ENROLLMENT, BY_STATE, DUE, MailKind, MailProblem, MailStanding, MailState, Outgoing, order_of,
};
use crate::directory::{FacilityCode, MailAddress, OrganizationId, SubscriberId, partition};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::caller::Caller;
use crate::enrollment::id::EnrollmentId;
use crate::mail::MailId;
use crate::store::record::decode;
use crate::store::{Commit, Cursor, Guard, Key, MAX_PAGE, Scan, StoreError};

/// How many mails one look at the index reads.
const PAGE: usize = 200;
/// How many mails one list may look through before it returns what it has, with a cursor.
const MOST_LOOKED_AT: usize = 20_000;
/// How many mails of one enrollment are shown.
const MOST_OF_ONE: usize = 200;

/// A mail in a list. Holds nothing secret.
#[derive(Debug, Clone, Serialize)]
pub struct MailSummary {
    /// Its identifier.
    pub mail: MailId,
    /// Where it stands.
    pub state: MailStanding,
    /// What it is about.
    pub kind: MailKind,
    /// About which enrollment.
    pub enrollment: EnrollmentId,
    /// The person's identifier.
    pub subscriber: SubscriberId,
    /// The person's name.
    pub name: String,
    /// The facility.
    pub facility: Option<FacilityCode>,
    /// Where it goes.
    pub to: MailAddress,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it is tried next, while it waits.
    pub next_at: Option<Timestamp>,
    /// From when on it is tried no more, while it waits.
    pub gives_up_at: Option<Timestamp>,
    /// How many attempts were begun.
    pub attempts: u32,
    /// When it was sent, given up, bounced or dropped.
    pub ended_at: Option<Timestamp>,
    /// What the mail server said when it took the mail, its queue's identifier included.
    pub reply: Option<String>,
    /// What went wrong last.
    pub problem: Option<MailProblem>,
    /// Whether it can be tried again as it is. What carried a link or a secret cannot once it has ended: it takes a new link.
    pub can_retry: bool,
}

impl MailSummary {
    pub(super) fn of(mail: &Outgoing) -> Self {
        let (ended_at, reply) = match &mail.state {
            MailState::Waiting { .. } | MailState::Sending { .. } => (None, None),
            MailState::Sent { at, reply } => (Some(*at), Some(reply.clone())),
            MailState::Failed { at } | MailState::Bounced { at, .. } | MailState::Obsolete { at } => {
                (Some(*at), None)
            }
        };
        Self {
            mail: mail.id.clone(),
            state: mail.standing(),
            kind: mail.kind,
            enrollment: mail.enrollment.clone(),
            subscriber: mail.subscriber.clone(),
            name: mail.person.clone(),
            facility: mail.facility.clone(),
            to: mail.to.clone(),
            created_at: mail.created_at,
            next_at: mail.due(),
            gives_up_at: mail.due().map(|_| mail.gives_up_at),
            attempts: mail.attempts,
            ended_at,
            reply,
            problem: mail.problem.clone(),
            can_retry: can_retry(mail),
        }
    }
}

/// Whether a mail can be tried again as it is.
fn can_retry(mail: &Outgoing) -> bool {
    match mail.state {
        MailState::Waiting { .. } => true,
        MailState::Failed { .. } | MailState::Bounced { .. } => !mail.kind.carries_credentials(),
        MailState::Sending { .. } | MailState::Sent { .. } | MailState::Obsolete { .. } => false,
    }
}

/// Which mails.
#[derive(Debug, Clone, Default)]
pub struct MailQuery {
    /// Only those that stand so.
    pub state: Option<MailStanding>,
    /// Go on after this, as the page before told.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, Serialize)]
pub struct Mails {
    /// The mails.
    pub mails: Vec<MailSummary>,
    /// What to ask for next; `None` when this was all.
    pub next: Option<String>,
}

/// What waits in an organization's outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many mails.
    pub mails: u64,
    /// When the oldest of them was written down.
    pub oldest: Option<Timestamp>,
}

impl RegistrationAuthority {
    /// Lists mails within the caller's reach, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mails(&self, caller: &Caller, query: MailQuery) -> Result<Mails, OperatorError> {
        let partition = partition(&caller.organization)?;
        let (index, prefix) = match query.state {
            Some(state) => (Key::new(BY_STATE)?, format!("{}/", state.name())),
            None => (Key::new(ALL)?, String::new()),
        };
        let mut after = query.after.map(Cursor);
        let (mut mails, mut looked_at) = (Vec::new(), 0);
        loop {
            let scan = Scan { prefix: prefix.clone(), after: after.take(), descending: true, limit: PAGE };
            let page = self.store().scan(&partition, &index, scan).await?;
            for (order, key) in page.entries {
                looked_at += 1;
                let Some(document) = self.store().find(&partition, &key).await? else { continue };
                let mail: Outgoing = decode(&document.bytes)?;
                if reaches(caller, &mail) {
                    mails.push(MailSummary::of(&mail));
                }
                if mails.len() >= query.limit.max(1) {
                    return Ok(Mails { mails, next: Some(order) });
                }
            }
            match page.next {
                None => return Ok(Mails { mails, next: None }),
                Some(next) if looked_at >= MOST_LOOKED_AT => return Ok(Mails { mails, next: Some(next.0) }),
                Some(next) => after = Some(next),
            }
        }
    }

    /// The mails about one enrollment, newest first, 200 at most.
    ///
    /// # Errors
    /// When there is no such enrollment within the caller's reach, or the store fails.
    pub async fn mails_of(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
    ) -> Result<Vec<MailSummary>, OperatorError> {
        self.get(caller, id).await?;
        let partition = partition(&caller.organization)?;
        let scan = Scan { prefix: format!("{id}/"), descending: true, limit: MOST_OF_ONE, ..Scan::default() };
        let page = self.store().scan(&partition, &Key::new(BY_ENROLLMENT)?, scan).await?;
        let mut mails = Vec::new();
        for (_, key) in page.entries {
            let Some(document) = self.store().find(&partition, &key).await? else { continue };
            mails.push(MailSummary::of(&decode(&document.bytes)?));
        }
        Ok(mails)
    }

    /// One mail within the caller's reach.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn find_mail(&self, caller: &Caller, id: &MailId) -> Result<MailSummary, OperatorError> {
        let found = self.mail(&caller.organization, id).await?.filter(|(mail, _)| reaches(caller, mail));
        let (mail, _) = found.ok_or_else(|| OperatorError::NoSuchMail(id.to_string()))?;
        Ok(MailSummary::of(&mail))
    }

    /// Tries a mail again: at once where it waits; anew, to the address that the person has now, where it was given up.
    ///
    /// # Errors
    /// When there is no such mail, it is under way or arrived, or what it carried was forgotten when it ended.
    pub async fn retry_mail(&self, caller: &Caller, id: &MailId) -> Result<MailSummary, OperatorError> {
        for _ in 0..TRIES {
            let found = self.mail(&caller.organization, id).await?.filter(|(mail, _)| reaches(caller, mail));
            let (before, version) = found.ok_or_else(|| OperatorError::NoSuchMail(id.to_string()))?;
            if !can_retry(&before) {
                return Err(OperatorError::MailNotNow {
                    mail: id.clone(),
                    standing: before.standing(),
                    hint: match before.standing() {
                        MailStanding::Sending => "it is under way just now",
                        MailStanding::Sent => {
                            "it was sent; where it was lost on its way, resend the invitation"
                        }
                        _ => {
                            "what it carried was forgotten when it ended; resend the invitation with a new link"
                        }
                    },
                });
            }
            let now = self.now();
            let mut next = Outgoing { state: MailState::Waiting { due: now }, ..before.clone() };
            if !matches!(before.state, MailState::Waiting { .. }) {
                if let Some(to) = self.address_of(&caller.organization, &before.subscriber).await? {
                    next.to = to;
                }
                next.attempts = 0;
                next.gives_up_at = self.gives_up_at();
            }
            if self.moved(&caller.organization, (&before, version), &next, None, None).await?.is_some() {
                return Ok(MailSummary::of(&next));
            }
        }
        Err(OperatorError::Busy)
    }

    /// How many mails of an organization wait, and since when.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waiting_mails(&self, organization: &OrganizationId) -> Result<Waiting, MailError> {
        let partition = partition(organization)?;
        let (due, mut after, mut mails) = (Key::new(DUE)?, None, 0);
        loop {
            let scan = Scan { after, limit: MAX_PAGE, ..Scan::default() };
            let page = self.store().scan(&partition, &due, scan).await?;
            mails += page.entries.len() as u64;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut oldest: Option<Timestamp> = None;
        for state in [MailStanding::Waiting, MailStanding::Sending] {
            let scan = Scan { prefix: format!("{}/", state.name()), limit: 1, ..Scan::default() };
            let page = self.store().scan(&partition, &Key::new(BY_STATE)?, scan).await?;
            let first = page.entries.first().and_then(|(order, _)| moment_in(order.rsplit_once('/')?.1));
            oldest = [oldest, first].into_iter().flatten().min();
        }
        Ok(Waiting { mails, oldest })
    }

    /// Whether the oldest mail was written down before `before`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_old_mails(
        &self,
        organization: &OrganizationId,
        before: Timestamp,
    ) -> Result<bool, MailError> {
        let scan = Scan { limit: 1, ..Scan::default() };
        let page = self.store().scan(&partition(organization)?, &Key::new(ALL)?, scan).await?;
        let limit = order_of(before);
        Ok(page.entries.first().is_some_and(|(order, _)| *order < limit))
    }

    /// Forgets mails whose life ended and that were written down before `before`, oldest first, as long as `lease` holds; looks
    /// at 1,000 of them at most. Says how many were forgotten. What they told stays in the audit log.
    ///
    /// # Errors
    /// When the store fails; a conflict about the lease where it does not hold any more.
    pub async fn forget_mails(
        &self,
        organization: &OrganizationId,
        before: Timestamp,
        lease: &Guard,
    ) -> Result<usize, MailError> {
        let partition = partition(organization)?;
        let limit = order_of(before);
        let scan = Scan { limit: MAX_PAGE, ..Scan::default() };
        let page = self.store().scan(&partition, &Key::new(ALL)?, scan).await?;
        let mut forgotten = 0;
        for (_, key) in page.entries.into_iter().take_while(|(order, _)| *order < limit) {
            let Some(document) = self.store().find(&partition, &key).await? else { continue };
            let mail: Outgoing = decode(&document.bytes)?;
            if mail.due().is_some() {
                continue;
            }
            let mut commit = Commit::new()
                .guard(lease.clone())
                .guard(Guard::Version(key.clone(), document.version))
                .delete(key.clone());
            for (index, order) in super::places(&mail) {
                commit = commit.unindex(Key::new(index)?, order);
            }
            match self.store().commit(&partition, commit).await {
                Ok(_) => forgotten += 1,
                // Somebody tries it again just now.
                Err(StoreError::Conflict(other)) if other == key => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(forgotten)
    }
}

/// Whether the caller may know of this mail.
pub(super) fn reaches(caller: &Caller, mail: &Outgoing) -> bool {
    caller.reach.reach(mail.facility.as_ref())
}

/// The moment at the beginning of an order.
fn moment_in(order: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(order.split('-').next()?.parse().ok()?).ok()
}
