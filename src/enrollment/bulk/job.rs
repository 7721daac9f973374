//! A job as it is kept.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::acts::BulkAct;
use super::check::{IssueOptions, Refused};
use crate::directory::{Act, Facilities, OrganizationId};
use crate::enrollment::caller::Caller;
use crate::enrollment::credentials::draw_identifier;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::record::Actor;
use crate::entropy::{Entropy, EntropyError};
use crate::roster::Person;
use crate::store::record::Record;
use crate::store::{Key, KeyError};

/// Letters in a job's name.
const LENGTH: usize = 10;

/// Rows in a part: what one commit does, with room to spare.
pub(super) const PART: usize = 50;

/// A job's name: 10 letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

/// A text that names no job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a job's name has {LENGTH} letters and digits, as `tegata bulk status` shows them")]
pub struct NotAJobId;

impl JobId {
    pub(super) fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        draw_identifier(entropy, LENGTH).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn key(&self) -> Result<Key, KeyError> {
        Key::new(format!("job/{self}"))
    }

    pub(super) fn part_key(&self, part: usize) -> Result<Key, KeyError> {
        Key::new(format!("job-part/{self}/{part:05}"))
    }
}

impl FromStr for JobId {
    type Err = NotAJobId;

    fn from_str(text: &str) -> Result<Self, NotAJobId> {
        let text = text.trim().to_ascii_lowercase();
        let fits = text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if fits { Ok(Self(text)) } else { Err(NotAJobId) }
    }
}

impl TryFrom<String> for JobId {
    type Error = NotAJobId;

    fn try_from(text: String) -> Result<Self, NotAJobId> {
        text.parse()
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub enum JobWork {
    /// Issues an enrollment for every row.
    Issue(IssueOptions),
    /// Does the same to many enrollments.
    Act {
        /// What.
        act: BulkAct,
    },
}

impl JobWork {
    /// What the role must allow.
    #[must_use]
    pub const fn demands(&self) -> Act {
        match self {
            Self::Issue(_) => Act::Issue,
            Self::Act { act } => act.demands(),
        }
    }

    /// What it does, by a stable name, as the log has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issue(_) => "issue",
            Self::Act { act } => act.name(),
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobStanding {
    /// It was judged, and waits for somebody to begin it.
    Draft,
    /// It is under way, or will be as soon as a node has time.
    Running,
    /// Every row has an outcome.
    Done,
    /// Somebody stopped it; what was done stays.
    Cancelled,
}

impl JobStanding {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// What it does.
    #[serde(flatten)]
    pub work: JobWork,
    /// Who asked for it.
    pub by: Actor,
    /// For whose people they acted when they began it.
    pub reach: Facilities,
    /// From which address.
    pub from: Option<IpAddr>,
    /// The file that it came from, as the person called it.
    pub source: Option<String>,
    /// Where it stands.
    pub standing: JobStanding,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was begun.
    pub begun_at: Option<Timestamp>,
    /// When its last row was done, or it was cancelled.
    pub ended_at: Option<Timestamp>,
    /// How many rows it has.
    pub total: usize,
    /// How many rows have an outcome.
    pub done: usize,
    /// How many of them did what was asked.
    pub succeeded: usize,
    /// How many of them had been done before.
    pub known: usize,
    /// How many of them were refused.
    pub refused: usize,
    /// The part that is at work; those before are done.
    pub part: usize,
}

impl Record for Job {
    const NAME: &'static str = "job";
    const FORMAT: u32 = 1;
}

impl Job {
    /// In whose name its rows are done, as far as they reached when it was begun.
    pub(super) fn caller(&self, organization: &OrganizationId) -> Caller {
        Caller {
            organization: organization.clone(),
            actor: self.by.clone(),
            reach: self.reach.clone(),
            from: self.from,
        }
    }

    /// Whether the caller may know of it: who acts for some facilities only sees the own ones.
    pub(super) fn is_seen_by(&self, caller: &Caller) -> bool {
        caller.reach == Facilities::All || self.by == caller.actor
    }

    /// How many parts its rows are in.
    #[must_use]
    pub const fn parts(&self) -> usize {
        self.total.div_ceil(PART)
    }

    pub(super) const fn count(&mut self, outcome: &Outcome) {
        self.done += 1;
        match outcome {
            Outcome::Issued { .. } | Outcome::Acted { .. } => self.succeeded += 1,
            Outcome::Known { .. } => self.known += 1,
            Outcome::Refused { .. } => self.refused += 1,
        }
    }
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// An enrollment for this person.
    Invite(Box<Person>),
    /// The job's act on this enrollment.
    Enrollment(EnrollmentId),
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// An enrollment was issued.
    Issued {
        /// Which.
        enrollment: EnrollmentId,
    },
    /// The same row had been issued before.
    Known {
        /// As which.
        enrollment: EnrollmentId,
    },
    /// The act was done.
    Acted {
        /// On which enrollment.
        enrollment: EnrollmentId,
        /// The one that takes its place, where it was reissued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        successor: Option<EnrollmentId>,
    },
    /// It was refused, and nothing of it was done.
    Refused(Refused),
}

impl Outcome {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issued",
            Self::Known { .. } => "known",
            Self::Acted { .. } => "acted",
            Self::Refused { .. } => "refused",
        }
    }

    /// The enrollment that it is about, where there is one.
    #[must_use]
    pub const fn enrollment(&self) -> Option<&EnrollmentId> {
        match self {
            Self::Issued { enrollment } | Self::Known { enrollment } | Self::Acted { enrollment, .. } => {
                Some(enrollment)
            }
            Self::Refused(_) => None,
        }
    }
}

/// A row of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    /// Its number in the file, as a spreadsheet counts; or in the selection, from 1.
    pub row: u64,
    /// What it asks for.
    pub task: Task,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl TaskRow {
    /// The headings of [`Self::cells`]; the first is the row, and a list can be brought again with all of them but those of
    /// what became of it.
    pub const HEADINGS: [&'static str; 9] =
        ["row", "outcome", "code", "why", "enrollment", "subscriber_id", "name", "facility", "key"];

    /// The row with what became of it, for a spreadsheet.
    #[must_use]
    pub fn cells(&self) -> [String; 9] {
        let outcome = self.outcome.as_ref();
        let (code, why) = match outcome {
            Some(Outcome::Refused(refused)) => (refused.code.clone(), refused.why.clone()),
            _ => (String::new(), String::new()),
        };
        let (enrollment, person) = match &self.task {
            Task::Invite(person) => (outcome.and_then(Outcome::enrollment), Some(person)),
            Task::Enrollment(id) => (Some(id), None),
        };
        let of =
            |read: fn(&Person) -> Option<String>| person.and_then(|person| read(person)).unwrap_or_default();
        [
            self.row.to_string(),
            outcome.map_or("open", Outcome::name).to_owned(),
            code,
            why,
            enrollment.map(ToString::to_string).unwrap_or_default(),
            of(|person| person.id.as_ref().map(ToString::to_string)),
            of(|person| Some(person.name.clone())),
            of(|person| person.facility.as_ref().map(ToString::to_string)),
            of(|person| person.key.clone()),
        ]
    }
}

/// Some rows of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) rows: Vec<TaskRow>,
}

impl Record for Part {
    const NAME: &'static str = "part of a job";
    const FORMAT: u32 = 1;
}
