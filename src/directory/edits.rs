//! Organizations, facilities and people: made, changed, closed and opened again, each with its event in the same commit.

use std::collections::BTreeSet;

use super::access::Access;
use super::changed::Revised;
use super::event::{About, Deed, DirectoryEvent, Doer, differences};
use super::organization::{Contact, Facility, FacilityCode, FirstQuestion, Organization, OrganizationId};
use super::policy::Policy;
use super::search::{facility_places, people_places};
use super::subscriber::{Subscriber, SubscriberId};
use super::text::{Fields, Flaw};
use super::{DirectoryError, partition};
use crate::store::{Commit, IndexEntry, Key, Partition, Version};

/// What an organization's page of settings says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationForm {
    /// The name, as people know it.
    pub name: String,
    /// Whom people ask.
    pub contact: Contact,
    /// What people are asked for first where no link brought them.
    pub first_question: FirstQuestion,
    /// What it decided for itself.
    pub policy: Policy,
}

/// What a facility's page says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacilityForm {
    /// The name.
    pub name: String,
    /// Whom its people ask.
    pub contact: Contact,
    /// The offers that its people may get; the organization's where nothing is said.
    pub offers: Option<BTreeSet<String>>,
}

/// What a person's page says. Enrollments keep the name and the facility that they were issued with: what is changed here
/// shows in what is issued from now on, and no certificate changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriberForm {
    /// The name, as it shall stand in certificates.
    pub name: String,
    /// How it is read.
    pub kana: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The facility; another one moves the person.
    pub facility: Option<FacilityCode>,
}

pub(super) fn contact(fields: &mut Fields, contact: &Contact) -> Contact {
    Contact {
        name: fields.optional("contact-name", contact.name.as_deref()),
        phone: fields.optional("contact-phone", contact.phone.as_deref()),
        email: fields.address("contact-email", contact.email.as_deref()),
        hours: fields.optional("contact-hours", contact.hours.as_deref()),
    }
}

/// The next form with what changed; none where nothing did.
pub(super) fn changed<T: serde::Serialize>(old: &T, next: T) -> Result<Option<(T, Deed)>, DirectoryError> {
    let changes = differences(old, &next, &[])?;
    Ok((!changes.is_empty()).then_some((next, Deed::Changed { changes })))
}

fn organization_key() -> Result<Key, DirectoryError> {
    Ok(Key::new("organization")?)
}

impl Access {
    /// Founds an organization without anybody in it; somebody is invited next.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`]; when a field does not do, or the store fails.
    pub async fn create_organization(
        &self,
        id: &OrganizationId,
        name: &str,
        doer: &Doer,
    ) -> Result<Organization, DirectoryError> {
        let mut fields = Fields::default();
        let name = fields.line("name", name);
        fields.done()?;
        let organization = Organization::new(id.clone(), name, Contact::default());
        let about = About::Organization(id.clone());
        // The list is written first: an entry that leads nowhere is passed over.
        let list = Commit::new().index(IndexEntry {
            index: Key::new("organizations")?,
            order: id.as_str().to_owned(),
            document: Key::new(format!("organization/{id}"))?,
        });
        let deed = Deed::Created { called: organization.name.clone() };
        let own = partition(id)?;
        let made = (organization_key()?, about.clone(), organization.name.as_str());
        if self.directory().find_organization(id).await?.is_some() {
            return Err(DirectoryError::Exists(format!("organization {id}")));
        }
        let list = self.tell(list, about, doer, None, deed)?;
        self.store().commit(&Partition::installation(), list).await?;
        self.make(&own, made, &organization, Vec::new(), doer).await?;
        Ok(organization)
    }

