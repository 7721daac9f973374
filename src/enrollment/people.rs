//! People as whoever looks after them sees and changes them: within the caller's reach, and with what they have.

use super::authority::{OperatorError, RegistrationAuthority};
use super::caller::Caller;
use super::credentials::draw_identifier;
use super::once::Once;
use super::places::BY_SUBSCRIBER;
use super::query::EnrollmentSummary;
use super::record::Enrollment;
use crate::directory::{
    DirectoryError, NotAnIdentifier, Subscriber, SubscriberForm, SubscriberId, partition,
};
use crate::entropy::Entropy;
use crate::store::record::decode;
use crate::store::{Key, Scan, Version};

/// Enrollments that are shown with a person.
const SHOWN: usize = 50;

/// A person with what they have.
#[derive(Debug, Clone)]
pub struct Person {
    /// The record.
    pub subscriber: Subscriber,
    /// Its version.
    pub version: Version,
    /// The newest enrollments within the caller's reach, newest first.
    pub enrollments: Vec<EnrollmentSummary>,
    /// Whether there are more of them.
    pub more: bool,
    /// How many certificates in use and open invitations the person has, wherever they were issued for.
    pub living: usize,
    /// The most that one person may have.
    pub most: Option<u32>,
}

impl Person {
    /// Whether nothing more can be issued before something ends.
    #[must_use]
    pub fn is_at_the_cap(&self) -> bool {
        self.most.is_some_and(|most| self.living >= usize::try_from(most).unwrap_or(usize::MAX))
    }
}

/// Draws the identifier of a person whom the organization calls by none of its own.
pub(super) fn drawn_id(entropy: &dyn Entropy) -> Result<SubscriberId, OperatorError> {
    draw_identifier(entropy, 10)?.parse().map_err(|error: NotAnIdentifier| OperatorError::Unfit {
        what: "the subscriber's identifier",
        why: error.to_string(),
    })
}

/// Whether a record says what was typed.
fn says(subscriber: &Subscriber, form: &SubscriberForm) -> bool {
    let typed = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    };
    subscriber.retired_at.is_none()
        && subscriber.name == form.name.trim()
        && subscriber.kana == typed(&form.kana)
        && subscriber.email == typed(&form.email)
        && subscriber.facility == form.facility
}

impl RegistrationAuthority {
    /// The person, where the caller may know of them.
    pub(super) async fn reached(
        &self,
        caller: &Caller,
        id: &SubscriberId,
    ) -> Result<(Subscriber, Version), OperatorError> {
        let found = self.access().subscriber(&caller.organization, id).await?;
        found
            .filter(|(subscriber, _)| caller.reach.reach(subscriber.facility.as_ref()))
            .ok_or_else(|| OperatorError::NoSuchSubscriber(id.clone()))
    }

    /// A person with what they have.
    ///
    /// # Errors
    /// When there is no such person within the caller's reach, or the store fails.
    pub async fn person(&self, caller: &Caller, id: &SubscriberId) -> Result<Person, OperatorError> {
        let (subscriber, version) = self.reached(caller, id).await?;
        let (partition, index) = (partition(&caller.organization)?, Key::new(BY_SUBSCRIBER)?);
        let scan = Scan { prefix: format!("{id}/"), after: None, descending: true, limit: SHOWN };
        let page = self.store().scan(&partition, &index, scan).await?;
        let mut enrollments = Vec::new();
        for (_, key) in page.entries {
            let Some(document) = self.store().find(&partition, &key).await? else { continue };
            let enrollment: Enrollment = decode(&document.bytes)?;
            if caller.reaches(&enrollment) {
                enrollments.push(self.summary(&enrollment));
            }
        }
        let living = self.living_of(&caller.organization, id).await?.len();
        let most = self.invited_by(&caller.organization).await?.policy.certificates_per_person;
        Ok(Person { subscriber, version, enrollments, more: page.next.is_some(), living, most })
    }

    /// Makes a person's record; without an identifier of the organization's own, one is drawn. Asked for again under the same
    /// key, or with the same words, the answer is the same person.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`] where somebody else is called so; when the facility is beyond the caller's reach, a field does
    /// not do, or the store fails.
    pub async fn create_person(
        &self,
        caller: &Caller,
        id: Option<SubscriberId>,
        form: &SubscriberForm,
        once: Once,
    ) -> Result<Subscriber, OperatorError> {
        must_reach_facility(caller, form)?;
        let id = match id {
            Some(id) => id,
            None => drawn_id(&self.derived(caller, "person", once)?)?,
        };
        match self.access().create_subscriber(&caller.organization, &id, form, &caller.doer()).await {
            Err(DirectoryError::Exists(what)) => {
                let known = self.access().subscriber(&caller.organization, &id).await?;
                known
                    .map(|(known, _)| known)
                    .filter(|known| says(known, form))
                    .ok_or_else(|| DirectoryError::Exists(what).into())
            }
            made => Ok(made?),
        }
    }

    /// Changes a person's record as it was `seen`, or moves the person to another facility.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`]; when there is no such person within the caller's reach, the facility is not, a field does not
    /// do, or the store fails.
    pub async fn edit_person(
        &self,
        caller: &Caller,
        id: &SubscriberId,
        seen: Version,
        form: &SubscriberForm,
    ) -> Result<Subscriber, OperatorError> {
        let (_, version) = self.reached(caller, id).await?;
        must_reach_facility(caller, form)?;
        // The change rests on the record that was found within reach, too.
        let seen = seen.min(version);
        Ok(self.access().edit_subscriber(&caller.organization, id, seen, form, &caller.doer()).await?)
    }

    /// Takes a retired person back: they can be invited again. What ended stays ended.
    ///
    /// # Errors
    /// As [`Self::edit_person`].
    pub async fn restore_person(
        &self,
        caller: &Caller,
        id: &SubscriberId,
        seen: Version,
    ) -> Result<Subscriber, OperatorError> {
        let (_, version) = self.reached(caller, id).await?;
        let seen = seen.min(version);
        Ok(self.access().restore_subscriber(&caller.organization, id, seen, &caller.doer()).await?)
    }
}

/// Refuses a facility that is beyond the caller's reach.
fn must_reach_facility(caller: &Caller, form: &SubscriberForm) -> Result<(), OperatorError> {
    caller.must_reach(form.facility.as_ref(), || match &form.facility {
        Some(code) => format!("facility {code}"),
        None => "a person without a facility".to_owned(),
    })
}
