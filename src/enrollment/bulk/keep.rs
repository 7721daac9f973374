//! Jobs in the store: made, begun, cancelled, listed, and one day forgotten.
//!
//! A pointer in the installation's partition says when somebody must look at a job: at once while it runs, after a day where
//! nobody began it, after a month where it has ended. It is written before the job, and moved after it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::acts::BulkAct;
use super::check::IssueOptions;
use super::job::{Job, JobId, JobStanding, JobWork, PART, Part, Task, TaskRow};
use super::judged::Judgement;
use crate::directory::{About, Deed, OrganizationId, partition};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::caller::Caller;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::bounded;
use crate::roster::{Listed, MOST_ROWS, Person};
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, Cursor, Guard, IndexEntry, Key, Partition, Scan, StoreError, Version};

/// How long a job waits for somebody to begin it.
pub const OPEN_DRAFT: SignedDuration = SignedDuration::from_hours(24);
/// How long the rows of a job that has ended are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The index of pointers by when they are due.
const DUE: &str = "jobs-due";
/// The index of an organization's jobs by time.
const JOBS: &str = "jobs";
/// Jobs that one look reads.
const PAGE: usize = 100;

/// Says when somebody must look at a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Due {
    pub(super) organization: OrganizationId,
    pub(super) job: JobId,
    /// Where it stands in the index.
    order: String,
}

impl Record for Due {
    const NAME: &'static str = "pointer to a job";
    const FORMAT: u32 = 1;
}

impl Due {
    fn key(organization: &OrganizationId, job: &JobId) -> Result<Key, OperatorError> {
        Ok(Key::new(format!("job/{organization}/{job}"))?)
    }
}

fn order(at: Timestamp, organization: &OrganizationId, job: &JobId) -> String {
    format!("{:015}-{organization}-{job}", at.as_millisecond().max(0))
}

/// The place of a job in its organization's list.
fn place(job: &Job) -> String {
    format!("{:015}-{}", job.made_at.as_millisecond().max(0), job.id)
}

fn after(at: Timestamp, lasts: SignedDuration) -> Timestamp {
    at.checked_add(lasts).unwrap_or(Timestamp::MAX)
}

/// When somebody must look at a job.
fn due_at(job: &Job) -> Timestamp {
    match job.standing {
        JobStanding::Draft => after(job.made_at, OPEN_DRAFT),
        JobStanding::Running => job.begun_at.unwrap_or(job.made_at),
        JobStanding::Done | JobStanding::Cancelled => after(job.ended_at.unwrap_or(job.made_at), KEPT),
    }
}

/// A page of an organization's jobs, newest first.
#[derive(Debug, Clone)]
pub struct Jobs {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// What to ask for next; `None` when this was all.
    pub next: Option<String>,
}

/// A job as it was read.
pub(super) struct LoadedJob {
    pub(super) job: Job,
    pub(super) version: Version,
    pub(super) partition: Partition,
}

impl RegistrationAuthority {
    /// Keeps a list as a job that waits to be begun, for a day. Nothing is issued.
    ///
    /// # Errors
    /// When there are no or too many rows, or the store fails.
    pub async fn draft_issue(
        &self,
        caller: &Caller,
        options: IssueOptions,
        source: Option<&str>,
        judgement: &Judgement,
        rows: &[Listed<Person>],
    ) -> Result<Job, OperatorError> {
        let tasks = rows.iter().map(|listed| TaskRow {
            row: listed.row,
            task: Task::Invite(Box::new(listed.value.clone())),
            outcome: None,
        });
        self.draft(caller, JobWork::Issue(options), source, Some(judgement), tasks.collect()).await
    }

    /// Keeps a selection as a job that waits to be begun, for a day. Nothing is done yet.
    ///
    /// # Errors
    /// When nothing or too much is selected, or the store fails.
    pub async fn draft_act(
        &self,
        caller: &Caller,
        act: BulkAct,
        enrollments: &[EnrollmentId],
    ) -> Result<Job, OperatorError> {
        let mut tasks: Vec<TaskRow> = Vec::with_capacity(enrollments.len());
        let mut seen = std::collections::HashSet::new();
        for id in enrollments.iter().filter(|id| seen.insert((*id).clone())) {
            tasks.push(TaskRow {
                row: tasks.len() as u64 + 1,
                task: Task::Enrollment(id.clone()),
                outcome: None,
            });
        }
        self.draft(caller, JobWork::Act { act }, None, None, tasks).await
    }

