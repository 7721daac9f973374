//! Whether an enrollment is meant.

use jiff::Timestamp;

use super::need::{Need, NeedPolicy};
use super::query::{Ends, ListQuery};
use crate::device::Platform;
use crate::directory::FacilityCode;
use crate::enrollment::record::Enrollment;
use crate::enrollment::state::Standing;

/// What a query leaves over once an index has been chosen: all of it, since an index may hold more than is meant.
pub(super) struct Filter {
    now: Timestamp,
    policy: NeedPolicy,
    state: Option<Standing>,
    facility: Option<FacilityCode>,
    platform: Option<Platform>,
    offer: Option<String>,
    ends: Ends,
    need: Option<Need>,
    /// In lower case.
    contains: Option<String>,
}

impl Filter {
    /// With `by_text`, the text was found in no index and is looked for in each.
    pub(super) fn new(query: &ListQuery, now: Timestamp, policy: NeedPolicy, by_text: bool) -> Self {
        Self {
            now,
            policy,
            state: query.state,
            facility: query.facility.clone(),
            platform: query.platform,
            offer: query.offer.clone(),
            ends: query.ends,
            need: query.need,
            contains: query.text().filter(|_| by_text).map(str::to_lowercase),
        }
    }

    pub(super) fn fits(&self, it: &Enrollment) -> bool {
        self.state.is_none_or(|state| it.standing(self.now) == state)
            && self.facility.as_ref().is_none_or(|code| it.facility.as_ref() == Some(code))
            && self.platform.is_none_or(|platform| on(it, platform))
            && self.offer.as_ref().is_none_or(|offer| it.offer == *offer)
            && self.ends.hold(it.certificate_end())
            && self.need.is_none_or(|need| need.has(it, self.now, &self.policy))
            && self.contains.as_ref().is_none_or(|text| says(it, text))
    }
}

fn on(it: &Enrollment, platform: Platform) -> bool {
    it.platform().map_or_else(|| it.platforms == [platform], |claimed| claimed == platform)
}

fn says(it: &Enrollment, text: &str) -> bool {
    let has = |own: &str| own.to_lowercase().contains(text);
    has(&it.subscriber_name) || has(it.subscriber.as_str()) || it.note.as_deref().is_some_and(has)
}
