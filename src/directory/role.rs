//! Who may do what: the one table of roles and acts, and how far each reaches.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::organization::FacilityCode;

/// What somebody is in one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Issues, administers, and decides who else may.
    Operator,
    /// Does the same for the people of some facilities, and for nobody else.
    FacilityManager,
    /// Helps who is stuck: unlocks and sends again; sees no secret and issues nothing.
    HelpDesk,
    /// Reads everything and changes nothing.
    Auditor,
}

/// A text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a role is operator, facility-manager, help-desk or auditor, not {0:?}")]
pub struct NotARole(String);

/// What can be done in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// See enrollments and their history.
    ReadEnrollments,
    /// See people.
    ReadSubscribers,
    /// See facilities.
    ReadFacilities,
    /// See the audit log.
    ReadAudit,
    /// See who may do what.
    ReadOperators,
    /// See the organization's settings.
    ReadSettings,
    /// Take lists away as files.
    Export,
    /// Issue an enrollment.
    Issue,
    /// See link and secret of an invitation on the screen, and print letters.
    ShowCredentials,
    /// Send a new link by mail; the secret is never seen.
    Resend,
    /// Let somebody try again who typed wrong secrets.
    Unlock,
    /// Take back an invitation that nobody has used.
    Cancel,
    /// Issue an enrollment in another's place.
    Reissue,
    /// Take a certificate out of use.
    Revoke,
    /// Write a note.
    Note,
    /// Do one of these for many at once.
    Bulk,
    /// Change a person's record.
    EditSubscriber,
    /// End everything that a person has.
    RetireSubscriber,
    /// Create, change and close facilities.
    EditFacility,
    /// Bring facilities from a file.
    ImportFacilities,
    /// Change the organization's settings.
    EditOrganization,
    /// Invite somebody who may then do something here.
    InviteOperator,
    /// Change what somebody may do here, or end it.
    ChangeOperator,
}

/// How far an act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The role may not.
    Nowhere,
    /// For the people of one's own facilities.
    OwnFacilities,
    /// In the whole organization.
    Everywhere,
}

/// What an administrator of the installation does; nobody else may, and an administrator may nothing else by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstallationAct {
    /// See which organizations there are.
    ReadOrganizations,
    /// Found one.
    CreateOrganization,
    /// Close one, so that nothing is issued and claimed in it any more.
    CloseOrganization,
    /// Invite an organization's operator.
    InviteFirstOperator,
    /// See the installation's own log.
    ReadInstallationAudit,
    /// Invite administrators, and end their being so.
    ManageAdministrators,
}

/// For whose people somebody acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Facilities {
    /// The whole organization's, those without a facility included.
    All,
    /// Those of these facilities.
    Only(BTreeSet<FacilityCode>),
}

impl Facilities {
    /// Whether a person or an enrollment of this facility (or of none) is within reach.
    #[must_use]
    pub fn reach(&self, facility: Option<&FacilityCode>) -> bool {
        match self {
            Self::All => true,
            Self::Only(own) => facility.is_some_and(|facility| own.contains(facility)),
        }
    }

    /// What is within both reaches.
    #[must_use]
    pub fn within(self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, other) => other.clone(),
            (own, Self::All) => own,
            (Self::Only(own), Self::Only(other)) => Self::Only(own.intersection(other).cloned().collect()),
        }
    }

    /// Whether nothing at all is within reach.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Only(own) if own.is_empty())
    }
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Operator, Self::FacilityManager, Self::HelpDesk, Self::Auditor];

    /// The word for it on the command line, in addresses and in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::FacilityManager => "facility-manager",
            Self::HelpDesk => "help-desk",
            Self::Auditor => "auditor",
        }
    }

    /// How far this role may do this. The one table.
    #[must_use]
    pub const fn reach(self, act: Act) -> Reach {
        match self {
            Self::Operator => Reach::Everywhere,
            Self::FacilityManager => match act {
                Act::ReadEnrollments
                | Act::ReadSubscribers
                | Act::ReadFacilities
                | Act::ReadAudit
                | Act::Export
                | Act::Issue
                | Act::ShowCredentials
                | Act::Resend
                | Act::Unlock
                | Act::Cancel
                | Act::Reissue
                | Act::Revoke
                | Act::Note
                | Act::Bulk
                | Act::EditSubscriber
                | Act::RetireSubscriber => Reach::OwnFacilities,
                Act::ReadOperators
                | Act::ReadSettings
                | Act::EditFacility
                | Act::ImportFacilities
                | Act::EditOrganization
                | Act::InviteOperator
                | Act::ChangeOperator => Reach::Nowhere,
            },
            Self::HelpDesk => match act {
                Act::ReadEnrollments
                | Act::ReadSubscribers
                | Act::ReadFacilities
                | Act::Resend
                | Act::Unlock
                | Act::Note => Reach::Everywhere,
                _ => Reach::Nowhere,
            },
            Self::Auditor => match act {
                Act::ReadEnrollments
                | Act::ReadSubscribers
                | Act::ReadFacilities
                | Act::ReadAudit
                | Act::ReadOperators
                | Act::ReadSettings
                | Act::Export => Reach::Everywhere,
                _ => Reach::Nowhere,
            },
        }
    }

    /// Whether this role may do this anywhere.
    #[must_use]
    pub const fn may(self, act: Act) -> bool {
        !matches!(self.reach(act), Reach::Nowhere)
    }
}

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        let found = Self::ALL.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| NotARole(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Act {
    /// All acts.
    pub const ALL: [Self; 23] = [
        Self::ReadEnrollments,
        Self::ReadSubscribers,
        Self::ReadFacilities,
        Self::ReadAudit,
        Self::ReadOperators,
        Self::ReadSettings,
        Self::Export,
        Self::Issue,
        Self::ShowCredentials,
        Self::Resend,
        Self::Unlock,
        Self::Cancel,
        Self::Reissue,
        Self::Revoke,
        Self::Note,
        Self::Bulk,
        Self::EditSubscriber,
        Self::RetireSubscriber,
        Self::EditFacility,
        Self::ImportFacilities,
        Self::EditOrganization,
        Self::InviteOperator,
        Self::ChangeOperator,
    ];

    /// Its stable name, for the audit log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadEnrollments => "read-enrollments",
            Self::ReadSubscribers => "read-subscribers",
            Self::ReadFacilities => "read-facilities",
            Self::ReadAudit => "read-audit",
            Self::ReadOperators => "read-operators",
            Self::ReadSettings => "read-settings",
            Self::Export => "export",
            Self::Issue => "issue",
            Self::ShowCredentials => "show-credentials",
            Self::Resend => "resend",
            Self::Unlock => "unlock",
            Self::Cancel => "cancel",
            Self::Reissue => "reissue",
            Self::Revoke => "revoke",
            Self::Note => "note",
            Self::Bulk => "bulk",
            Self::EditSubscriber => "edit-subscriber",
            Self::RetireSubscriber => "retire-subscriber",
            Self::EditFacility => "edit-facility",
            Self::ImportFacilities => "import-facilities",
            Self::EditOrganization => "edit-organization",
            Self::InviteOperator => "invite-operator",
            Self::ChangeOperator => "change-operator",
        }
    }
}

