//! One-time links for new operators and administrators: `/join/…`, for three days, used once.
//!
//! While it is open, a link is a volatile entry `welcome/…`; `welcome-known/…` stays longer and tells a used link from an
//! expired one; `welcome-taken/…` says who uses it, so that of two at the same moment one does.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::access::{Access, TRIES, account_key, post_entry};
use super::account::{Account, AccountId, Passkey};
use super::event::{About, Deed, Doer};
use super::operator::Operator;
use super::organization::{FacilityCode, OrganizationId};
use super::role::Role;
use super::session::actor;
use super::text::Fields;
use super::token::{RecoveryCode, WelcomeToken};
use super::{Actor, DirectoryError, partition};
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, EntryChange, Guard, IndexEntry, Key, Partition, Scan, StoreError};

/// How long a link is open.
pub const WELCOME_LASTS: SignedDuration = SignedDuration::from_hours(72);
/// How long it is known what became of a link.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What somebody is invited to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invited {
    /// An administrator of the installation.
    Administrator,
    /// An administrator who is an operator of this organization as well: who founds an installation.
    Founder {
        /// Where.
        organization: OrganizationId,
    },
    /// Somebody in an organization.
    Operator {
        /// Where.
        organization: OrganizationId,
        /// As what.
        role: Role,
        /// For which facilities, where the role is a facility manager's.
        facilities: BTreeSet<FacilityCode>,
    },
}

/// A one-time link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// What the person is invited to be.
    pub invited: Invited,
    /// The person's name, as the inviter wrote it.
    pub name: String,
    /// Where the invitation was or will be sent, where it is known.
    pub email: Option<String>,
    /// The account that comes of it, where the person has none yet: the user handle of the first passkey.
    pub account: AccountId,
    /// Who invited.
    pub by: Actor,
    /// Until when it is open.
    pub until: Timestamp,
}

/// Format 1, in which an inviter with a name took the place of the person's.
#[derive(Deserialize)]
struct First {
    invited: Invited,
    name: String,
    email: Option<String>,
    account: AccountId,
    #[serde(flatten)]
    by: Actor,
    until: Timestamp,
}

impl Record for Welcome {
    const NAME: &'static str = "welcome";
    const FORMAT: u32 = 2;

    fn from_older(format: u32, value: serde_json::Value) -> Option<Self> {
        let First { invited, name, email, account, by, until } = match format {
            1 => serde_json::from_value(value).ok()?,
            _ => return None,
        };
        Some(Self { invited, name, email, account, by, until })
    }
}

/// What stays known of a link.
#[derive(Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) until: Timestamp,
}

impl Record for Known {
    const NAME: &'static str = "what became of a welcome";
    const FORMAT: u32 = 1;
}

/// Who uses a link; nobody ever, where it was withdrawn.
#[derive(Debug, Serialize, Deserialize)]
struct Taken(Option<AccountId>);

impl Record for Taken {
    const NAME: &'static str = "who takes a welcome";
    const FORMAT: u32 = 1;
}

/// A link that nobody has used, as the list of those invited shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWelcome {
    /// Its name in the store, by which it is withdrawn; opens nothing.
    pub id: String,
    /// What it is.
    pub welcome: Welcome,
}

pub(super) struct Keys {
    pub(super) open: Key,
    pub(super) known: Key,
    taken: Key,
}

pub(super) fn keys(id: &str) -> Result<Keys, DirectoryError> {
    Ok(Keys {
        open: Key::new(format!("welcome/{id}"))?,
        known: Key::new(format!("welcome-known/{id}"))?,
        taken: Key::new(format!("welcome-taken/{id}"))?,
    })
}

