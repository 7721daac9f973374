//! Where an enrollment stands in the indexes that lists are read from.
//!
//! An invitation that nobody has touched stands in two or three of them only: there may be a million of those. Everything else
//! stands in one more by its state and last change, while it has a certificate in use in one by the certificate's end, and
//! while it needs somebody's hand in one by what is the matter.

use jiff::Timestamp;

use super::authority::enrollment_key;
use super::id::EnrollmentId;
use super::record::Enrollment;
use super::state::State;
use crate::store::{Commit, IndexEntry, Key, KeyError};

/// All enrollments, by the time of their invitation.
pub(super) const ALL: &str = "enrollments";
/// Those of a person: `PERSON/` and the time of the invitation.
pub(super) const BY_SUBSCRIBER: &str = "enrollments-by-subscriber";
/// Those of a facility: `CODE/` and the time of the invitation.
pub(super) const BY_FACILITY: &str = "enrollments-by-facility";
/// Those that something happened to since the invitation: the state's word, `/`, and the time of the last change.
pub(super) const BY_STATE: &str = "enrollments-by-state";
/// Those with a certificate in use, by its end.
pub(super) const BY_END: &str = "enrollments-by-end";
/// Those that need a hand: what is the matter, `/`, and since (for a lock: until) when.
pub(super) const IN_NEED: &str = "enrollments-in-need";

/// What is the matter, as the index has it.
pub(super) const LOCKED: &str = "locked";
/// As above: issued in another's place, and not proven yet.
pub(super) const CHANGE: &str = "change";

/// The words of [`BY_STATE`], with those that an invitation has that was touched.
pub(super) const STATES: [&str; 8] =
    ["invited", "claimed", "fetching", "fetched", "installed", "replaced", "revoked", "cancelled"];

/// The order of an index by time, newest last, and its own for every enrollment.
pub(super) fn by_time(at: Timestamp, id: &EnrollmentId) -> String {
    format!("{}-{id}", moment(at))
}

/// A time as the orders have it: everything from then on has a greater order.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{:015}", at.as_millisecond().max(0))
}

impl Enrollment {
    /// When something last happened to it; `None` where nothing did since it was issued.
    pub(super) fn changed(&self) -> Option<Timestamp> {
        // Records from before this was written down say when they came to their state.
        self.changed_at.or(match &self.state {
            State::Invited => self.redrawn_at,
            State::Issuing { claim } | State::Claimed { claim, .. } => Some(claim.at),
            State::Fetched { at, .. }
            | State::Installed { at, .. }
            | State::Replaced { at, .. }
            | State::Revoked { at, .. }
            | State::Cancelled { at } => Some(*at),
        })
    }

    /// When the certificate ends that is in use.
    pub(super) const fn certificate_end(&self) -> Option<Timestamp> {
        match &self.state {
            State::Claimed { delivery, .. } | State::Fetched { delivery, .. } => Some(delivery.not_after),
            State::Installed { not_after, .. } => Some(*not_after),
            _ => None,
        }
    }

    /// Since when it waits to take another's place.
    pub(super) fn taking_place_since(&self) -> Option<Timestamp> {
        let waits = matches!(
            self.state,
            State::Invited | State::Issuing { .. } | State::Claimed { .. } | State::Fetched { .. }
        );
        self.predecessor.as_ref().filter(|_| waits).map(|_| self.redrawn_at.unwrap_or(self.invited_at))
    }

    /// Until when it was locked the last time, where the lock has not been lifted otherwise.
    pub(super) fn lock_noted(&self) -> Option<Timestamp> {
        self.attempts.locked_until.filter(|_| matches!(self.state, State::Invited))
    }

    /// The word of its state in [`BY_STATE`].
    pub(super) const fn state_word(&self) -> &'static str {
        match &self.state {
            State::Invited => "invited",
            State::Claimed { delivery, .. } if delivery.fetches > 0 => "fetching",
            State::Issuing { .. } | State::Claimed { .. } => "claimed",
            State::Fetched { .. } => "fetched",
            State::Installed { .. } => "installed",
            State::Replaced { .. } => "replaced",
            State::Revoked { .. } => "revoked",
            State::Cancelled { .. } => "cancelled",
        }
    }
}

/// Where an enrollment stands: every index with the order that it has there.
pub(super) fn places(enrollment: &Enrollment) -> Vec<(&'static str, String)> {
    let order = by_time(enrollment.invited_at, &enrollment.id);
    let mut places =
        vec![(BY_SUBSCRIBER, format!("{}/{order}", enrollment.subscriber)), (ALL, order.clone())];
    if let Some(facility) = &enrollment.facility {
        places.push((BY_FACILITY, format!("{facility}/{order}")));
    }
    places.extend(later_places(enrollment));
    places
}

/// The places among them that stores from before there were lists do not have.
pub(super) fn later_places(enrollment: &Enrollment) -> Vec<(&'static str, String)> {
    let id = &enrollment.id;
    let mut places = Vec::new();
    if let Some(changed) = enrollment.changed() {
        places.push((BY_STATE, format!("{}/{}", enrollment.state_word(), by_time(changed, id))));
    }
    if let Some(end) = enrollment.certificate_end() {
        places.push((BY_END, by_time(end, id)));
    }
    if let Some(until) = enrollment.lock_noted() {
        places.push((IN_NEED, format!("{LOCKED}/{}", by_time(until, id))));
    }
    if let Some(since) = enrollment.taking_place_since() {
        places.push((IN_NEED, format!("{CHANGE}/{}", by_time(since, id))));
    }
    places
}

/// Adds the places of an enrollment to a commit.
pub(super) fn placed(
    mut commit: Commit,
    id: &EnrollmentId,
    places: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<Commit, KeyError> {
    let document = enrollment_key(id)?;
    for (index, order) in places {
        commit = commit.index(IndexEntry { index: Key::new(index)?, order, document: document.clone() });
    }
    Ok(commit)
}

/// Adds what an enrollment's next form changes in the indexes to a commit.
pub(super) fn moved(mut commit: Commit, old: &Enrollment, new: &Enrollment) -> Result<Commit, KeyError> {
    let (before, after) = (places(old), places(new));
    for (index, order) in before.iter().filter(|place| !after.contains(place)) {
        commit = commit.unindex(Key::new(index)?, order.as_str());
    }
    placed(commit, &new.id, after.into_iter().filter(|place| !before.contains(place)))
}
