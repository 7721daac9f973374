//! Lets people in: who they are, what they sign in with, and what they may do where.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId, Passkey, Recovery};
use super::event::{About, Change, Deed, DirectoryEvent, Doer};
use super::operator::Operator;
use super::organization::{Organization, OrganizationId};
use super::text::Fields;
use super::token::RecoveryCode;
use super::{Directory, DirectoryError, partition};
use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::pepper::{Pepper, SecretHash};
use crate::store::record::{Record, encode};
use crate::store::{Commit, Guard, IndexEntry, Key, KeyError, Partition, Scan, Store, StoreError, Version};

/// How often a lost race is decided again before the caller is asked to come back.
pub(super) const TRIES: usize = 64;
/// The most passkeys of one account.
const MOST_PASSKEYS: usize = 20;

/// How long people stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// So long after the last request.
    pub idle: SignedDuration,
    /// So long in all.
    pub absolute: SignedDuration,
    /// So long after a passkey was shown anew, for dangerous acts.
    pub stepped_up: SignedDuration,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            idle: SignedDuration::from_mins(60),
            absolute: SignedDuration::from_hours(12),
            stepped_up: SignedDuration::from_mins(5),
        }
    }
}

#[derive(Debug)]
pub(super) struct Parts {
    pub(super) directory: Directory,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) pepper: Arc<Pepper>,
}

/// The side of the directory that lets people in and changes it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    pub(super) parts: Arc<Parts>,
    pub(super) policy: SessionPolicy,
}

/// Where a recovery code leads.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RecoveryPointer {
    pub(super) account: AccountId,
}

impl Record for RecoveryPointer {
    const NAME: &'static str = "pointer of a recovery code";
    const FORMAT: u32 = 1;
}

/// What somebody may do in one of their organizations.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where.
    pub organization: Organization,
    /// What.
    pub operator: Operator,
}

pub(super) fn account_key(id: &AccountId) -> Result<Key, KeyError> {
    Key::new(format!("account/{id}"))
}

pub(super) fn recovery_key(selector: &SecretHash) -> Result<Key, KeyError> {
    Key::new(format!("recovery/{}", selector.to_hex()))
}

/// Where the organizations of an account are listed, in the installation's partition.
pub(super) fn post_entry(account: &AccountId, organization: &OrganizationId) -> Result<IndexEntry, KeyError> {
    Ok(IndexEntry {
        index: Key::new("posts")?,
        order: format!("{account}/{organization}"),
        document: account_key(account)?,
    })
}

impl Access {
    /// Over the store of `directory`.
    #[must_use]
    pub fn new(
        directory: Directory,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        pepper: Arc<Pepper>,
    ) -> Self {
        let parts = Arc::new(Parts { directory, clock, entropy, pepper });
        Self { parts, policy: SessionPolicy::default() }
    }

    /// The same with another policy.
    #[must_use]
    pub fn with_policy(&self, policy: SessionPolicy) -> Self {
        Self { policy, ..self.clone() }
    }