    /// An organization and the version of its record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn organization(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<(Organization, Version)>, DirectoryError> {
        self.directory().read(&partition(id)?, "organization").await
    }

    pub(super) async fn next_organization(
        &self,
        id: &OrganizationId,
        seen: Option<Version>,
        doer: &Doer,
        step: impl Fn(&Organization) -> Result<Option<(Organization, Deed)>, DirectoryError>,
    ) -> Result<Organization, DirectoryError> {
        let (partition, key, about) = (partition(id)?, organization_key()?, About::Organization(id.clone()));
        self.revise(Revised { partition: &partition, key, about, seen, doer }, |_| Vec::new(), step).await
    }

    /// Changes an organization's settings.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`]; when a field does not do, there is no such organization, or the store fails.
    pub async fn edit_organization(
        &self,
        id: &OrganizationId,
        seen: Version,
        form: &OrganizationForm,
        doer: &Doer,
    ) -> Result<Organization, DirectoryError> {
        let mut fields = Fields::default();
        let (name, contact) = (fields.line("name", &form.name), contact(&mut fields, &form.contact));
        form.policy.check(&mut fields);
        fields.done()?;
        self.directory().list_first_question(id, form.first_question).await?;
        self.next_organization(id, Some(seen), doer, |old| {
            let next = Organization {
                name: name.clone(),
                contact: contact.clone(),
                first_question: form.first_question,
                policy: form.policy.clone(),
                ..old.clone()
            };
            changed(old, next)
        })
        .await
    }

    /// Writes an organization as it shall be, whatever it was: for the command line, whose changes are single fields.
    ///
    /// # Errors
    /// When there is no such organization, or the store fails.
    pub async fn put_organization(
        &self,
        organization: &Organization,
        doer: &Doer,
    ) -> Result<(), DirectoryError> {
        self.directory().list_first_question(&organization.id, organization.first_question).await?;
        self.next_organization(&organization.id, None, doer, |old| changed(old, organization.clone()))
            .await?;
        Ok(())
    }

    /// Closes an organization: from then on nothing is issued and claimed in it. What is installed stays valid.
    ///
    /// # Errors
    /// [`DirectoryError::Ended`] where it is closed; when there is no such organization, or the store fails.
    pub async fn close_organization(&self, id: &OrganizationId, doer: &Doer) -> Result<(), DirectoryError> {
        let now = self.now();
        self.next_organization(id, None, doer, |old| match old.closed_at {
            Some(_) => Err(DirectoryError::Ended),
            None => Ok(Some((Organization { closed_at: Some(now), ..old.clone() }, Deed::Ended))),
        })
        .await?;
        self.note(None, About::Organization(id.clone()), doer, Deed::Ended).await;
        Ok(())
    }

    /// Opens a closed organization again.
    ///
    /// # Errors
    /// When there is no such organization, or the store fails.
    pub async fn reopen_organization(&self, id: &OrganizationId, doer: &Doer) -> Result<(), DirectoryError> {
        self.next_organization(id, None, doer, |old| {
            let next = Organization { closed_at: None, ..old.clone() };
            Ok(old.closed_at.map(|_| (next, Deed::Reopened)))
        })
        .await?;
        self.note(None, About::Organization(id.clone()), doer, Deed::Reopened).await;
        Ok(())
    }

    /// What happened to something of an organization, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn history_of(
        &self,
        organization: &OrganizationId,
        about: &About,
    ) -> Result<Vec<DirectoryEvent>, DirectoryError> {
        self.history(&partition(organization)?, about).await
    }
}

fn facility_key(code: &FacilityCode) -> Result<Key, DirectoryError> {
    Ok(Key::new(format!("facility/{code}"))?)
}

impl Access {
    /// Makes a facility.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`]; when a field does not do, or the store fails.
    pub async fn create_facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
        form: &FacilityForm,
        doer: &Doer,
    ) -> Result<Facility, DirectoryError> {
        let facility = filled(Facility::new(code.clone(), String::new()), form)?;
        let made = (facility_key(code)?, About::Facility(code.clone()), facility.name.as_str());
        let places = facility_places(&facility);
        self.make(&partition(organization)?, made, &facility, places, doer).await?;
        Ok(facility)
    }

    /// A facility and the version of its record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
    ) -> Result<Option<(Facility, Version)>, DirectoryError> {
        self.directory().read(&partition(organization)?, facility_key(code)?.as_str()).await
    }

    async fn next_facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
        seen: Option<Version>,
        doer: &Doer,
        step: impl Fn(&Facility) -> Result<Option<(Facility, Deed)>, DirectoryError>,
    ) -> Result<Facility, DirectoryError> {
        let (partition, key, about) =
            (partition(organization)?, facility_key(code)?, About::Facility(code.clone()));
        self.revise(Revised { partition: &partition, key, about, seen, doer }, facility_places, step).await
    }

    /// Changes a facility.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`]; when a field does not do, there is no such facility, or the store fails.
    pub async fn edit_facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
        seen: Version,
        form: &FacilityForm,
        doer: &Doer,
    ) -> Result<Facility, DirectoryError> {
        filled(Facility::new(code.clone(), String::new()), form)?;
        self.next_facility(organization, code, Some(seen), doer, |old| {
            changed(old, filled(old.clone(), form)?)
        })
        .await
    }

    /// Closes a facility: nobody is invited for it any more. What its people have stays as it is.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`], [`DirectoryError::Ended`] where it is closed; when there is no such facility, or the store
    /// fails.
    pub async fn close_facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
        seen: Version,
        doer: &Doer,
    ) -> Result<Facility, DirectoryError> {
        let now = self.now();
        self.next_facility(organization, code, Some(seen), doer, |old| match old.closed_at {
            Some(_) => Err(DirectoryError::Ended),
            None => Ok(Some((Facility { closed_at: Some(now), ..old.clone() }, Deed::Ended))),
        })
        .await
    }

    /// Opens a closed facility again.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`]; when there is no such facility, or the store fails.
    pub async fn reopen_facility(
        &self,
        organization: &OrganizationId,
        code: &FacilityCode,
        seen: Version,
        doer: &Doer,
    ) -> Result<Facility, DirectoryError> {
        self.next_facility(organization, code, Some(seen), doer, |old| {
            let next = Facility { closed_at: None, ..old.clone() };
            Ok(old.closed_at.map(|_| (next, Deed::Reopened)))
        })
        .await
    }
}

