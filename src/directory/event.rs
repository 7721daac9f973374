//! What happened to accounts, operators, organizations, facilities and people, as the log keeps it. Nothing secret is in it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::AccountId;
use super::actor::Actor;
use super::organization::{FacilityCode, OrganizationId};
use super::role::Role;
use super::subscriber::SubscriberId;
use crate::store::record::Record;
use crate::store::{Key, KeyError, StoreError, Version};

/// Who does something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// Who.
    pub actor: Actor,
    /// From which address, where it is known.
    pub from: Option<IpAddr>,
}

impl Doer {
    /// Somebody whose address is not known or does not matter.
    #[must_use]
    pub const fn new(actor: Actor) -> Self {
        Self { actor, from: None }
    }
}

/// What an event of the directory is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The installation itself.
    Installation,
    /// A person who signs in.
    Account(AccountId),
    /// What somebody may do in an organization, by the operator's name in the store.
    Operator(String),
    /// An organization.
    Organization(OrganizationId),
    /// A facility.
    Facility(FacilityCode),
    /// A person named in certificates.
    Subscriber(SubscriberId),
    /// An enrollment, where somebody asked for something that was not done to it. What was done stands in its own history.
    Enrollment(String),
    /// A job of many rows.
    Job(String),
}

impl About {
    /// Under which the event is found: a document's key, but for an organization, which both partitions call by its
    /// identifier; none where it is about the installation as a whole, about a job, which is forgotten before the log is, or
    /// about an enrollment, whose history tells of its life alone.
    ///
    /// # Errors
    /// When an operator's name can be no key.
    pub fn key(&self) -> Result<Option<Key>, KeyError> {
        Ok(Some(match self {
            Self::Installation | Self::Enrollment(_) | Self::Job(_) => return Ok(None),
            Self::Account(id) => Key::new(format!("account/{id}"))?,
            Self::Operator(name) => Key::new(format!("operator/{name}"))?,
            Self::Organization(id) => Key::new(format!("organization/{id}"))?,
            Self::Facility(code) => Key::new(format!("facility/{code}"))?,
            Self::Subscriber(id) => Key::new(format!("subscriber/{id}"))?,
        }))
    }
}

/// A field that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which, such as `contact.phone`.
    pub field: String,
    /// What it was; null where it was not set.
    pub before: Value,
    /// What it is.
    pub after: Value,
}

