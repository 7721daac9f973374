//! What names a row, so that it is issued once: the key that it brings, or else what it says.

use serde::{Deserialize, Serialize};

use super::check::IssueOptions;
use crate::directory::{FacilityCode, SubscriberId};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::id::EnrollmentId;
use crate::pepper::{Purpose, SecretHash};
use crate::roster::Person;
use crate::store::record::{Record, decode};
use crate::store::{Key, StoreError};

/// What stands under a row's mark, written with its enrollment.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) enrollment: EnrollmentId,
    /// The hash of what the row said.
    pub(super) content: SecretHash,
}

impl Record for Mark {
    const NAME: &'static str = "mark of a row";
    const FORMAT: u32 = 1;
}

/// A row's name and content, hashed: both can be personal.
#[derive(Debug, Clone)]
pub(super) struct Marks {
    pub(super) key: Key,
    pub(super) content: SecretHash,
}

/// What a row says that makes it another row where it differs. A note, the way of handing over and the address do not.
#[derive(Serialize)]
struct Said<'p> {
    id: Option<&'p str>,
    name: &'p str,
    kana: Option<&'p str>,
    email: Option<&'p str>,
    facility: Option<&'p str>,
    offer: &'p str,
    devices: Vec<&'p str>,
}

impl RegistrationAuthority {
    pub(super) fn marks(
        &self,
        caller: &Caller,
        options: &IssueOptions,
        person: &Person,
    ) -> Result<Marks, OperatorError> {
        let mut devices: Vec<&str> = person.devices.iter().map(|device| device.as_str()).collect();
        devices.sort_unstable();
        let by_id = person.id.is_some();
        let said = Said {
            id: person.id.as_ref().map(SubscriberId::as_str),
            name: if by_id { "" } else { &person.name },
            kana: person.kana.as_deref().filter(|_| !by_id),
            email: person.email.as_deref().filter(|_| !by_id),
            facility: person.facility.as_ref().map(FacilityCode::as_str).filter(|_| !by_id),
            offer: options.offer_of(person),
            devices,
        };
        let said = serde_json::to_vec(&said)
            .map_err(|error| StoreError::Damaged(format!("a row cannot be written: {error}")))?;
        let (pepper, scope) = (&self.0.parts.pepper, caller.organization.as_str());
        let content = pepper.hash(Purpose::Row, scope, &said)?;
        let name = match &person.key {
            Some(key) => pepper.hash(Purpose::Row, scope, format!("key {key}").as_bytes())?,
            None => content,
        };
        Ok(Marks { key: Key::new(format!("row/{}", name.to_hex()))?, content })
    }

    /// What stands under a row's mark.
    pub(super) async fn marked(&self, caller: &Caller, marks: &Marks) -> Result<Option<Mark>, OperatorError> {
        let partition = crate::directory::partition(&caller.organization)?;
        match self.store().find(&partition, &marks.key).await? {
            Some(document) => Ok(Some(decode(&document.bytes)?)),
            None => Ok(None),
        }
    }
}
