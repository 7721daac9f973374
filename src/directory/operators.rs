//! Who may do what in an organization: listed, changed, ended.

use std::collections::BTreeSet;

use super::access::{Access, TRIES, post_entry};
use super::event::{About, Deed, Doer};
use super::operator::Operator;
use super::organization::{FacilityCode, OrganizationId};
use super::role::Role;
use super::text::Fields;
use super::{Changed, DirectoryError, partition};
use crate::store::record::encode;
use crate::store::{Commit, Guard, IndexEntry, Key, Partition, Scan, StoreError, Version};

/// The name that the first operator of a new installation has unless it is told otherwise. Stores from before there was the list
/// have it there only since somebody looked at the list.
const FIRST: &str = "admin";

/// What the log never tells of an operator.
const HIDDEN: [&str; 1] = ["token"];

/// An operator as a list shows them.
#[derive(Debug, Clone)]
pub struct ListedOperator {
    /// What they are.
    pub operator: Operator,
    /// The version that was read, for changing it.
    pub version: Version,
}

fn key(name: &str) -> Result<Key, DirectoryError> {
    Key::new(format!("operator/{name}")).map_err(|_| DirectoryError::Missing(format!("operator {name:?}")))
}

/// The place of an operator in its organization's list.
pub(crate) fn listed(operator: &Operator) -> Result<IndexEntry, DirectoryError> {
    Ok(IndexEntry {
        index: Key::new("operators")?,
        order: operator.name.clone(),
        document: key(&operator.name)?,
    })
}

/// Adds an operator and its place in the list to a commit of its organization's partition.
pub(crate) fn place(commit: Commit, operator: &Operator) -> Result<Commit, DirectoryError> {
    Ok(commit.put(key(&operator.name)?, encode(operator)?).index(listed(operator)?))
}