fn filled(facility: Facility, form: &FacilityForm) -> Result<Facility, DirectoryError> {
    let mut fields = Fields::default();
    let (name, contact) = (fields.line("name", &form.name), contact(&mut fields, &form.contact));
    if form.offers.as_ref().is_some_and(BTreeSet::is_empty) {
        fields.flaw("offers", Flaw::Needed);
    }
    fields.done()?;
    Ok(Facility { name, contact, offers: form.offers.clone(), ..facility })
}

fn subscriber_key(id: &SubscriberId) -> Result<Key, DirectoryError> {
    Ok(Key::new(format!("subscriber/{id}"))?)
}

impl Access {
    /// The person as a form says, where every field does.
    async fn described(
        &self,
        organization: &OrganizationId,
        form: &SubscriberForm,
        old: Option<&FacilityCode>,
    ) -> Result<SubscriberForm, DirectoryError> {
        let mut fields = Fields::default();
        let described = SubscriberForm {
            name: fields.line("name", &form.name),
            kana: fields.optional("kana", form.kana.as_deref()),
            email: fields.address("email", form.email.as_deref()),
            facility: form.facility.clone(),
        };
        if let Some(code) = form.facility.as_ref().filter(|code| old != Some(*code)) {
            let found = self.directory().find_facility(organization, code).await?;
            if found.is_none_or(|facility| facility.closed_at.is_some()) {
                fields.flaw("facility", Flaw::Unknown(code.to_string()));
            }
        }
        fields.done()?;
        Ok(described)
    }

    /// Makes a person's record.
    ///
    /// # Errors
    /// [`DirectoryError::Exists`]; when a field does not do, or the store fails.
    pub async fn create_subscriber(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
        form: &SubscriberForm,
        doer: &Doer,
    ) -> Result<Subscriber, DirectoryError> {
        let SubscriberForm { name, kana, email, facility } = self.described(organization, form, None).await?;
        let subscriber = Subscriber { id: id.clone(), name, kana, email, facility, retired_at: None };
        let made = (subscriber_key(id)?, About::Subscriber(id.clone()), subscriber.name.as_str());
        let places = people_places(&subscriber);
        self.make(&partition(organization)?, made, &subscriber, places, doer).await?;
        Ok(subscriber)
    }

    /// A person and the version of the record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn subscriber(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
    ) -> Result<Option<(Subscriber, Version)>, DirectoryError> {
        self.directory().read(&partition(organization)?, subscriber_key(id)?.as_str()).await
    }

    async fn next_subscriber(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
        seen: Option<Version>,
        doer: &Doer,
        step: impl Fn(&Subscriber) -> Result<Option<(Subscriber, Deed)>, DirectoryError>,
    ) -> Result<Subscriber, DirectoryError> {
        let (partition, key, about) =
            (partition(organization)?, subscriber_key(id)?, About::Subscriber(id.clone()));
        self.revise(Revised { partition: &partition, key, about, seen, doer }, people_places, step).await
    }

    /// Changes a person's record, or moves the person to another facility. See [`SubscriberForm`] for what that changes. That
    /// the person and the new facility are within the changer's reach is asked before.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`]; when a field does not do, there is no such person, or the store fails.
    pub async fn edit_subscriber(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
        seen: Version,
        form: &SubscriberForm,
        doer: &Doer,
    ) -> Result<Subscriber, DirectoryError> {
        let old = self.subscriber(organization, id).await?.and_then(|(old, _)| old.facility);
        let form = self.described(organization, form, old.as_ref()).await?;
        self.next_subscriber(organization, id, Some(seen), doer, |old| {
            let SubscriberForm { name, kana, email, facility } = form.clone();
            changed(old, Subscriber { name, kana, email, facility, ..old.clone() })
        })
        .await
    }

    /// Marks a person as retired, so that nothing is issued to them from this commit on.
    pub(crate) async fn mark_retired(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
        seen: Option<Version>,
        (revoked, cancelled): (usize, usize),
        doer: &Doer,
    ) -> Result<Subscriber, DirectoryError> {
        let now = self.now();
        self.next_subscriber(organization, id, seen, doer, |old| {
            let next = Subscriber { retired_at: Some(now), ..old.clone() };
            Ok(old.retired_at.is_none().then_some((next, Deed::Retired { revoked, cancelled })))
        })
        .await
    }

    /// Takes a retired person back: they can be invited again. What ended stays ended.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`]; when there is no such person, or the store fails.
    pub async fn restore_subscriber(
        &self,
        organization: &OrganizationId,
        id: &SubscriberId,
        seen: Version,
        doer: &Doer,
    ) -> Result<Subscriber, DirectoryError> {
        self.next_subscriber(organization, id, Some(seen), doer, |old| {
            let next = Subscriber { retired_at: None, ..old.clone() };
            Ok(old.retired_at.map(|_| (next, Deed::Reopened)))
        })
        .await
    }
}