    async fn draft(
        &self,
        caller: &Caller,
        work: JobWork,
        source: Option<&str>,
        judgement: Option<&Judgement>,
        tasks: Vec<TaskRow>,
    ) -> Result<Job, OperatorError> {
        if tasks.is_empty() || tasks.len() > MOST_ROWS {
            let why = format!("it has {} rows; 1 to {MOST_ROWS} do", tasks.len());
            return Err(OperatorError::Unfit { what: "the job", why });
        }
        let job = Job {
            id: JobId::draw(self.0.parts.entropy.as_ref())?,
            work,
            by: caller.actor.clone(),
            reach: caller.reach.clone(),
            from: caller.from,
            source: source.map(|source| bounded("the file's name", source)).transpose()?,
            standing: JobStanding::Draft,
            made_at: self.now(),
            begun_at: None,
            ended_at: None,
            total: tasks.len(),
            done: 0,
            succeeded: 0,
            known: 0,
            refused: 0,
            part: 0,
        };
        self.point_job(&caller.organization, &job.id, due_at(&job)).await?;
        let partition = partition(&caller.organization)?;
        for (number, rows) in tasks.chunks(PART).enumerate() {
            let part = Part { rows: rows.to_vec() };
            let commit = Commit::new().put(job.id.part_key(number)?, encode(&part)?);
            self.store().commit(&partition, commit).await?;
        }
        let key = job.id.key()?;
        let mut commit = Commit::new();
        if let Some(judgement) = judgement {
            commit = commit.put(Judgement::key(&job.id)?, encode(judgement)?);
        }
        let commit = commit
            .guard(Guard::Absent(key.clone()))
            .put(key.clone(), encode(&job)?)
            .index(IndexEntry { index: Key::new(JOBS)?, order: place(&job), document: key });
        self.store().commit(&partition, commit).await?;
        Ok(job)
    }

    /// Lets a job run: nodes do it in the background. One that runs already goes on.
    ///
    /// # Errors
    /// When there is no such job, or it has ended.
    pub async fn begin_job(&self, caller: &Caller, id: &JobId) -> Result<Job, OperatorError> {
        self.begin_with(caller, id, None).await
    }

    /// Begins a job, which from then on does `act` where one is given.
    pub(super) async fn begin_with(
        &self,
        caller: &Caller,
        id: &JobId,
        act: Option<BulkAct>,
    ) -> Result<Job, OperatorError> {
        // The pointer first: who looks and finds a draft puts it back.
        let now = self.now();
        self.job(caller, id).await?;
        self.point_job(&caller.organization, id, now).await?;
        let job = self
            .change_job(caller, id, |job| match job.standing {
                JobStanding::Draft => {
                    if let Some(act) = &act {
                        job.work = JobWork::Act { act: act.clone() };
                    }
                    job.standing = JobStanding::Running;
                    job.begun_at = Some(now);
                    job.by = caller.actor.clone();
                    job.reach = caller.reach.clone();
                    job.from = caller.from;
                    let (what, rows) = (job.work.name().to_owned(), job.total);
                    Ok(Some(Deed::JobBegun { what, rows, source: job.source.clone() }))
                }
                JobStanding::Running => Ok(None),
                JobStanding::Done | JobStanding::Cancelled => Err(ended(job)),
            })
            .await?;
        self.point_job(&caller.organization, id, due_at(&job)).await?;
        self.0.job_begun.notify_one();
        Ok(job)
    }

    /// Waits until a job is begun in this process.
    pub async fn job_begun(&self) {
        self.0.job_begun.notified().await;
    }

