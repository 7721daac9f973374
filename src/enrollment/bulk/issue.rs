//! The rows of a part are issued together: their pointers in one commit, then all of them with the job's progress in another.

use std::collections::HashSet;

use futures_util::future::try_join_all;

use super::check::{IssueOptions, Refused, Verdict, Within};
use super::job::{Job, Outcome, Task};
use super::mark::{Mark, Marks};
use super::work::AtWork;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::caller::Caller;
use crate::enrollment::drawn::{Drawn, pointers};
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::{Examined, Invite, Wanted};
use crate::enrollment::outbox::Mailing;
use crate::enrollment::record::{Enrollment, Happening};
use crate::roster::{Listed, Person};
use crate::store::record::encode;
use crate::store::{Commit, Guard, Key, Partition, StoreError};

/// Operations that one commit of rows may have, with room for what belongs to the job.
const ROOM: i64 = 900;
/// Operations of a new enrollment itself: its document, its places, its event and its mark, with their guards.
const OF_AN_ENROLLMENT: i64 = 10;

/// Operations of the mails that an invitation by mail needs.
const OF_ITS_MAILS: i64 = 16;

/// A row that will be issued.
struct Ready<'a> {
    place: usize,
    marks: Marks,
    examined: Examined<'a>,
    person: &'a Person,
    enrollment: Enrollment,
    drawn: Drawn,
    mailing: Option<Mailing>,
}

/// What a row turned out to be.
enum Looked<'a> {
    Outcome(Outcome),
    New(Marks, Box<Examined<'a>>, Option<Mailing>),
}

