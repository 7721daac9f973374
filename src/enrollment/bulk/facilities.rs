//! A list of facilities: what it would change, and changing it.

use futures_util::future::try_join_all;

use crate::directory::{DirectoryError, Facility, FacilityForm};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::roster::{FacilityRow, Listed};
use crate::store::Version;

/// Rows that are looked at or done at the same time.
const AT_ONCE: usize = 32;

/// What a row would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacilityVerdict {
    /// The facility is made.
    New,
    /// It gets another name.
    Renamed {
        /// The name that it has.
        from: String,
    },
    /// It is there already, as the row says.
    Same,
    /// It was closed; the row changes nothing.
    Closed,
}

impl FacilityVerdict {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Renamed { .. } => "renamed",
            Self::Same => "same",
            Self::Closed => "closed",
        }
    }
}

impl RegistrationAuthority {
    /// What each row of a list would do as things stand. Changes nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check_facilities(
        &self,
        caller: &Caller,
        rows: &[Listed<FacilityRow>],
    ) -> Result<Vec<FacilityVerdict>, OperatorError> {
        let mut verdicts = Vec::with_capacity(rows.len());
        for some in rows.chunks(AT_ONCE) {
            let mut looking = Vec::with_capacity(some.len());
            for listed in some {
                looking.push(self.facility_verdict(caller, &listed.value));
            }
            verdicts.extend(try_join_all(looking).await?.into_iter().map(|(verdict, _)| verdict));
        }
        Ok(verdicts)
    }

    async fn facility_verdict(
        &self,
        caller: &Caller,
        row: &FacilityRow,
    ) -> Result<(FacilityVerdict, Option<(Facility, Version)>), OperatorError> {
        let found = self.access().facility(&caller.organization, &row.code).await?;
        let verdict = match &found {
            None => FacilityVerdict::New,
            Some((facility, _)) if facility.closed_at.is_some() => FacilityVerdict::Closed,
            Some((facility, _)) if facility.name == row.name => FacilityVerdict::Same,
            Some((facility, _)) => FacilityVerdict::Renamed { from: facility.name.clone() },
        };
        Ok((verdict, found))
    }

    /// Does what a list says, each facility by itself with its event; brought again, it changes nothing more. `progress` is told
    /// how many rows are done.
    ///
    /// # Errors
    /// When the store fails; what was done before stays, and the list can be brought again.
    pub async fn import_facilities(
        &self,
        caller: &Caller,
        rows: &[Listed<FacilityRow>],
        progress: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Vec<FacilityVerdict>, OperatorError> {
        let mut done = Vec::with_capacity(rows.len());
        for some in rows.chunks(AT_ONCE) {
            let mut doing = Vec::with_capacity(some.len());
            for listed in some {
                doing.push(self.import_facility(caller, &listed.value));
            }
            done.extend(try_join_all(doing).await?);
            progress(done.len());
        }
        Ok(done)
    }

    async fn import_facility(
        &self,
        caller: &Caller,
        row: &FacilityRow,
    ) -> Result<FacilityVerdict, OperatorError> {
        let (organization, doer) = (&caller.organization, caller.doer());
        loop {
            let (verdict, found) = self.facility_verdict(caller, row).await?;
            let outcome = match (&verdict, found) {
                (FacilityVerdict::New, _) => {
                    let form = FacilityForm { name: row.name.clone(), ..FacilityForm::default() };
                    self.access().create_facility(organization, &row.code, &form, &doer).await
                }
                (FacilityVerdict::Renamed { .. }, Some((facility, version))) => {
                    let form = FacilityForm {
                        name: row.name.clone(),
                        contact: facility.contact,
                        offers: facility.offers,
                    };
                    self.access().edit_facility(organization, &row.code, version, &form, &doer).await
                }
                _ => return Ok(verdict),
            };
            match outcome {
                Ok(_) => return Ok(verdict),
                // Somebody was quicker: it is looked at again.
                Err(DirectoryError::Exists(_) | DirectoryError::Changed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