    /// Stops a job: the rows that have an outcome keep it, the others are left alone. A draft is thrown away.
    ///
    /// # Errors
    /// When there is no such job, or it has ended.
    pub async fn cancel_job(&self, caller: &Caller, id: &JobId) -> Result<Job, OperatorError> {
        let now = self.now();
        let job = self
            .change_job(caller, id, |job| match job.standing {
                JobStanding::Draft | JobStanding::Running => {
                    job.standing = JobStanding::Cancelled;
                    job.ended_at = Some(now);
                    Ok(Some(Deed::JobStopped { done: job.done, rows: job.total }))
                }
                JobStanding::Cancelled => Ok(None),
                JobStanding::Done => Err(ended(job)),
            })
            .await?;
        self.point_job(&caller.organization, id, due_at(&job)).await?;
        Ok(job)
    }

    async fn change_job(
        &self,
        caller: &Caller,
        id: &JobId,
        change: impl Fn(&mut Job) -> Result<Option<Deed>, OperatorError>,
    ) -> Result<Job, OperatorError> {
        for _ in 0..TRIES {
            let LoadedJob { mut job, version, partition } = self.must_load_job(caller, id).await?;
            let Some(deed) = change(&mut job)? else { return Ok(job) };
            let key = id.key()?;
            let commit = Commit::new().guard(Guard::Version(key.clone(), version)).put(key, encode(&job)?);
            let about = About::Job(id.to_string());
            let commit = self.0.access.tell(commit, about, &caller.doer(), Some(version), deed)?;
            match self.store().commit(&partition, commit).await {
                Ok(_) => return Ok(job),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }

    /// A job of the caller's organization.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn job(&self, caller: &Caller, id: &JobId) -> Result<Job, OperatorError> {
        Ok(self.must_load_job(caller, id).await?.job)
    }

    /// The rows of a part of a job, in their order.
    ///
    /// # Errors
    /// When there is no such job, or the store fails.
    pub async fn job_rows(
        &self,
        caller: &Caller,
        id: &JobId,
        part: usize,
    ) -> Result<Vec<TaskRow>, OperatorError> {
        self.must_load_job(caller, id).await?;
        let partition = partition(&caller.organization)?;
        Ok(self.load_part(&partition, id, part).await?.map_or_else(Vec::new, |(part, _)| part.rows))
    }

    /// What a job's list was found to be; nothing where it came from no list.
    ///
    /// # Errors
    /// When there is no such job, or the store fails.
    pub async fn job_judgement(&self, caller: &Caller, id: &JobId) -> Result<Judgement, OperatorError> {
        let loaded = self.must_load_job(caller, id).await?;
        let found = self.store().find(&loaded.partition, &Judgement::key(id)?).await?;
        Ok(found.map(|document| decode(&document.bytes)).transpose()?.unwrap_or_default())
    }

    /// The caller's jobs, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn jobs(
        &self,
        caller: &Caller,
        after: Option<String>,
        limit: usize,
    ) -> Result<Jobs, OperatorError> {
        let partition = partition(&caller.organization)?;
        let scan = Scan {
            after: after.map(Cursor),
            descending: true,
            limit: limit.clamp(1, PAGE),
            ..Scan::default()
        };
        let page = self.store().scan(&partition, &Key::new(JOBS)?, scan).await?;
        let mut jobs = Vec::with_capacity(page.entries.len());
        for (_, key) in page.entries {
            if let Some(document) = self.store().find(&partition, &key).await? {
                jobs.push(decode(&document.bytes)?);
            }
        }
        jobs.retain(|job: &Job| job.is_seen_by(caller));
        Ok(Jobs { jobs, next: page.next.map(|cursor| cursor.0) })
    }

    async fn must_load_job(&self, caller: &Caller, id: &JobId) -> Result<LoadedJob, OperatorError> {
        let found = self.load_job(&caller.organization, id).await?.filter(|it| it.job.is_seen_by(caller));
        found.ok_or_else(|| OperatorError::NoSuchJob(id.to_string()))
    }

    pub(super) async fn load_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Option<LoadedJob>, OperatorError> {
        let partition = partition(organization)?;
        let Some(document) = self.store().find(&partition, &id.key()?).await? else { return Ok(None) };
        Ok(Some(LoadedJob { job: decode(&document.bytes)?, version: document.version, partition }))
    }

