//! One step of a job, under the lease on its organization's jobs.

use super::check::Refused;
use super::job::{Job, JobId, JobStanding, JobWork, Outcome, Part, Task};
use super::keep::LoadedJob;
use crate::directory::{Act, Actor, Operator, OrganizationId};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::store::record::encode;
use crate::store::{Commit, Guard, Partition, StoreError, Version};

/// What a step left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// There is more to do; so many rows have an outcome now.
    More {
        /// Rows with an outcome.
        done: usize,
    },
    /// Nothing is to be done any more, or not now.
    Rest,
}

/// Acts of a selection that are done before progress is written.
const ACTS: usize = 10;

/// A job at work, as it was read.
pub(super) struct AtWork<'a> {
    /// In whose name, and as far as they reach now.
    pub(super) caller: Caller,
    pub(super) partition: Partition,
    pub(super) job: Job,
    pub(super) version: Version,
    pub(super) part: Part,
    pub(super) part_version: Version,
    pub(super) lease: &'a Guard,
}

impl AtWork<'_> {
    /// Adds the outcomes of these rows to a commit: it happens only as long as the lease holds and nobody changed the job.
    pub(super) fn written(
        &self,
        commit: Commit,
        outcomes: Vec<(usize, Outcome)>,
        now: jiff::Timestamp,
    ) -> Result<(Commit, Job), OperatorError> {
        let (mut job, mut part) = (self.job.clone(), self.part.clone());
        for (place, outcome) in outcomes {
            job.count(&outcome);
            if let Some(row) = part.rows.get_mut(place) {
                row.outcome = Some(outcome);
            }
        }
        if part.rows.iter().all(|row| row.outcome.is_some()) {
            job.part += 1;
        }
        if job.part >= job.parts() {
            job.standing = JobStanding::Done;
            job.ended_at = Some(now);
        }
        let (key, part_key) = (job.id.key()?, job.id.part_key(self.job.part)?);
        let commit = commit
            .guard(self.lease.clone())
            .guard(Guard::Version(key.clone(), self.version))
            .guard(Guard::Version(part_key.clone(), self.part_version))
            .put(key, encode(&job)?)
            .put(part_key, encode(&part)?);
        Ok((commit, job))
    }
}

impl RegistrationAuthority {
    /// Does the next rows of a job, as long as `lease` (a guard in the organization's partition) holds. Whoever calls it again
    /// and again does the whole job; whoever dies in between leaves it to the next.
    ///
    /// # Errors
    /// When the store fails; [`StoreError::Conflict`] where the lease does not hold any more.
    pub async fn advance_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        lease: &Guard,
    ) -> Result<Advance, OperatorError> {
        let loaded = self.load_job(organization, id).await?;
        let Some(LoadedJob { job, version, partition }) = loaded
            .as_ref()
            .filter(|loaded| loaded.job.standing == JobStanding::Running)
            .map(|loaded| LoadedJob {
                job: loaded.job.clone(),
                version: loaded.version,
                partition: loaded.partition.clone(),
            })
        else {
            self.settle(organization, id, loaded.as_ref().map(|loaded| &loaded.job)).await?;
            return Ok(Advance::Rest);
        };
        let Some(caller) = self.still_asking(organization, &job).await? else {
            // Whoever asked for it may not any more: what is done stays, and no further row is.
            let stopped = self.cancel_job(&Caller::new(organization.clone(), Actor::System), id).await;
            return match stopped {
                Ok(_) | Err(OperatorError::Unfit { .. }) => Ok(Advance::Rest),
                Err(error) => Err(error),
            };
        };
        let Some((part, part_version)) = self.load_part(&partition, id, job.part).await? else {
            return Err(StoreError::Damaged(format!("part {} of job {id} is missing", job.part)).into());
        };
        let work = AtWork { caller, partition, job, version, part, part_version, lease };
        let job = match &work.job.work {
            JobWork::Issue(options) => self.issue_rows(&work, &options.clone()).await?,
            JobWork::Act { act } => {
                let mut outcomes = Vec::new();
                let open = work.part.rows.iter().enumerate().filter(|(_, row)| row.outcome.is_none());
                for (place, row) in open.take(ACTS) {
                    let outcome = match &row.task {
                        Task::Enrollment(id) => self.act(&work.caller, act, &work.job, id).await?,
                        Task::Invite(_) => {
                            Outcome::Refused(Refused::new("unfit", None, "this is no enrollment"))
                        }
                    };
                    outcomes.push((place, outcome));
                }
                let (commit, job) = work.written(Commit::new(), outcomes, self.now())?;
                self.store().commit(&work.partition, commit).await?;
                Some(job)
            }
        };
        // Where somebody was quicker, the job is read again.
        let job = job.unwrap_or(work.job);
        if job.standing == JobStanding::Running {
            return Ok(Advance::More { done: job.done });
        }
        self.settle(organization, id, Some(&job)).await?;
        Ok(Advance::Rest)
    }
    /// In whose name the next rows are done: an operator's role and facilities are read anew before each part, since they may
    /// have been taken away after the job began. `None` where nothing of what was asked for is left to them.
    async fn still_asking(
        &self,
        organization: &OrganizationId,
        job: &Job,
    ) -> Result<Option<Caller>, OperatorError> {
        let caller = job.caller(organization);
        let Actor::Account { id, .. } = &job.by else { return Ok(Some(caller)) };
        let account = self.0.access.account(id).await?;
        if account.is_none_or(|(account, _)| account.ended_at.is_some()) {
            return Ok(None);
        }
        let operator = self.0.access.operator(organization, id).await?;
        let may = |operator: &Operator| operator.may(Act::Bulk) && operator.may(job.work.demands());
        let Some(operator) = operator.filter(may) else { return Ok(None) };
        let reach = operator.reach().within(&caller.reach);
        Ok((!reach.is_nothing()).then_some(Caller { reach, ..caller }))
    }
}
