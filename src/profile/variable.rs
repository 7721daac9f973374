//! What the templates of an offer can name, and the values that these stand for.

use std::fmt;

/// What a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// The person's name.
    SubscriberName,
    /// The person's identifier within the organization.
    SubscriberId,
    /// The person's e-mail address; may be unknown.
    SubscriberEmail,
    /// The facility's code, such as `G13B`; not everybody belongs to a facility.
    FacilityCode,
    /// The facility's name.
    FacilityName,
    /// The organization's name.
    OrganizationName,
    /// The organization's identifier.
    OrganizationId,
    /// The enrollment's identifier. (Its number and secret are no variables: they open the enrollment.)
    EnrollmentId,
    /// The address of the check page.
    CheckUrl,
}

impl Variable {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::SubscriberName,
        Self::SubscriberId,
        Self::SubscriberEmail,
        Self::FacilityCode,
        Self::FacilityName,
        Self::OrganizationName,
        Self::OrganizationId,
        Self::EnrollmentId,
        Self::CheckUrl,
    ];

    /// Those that say who the person is: all but [`Variable::CheckUrl`], which only makes sense as an address.
    pub(super) const OF_A_PERSON: &'static [Self] = Self::ALL.split_at(8).0;

    /// The name between the braces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SubscriberName => "subscriber.name",
            Self::SubscriberId => "subscriber.id",
            Self::SubscriberEmail => "subscriber.email",
            Self::FacilityCode => "facility.code",
            Self::FacilityName => "facility.name",
            Self::OrganizationName => "organization.name",
            Self::OrganizationId => "organization.id",
            Self::EnrollmentId => "enrollment.id",
            Self::CheckUrl => "check_url",
        }
    }

    /// What it stands for, for the documentation.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::SubscriberName => "the person's name",
            Self::SubscriberId => "the person's identifier within the organization",
            Self::SubscriberEmail => "the person's e-mail address (may be unknown)",
            Self::FacilityCode => "the facility's code, such as G13B (may be unknown)",
            Self::FacilityName => "the facility's name (may be unknown)",
            Self::OrganizationName => "the organization's name",
            Self::OrganizationId => "the organization's identifier",
            Self::EnrollmentId => "the enrollment's identifier",
            Self::CheckUrl => "the address of the check page",
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{{{}}}", self.name())
    }
}

/// The values that templates are filled with. A text of nothing but blanks counts
/// as unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemplateValues<'a> {
    /// See [`Variable::SubscriberName`].
    pub subscriber_name: &'a str,
    /// See [`Variable::SubscriberId`].
    pub subscriber_id: &'a str,
    /// See [`Variable::SubscriberEmail`].
    pub subscriber_email: Option<&'a str>,
    /// See [`Variable::FacilityCode`].
    pub facility_code: Option<&'a str>,
    /// See [`Variable::FacilityName`].
    pub facility_name: Option<&'a str>,
    /// See [`Variable::OrganizationName`].
    pub organization_name: &'a str,
    /// See [`Variable::OrganizationId`].
    pub organization_id: &'a str,
    /// See [`Variable::EnrollmentId`].
    pub enrollment_id: &'a str,
    /// See [`Variable::CheckUrl`].
    pub check_url: Option<&'a str>,
}

impl<'a> TemplateValues<'a> {
    /// The value of `variable`, if it is known.
    #[must_use]
    pub fn get(&self, variable: Variable) -> Option<&'a str> {
        let value = match variable {
            Variable::SubscriberName => Some(self.subscriber_name),
            Variable::SubscriberId => Some(self.subscriber_id),
            Variable::SubscriberEmail => self.subscriber_email,
            Variable::FacilityCode => self.facility_code,
            Variable::FacilityName => self.facility_name,
            Variable::OrganizationName => Some(self.organization_name),
            Variable::OrganizationId => Some(self.organization_id),
            Variable::EnrollmentId => Some(self.enrollment_id),
            Variable::CheckUrl => self.check_url,
        };
        value.filter(|value| !value.trim().is_empty())
    }
}