/// Where open links are listed: by organization, and those of administrators under `-`.
pub(super) fn place(welcome: &Welcome, id: &str) -> Result<(Key, String), DirectoryError> {
    let whose = match &welcome.invited {
        Invited::Administrator | Invited::Founder { .. } => "-",
        Invited::Operator { organization, .. } => organization.as_str(),
    };
    Ok((Key::new("welcomes")?, format!("{whose}/{:015}-{id}", welcome.until.as_millisecond().max(0))))
}

impl Invited {
    pub(super) fn told(&self) -> (Option<Role>, BTreeSet<FacilityCode>) {
        match self {
            Self::Administrator => (None, BTreeSet::new()),
            Self::Founder { .. } => (Some(Role::Operator), BTreeSet::new()),
            Self::Operator { role, facilities, .. } => (Some(*role), facilities.clone()),
        }
    }

    /// Whether the person administers the installation.
    const fn administers(&self) -> bool {
        matches!(self, Self::Administrator | Self::Founder { .. })
    }

    /// The organization in which the person may do something.
    pub(super) const fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::Administrator => None,
            Self::Founder { organization } | Self::Operator { organization, .. } => Some(organization),
        }
    }
}

/// What the installation's partition knows of somebody who has joined, and the end of their link.
fn with_posts(
    commit: Commit,
    welcome: &Welcome,
    account: &Account,
    id: &str,
) -> Result<Commit, DirectoryError> {
    let (index, order) = place(welcome, id)?;
    let commit = commit.unindex(index, order).entry(EntryChange::Delete(keys(id)?.open));
    let mut commit = commit;
    if welcome.invited.administers() {
        commit = commit.index(IndexEntry {
            index: Key::new("administrators")?,
            order: account.id.to_string(),
            document: account_key(&account.id)?,
        });
    }
    if let Some(organization) = welcome.invited.organization() {
        commit = commit.index(post_entry(&account.id, organization)?);
    }
    Ok(commit)
}

impl Access {
    /// What a link offers. Changes nothing.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownLink`], [`DirectoryError::Expired`], [`DirectoryError::Used`]; when the store fails.
    pub async fn welcome(&self, token: &WelcomeToken) -> Result<Welcome, DirectoryError> {
        self.open_welcome(&token.hash(&self.parts.pepper)?.to_hex()).await
    }

    async fn open_welcome(&self, id: &str) -> Result<Welcome, DirectoryError> {
        let (installation, keys) = (Partition::installation(), keys(id)?);
        if let Some(bytes) = self.store().find_entry(&installation, &keys.open).await? {
            return Ok(decode(&bytes)?);
        }
        match self.store().find_entry(&installation, &keys.known).await? {
            Some(bytes) => {
                let Known { until } = decode(&bytes)?;
                Err(if self.now() >= until {
                    DirectoryError::Expired { at: until }
                } else {
                    DirectoryError::Used
                })
            }
            None => Err(DirectoryError::UnknownLink),
        }
    }

    /// Says that this account takes the link; the first that says so does.
    async fn take_welcome(&self, id: &str, account: AccountId) -> Result<Welcome, DirectoryError> {
        let welcome = self.open_welcome(id).await?;
        let (installation, keys, own) =
            (Partition::installation(), keys(id)?, encode(&Taken(Some(account)))?);
        // It is kept longer than the link is open, so that nobody comes after it and before the link's end.
        if self.store().put_entry_if_absent(&installation, &keys.taken, &own, REMEMBERED).await? {
            return Ok(welcome);
        }
        let first = self.store().find_entry(&installation, &keys.taken).await?;
        if first.as_deref() == Some(own.as_slice()) { Ok(welcome) } else { Err(DirectoryError::Used) }
    }

