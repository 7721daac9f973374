//! What a list is asked for, and its answer.

use jiff::Timestamp;
use serde::Serialize;

use super::need::Need;
use crate::device::Platform;
use crate::directory::FacilityCode;
use crate::enrollment::authority::OperatorError;
use crate::enrollment::query::EnrollmentSummary;
use crate::enrollment::state::Standing;

/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 100;

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By the invitation, newest first.
    Newest,
    /// By the last change, newest first.
    LastChange,
    /// By the end of the certificate in use, soonest first; who has none in use is left out.
    CertificateEnd,
    /// By how long it waits for a hand, longest first; a lock by its end. Only with a [`Need`].
    Waiting,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Newest, Self::LastChange, Self::CertificateEnd, Self::Waiting];

    /// The word in addresses and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::LastChange => "last-change",
            Self::CertificateEnd => "certificate-end",
            Self::Waiting => "waiting",
        }
    }
}

impl std::str::FromStr for Sort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|sort| sort.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|sort| sort.name()).collect();
            format!("{text:?} is no way to sort; there are {}", names.join(", "))
        })
    }
}

/// When certificates end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub before: Option<Timestamp>,
}

impl Ends {
    /// Whether it leaves anything out.
    #[must_use]
    pub const fn is_bounded(&self) -> bool {
        self.from.is_some() || self.before.is_some()
    }

    /// Whether a certificate that ends then is meant; one that is not there never.
    #[must_use]
    pub fn hold(&self, end: Option<Timestamp>) -> bool {
        !self.is_bounded()
            || end.is_some_and(|end| {
                self.from.is_none_or(|from| from <= end) && self.before.is_none_or(|before| end < before)
            })
    }
}

/// Which enrollments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only those that stand so.
    pub state: Option<Standing>,
    /// Only those of this facility.
    pub facility: Option<FacilityCode>,
    /// Only those claimed on this kind of device, or meant for it alone and not claimed yet.
    pub platform: Option<Platform>,
    /// Only those of this offer.
    pub offer: Option<String>,
    /// Only those whose certificate in use ends then.
    pub ends: Ends,
    /// Only those that need a hand in this.
    pub need: Option<Need>,
    /// Only those that this text finds: an enrollment, a serial number, a retrieval number, a link; the beginning of a
    /// person's identifier, name or reading; and where nothing is found so, any part of a name or note.
    pub text: Option<String>,
    /// How it is sorted; as it is found quickest where nothing is said.
    pub sort: Option<Sort>,
    /// Go on after this, as the page before told.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl ListQuery {
    pub(super) fn text(&self) -> Option<&str> {
        self.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether this can be the place of an enrollment in a list, as pages tell it.
    #[must_use]
    pub fn is_cursor(text: &str) -> bool {
        text.split_once('-').is_some_and(|(time, id)| {
            time.len() == 15
                && time.bytes().all(|b| b.is_ascii_digit())
                && !id.is_empty()
                && id.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    }

    pub(super) fn check(&self) -> Result<(), OperatorError> {
        let unfit = |what, why: String| Err(OperatorError::Unfit { what, why });
        if !(1..=1_000).contains(&self.limit) {
            return unfit("the limit", "between 1 and 1,000 enrollments fit on a page".to_owned());
        }
        if self.after.as_deref().is_some_and(|after| !Self::is_cursor(after)) {
            return unfit("the place to go on from", "it is none that a page before told".to_owned());
        }
        if self.text().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
            return unfit("the text to search for", format!("it has more than {LONGEST_TEXT} characters"));
        }
        if self.sort == Some(Sort::Waiting) && self.need.is_none() {
            return unfit("the order", "only what needs a hand has waited for one".to_owned());
        }
        Ok(())
    }
}

/// A page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// The enrollments.
    pub enrollments: Vec<EnrollmentSummary>,
    /// What to ask for next; `None` when this was all.
    pub next: Option<String>,
    /// How it is sorted.
    #[serde(skip)]
    pub sort: Sort,
    /// How many enrollments were looked at.
    #[serde(skip)]
    pub looked_at: usize,
    /// Whether the page is not full for having looked at as many as it may: there may be more behind `next`.
    #[serde(skip)]
    pub cut_short: bool,
    /// Whether the text fits more people than were looked for: a longer text finds them.
    #[serde(skip)]
    pub people_left_out: bool,
}