/// What somebody did, or tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Deed {
    /// Somebody signed in.
    SignedIn {
        /// With which passkey, by its name.
        passkey: String,
    },
    /// Somebody tried to sign in and was not let in.
    SignInFailed {
        /// Why, as a stable word.
        why: String,
    },
    /// Somebody proved themselves again for a dangerous act.
    SteppedUp,
    /// Somebody signed out.
    SignedOut,
    /// Sessions were ended from elsewhere.
    SessionsEnded,
    /// A recovery code was made; the one before is dead.
    RecoveryCodeMade,
    /// A wrong recovery code came.
    WrongRecoveryCode,
    /// Wrong recovery codes locked the recovery.
    RecoveryLocked {
        /// Until when.
        until: Timestamp,
    },
    /// A right recovery code was used up for a new passkey.
    Recovered {
        /// The new passkey's name.
        passkey: String,
    },
    /// A passkey was added.
    PasskeyAdded {
        /// Its name.
        passkey: String,
    },
    /// A passkey was taken away.
    PasskeyRemoved {
        /// Its name.
        passkey: String,
    },
    /// Somebody was invited; the link lives until then.
    Welcomed {
        /// Whom. (`name` says who did it, in the same line.)
        called: String,
        /// As what; none for an administrator of the installation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// For which facilities.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        facilities: BTreeSet<FacilityCode>,
        /// Until when.
        until: Timestamp,
    },
    /// An invitation that nobody had used was taken back.
    WelcomeWithdrawn {
        /// Whose.
        called: String,
    },
    /// An invited person joined.
    Joined {
        /// As what; none for an administrator of the installation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// For which facilities.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        facilities: BTreeSet<FacilityCode>,
    },
    /// It was made.
    Created {
        /// Its name.
        called: String,
    },
    /// Fields were changed.
    Changed {
        /// Which.
        changes: Vec<Change>,
    },
    /// It was ended or closed.
    Ended,
    /// It was opened again.
    Reopened,
    /// A person was retired: everything they had has ended.
    Retired {
        /// Certificates that were revoked.
        revoked: usize,
        /// Invitations that were taken back.
        cancelled: usize,
    },
    /// A list was taken away as a file.
    Exported {
        /// Which.
        what: String,
    },
    /// A job of many rows was begun.
    JobBegun {
        /// What it does, by a stable name.
        what: String,
        /// How many rows it has.
        rows: usize,
        /// The file that it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// A job was stopped, or thrown away before it was begun.
    JobStopped {
        /// How many rows had been done; they stay done.
        done: usize,
        /// How many it has.
        rows: usize,
    },
    /// Somebody who is signed in asked for what was not done.
    Refused {
        /// What, by the act's stable name.
        act: String,
        /// As what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// Why, by the stable code that the person saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
}

impl Deed {
    /// The names of all of them.
    pub const NAMES: [&str; 23] = [
        "signed-in",
        "sign-in-failed",
        "stepped-up",
        "signed-out",
        "sessions-ended",
        "recovery-code-made",
        "wrong-recovery-code",
        "recovery-locked",
        "recovered",
        "passkey-added",
        "passkey-removed",
        "welcomed",
        "welcome-withdrawn",
        "joined",
        "created",
        "changed",
        "ended",
        "reopened",
        "retired",
        "exported",
        "job-begun",
        "job-stopped",
        "refused",
    ];

    /// Its name, as the log has it under `kind`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignedIn { .. } => "signed-in",
            Self::SignInFailed { .. } => "sign-in-failed",
            Self::SteppedUp => "stepped-up",
            Self::SignedOut => "signed-out",
            Self::SessionsEnded => "sessions-ended",
            Self::RecoveryCodeMade => "recovery-code-made",
            Self::WrongRecoveryCode => "wrong-recovery-code",
            Self::RecoveryLocked { .. } => "recovery-locked",
            Self::Recovered { .. } => "recovered",
            Self::PasskeyAdded { .. } => "passkey-added",
            Self::PasskeyRemoved { .. } => "passkey-removed",
            Self::Welcomed { .. } => "welcomed",
            Self::WelcomeWithdrawn { .. } => "welcome-withdrawn",
            Self::Joined { .. } => "joined",
            Self::Created { .. } => "created",
            Self::Changed { .. } => "changed",
            Self::Ended => "ended",
            Self::Reopened => "reopened",
            Self::Retired { .. } => "retired",
            Self::Exported { .. } => "exported",
            Self::JobBegun { .. } => "job-begun",
            Self::JobStopped { .. } => "job-stopped",
            Self::Refused { .. } => "refused",
        }
    }
}

/// One line of the log that is about the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEvent {
    /// When.
    pub at: Timestamp,
    /// About what.
    pub about: About,
    /// By whom.
    #[serde(flatten)]
    pub actor: Actor,
    /// From which address, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    /// The version of the document before, where there was one: who had seen that version or an older one has not seen this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// What.
    #[serde(flatten)]
    pub deed: Deed,
}

impl Record for DirectoryEvent {
    const NAME: &'static str = "event of the directory";
    const FORMAT: u32 = 1;
}

impl DirectoryEvent {
    /// Whether these bytes of the log are an event of the directory, and not one of an enrollment's life.
    #[must_use]
    pub fn is_meant(bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Peek {
            record: Inner,
        }
        #[derive(Deserialize)]
        struct Inner {
            about: Option<serde::de::IgnoredAny>,
        }
        serde_json::from_slice::<Peek>(bytes).is_ok_and(|peek| peek.record.about.is_some())
    }

    /// Under which the event is found: that of what it is about, but nothing where nothing happened to it. Files that were taken
    /// away and refusals are many, and no history of a thing.
    ///
    /// # Errors
    /// When an operator's name can be no key.
    pub fn key(&self) -> Result<Option<Key>, KeyError> {
        match self.deed {
            Deed::Exported { .. } | Deed::Refused { .. } => Ok(None),
            _ => self.about.key(),
        }
    }

    /// Whether somebody who had seen `seen` does not know of this.
    #[must_use]
    pub fn is_news_after(&self, seen: Version) -> bool {
        self.before.is_some_and(|before| before >= seen.0)
    }
}

