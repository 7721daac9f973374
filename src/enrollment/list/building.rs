//! Stores from before there were lists lack the places that lists are read from; they are brought once, page by page.
//!
//! How far it has come is kept in the installation's partition, so that whoever has the lease next goes on from there. Each
//! place is written under a guard on the enrollment that it belongs to: what changes meanwhile brings its places itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::directory::{OrganizationId, index_places, partition};
use crate::enrollment::authority::RegistrationAuthority;
use crate::enrollment::places::{ALL, later_places, placed};
use crate::enrollment::record::Enrollment;
use crate::store::record::{Record, decode, encode};
use crate::store::{
    Commit, Contents, Cursor, Document, Guard, IndexEntry, Key, KeyError, Partition, Scan, StoreError,
};

/// Enrollments that one commit brings: each takes a guard and up to five places, its person as many as seven, its facility two.
const BATCH: usize = 50;
/// The indexes as they are now; a greater number has all of them built again.
const EDITION: u32 = 2;

/// How far the building has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Building {
    /// Of which indexes.
    edition: u32,
    /// All before this organization are done.
    organization: Option<OrganizationId>,
    /// In it, all up to this place of the list of all enrollments are.
    after: Option<String>,
    /// Whether everything is.
    done: bool,
}

impl Record for Building {
    const NAME: &'static str = "building of the lists";
    const FORMAT: u32 = 1;
}

fn limit(error: &KeyError) -> StoreError {
    StoreError::Limit(error.to_string())
}

fn key() -> Result<Key, StoreError> {
    Key::new("lists").map_err(|error| limit(&error))
}

/// Whether every enrollment of the store has all its places.
pub(in crate::enrollment) async fn built(store: &dyn Contents) -> Result<bool, StoreError> {
    let found = store.find(&Partition::installation(), &key()?).await?;
    let building: Option<Building> = found.map(|document| decode(&document.bytes)).transpose()?;
    Ok(building.is_some_and(|building| building.edition >= EDITION && building.done))
}

impl RegistrationAuthority {
    /// Goes on building the lists of an older store, at most `pages` of fifty enrollments; whether all is done. Changes
    /// nothing once it is. `held` is the lease's guard in the installation's partition.
    ///
    /// # Errors
    /// When the store fails, or the lease was lost.
    pub async fn build_lists(&self, held: &Guard, pages: usize) -> Result<bool, StoreError> {
        let installation = Partition::installation();
        let (mut building, mut version) = match self.store().find(&installation, &key()?).await? {
            Some(Document { bytes, version, .. }) => (decode::<Building>(&bytes)?, Some(version)),
            None => (Building::default(), None),
        };
        if building.edition < EDITION {
            building = Building { edition: EDITION, ..Building::default() };
        }
        for _ in 0..pages {
            if building.done {
                return Ok(true);
            }
            self.build_page(&mut building).await?;
            let guard = match version {
                Some(version) => Guard::Version(key()?, version),
                None => Guard::Absent(key()?),
            };
            let commit = Commit::new().guard(held.clone()).guard(guard).put(key()?, encode(&building)?);
            version = Some(self.store().commit(&installation, commit).await?.version);
        }
        Ok(building.done)
    }

    /// The next page of the organization that it is at, or the step to the next organization.
    async fn build_page(&self, building: &mut Building) -> Result<(), StoreError> {
        let Some(organization) = &building.organization else {
            let next = self.organization_after(None).await?;
            (building.done, building.organization) = (next.is_none(), next);
            return Ok(());
        };
        let partition = partition(organization).map_err(|error| limit(&error))?;
        let index = Key::new(ALL).map_err(|error| limit(&error))?;
        let after = building.after.clone().map(Cursor);
        let scan = Scan { after, limit: BATCH, ..Scan::default() };
        let page = self.store().scan(&partition, &index, scan).await?;
        let keys: Vec<Key> = page.entries.into_iter().map(|(_, key)| key).collect();
        self.place_again(&partition, &keys).await?;
        match page.next {
            Some(next) => building.after = Some(next.0),
            None => {
                let next = self.organization_after(Some(organization)).await?;
                building.done = next.is_none();
                (building.organization, building.after) = (next, None);
            }
        }
        Ok(())
    }

    async fn organization_after(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<Option<OrganizationId>, StoreError> {
        let index = Key::new("organizations").map_err(|error| limit(&error))?;
        let after = organization.map(|id| Cursor(id.to_string()));
        let scan = Scan { after, limit: 1, ..Scan::default() };
        let found = self.store().scan(&Partition::installation(), &index, scan).await?;
        Ok(found.entries.first().and_then(|(order, _)| order.parse().ok()))
    }

    /// Brings the places of these enrollments, all in one commit, or one by one where somebody changes them meanwhile.
    async fn place_again(&self, partition: &Partition, keys: &[Key]) -> Result<(), StoreError> {
        match self.place_together(partition, keys).await {
            Err(StoreError::Conflict(_)) => {}
            other => return other,
        }
        for key in keys {
            loop {
                match self.place_together(partition, std::slice::from_ref(key)).await {
                    Err(StoreError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                    Ok(()) => break,
                }
            }
        }
        Ok(())
    }

    async fn place_together(&self, partition: &Partition, keys: &[Key]) -> Result<(), StoreError> {
        let mut commit = Commit::new();
        // People and facilities of an older store came to be by invitations only.
        let mut beside = BTreeSet::new();
        for key in keys {
            let Some(document) = self.store().find(partition, key).await? else { continue };
            let enrollment: Enrollment = decode(&document.bytes)?;
            beside.insert(format!("subscriber/{}", enrollment.subscriber));
            beside.extend(enrollment.facility.as_ref().map(|code| format!("facility/{code}")));
            let places = later_places(&enrollment);
            if places.is_empty() {
                continue;
            }
            commit = commit.guard(Guard::Version(key.clone(), document.version));
            commit = placed(commit, &enrollment.id, places).map_err(|error| limit(&error))?;
        }
        for name in beside {
            let key = Key::new(name).map_err(|error| limit(&error))?;
            let Some(document) = self.store().find(partition, &key).await? else { continue };
            let Some(places) = index_places(key.as_str(), &document.bytes) else { continue };
            commit = commit.guard(Guard::Version(key.clone(), document.version));
            for (index, order) in places {
                let index = Key::new(index).map_err(|error| limit(&error))?;
                commit = commit.index(IndexEntry { index, order, document: key.clone() });
            }
        }
        if commit.index_puts.is_empty() {
            return Ok(());
        }
        self.store().commit(partition, commit).await.map(drop)
    }
}
