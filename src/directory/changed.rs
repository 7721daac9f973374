//! What somebody does not know of who has seen an older version.

use super::DirectoryError;
use super::access::{Access, TRIES};
use super::event::{About, Deed, DirectoryEvent, Doer};
use super::search::moved;
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, Guard, Key, MAX_PAGE, Partition, Position, StoreError, Version};

/// Somebody was quicker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// With what.
    pub about: About,
    /// The version that it has now.
    pub now: Version,
    /// What happened since the version that was seen, oldest first.
    pub news: Vec<DirectoryEvent>,
}

/// Where a record stands in indexes.
pub(super) type Places = Vec<(&'static str, String)>;

/// A record that is to be changed.
pub(super) struct Revised<'a> {
    pub(super) partition: &'a Partition,
    pub(super) key: Key,
    pub(super) about: About,
    /// The version that the changer saw; none where the change does not rest on what they saw.
    pub(super) seen: Option<Version>,
    pub(super) doer: &'a Doer,
}

impl Access {
    /// Reads a record, lets `step` make its next form, and commits it with its event and its places; tries again after a lost
    /// race. Where `step` finds nothing to change, nothing is.
    pub(super) async fn revise<T: Record>(
        &self,
        what: Revised<'_>,
        places: impl Fn(&T) -> Places,
        step: impl Fn(&T) -> Result<Option<(T, Deed)>, DirectoryError>,
    ) -> Result<T, DirectoryError> {
        let Revised { partition, key, about, seen, doer } = what;
        for _ in 0..TRIES {
            let found = self.directory().read::<T>(partition, key.as_str()).await?;
            let (old, version) = found.ok_or_else(|| DirectoryError::Missing(key.to_string()))?;
            if let Some(seen) = seen.filter(|seen| *seen != version) {
                let news = self.news(partition, &about, seen).await?;
                return Err(DirectoryError::Changed(Box::new(Changed { about, now: version, news })));
            }
            let Some((next, deed)) = step(&old)? else { return Ok(old) };
            let commit =
                Commit::new().guard(Guard::Version(key.clone(), version)).put(key.clone(), encode(&next)?);
            let commit = moved(commit, &key, &places(&old), &places(&next))?;
            let commit = self.tell(commit, about.clone(), doer, Some(version), deed)?;
            match self.store().commit(partition, commit).await {
                Ok(_) => return Ok(next),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DirectoryError::Busy)
    }

    /// Writes a new record with its event and its places.
    pub(super) async fn make<T: Record>(
        &self,
        partition: &Partition,
        (key, about, called): (Key, About, &str),
        record: &T,
        places: Places,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        let commit = Commit::new().guard(Guard::Absent(key.clone())).put(key.clone(), encode(record)?);
        let commit = moved(commit, &key, &[], &places)?;
        let deed = Deed::Created { called: called.to_owned() };
        let commit = self.tell(commit, about, doer, None, deed)?;
        match self.store().commit(partition, commit).await {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict(_)) => Err(DirectoryError::Exists(key.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// What happened to something since `seen`, oldest first.
    pub(super) async fn news(
        &self,
        partition: &Partition,
        about: &About,
        seen: Version,
    ) -> Result<Vec<DirectoryEvent>, DirectoryError> {
        let history = self.history(partition, about).await?;
        Ok(history.into_iter().filter(|event| event.is_news_after(seen)).collect())
    }

    /// Everything that happened to something, oldest first.
    pub(super) async fn history(
        &self,
        partition: &Partition,
        about: &About,
    ) -> Result<Vec<DirectoryEvent>, DirectoryError> {
        let Some(key) = about.key()? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut after = Position(0);
        loop {
            let page = self.store().events_about(partition, &key, after, MAX_PAGE).await?;
            for event in &page {
                found.push(decode(&event.bytes)?);
            }
            match page.last() {
                Some(last) if page.len() == MAX_PAGE => after = last.position,
                _ => return Ok(found),
            }
        }
    }
}