    /// A new person joins with a first passkey: the account is made, with a recovery code that is shown once.
    ///
    /// # Errors
    /// As [`Access::welcome`]; when the name does not do, or the store fails.
    pub async fn join(
        &self,
        token: &WelcomeToken,
        name: &str,
        passkey: &Passkey,
        language: Option<&str>,
        from: Option<IpAddr>,
    ) -> Result<(Account, RecoveryCode), DirectoryError> {
        let mut fields = Fields::default();
        let (name, language) = (fields.line("name", name), fields.optional("language", language));
        fields.done()?;
        let id = token.hash(&self.parts.pepper)?.to_hex();
        let account = self.open_welcome(&id).await?.account;
        let welcome = self.take_welcome(&id, account).await?;
        let account = Account {
            id: account,
            name,
            email: welcome.email.clone(),
            passkeys: Vec::new(),
            recovery: None,
            administrator: welcome.invited.administers(),
            language,
            created_at: self.now(),
            sessions_since: None,
            ended_at: None,
        };
        let account = super::access::with_passkey(account, passkey)?;
        let doer = Doer { actor: actor(&account), from };
        // What they may do comes before the account: nobody can sign in with an account that is not there.
        self.take_post(&welcome, &account, &doer).await?;
        let (account, commit, code) = self.with_recovery_code(account, Commit::new())?;
        let key = account_key(&account.id)?;
        let commit = commit.guard(Guard::Absent(key.clone())).put(key, encode(&account)?);
        let commit = with_posts(commit, &welcome, &account, &id)?;
        let deed = Deed::Created { called: account.name.clone() };
        let commit = self.tell(commit, About::Account(account.id), &doer, None, deed)?;
        match self.store().commit(&Partition::installation(), commit).await {
            Ok(_) => Ok((account, code)),
            // Somebody used the same link at the same moment.
            Err(StoreError::Conflict(_)) => Err(DirectoryError::Used),
            Err(error) => Err(error.into()),
        }
    }