/// The fields in which two records differ, one by one. Fields of `hidden` are never told of.
///
/// # Errors
/// When a record cannot be written as JSON.
pub(super) fn differences<T: Serialize>(
    before: &T,
    after: &T,
    hidden: &[&str],
) -> Result<Vec<Change>, StoreError> {
    let value = |record: &T| {
        let written = serde_json::to_value(record);
        written.map_err(|error| StoreError::Damaged(format!("a record cannot be compared: {error}")))
    };
    let mut changes = Vec::new();
    compare(String::new(), &value(before)?, &value(after)?, &mut changes);
    changes.retain(|change| {
        let outermost = change.field.split('.').next().unwrap_or_default();
        !hidden.contains(&outermost)
    });
    Ok(changes)
}

fn compare(field: String, before: &Value, after: &Value, changes: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let (Value::Object(one), Value::Object(other)) = (before, after) else {
        changes.push(Change { field, before: before.clone(), after: after.clone() });
        return;
    };
    let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    for name in names {
        let inner = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        let [before, after] = [one, other].map(|side| side.get(name).unwrap_or(&Value::Null));
        compare(inner, before, after, changes);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::record::{decode, encode};

    fn deeds() -> Vec<Deed> {
        let (called, until) = ("Keiko".to_owned(), Timestamp::UNIX_EPOCH);
        let passkey = called.clone();
        let facilities = BTreeSet::from(["G13B".parse().unwrap()]);
        let change = Change { field: "name".to_owned(), before: json!("a"), after: json!(null) };
        vec![
            Deed::SignedIn { passkey: passkey.clone() },
            Deed::SignInFailed { why: "unknown-passkey".to_owned() },
            Deed::SteppedUp,
            Deed::SignedOut,
            Deed::SessionsEnded,
            Deed::RecoveryCodeMade,
            Deed::WrongRecoveryCode,
            Deed::RecoveryLocked { until },
            Deed::Recovered { passkey: passkey.clone() },
            Deed::PasskeyAdded { passkey: passkey.clone() },
            Deed::PasskeyRemoved { passkey: passkey.clone() },
            Deed::Welcomed { called: called.clone(), role: Some(Role::FacilityManager), facilities, until },
            Deed::WelcomeWithdrawn { called: called.clone() },
            Deed::Joined { role: None, facilities: BTreeSet::new() },
            Deed::Created { called },
            Deed::Changed { changes: vec![change] },
            Deed::Ended,
            Deed::Reopened,
            Deed::Retired { revoked: 1, cancelled: 2 },
            Deed::Exported { what: "enrollments".to_owned() },
            Deed::JobBegun { what: "issue".to_owned(), rows: 500, source: Some("list.csv".to_owned()) },
            Deed::JobStopped { done: 50, rows: 500 },
            Deed::Refused {
                act: "issue".to_owned(),
                role: Some(Role::HelpDesk),
                code: Some("T-503".to_owned()),
            },
        ]
    }

    #[test]
    fn every_deed_is_among_the_names() {
        assert_eq!(deeds().iter().map(Deed::name).collect::<Vec<_>>(), Deed::NAMES);
    }

    #[test]
    fn every_line_of_the_directorys_log_is_read_as_it_was_written() {
        for deed in deeds() {
            let written = DirectoryEvent {
                at: Timestamp::UNIX_EPOCH,
                about: About::Facility("G13B".parse().unwrap()),
                actor: Actor::Operator("first".to_owned()),
                from: None,
                before: Some(7),
                deed,
            };
            let read: DirectoryEvent = decode(&encode(&written).unwrap()).unwrap();
            assert_eq!(read, written);
            assert!(DirectoryEvent::is_meant(&encode(&written).unwrap()));
            assert_eq!(serde_json::to_value(&written).unwrap()["kind"], written.deed.name());
        }
    }

    #[test]
    fn a_change_names_the_innermost_field_and_never_a_hidden_one() {
        let before = json!({ "name": "A", "contact": { "phone": "1", "email": null }, "token": "x" });
        let after = json!({ "name": "A", "contact": { "phone": "2", "email": null }, "token": "y" });
        let changes = differences(&before, &after, &["token"]).unwrap();
        let expected = Change { field: "contact.phone".to_owned(), before: json!("1"), after: json!("2") };
        assert_eq!(changes, [expected]);
    }
}