impl InstallationAct {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::ReadOrganizations,
        Self::CreateOrganization,
        Self::CloseOrganization,
        Self::InviteFirstOperator,
        Self::ReadInstallationAudit,
        Self::ManageAdministrators,
    ];

    /// Its stable name, for the audit log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOrganizations => "read-organizations",
            Self::CreateOrganization => "create-organization",
            Self::CloseOrganization => "close-organization",
            Self::InviteFirstOperator => "invite-first-operator",
            Self::ReadInstallationAudit => "read-installation-audit",
            Self::ManageAdministrators => "manage-administrators",
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Every role and every act: `all` in the whole organization, `own` for one's own facilities, `-` nowhere.
    const MATRIX: &str = "
                   operator  facility-manager  help-desk  auditor
read-enrollments   all       own               all        all
read-subscribers   all       own               all        all
read-facilities    all       own               all        all
read-audit         all       own               -          all
read-operators     all       -                 -          all
read-settings      all       -                 -          all
export             all       own               -          all
issue              all       own               -          -
show-credentials   all       own               -          -
resend             all       own               all        -
unlock             all       own               all        -
cancel             all       own               -          -
reissue            all       own               -          -
revoke             all       own               -          -
note               all       own               all        -
bulk               all       own               -          -
edit-subscriber    all       own               -          -
retire-subscriber  all       own               -          -
edit-facility      all       -                 -          -
import-facilities  all       -                 -          -
edit-organization  all       -                 -          -
invite-operator    all       -                 -          -
change-operator    all       -                 -          -
";

    #[test]
    fn the_table_of_roles_and_acts_is_this_one() {
        let mut drawn = format!("\n{:19}", "");
        for role in Role::ALL {
            write!(drawn, "{:width$}", role.name(), width = role.name().len() + 2).unwrap();
        }
        drawn = format!("{}\n", drawn.trim_end());
        for act in Act::ALL {
            let mut line = format!("{:19}", act.name());
            for role in Role::ALL {
                let reach = match role.reach(act) {
                    Reach::Nowhere => "-",
                    Reach::OwnFacilities => "own",
                    Reach::Everywhere => "all",
                };
                write!(line, "{reach:width$}", width = role.name().len() + 2).unwrap();
            }
            writeln!(drawn, "{}", line.trim_end()).unwrap();
        }
        assert_eq!(drawn, MATRIX);
        assert!(include_str!("../../docs/console.md").contains(MATRIX), "docs/console.md has another table");
    }

    #[test]
    fn who_sees_no_secret_issues_nothing() {
        for role in Role::ALL {
            if !role.may(Act::ShowCredentials) {
                assert!(
                    ![Act::Issue, Act::Reissue, Act::Bulk].into_iter().any(|act| role.may(act)),
                    "{role}"
                );
            }
        }
    }

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
        }
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn who_has_some_facilities_does_not_reach_people_without_one() {
        let code = |text: &str| text.parse::<FacilityCode>().unwrap();
        let own = Facilities::Only(BTreeSet::from([code("G13B")]));
        assert!(own.reach(Some(&code("G13B"))));
        assert!(!own.reach(Some(&code("G13C"))));
        assert!(!own.reach(None));
        assert!(Facilities::All.reach(None));
        assert!(!Facilities::Only(BTreeSet::new()).reach(Some(&code("G13B"))));
    }
}
