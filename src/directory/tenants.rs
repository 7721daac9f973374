//! The organizations of an installation, as its administrators find them.

use super::DirectoryError;
use super::access::Access;
use super::event::{About, DirectoryEvent};
use super::organization::Organization;
use super::search::folded;
use crate::store::{Cursor, Key, Partition, Scan};

/// How many organizations one page may look at before it returns what it has, with a cursor.
const MOST_LOOKED_AT: usize = 2_000;

/// A page of organizations.
#[derive(Debug, Clone)]
pub struct Tenants {
    /// In byte order of their identifiers.
    pub found: Vec<Organization>,
    /// What to ask for next; none when this was all.
    pub next: Option<String>,
}

impl Access {
    /// Finds organizations whose identifier or name has a text in it; closed ones included.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_organizations(
        &self,
        text: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Tenants, DirectoryError> {
        let (index, text) = (Key::new("organizations")?, folded(text));
        let limit = limit.clamp(1, 1_000);
        let (mut found, mut looked_at) = (Vec::new(), 0);
        let mut after = after.map(|after| Cursor(after.to_owned()));
        loop {
            let scan = Scan { after: after.take(), limit: 200, ..Scan::default() };
            let page = self.store().scan(&Partition::installation(), &index, scan).await?;
            for (order, _) in page.entries {
                looked_at += 1;
                let Ok(id) = order.parse() else { continue };
                if let Some(organization) = self.directory().find_organization(&id).await?
                    && (order.contains(&text) || folded(&organization.name).contains(&text))
                {
                    found.push(organization);
                }
                if found.len() == limit || looked_at >= MOST_LOOKED_AT {
                    return Ok(Tenants { found, next: Some(order) });
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(Tenants { found, next: None }),
            }
        }
    }

    /// What the installation's own log has of something, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn installation_history_of(
        &self,
        about: &About,
    ) -> Result<Vec<DirectoryEvent>, DirectoryError> {
        self.history(&Partition::installation(), about).await
    }
}
