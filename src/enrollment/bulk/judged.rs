//! What a list was found to be when it was brought: kept beside its job for as long as that.

use serde::{Deserialize, Serialize};

use super::check::{Refused, RowVerdict, Verdict};
use super::job::JobId;
use crate::roster::{Column, Fault, Listed, MOST_FAULTS, Person, Reason, Roster};
use crate::store::record::Record;
use crate::store::{Key, KeyError};

/// A row that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The row as a spreadsheet counts.
    pub row: u64,
    /// Why.
    #[serde(flatten)]
    pub refused: Refused,
}

impl From<&Fault> for LeftOut {
    fn from(fault: &Fault) -> Self {
        Self { row: fault.row, refused: Refused::by_reason(fault.column, fault.reason.clone()) }
    }
}

/// What a list was found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// How many rows the list has.
    pub rows: usize,
    /// How many would be issued.
    pub new: usize,
    /// How many were issued before.
    pub known: usize,
    /// The rows that are left out, at most [`MOST_FAULTS`].
    pub left_out: Vec<LeftOut>,
    /// How many faults there are beyond those.
    pub more: usize,
}

impl Record for Judgement {
    const NAME: &'static str = "judgement of a list";
    const FORMAT: u32 = 1;
}

impl Judgement {
    /// What the reader and the dry run said of a list, and the rows that can be issued or have been.
    #[must_use]
    pub fn of(roster: Roster<Person>, verdicts: Vec<RowVerdict>) -> (Self, Vec<Listed<Person>>) {
        let mut judgement = Self {
            rows: roster.total,
            left_out: roster.faults.iter().map(LeftOut::from).collect(),
            more: roster.more_faults,
            ..Self::default()
        };
        let mut good = Vec::with_capacity(roster.rows.len());
        for (listed, judged) in roster.rows.into_iter().zip(verdicts) {
            match judged.verdict {
                Verdict::New => {
                    judgement.new += 1;
                    good.push(listed);
                }
                Verdict::Known { .. } => {
                    judgement.known += 1;
                    good.push(listed);
                }
                Verdict::Refused(refused) => judgement.left_out.push(LeftOut { row: judged.row, refused }),
            }
        }
        judgement.left_out.sort_by_key(|fault| fault.row);
        judgement.more += judgement.left_out.len().saturating_sub(MOST_FAULTS);
        judgement.left_out.truncate(MOST_FAULTS);
        (judgement, good)
    }

    /// How many faults there are.
    #[must_use]
    pub const fn faults(&self) -> usize {
        self.left_out.len() + self.more
    }

    pub(super) fn key(job: &JobId) -> Result<Key, KeyError> {
        Key::new(format!("job-judged/{job}"))
    }
}

impl Refused {
    fn by_reason(column: Option<Column>, reason: Reason) -> Self {
        let mut refused = Self::new(reason.name(), column, reason.to_string());
        refused.reason = Some(reason);
        refused
    }

    pub(super) fn fault(column: Column, reason: Reason) -> Self {
        Self::by_reason(Some(column), reason)
    }
}
