//! Jobs of many rows: whichever node has the lease on an organization's jobs does them.

use std::sync::Arc;

use super::lease::{Held, Leases};
use crate::clock::Clock;
use crate::directory::{OrganizationId, partition};
use crate::enrollment::{Advance, JobId, OperatorError, RegistrationAuthority};
use crate::store::StoreError;
use jiff::SignedDuration;

/// How long a node that does an organization's jobs may be silent before another one goes on.
const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// A lease is taken anew when less than this is left of it.
const RENEWED: SignedDuration = SignedDuration::from_secs(5);
/// Steps of one job before the jobs of other organizations have their turn.
const STEPS: usize = 20;

/// Does jobs. Cheap to clone; every clone is the same.
#[derive(Debug, Clone)]
pub struct JobRunner {
    authority: RegistrationAuthority,
    leases: Leases,
    clock: Arc<dyn Clock>,
}

/// What a round left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// How many jobs were moved on.
    pub jobs: usize,
    /// Whether there is more to do at once.
    pub more: bool,
    /// Whether another node does the jobs of an organization.
    pub elsewhere: bool,
}

impl JobRunner {
    /// Does jobs with this authority, under leases of this node.
    #[must_use]
    pub fn new(authority: RegistrationAuthority, leases: Leases, clock: Arc<dyn Clock>) -> Self {
        Self { authority, leases, clock }
    }

    /// Waits until a job is begun in this process.
    pub async fn woken(&self) {
        self.authority.job_begun().await;
    }

    /// Moves on every job that is due, each a little.
    ///
    /// # Errors
    /// When the store fails; what was done before stays done.
    pub async fn round(&self) -> Result<Round, OperatorError> {
        let mut round = Round::default();
        for (organization, job) in self.authority.due_jobs().await? {
            match self.turn(&organization, &job).await {
                Ok(Some(Advance::More { .. })) => {
                    round.jobs += 1;
                    round.more = true;
                }
                Ok(Some(Advance::Rest)) => round.jobs += 1,
                Ok(None) => round.elsewhere = true,
                // One organization's trouble must not stand in the way of the others.
                Err(error) => {
                    tracing::error!(%organization, %job, %error, "a job could not be moved on");
                }
            }
        }
        Ok(round)
    }

    /// Moves one job on; `None` while another node has the lease on its organization's jobs.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn turn(
        &self,
        organization: &OrganizationId,
        job: &JobId,
    ) -> Result<Option<Advance>, OperatorError> {
        let Some(mut held) = self.take(organization).await? else { return Ok(None) };
        let mut advance = Advance::Rest;
        for _ in 0..STEPS {
            if self.clock.now().duration_until(held.until) < RENEWED {
                match self.take(organization).await? {
                    Some(renewed) => held = renewed,
                    None => return Ok(None),
                }
            }
            advance = match self.authority.advance_job(organization, job, &held.guard()).await {
                Ok(advance) => advance,
                Err(OperatorError::Store(error)) if held.is_lost(&error) => {
                    tracing::warn!(
                        number = held.number,
                        "another node took the lease on an organization's jobs"
                    );
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            if advance == Advance::Rest {
                self.leases.release(&partition(organization)?, held).await?;
                break;
            }
        }
        Ok(Some(advance))
    }

    async fn take(&self, organization: &OrganizationId) -> Result<Option<Held>, OperatorError> {
        let partition = partition(organization)?;
        let taken = self.leases.take(&partition, "jobs", LEASE).await;
        taken.map_err(|error: StoreError| error.into())
    }
}