impl Access {
    /// Everybody who may or might do something in an organization, ended ones included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn operators(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ListedOperator>, DirectoryError> {
        let (partition, index) = (partition(organization)?, Key::new("operators")?);
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let scan = Scan { after, limit: 200, ..Scan::default() };
            let page = self.store().scan(&partition, &index, scan).await?;
            for (_, key) in page.entries {
                let read = self.directory().read::<Operator>(&partition, key.as_str()).await?;
                found.extend(read.map(|(operator, version)| ListedOperator { operator, version }));
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        if found.iter().all(|it: &ListedOperator| it.operator.name != FIRST)
            && let Some(first) = self.find_operator(organization, FIRST).await?
        {
            let held = Guard::Version(key(FIRST)?, first.version);
            let listing = Commit::new().guard(held).index(listed(&first.operator)?);
            match self.store().commit(&partition, listing).await {
                Ok(_) | Err(StoreError::Conflict(_)) => found.push(first),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// Whether somebody can still sign in as this operator, or show its token.
    async fn lives(&self, operator: &Operator) -> Result<bool, DirectoryError> {
        match (&operator.account, operator.ended_at) {
            (_, Some(_)) => Ok(false),
            (None, None) => Ok(operator.token.is_some()),
            (Some(id), None) => {
                Ok(self.account(id).await?.is_some_and(|(account, _)| account.ended_at.is_none()))
            }
        }
    }

    /// Another one who may do everything, so that never nobody may. A program is no replacement for a person.
    async fn another_whole(
        &self,
        organization: &OrganizationId,
        operator: &Operator,
    ) -> Result<ListedOperator, DirectoryError> {
        for other in self.operators(organization).await? {
            let replaces = operator.account.is_none() || other.operator.account.is_some();
            if other.operator.name != operator.name
                && other.operator.role == Role::Operator
                && replaces
                && self.lives(&other.operator).await?
            {
                return Ok(other);
            }
        }
        Err(DirectoryError::LastOne)
    }

    /// One operator, ended ones included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_operator(
        &self,
        organization: &OrganizationId,
        name: &str,
    ) -> Result<Option<ListedOperator>, DirectoryError> {
        let Ok(key) = key(name) else { return Ok(None) };
        let read = self.directory().read(&partition(organization)?, key.as_str()).await?;
        Ok(read.map(|(operator, version)| ListedOperator { operator, version }))
    }

    /// Changes what somebody may do, on condition that they are still as `seen`.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`] where somebody was quicker; [`DirectoryError::LastOne`] where nobody would be left who may
    /// do everything; when a field does not do, or the store fails.
    pub async fn change_operator(
        &self,
        organization: &OrganizationId,
        name: &str,
        seen: Version,
        role: Role,
        facilities: BTreeSet<FacilityCode>,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let mut fields = Fields::default();
        self.check_post(&mut fields, organization, role, &facilities).await?;
        fields.done()?;
        let facilities = if role == Role::FacilityManager { facilities } else { BTreeSet::new() };
        self.next_operator(organization, name, Some(seen), doer, |operator| {
            if operator.ended_at.is_some() {
                return Err(DirectoryError::Ended);
            }
            let next = Operator { role, facilities: facilities.clone(), ..operator.clone() };
            let changes = super::event::differences(operator, &next, &HIDDEN)?;
            Ok((!changes.is_empty()).then_some((next, Deed::Changed { changes })))
        })
        .await
    }

    /// Ends that somebody may do anything here. The account itself stays, and its other organizations.
    ///
    /// # Errors
    /// [`DirectoryError::LastOne`] where nobody would be left who may do everything; when there is no such operator, or the
    /// store fails.
    pub async fn end_operator(
        &self,
        organization: &OrganizationId,
        name: &str,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let now = self.now();
        self.next_operator(organization, name, None, doer, |operator| {
            if operator.ended_at.is_some() {
                return Err(DirectoryError::Ended);
            }
            Ok(Some((Operator { ended_at: Some(now), ..operator.clone() }, Deed::Ended)))
        })
        .await?;
        // An entry that leads to an ended operator is passed over; it goes for tidiness.
        if let Ok(account) = name.parse() {
            let entry = post_entry(&account, organization)?;
            let commit = Commit::new().unindex(entry.index, entry.order);
            self.store().commit(&Partition::installation(), commit).await?;
        }
        Ok(())
    }

    async fn next_operator(
        &self,
        organization: &OrganizationId,
        name: &str,
        seen: Option<Version>,
        doer: &Doer,
        step: impl Fn(&Operator) -> Result<Option<(Operator, Deed)>, DirectoryError>,
    ) -> Result<(), DirectoryError> {
        let (partition, key) = (partition(organization)?, key(name)?);
        for _ in 0..TRIES {
            let found = self.find_operator(organization, name).await?;
            let ListedOperator { operator, version } =
                found.ok_or_else(|| DirectoryError::Missing(format!("operator {name:?}")))?;
            let about = About::Operator(name.to_owned());
            if seen.is_some_and(|seen| seen != version) {
                let news = self.news(&partition, &about, seen.unwrap_or(version)).await?;
                return Err(DirectoryError::Changed(Box::new(Changed { about, now: version, news })));
            }
            let Some((next, deed)) = step(&operator)? else { return Ok(()) };
            let mut commit = Commit::new().guard(Guard::Version(key.clone(), version));
            let whole = |operator: &Operator| operator.role == Role::Operator && operator.ended_at.is_none();
            if whole(&operator) && !whole(&next) {
                // That another one is left is what this commit rests on, so that two cannot end each other.
                let left = self.another_whole(organization, &operator).await?;
                let other = Key::new(format!("operator/{}", left.operator.name))?;
                commit = commit.guard(Guard::Version(other, left.version));
            }
            let commit = place(commit, &next)?;
            let commit = self.tell(commit, about, doer, Some(version), deed)?;
            match self.store().commit(&partition, commit).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }
}
