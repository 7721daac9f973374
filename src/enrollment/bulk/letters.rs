//! The letters of a job: which of its invitations are printed, and for whom.

use std::collections::HashMap;

use super::job::{JobId, JobWork, Task};
use crate::directory::FacilityCode;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::state::Standing;
use crate::roster::{Handover, Person};

/// A letter that can be printed. Its credentials are drawn when it is.
#[derive(Debug, Clone)]
pub struct JobLetter {
    /// The invitation.
    pub enrollment: EnrollmentId,
    /// The person, with the address that the list gave.
    pub person: Person,
    /// The facility that it is sorted under.
    pub facility: Option<FacilityCode>,
    /// The facility as people call it.
    pub facility_name: Option<String>,
}

impl RegistrationAuthority {
    /// The letters of a job that can be printed, in the order of its list: rows that are handed over by letter, and whose
    /// invitation nobody has used.
    ///
    /// # Errors
    /// When there is no such job, or the store fails.
    pub async fn job_letters(&self, caller: &Caller, id: &JobId) -> Result<Vec<JobLetter>, OperatorError> {
        let job = self.job(caller, id).await?;
        let JobWork::Issue(options) = &job.work else { return Ok(Vec::new()) };
        let mut names: HashMap<FacilityCode, String> = HashMap::new();
        let mut letters = Vec::new();
        for part in 0..job.parts() {
            for row in self.job_rows(caller, id, part).await? {
                let (Task::Invite(person), Some(enrollment)) =
                    (row.task, row.outcome.as_ref().and_then(super::job::Outcome::enrollment).cloned())
                else {
                    continue;
                };
                if options.handover_of(&person) != Handover::Letter {
                    continue;
                }
                let Some(loaded) = self.load(&caller.organization, &enrollment).await? else { continue };
                let waits = matches!(
                    loaded.enrollment.standing(self.now()),
                    Standing::Invited | Standing::Locked | Standing::Expired
                );
                if !waits || !caller.reaches(&loaded.enrollment) {
                    continue;
                }
                // Nor of whom has moved away since.
                let subscriber = &loaded.enrollment.subscriber;
                let known = self.directory().find_subscriber(&caller.organization, subscriber).await?;
                if known.is_some_and(|known| !caller.reach.reach(known.facility.as_ref())) {
                    continue;
                }
                let facility = loaded.enrollment.facility;
                let facility_name = match &facility {
                    None => None,
                    Some(code) => Some(match names.get(code) {
                        Some(name) => name.clone(),
                        None => {
                            let known = self.directory().find_facility(&caller.organization, code).await?;
                            let name = known.map_or_else(|| code.to_string(), |facility| facility.name);
                            names.insert(code.clone(), name.clone());
                            name
                        }
                    }),
                };
                letters.push(JobLetter { enrollment, person: *person, facility, facility_name });
            }
        }
        Ok(letters)
    }
}
