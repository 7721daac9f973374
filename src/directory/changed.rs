//! What somebody does not know of who has seen an older version.

use super::DirectoryError;
use super::access::Access;
use super::event::{About, DirectoryEvent};
use crate::store::record::decode;
use crate::store::{MAX_PAGE, Partition, Position, Version};

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

impl Access {
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
