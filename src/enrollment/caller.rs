//! Who calls: for which tenant, for whose people, and from where.

use std::net::IpAddr;

use super::authority::OperatorError;
use super::record::{Actor, Enrollment};
use crate::directory::{Doer, Facilities, FacilityCode, Operator, OrganizationId};

/// Who calls, and for which tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant; nothing outside of it is seen or changed.
    pub organization: OrganizationId,
    /// Who it is, for the audit log.
    pub actor: Actor,
    /// For whose people; nothing of others is seen or changed.
    pub reach: Facilities,
    /// From which address, for the audit log.
    pub from: Option<IpAddr>,
}

impl Caller {
    /// Somebody who acts for the whole organization.
    #[must_use]
    pub const fn new(organization: OrganizationId, actor: Actor) -> Self {
        Self { organization, actor, reach: Facilities::All, from: None }
    }

    /// An operator of the organization, as far as their role reaches. What the role may do there is asked before.
    #[must_use]
    pub fn of(organization: OrganizationId, operator: &Operator, from: Option<IpAddr>) -> Self {
        Self { organization, actor: operator.actor(), reach: operator.reach(), from }
    }

    /// The caller as the directory's log has them.
    #[must_use]
    pub fn doer(&self) -> Doer {
        Doer { actor: self.actor.clone(), from: self.from }
    }

    /// Whether the caller may know of this enrollment.
    pub(super) fn reaches(&self, enrollment: &Enrollment) -> bool {
        self.reach.reach(enrollment.facility.as_ref())
    }

    /// Refuses what lies beyond the caller's facilities.
    pub(super) fn must_reach(
        &self,
        facility: Option<&FacilityCode>,
        what: impl FnOnce() -> String,
    ) -> Result<(), OperatorError> {
        if self.reach.reach(facility) { Ok(()) } else { Err(OperatorError::BeyondReach(what())) }
    }
}

/// Who did something and from where, for its event.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) actor: &'a Actor,
    pub(super) from: Option<IpAddr>,
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self { actor: &caller.actor, from: caller.from }
    }
}

impl<'a> From<&'a Actor> for By<'a> {
    fn from(actor: &'a Actor) -> Self {
        Self { actor, from: None }
    }
}