    pub(super) async fn load_part(
        &self,
        partition: &Partition,
        id: &JobId,
        part: usize,
    ) -> Result<Option<(Part, Version)>, OperatorError> {
        let Some(document) = self.store().find(partition, &id.part_key(part)?).await? else {
            return Ok(None);
        };
        Ok(Some((decode(&document.bytes)?, document.version)))
    }

    /// Writes or moves the pointer to a job.
    async fn point_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        at: Timestamp,
    ) -> Result<(), OperatorError> {
        let (installation, index, key) =
            (Partition::installation(), Key::new(DUE)?, Due::key(organization, id)?);
        for _ in 0..TRIES {
            let due = Due {
                organization: organization.clone(),
                job: id.clone(),
                order: order(at, organization, id),
            };
            let mut commit = Commit::new();
            match self.store().find(&installation, &key).await? {
                None => commit = commit.guard(Guard::Absent(key.clone())),
                Some(document) => {
                    let before: Due = decode(&document.bytes)?;
                    if before.order == due.order {
                        return Ok(());
                    }
                    commit = commit
                        .guard(Guard::Version(key.clone(), document.version))
                        .unindex(index.clone(), before.order);
                }
            }
            let entry = IndexEntry { index: index.clone(), order: due.order.clone(), document: key.clone() };
            let commit = commit.put(key.clone(), encode(&due)?).index(entry);
            match self.store().commit(&installation, commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }

    /// The jobs that somebody must look at now, the longest due first: organization and job.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn due_jobs(&self) -> Result<Vec<(OrganizationId, JobId)>, OperatorError> {
        let (installation, index) = (Partition::installation(), Key::new(DUE)?);
        let scan = Scan { limit: PAGE, ..Scan::default() };
        let now = format!("{:015}.", self.now().as_millisecond().max(0));
        let mut due = Vec::new();
        for (order, key) in self.store().scan(&installation, &index, scan).await?.entries {
            // In byte order `-` comes before `.`, so that what is due in this millisecond is due.
            if order >= now {
                break;
            }
            let Some(document) = self.store().find(&installation, &key).await? else { continue };
            let pointer: Due = decode(&document.bytes)?;
            due.push((pointer.organization, pointer.job));
        }
        Ok(due)
    }

    /// Sees to the pointer of a job that does not run: it is moved to when it matters again, or the job is forgotten.
    pub(super) async fn settle(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        job: Option<&Job>,
    ) -> Result<(), OperatorError> {
        let mut known = job.cloned();
        while let Some(job) = known.as_ref().filter(|job| due_at(job) > self.now()) {
            self.point_job(organization, id, due_at(job)).await?;
            // Somebody may have begun it meanwhile, and must not wait for what was true before.
            let fresh = self.load_job(organization, id).await?.map(|loaded| loaded.job);
            if fresh.as_ref().is_some_and(|fresh| due_at(fresh) == due_at(job)) {
                return Ok(());
            }
            known = fresh;
        }
        if let Some(job) = known.as_ref().filter(|job| job.standing == JobStanding::Running) {
            return self.point_job(organization, id, due_at(job)).await;
        }
        let job = known.as_ref();
        let partition = partition(organization)?;
        // A job that was never finished has parts all the same.
        let mut part = 0;
        while self.store().find(&partition, &id.part_key(part)?).await?.is_some() {
            self.store().commit(&partition, Commit::new().delete(id.part_key(part)?)).await?;
            part += 1;
        }
        if let Some(job) = job {
            let commit = Commit::new()
                .delete(id.key()?)
                .delete(Judgement::key(id)?)
                .unindex(Key::new(JOBS)?, place(job));
            self.store().commit(&partition, commit).await?;
        }
        let (installation, key) = (Partition::installation(), Due::key(organization, id)?);
        if let Some(document) = self.store().find(&installation, &key).await? {
            let due: Due = decode(&document.bytes)?;
            let commit = Commit::new().delete(key).unindex(Key::new(DUE)?, due.order);
            self.store().commit(&installation, commit).await?;
        }
        Ok(())
    }
}

fn ended(job: &Job) -> OperatorError {
    let why = format!(
        "job {} is {}; bring the list again, what was issued is not issued twice",
        job.id,
        job.standing.name()
    );
    OperatorError::Unfit { what: "the job", why }
}
