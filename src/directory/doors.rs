//! How people find their organization where no link brought them: by the code of their facility.

use super::{
    Directory, DirectoryError, FACILITY_FIRST, Facility, FacilityCode, FirstQuestion, Organization,
    OrganizationId,
};
use crate::store::{Key, Partition, Scan};

/// In so many organizations a facility's code is looked for; that many tenants on one address who all ask for it have
/// letters with links.
const MOST_ORGANIZATIONS: usize = 200;

/// What the first page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstPage {
    /// The number; no organization asks for the facility.
    Number,
    /// The number, with a way to those who ask for the facility.
    Either,
    /// The facility: the only organization asks for it.
    Facility,
}

/// Whose a facility's code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundFacility {
    /// This organization's facility.
    One(Box<Organization>, Box<Facility>),
    /// Several organizations' facilities have this code, so that nobody's name can be shown.
    Several,
}

impl Directory {
    /// What the first page asks for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn first_page(&self) -> Result<FirstPage, DirectoryError> {
        let asking = self.facility_first(2).await?;
        let Some(first) = asking.first() else { return Ok(FirstPage::Number) };
        let scan = Scan { limit: 2, ..Scan::default() };
        let all = self.store.scan(&Partition::installation(), &Key::new("organizations")?, scan).await?;
        let only = all.entries.len() == 1 && all.entries.iter().all(|(order, _)| order == first.as_str());
        Ok(if only { FirstPage::Facility } else { FirstPage::Either })
    }

    async fn facility_first(&self, limit: usize) -> Result<Vec<OrganizationId>, DirectoryError> {
        let scan = Scan { limit, ..Scan::default() };
        let page = self.store.scan(&Partition::installation(), &Key::new(FACILITY_FIRST)?, scan).await?;
        Ok(page.entries.iter().filter_map(|(order, _)| order.parse().ok()).collect())
    }

    /// Whose facility has this code, among the organizations that ask for it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_by_facility(
        &self,
        code: &FacilityCode,
    ) -> Result<Option<FoundFacility>, DirectoryError> {
        let mut found = None;
        for id in self.facility_first(MOST_ORGANIZATIONS).await? {
            let Some(facility) = self.find_facility(&id, code).await? else { continue };
            let Some(organization) = self.find_organization(&id).await? else { continue };
            if organization.first_question != FirstQuestion::Facility {
                continue;
            }
            if found.is_some() {
                return Ok(Some(FoundFacility::Several));
            }
            found = Some(FoundFacility::One(Box::new(organization), Box::new(facility)));
        }
        Ok(found)
    }
}