impl RegistrationAuthority {
    /// Issues the next rows of a part; `None` where somebody was quicker at one of them and all must be looked at again.
    pub(super) async fn issue_rows(
        &self,
        work: &AtWork<'_>,
        options: &IssueOptions,
    ) -> Result<Option<Job>, OperatorError> {
        let caller = work.caller.clone();
        let next: Vec<_> = next_rows(work).collect();
        let mut looking = Vec::with_capacity(next.len());
        for (_, _, person) in &next {
            looking.push(self.look(&caller, options, person));
        }
        let looked = try_join_all(looking).await?;
        let mut outcomes = Vec::new();
        let mut ready: Vec<Ready<'_>> = Vec::new();
        let mut within = Within::default();
        let mut put: HashSet<Key> = HashSet::new();
        let mut room = ROOM;
        for ((place, row, person), looked) in next.into_iter().zip(looked) {
            match looked {
                Looked::Outcome(outcome) => outcomes.push((place, outcome)),
                Looked::New(marks, examined, mailing) => {
                    let listed = Listed { row, value: person.clone() };
                    if let Some(refused) = within.repeats(&listed, &marks) {
                        outcomes.push((place, Outcome::Refused(refused)));
                        continue;
                    }
                    // What does not fit this commit, or makes what an earlier row of it makes, waits for the next one.
                    let changes = &examined.changes;
                    room -= OF_AN_ENROLLMENT + operations(changes);
                    room -= if mailing.is_some() { OF_ITS_MAILS } else { 0 };
                    if room < 0 || changes.puts.iter().any(|(key, _)| put.contains(key)) {
                        continue;
                    }
                    put.extend(changes.puts.iter().map(|(key, _)| key.clone()));
                    let (enrollment, drawn) = self.bulk_enrollment(&caller, &examined, options, person)?;
                    ready.push(Ready {
                        place,
                        marks,
                        examined: *examined,
                        person,
                        enrollment,
                        drawn,
                        mailing,
                    });
                }
            }
        }
        self.point_together(&caller, &mut ready, options).await?;
        let mut commit = Commit::new();
        let mut told: Vec<(EnrollmentId, [Happening; 1])> = Vec::new();
        for row in ready {
            let enrollment = row.enrollment;
            commit = joined(commit, row.examined.changes);
            let (with, happened) = self.added(commit, &caller, &enrollment)?;
            let with = match &row.mailing {
                Some(mailing) => self.mailed(with, &enrollment, mailing, row.drawn.nonces)?.0,
                None => with,
            };
            let mark = Mark { enrollment: enrollment.id.clone(), content: row.marks.content };
            commit = with.guard(Guard::Absent(row.marks.key.clone())).put(row.marks.key, encode(&mark)?);
            outcomes.push((row.place, Outcome::Issued { enrollment: enrollment.id.clone() }));
            told.push((enrollment.id, happened));
        }
        let (commit, job) = work.written(commit, outcomes, self.now())?;
        match self.store().commit(&work.partition, commit).await {
            Ok(_) => {}
            Err(StoreError::Conflict(key)) if key != *guarded(work.lease) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        for (id, happened) in told {
            self.tell_all(&id, &happened);
        }
        Ok(Some(job))
    }

    async fn look<'a>(
        &'a self,
        caller: &Caller,
        options: &IssueOptions,
        person: &Person,
    ) -> Result<Looked<'a>, OperatorError> {
        let marks = self.marks(caller, options, person)?;
        match self.judge_row(caller, options, person, &marks).await? {
            Verdict::Known { enrollment, .. } => return Ok(Looked::Outcome(Outcome::Known { enrollment })),
            Verdict::Refused(refused) => return Ok(Looked::Outcome(Outcome::Refused(refused))),
            Verdict::New => {}
        }
        let invite = options.invite(person);
        match self.examined_and_mailed(caller, &invite, person.facility_name.as_deref()).await {
            Ok((examined, mailing)) => Ok(Looked::New(marks, Box::new(examined), mailing)),
            Err(error) => {
                let refused = Refused::of(&error).ok_or(error)?;
                Ok(Looked::Outcome(Outcome::Refused(refused)))
            }
        }
    }

    /// What an invitation asks for, and the mail that it travels by.
    pub(super) async fn examined_and_mailed(
        &self,
        caller: &Caller,
        invite: &Invite,
        facility_name: Option<&str>,
    ) -> Result<(Examined<'_>, Option<Mailing>), OperatorError> {
        let examined = self.examined_as(caller, invite, facility_name).await?;
        let mailing = self.mailing(&caller.organization, &examined.subscriber, invite.carrier).await?;
        Ok((examined, mailing))
    }

    fn bulk_enrollment(
        &self,
        caller: &Caller,
        examined: &Examined<'_>,
        options: &IssueOptions,
        person: &Person,
    ) -> Result<(Enrollment, Drawn), OperatorError> {
        let wanted = Wanted {
            subscriber: &examined.subscriber,
            offer: examined.offer,
            policy: &examined.organization.policy,
            platforms: examined.platforms.clone(),
            note: examined.note.clone(),
            carrier: options.invite(person).carrier,
            succession: None,
            draws: None,
        };
        let id = EnrollmentId::draw(self.0.parts.entropy.as_ref())?;
        // What was drawn is forgotten here but for what a mail needs: who prints the invitation draws it anew.
        let parts = &self.0.parts;
        let drawn = Drawn::draw(parts.entropy.as_ref(), examined.offer, &parts.pepper, &id)?;
        Ok((self.new_enrollment(caller, &id, &wanted, &drawn)?, drawn))
    }

    /// Writes the pointers of all rows; what is taken is drawn again.
    async fn point_together(
        &self,
        caller: &Caller,
        ready: &mut [Ready<'_>],
        options: &IssueOptions,
    ) -> Result<(), OperatorError> {
        // Of ten million numbers that are taken, a part meets five.
        for _ in 0..TRIES * 4 {
            let mut commit = Commit::new();
            let mut own: HashSet<Key> = HashSet::new();
            let mut taken = None;
            for (place, row) in ready.iter().enumerate() {
                let (pointed, keys) = pointers(commit, &row.enrollment)?;
                commit = pointed;
                if !keys.into_iter().all(|key| own.insert(key)) {
                    taken = Some(place);
                }
            }
            if taken.is_none() {
                if ready.is_empty() {
                    return Ok(());
                }
                match self.store().commit(&Partition::installation(), commit).await {
                    Ok(_) => return Ok(()),
                    Err(StoreError::Conflict(key)) => {
                        for (place, row) in ready.iter().enumerate() {
                            if pointers(Commit::new(), &row.enrollment)?.1.contains(&key) {
                                taken = Some(place);
                            }
                        }
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if let Some(row) = taken.and_then(|place| ready.get_mut(place)) {
                (row.enrollment, row.drawn) =
                    self.bulk_enrollment(caller, &row.examined, options, row.person)?;
            }
        }
        Err(OperatorError::Busy)
    }
}

/// The rows without an outcome, each person once: what the second row of a person may do depends on the first.
fn next_rows<'w>(work: &'w AtWork<'_>) -> impl Iterator<Item = (usize, u64, &'w Person)> {
    let mut seen = HashSet::new();
    work.part.rows.iter().enumerate().filter_map(move |(place, row)| match &row.task {
        Task::Invite(person) if row.outcome.is_none() => {
            let first = person.id.as_ref().is_none_or(|id| seen.insert(id.clone()));
            first.then_some((place, row.row, &**person))
        }
        _ => None,
    })
}

fn operations(commit: &Commit) -> i64 {
    let all = commit.guards.len()
        + commit.puts.len()
        + commit.deletes.len()
        + commit.index_puts.len()
        + commit.index_deletes.len()
        + commit.entries.len()
        + commit.events.len();
    i64::try_from(all).unwrap_or(i64::MAX)
}

/// Both commits in one.
fn joined(mut commit: Commit, other: Commit) -> Commit {
    commit.guards.extend(other.guards);
    commit.puts.extend(other.puts);
    commit.deletes.extend(other.deletes);
    commit.index_puts.extend(other.index_puts);
    commit.index_deletes.extend(other.index_deletes);
    commit.entries.extend(other.entries);
    commit.events.extend(other.events);
    commit
}

/// The document that a guard is about.
const fn guarded(guard: &Guard) -> &Key {
    match guard {
        Guard::Absent(key) | Guard::Version(key, _) => key,
    }
}