    /// The reading side.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.parts.directory
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.parts.directory.store.as_ref()
    }

    /// Adds an event to a commit.
    pub(crate) fn tell(
        &self,
        commit: Commit,
        about: About,
        doer: &Doer,
        before: Option<Version>,
        deed: Deed,
    ) -> Result<Commit, DirectoryError> {
        let event = DirectoryEvent {
            at: self.now(),
            about,
            actor: doer.actor.clone(),
            from: doer.from,
            before: before.map(|version| version.0),
            deed,
        };
        let bytes = encode(&event)?;
        Ok(match event.key()? {
            Some(key) => commit.event_about(key, bytes),
            None => commit.event(bytes),
        })
    }

    /// Writes down what changed nothing else, such as that a list is taken away. It must be written before the list leaves.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record(
        &self,
        organization: Option<&OrganizationId>,
        about: About,
        doer: &Doer,
        deed: Deed,
    ) -> Result<(), DirectoryError> {
        let partition = organization.map_or_else(|| Ok(Partition::installation()), partition)?;
        let commit = self.tell(Commit::new(), about, doer, None, deed)?;
        self.store().commit(&partition, commit).await?;
        Ok(())
    }

    /// The same where the answer does not depend on it: it says so and does not fail.
    pub async fn note(&self, organization: Option<&OrganizationId>, about: About, doer: &Doer, deed: Deed) {
        if let Err(error) = self.record(organization, about, doer, deed).await {
            tracing::error!(%error, "an event could not be written to the log");
        }
    }

    /// The account with this identifier, ended ones included, and its version.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account(&self, id: &AccountId) -> Result<Option<(Account, Version)>, DirectoryError> {
        self.directory().read(&Partition::installation(), account_key(id)?.as_str()).await
    }

    /// An account that has not ended.
    pub(super) async fn living(&self, id: &AccountId) -> Result<(Account, Version), DirectoryError> {
        match self.account(id).await? {
            Some((account, version)) if account.ended_at.is_none() => Ok((account, version)),
            Some(_) => Err(DirectoryError::Ended),
            None => Err(DirectoryError::Missing(format!("account {id}"))),
        }
    }

    /// What this account may do in this organization, where both live.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn operator(
        &self,
        organization: &OrganizationId,
        account: &AccountId,
    ) -> Result<Option<Operator>, DirectoryError> {
        let found = self.directory().read(&partition(organization)?, &format!("operator/{account}")).await?;
        let operator = found.map(|(operator, _): (Operator, _)| operator);
        Ok(operator
            .filter(|operator| operator.ended_at.is_none() && operator.account.as_ref() == Some(account)))
    }

    /// The organizations of an account, in byte order of their identifiers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn posts(&self, account: &AccountId) -> Result<Vec<Post>, DirectoryError> {
        let index = Key::new("posts")?;
        let prefix = format!("{account}/");
        let mut posts = Vec::new();
        let mut after = None;
        loop {
            let scan = Scan { prefix: prefix.clone(), after, limit: 200, ..Scan::default() };
            let page = self.store().scan(&Partition::installation(), &index, scan).await?;
            for (order, _) in page.entries {
                let Some(Ok(id)) = order.strip_prefix(&prefix).map(str::parse::<OrganizationId>) else {
                    continue;
                };
                let Some(organization) = self.directory().find_organization(&id).await? else { continue };
                if let Some(operator) = self.operator(&id, account).await? {
                    posts.push(Post { organization, operator });
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(posts),
            }
        }
    }

    /// Reads an account, lets `change` make its next form with what is added to the commit, and tries again after a lost race.
    pub(super) async fn change_account<T>(
        &self,
        id: &AccountId,
        doer: &Doer,
        change: impl Fn(Account) -> Result<(Account, Commit, Deed, T), DirectoryError>,
    ) -> Result<T, DirectoryError> {
        for _ in 0..TRIES {
            let (account, version) = self.living(id).await?;
            let (next, commit, deed, made) = change(account)?;
            let key = account_key(id)?;
            let commit = commit.guard(Guard::Version(key.clone(), version)).put(key, encode(&next)?);
            let commit = self.tell(commit, About::Account(*id), doer, Some(version), deed)?;
            match self.store().commit(&Partition::installation(), commit).await {
                Ok(_) => return Ok(made),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }

    /// Draws a recovery code for an account that is being changed: the account with its hash, and the pointers.
    pub(super) fn with_recovery_code(
        &self,
        mut account: Account,
        mut commit: Commit,
    ) -> Result<(Account, Commit, RecoveryCode), DirectoryError> {
        let (code, pepper) = (RecoveryCode::draw(self.parts.entropy.as_ref())?, &self.parts.pepper);
        let selector = code.selector(pepper)?;
        let verifier = code.verifier(pepper, &account.id.to_string())?;
        if let Some(old) = &account.recovery {
            commit = commit.delete(recovery_key(&old.selector)?);
        }
        let key = recovery_key(&selector)?;
        commit = commit
            .guard(Guard::Absent(key.clone()))
            .put(key, encode(&RecoveryPointer { account: account.id })?);
        account.recovery = Some(Recovery { selector, verifier, made_at: self.now() });
        Ok((account, commit, code))
    }

    /// Makes a new recovery code; the one before is dead.
    ///
    /// # Errors
    /// When the account has ended, or the store fails.
    pub async fn renew_recovery_code(
        &self,
        id: &AccountId,
        doer: &Doer,
    ) -> Result<RecoveryCode, DirectoryError> {
        self.change_account(id, doer, |account| {
            let (account, commit, code) = self.with_recovery_code(account, Commit::new())?;
            Ok((account, commit, Deed::RecoveryCodeMade, code))
        })
        .await
    }

    /// Adds a passkey to an account of somebody who is signed in.
    ///
    /// # Errors
    /// When the passkey is there already, its name does not do, or the store fails.
    pub async fn add_passkey(
        &self,
        id: &AccountId,
        passkey: &Passkey,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        self.change_account(id, doer, |account| {
            let account = with_passkey(account, passkey)?;
            Ok((account, Commit::new(), Deed::PasskeyAdded { passkey: passkey.name.clone() }, ()))
        })
        .await
    }

    /// Gives a passkey another name.
    ///
    /// # Errors
    /// When it is not there, the name does not do, or the store fails.
    pub async fn rename_passkey(
        &self,
        id: &AccountId,
        credential_id: &str,
        name: &str,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let mut fields = Fields::default();
        let name = fields.line("passkey", name);
        fields.done()?;
        self.change_account(id, doer, |mut account| {
            let found = account.passkeys.iter_mut().find(|it| it.credential_id == credential_id);
            let passkey = found.ok_or_else(|| DirectoryError::Missing("this passkey".to_owned()))?;
            let before = std::mem::replace(&mut passkey.name, name.clone());
            let change =
                Change { field: "passkey".to_owned(), before: before.into(), after: name.clone().into() };
            Ok((account, Commit::new(), Deed::Changed { changes: vec![change] }, ()))
        })
        .await
    }

    /// Takes a passkey away; the last one stays.
    ///
    /// # Errors
    /// When it is the last one or is not there, or the store fails.
    pub async fn remove_passkey(
        &self,
        id: &AccountId,
        credential_id: &str,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        self.change_account(id, doer, |mut account| {
            let Some(place) = account.passkeys.iter().position(|it| it.credential_id == credential_id) else {
                return Err(DirectoryError::Missing("this passkey".to_owned()));
            };
            if account.passkeys.len() == 1 {
                return Err(DirectoryError::LastPasskey);
            }
            let passkey = account.passkeys.remove(place).name;
            Ok((account, Commit::new(), Deed::PasskeyRemoved { passkey }, ()))
        })
        .await
    }

    /// Changes what a person says of themselves: name, e-mail address, language.
    ///
    /// # Errors
    /// When a field does not do, or the store fails.
    pub async fn edit_account(
        &self,
        id: &AccountId,
        name: &str,
        email: Option<&str>,
        language: Option<&str>,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let mut fields = Fields::default();
        let (name, email) = (fields.line("name", name), fields.address("email", email));
        let language = fields.optional("language", language);
        fields.done()?;
        self.change_account(id, doer, |account| {
            let next = Account {
                name: name.clone(),
                email: email.clone(),
                language: language.clone(),
                ..account.clone()
            };
            let hidden = ["passkeys", "recovery"];
            let changes = super::event::differences(&account, &next, &hidden)?;
            Ok((next, Commit::new(), Deed::Changed { changes }, ()))
        })
        .await
    }

    /// Ends an account: every session of it is dead from then on, and nobody signs in with it.
    ///
    /// # Errors
    /// When it has ended already, it is the last administrator's, or the store fails.
    pub async fn end_account(&self, id: &AccountId, doer: &Doer) -> Result<(), DirectoryError> {
        for _ in 0..TRIES {
            let (account, version) = self.living(id).await?;
            let mut commit = Commit::new();
            if account.administrator {
                let (other, seen) = self.another_administrator(id).await?;
                commit = commit
                    .guard(Guard::Version(account_key(&other)?, seen))
                    .unindex(Key::new("administrators")?, id.to_string());
            }
            let next = Account { ended_at: Some(self.now()), ..account };
            let key = account_key(id)?;
            let commit = commit.guard(Guard::Version(key.clone(), version)).put(key, encode(&next)?);
            let commit = self.tell(commit, About::Account(*id), doer, Some(version), Deed::Ended)?;
            match self.store().commit(&Partition::installation(), commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }

    /// The installation's administrators.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn administrators(&self) -> Result<Vec<Account>, DirectoryError> {
        let scan = Scan { limit: 1_000, ..Scan::default() };
        let page = self.store().scan(&Partition::installation(), &Key::new("administrators")?, scan).await?;
        let mut found = Vec::new();
        for (order, _) in page.entries {
            let Ok(id) = order.parse() else { continue };
            let account = self.account(&id).await?.map(|(account, _)| account);
            found.extend(account.filter(|account| account.administrator && account.ended_at.is_none()));
        }
        Ok(found)
    }

    /// Somebody else who administers, so that never nobody does.
    async fn another_administrator(&self, id: &AccountId) -> Result<(AccountId, Version), DirectoryError> {
        for other in self.administrators().await? {
            if other.id != *id
                && let Some((account, version)) = self.account(&other.id).await?
                && account.administrator
                && account.ended_at.is_none()
            {
                return Ok((other.id, version));
            }
        }
        Err(DirectoryError::LastOne)
    }

    /// Ends that somebody administers the installation; the account stays.
    ///
    /// # Errors
    /// When nobody else does, or the store fails.
    pub async fn end_administrator(&self, id: &AccountId, doer: &Doer) -> Result<(), DirectoryError> {
        for _ in 0..TRIES {
            let (account, version) = self.living(id).await?;
            if !account.administrator {
                return Err(DirectoryError::Missing(format!("administrator {id}")));
            }
            let (other, seen) = self.another_administrator(id).await?;
            let (next, key) = (Account { administrator: false, ..account.clone() }, account_key(id)?);
            let hidden = ["passkeys", "recovery"];
            let changes = super::event::differences(&account, &next, &hidden)?;
            let commit = Commit::new()
                .guard(Guard::Version(key.clone(), version))
                .guard(Guard::Version(account_key(&other)?, seen))
                .unindex(Key::new("administrators")?, id.to_string())
                .put(key, encode(&next)?);
            let deed = Deed::Changed { changes };
            let commit = self.tell(commit, About::Account(*id), doer, Some(version), deed)?;
            match self.store().commit(&Partition::installation(), commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }
}

/// The account with one more passkey.
pub(super) fn with_passkey(mut account: Account, passkey: &Passkey) -> Result<Account, DirectoryError> {
    let mut fields = Fields::default();
    let name = fields.line("passkey", &passkey.name);
    fields.done()?;
    if account.passkey(&passkey.credential_id).is_some() {
        return Err(DirectoryError::Exists("this passkey".to_owned()));
    }
    if account.passkeys.len() >= MOST_PASSKEYS {
        return Err(DirectoryError::TooMany(MOST_PASSKEYS));
    }
    account.passkeys.push(Passkey { name, ..passkey.clone() });
    Ok(account)
}