    /// Somebody who is signed in takes the link with the account that they have.
    ///
    /// # Errors
    /// As [`Access::welcome`]; [`DirectoryError::Exists`] where they are there already; when the store fails.
    pub async fn join_as(
        &self,
        token: &WelcomeToken,
        account: &AccountId,
        from: Option<IpAddr>,
    ) -> Result<Account, DirectoryError> {
        let id = token.hash(&self.parts.pepper)?.to_hex();
        let welcome = self.open_welcome(&id).await?;
        let (own, _) = self.living(account).await?;
        let here = match welcome.invited.organization() {
            Some(organization) => self.operator(organization, account).await?.is_some(),
            None => true,
        };
        let there = here && (own.administrator || !welcome.invited.administers());
        if there {
            return Err(DirectoryError::Exists("your place here".to_owned()));
        }
        let welcome = self.take_welcome(&id, *account).await?;
        for _ in 0..TRIES {
            let (account, version) = self.living(account).await?;
            let doer = Doer { actor: actor(&account), from };
            self.take_post(&welcome, &account, &doer).await?;
            let administrator = account.administrator || welcome.invited.administers();
            let (next, key) = (Account { administrator, ..account }, account_key(&own.id)?);
            let commit = Commit::new().guard(Guard::Version(key.clone(), version)).put(key, encode(&next)?);
            let commit = with_posts(commit, &welcome, &next, &id)?;
            let (role, facilities) = welcome.invited.told();
            let deed = Deed::Joined { role, facilities };
            let commit = self.tell(commit, About::Account(next.id), &doer, Some(version), deed)?;
            match self.store().commit(&Partition::installation(), commit).await {
                Ok(_) => return Ok(next),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }

    /// Writes what the account may do into its organization; where it stands there already, it stays as it is.
    async fn take_post(
        &self,
        welcome: &Welcome,
        account: &Account,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let (Some(organization), (Some(role), facilities)) =
            (welcome.invited.organization(), welcome.invited.told())
        else {
            return Ok(());
        };
        let name = account.id.to_string();
        let (partition, key) = (partition(organization)?, Key::new(format!("operator/{name}"))?);
        let (guard, before) = match self.directory().read::<Operator>(&partition, key.as_str()).await? {
            Some((known, _)) if known.ended_at.is_none() => return Ok(()),
            Some((_, version)) => (Guard::Version(key.clone(), version), Some(version)),
            None => (Guard::Absent(key.clone()), None),
        };
        let operator = Operator {
            name: name.clone(),
            display: account.name.clone(),
            token: None,
            account: Some(account.id),
            role,
            facilities: facilities.clone(),
            since: Some(self.now()),
            ended_at: None,
        };
        let commit = super::operators::place(Commit::new().guard(guard), &operator)?;
        let deed = Deed::Joined { role: Some(role), facilities };
        let commit = self.tell(commit, About::Operator(name), doer, before, deed)?;
        match self.store().commit(&partition, commit).await {
            // Who was quicker wrote the same.
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The open links of an organization, or those of administrators; the first that will expire first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn welcomes(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<Vec<OpenWelcome>, DirectoryError> {
        let (installation, index) = (Partition::installation(), Key::new("welcomes")?);
        let prefix = format!("{}/", organization.map_or("-", OrganizationId::as_str));
        let page = self.store().scan(&installation, &index, Scan { prefix, limit: 1_000, ..Scan::default() });
        let mut found = Vec::new();
        let mut gone = Commit::new();
        for (order, key) in page.await?.entries {
            match self.store().find_entry(&installation, &key).await? {
                Some(bytes) => {
                    let id = key.as_str().trim_start_matches("welcome/").to_owned();
                    found.push(OpenWelcome { id, welcome: decode(&bytes)? });
                }
                None => gone = gone.unindex(index.clone(), order),
            }
        }
        if !gone.index_deletes.is_empty() && gone.check().is_ok() {
            self.store().commit(&installation, gone).await?;
        }
        Ok(found)
    }

    /// Takes a link back that nobody has used or is just using: whichever says first what becomes of the link, this or a
    /// joining, is done.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] where there is no such link in this list, or somebody uses it; when the store fails.
    pub async fn withdraw(
        &self,
        organization: Option<&OrganizationId>,
        id: &str,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let missing = || DirectoryError::Missing("this invitation".to_owned());
        let open = self.welcomes(organization).await?.into_iter().find(|open| open.id == id);
        let welcome = open.ok_or_else(missing)?.welcome;
        let (installation, keys) = (Partition::installation(), keys(id)?);
        let (nobody, bytes) = (encode(&Taken(None))?, encode(&welcome)?);
        if !self.store().put_entry_if_absent(&installation, &keys.taken, &nobody, REMEMBERED).await?
            // Somebody may have died between the two steps of a withdrawal.
            && self.store().find_entry(&installation, &keys.taken).await?.as_deref() != Some(nobody.as_slice())
        {
            return Err(missing());
        }
        if !self.store().delete_entry_if(&installation, &keys.open, &bytes).await? {
            return Err(missing());
        }
        let about = organization.map_or(About::Installation, |id| About::Organization(id.clone()));
        self.note(organization, about, doer, Deed::WelcomeWithdrawn { called: welcome.name }).await;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn whoever_invites_is_not_taken_for_the_one_who_is_invited() {
        let account = AccountId::draw(&SystemEntropy).unwrap();
        let welcome = Welcome {
            invited: Invited::Administrator,
            name: "Ken".to_owned(),
            email: None,
            account,
            by: Actor::Account { id: account, name: "Keiko".to_owned() },
            until: Timestamp::UNIX_EPOCH,
        };
        let read: Welcome = decode(&encode(&welcome).unwrap()).unwrap();
        assert_eq!(read, welcome);
        let older = format!(
            r#"{{"format":1,"record":{{"invited":"administrator","name":"Ken","email":null,"account":"{account}","by":"command-line","until":"1970-01-01T00:00:00Z"}}}}"#
        );
        let read: Welcome = decode(older.as_bytes()).unwrap();
        assert_eq!((read.name.as_str(), read.by), ("Ken", Actor::CommandLine));
    }
}
