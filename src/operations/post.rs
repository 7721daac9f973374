//! Mails are sent: from every organization's outbox, by one node at a time.

use std::fmt;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use jiff::{SignedDuration, Timestamp};

use super::lease::{Held, Leases};
use super::recurring::Stop;
use super::smtp::Smtp;
use crate::clock::Clock;
use crate::directory::{OrganizationId, partition};
use crate::enrollment::{Begun, Delivered, MailError, RegistrationAuthority};
use crate::mail::MailId;
use crate::store::{Guard, StoreError};

/// How many mails one taking of the lease is for.
const BATCH: usize = 20;
/// How long a node that sends may be silent before another one does it. What it began is protected by its own record.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How a mail's attempt ended, for whoever counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The server took it.
    Sent,
    /// It is tried again.
    Later,
    /// It was refused for good.
    Refused,
    /// It was dropped or given up before it was sent.
    Dropped,
}

/// Whoever counts what was sent.
pub trait PostWatch: Send + Sync + fmt::Debug {
    /// An attempt ended so.
    fn posted(&self, how: Posted);
}

/// What is in all outboxes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Queue {
    /// How many mails wait.
    pub waiting: u64,
    /// When the oldest of them was written down.
    pub oldest: Option<Timestamp>,
}

/// The post office of one node.
#[derive(Debug, Clone)]
pub struct Post {
    /// Whose outboxes.
    pub authority: RegistrationAuthority,
    /// The way to the mail server.
    pub smtp: Arc<Smtp>,
    /// Who does it.
    pub leases: Leases,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Who counts.
    pub watch: Arc<dyn PostWatch>,
    /// For how long mails whose life ended are kept.
    pub kept: SignedDuration,
}

impl Post {
    /// Sends what is due in every organization, until nothing is or `stop` says so; says how many attempts were made. A mail
    /// that is under way is finished.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn round(&self, stop: &Stop) -> Result<usize, MailError> {
        let mut attempts = 0;
        for organization in self.authority.directory().organizations().await? {
            attempts += self.empty(&organization, stop).await?;
        }
        self.smtp.rest().await;
        Ok(attempts)
    }

    async fn empty(&self, organization: &OrganizationId, stop: &Stop) -> Result<usize, MailError> {
        let mut attempts = 0;
        loop {
            let due = self.authority.mails_due(organization, BATCH).await?;
            if due.is_empty() || stop.is_set() {
                return Ok(attempts);
            }
            let Some(held) = self.leases.take(&partition(organization)?, "mail", LEASE).await? else {
                return Ok(attempts);
            };
            let guard = held.guard();
            let done: Vec<Result<Option<Posted>, MailError>> = stream::iter(due)
                .map(|id| self.one(organization, id, &guard, stop))
                .buffer_unordered(self.smtp.connections())
                .collect()
                .await;
            let mut moved = 0;
            for done in done {
                match done {
                    Ok(Some(posted)) => {
                        moved += 1;
                        self.watch.posted(posted);
                    }
                    Ok(None) => {}
                    Err(error) if lost(&held, &error) => {
                        tracing::warn!(%organization, number = held.number, "another node took the lease on the mail");
                        return Ok(attempts + moved);
                    }
                    Err(error) => return Err(error),
                }
            }
            attempts += moved;
            if moved == 0 {
                return Ok(attempts);
            }
        }
    }

    /// Sends one mail; `None` where it was somebody else's.
    async fn one(
        &self,
        organization: &OrganizationId,
        id: MailId,
        lease: &Guard,
        stop: &Stop,
    ) -> Result<Option<Posted>, MailError> {
        if stop.is_set() {
            return Ok(None);
        }
        let dispatch = match self.authority.begin_mail(organization, &id, lease).await? {
            Begun::Now(dispatch) => dispatch,
            Begun::Over => return Ok(Some(Posted::Dropped)),
            Begun::NotDue => return Ok(None),
        };
        let (name, attempt) = (dispatch.name.clone(), dispatch.attempt);
        let how = self.smtp.deliver(&dispatch.message).await;
        let posted = match &how {
            Delivered::Accepted(reply) => {
                tracing::info!(mail = %name, attempt, reply, "a mail was sent");
                Posted::Sent
            }
            Delivered::Refused(why) => {
                tracing::warn!(mail = %name, attempt, why, "a mail was refused for good");
                Posted::Refused
            }
            Delivered::Later { why, .. } => {
                tracing::warn!(mail = %name, attempt, why, "a mail was not sent yet");
                Posted::Later
            }
        };
        if !self.authority.end_mail(*dispatch, how).await? {
            tracing::warn!(mail = %name, attempt, "an attempt ended after it had been taken for dead");
        }
        Ok(Some(posted))
    }

    /// Forgets old mails, and counts what waits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tidy(&self) -> Result<Queue, MailError> {
        let before = self.clock.now().checked_sub(self.kept).unwrap_or(Timestamp::MIN);
        let mut queue = Queue::default();
        for organization in self.authority.directory().organizations().await? {
            let waiting = self.authority.waiting_mails(&organization).await?;
            queue.waiting += waiting.mails;
            queue.oldest = [queue.oldest, waiting.oldest].into_iter().flatten().min();
            if !self.authority.has_old_mails(&organization, before).await? {
                continue;
            }
            if let Some(held) = self.leases.take(&partition(&organization)?, "mail", LEASE).await? {
                match self.authority.forget_mails(&organization, before, &held.guard()).await {
                    Ok(0) => {}
                    Ok(forgotten) => tracing::debug!(%organization, forgotten, "old mails were forgotten"),
                    Err(error) if lost(&held, &error) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(queue)
    }
}

/// Whether a commit failed since another node took the lease.
fn lost(held: &Held, error: &MailError) -> bool {
    matches!(error, MailError::Store(error @ StoreError::Conflict(_)) if held.is_lost(error))
}
