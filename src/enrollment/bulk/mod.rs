//! Many at once: a list of people is judged, then issued in the background; a selection of enrollments is acted on.
//!
//! A job is a document with its rows in parts. Whoever has the lease on an organization's jobs does them part by part: what a
//! commit of rows changes and how far the job has come are one commit, so that another node goes on exactly where this one
//! died. Every row that issues has a mark that is written with its enrollment: the same row leads to the same enrollment,
//! whichever job, node or file brings it again. Nothing secret is kept: who prints letters or sends links draws them anew.

mod acts;
mod check;
mod facilities;
mod issue;
mod job;
mod judged;
mod keep;
mod letters;
mod mark;
mod work;

pub use acts::BulkAct;
pub use check::{Duplicates, IssueOptions, NewFacilities, Refused, RowVerdict, Verdict};
pub use facilities::FacilityVerdict;
pub use job::{Job, JobId, JobStanding, JobWork, NotAJobId, Outcome, Task, TaskRow};
pub use judged::{Judgement, LeftOut};
pub use keep::{Jobs, KEPT, OPEN_DRAFT};
pub use letters::JobLetter;
pub use work::Advance;
