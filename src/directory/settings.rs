//! An organization's settings, section by section. Two people who change two sections at the same time do not get in each other's
//! way; who changes what somebody else has just changed is told what.

use std::collections::BTreeSet;

use super::DirectoryError;
use super::access::{Access, TRIES};
use super::colour::Colour;
use super::edits::{changed, contact};
use super::event::{Deed, DirectoryEvent, Doer};
use super::logo::{Logo, LogoFile};
use super::mail_address::MailAddress;
use super::mail_policy::{MailLanguage, SECRET_DELAYS, SecretByMail};
use super::organization::{Contact, FirstQuestion, Organization, OrganizationId};
use super::policy::{Notice, Policy};
use super::text::{Fields, Flaw};
use crate::store::Version;

/// The longest name beside a sender's address, in characters.
const LONGEST_SENDER: usize = 100;

/// A section of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What the organization is called, and whom people ask.
    Name,
    /// Its colours and its logo.
    Look,
    /// What people are asked for first.
    Entry,
    /// What is handed out.
    Offers,
    /// How many, how long, how often.
    Limits,
    /// What is mailed.
    Mail,
}

impl Section {
    /// All of them, in the order of a page.
    pub const ALL: [Self; 6] = [Self::Name, Self::Look, Self::Entry, Self::Offers, Self::Limits, Self::Mail];

    /// Its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Look => "look",
            Self::Entry => "entry",
            Self::Offers => "offers",
            Self::Limits => "limits",
            Self::Mail => "mail",
        }
    }

    /// Whether a field of the record, as events name it, belongs to this section.
    #[must_use]
    pub fn holds(self, field: &str) -> bool {
        let fields: &[&str] = match self {
            Self::Name => &["name", "contact"],
            Self::Look => &["look"],
            Self::Entry => &["first_question"],
            Self::Offers => &["policy.offers"],
            Self::Limits => &[
                "policy.certificates_per_person",
                "policy.link_hours",
                "policy.invitation_days",
                "policy.attempts",
                "policy.stuck_after_hours",
                "policy.abandoned_after_days",
                "policy.change_alone",
            ],
            Self::Mail => &["mail", "policy.notices", "policy.secret_beside_link"],
        };
        let within =
            |own: &str| field.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        fields.iter().any(|own| within(own))
    }

    /// Whether an event tells of a change in this section.
    #[must_use]
    pub fn is_told_of(self, event: &DirectoryEvent) -> bool {
        match &event.deed {
            Deed::Changed { changes } => changes.iter().any(|change| self.holds(&change.field)),
            _ => false,
        }
    }
}

/// What the form of a section says.
#[derive(Debug, Clone)]
pub enum Settings {
    /// [`Section::Name`].
    Name {
        /// The name, as people know it.
        name: String,
        /// Whom people ask.
        contact: Contact,
    },
    /// The colours of [`Section::Look`]; the caller has seen that people can read them.
    Colours {
        /// On light pages.
        light: Option<Colour>,
        /// On dark pages.
        dark: Option<Colour>,
    },
    /// The logo of [`Section::Look`].
    Logo(Option<(Logo, LogoFile)>),
    /// [`Section::Entry`].
    Entry(FirstQuestion),
    /// [`Section::Offers`]; all where nothing is said.
    Offers(Option<BTreeSet<String>>),
    /// [`Section::Limits`].
    Limits(Limits),
    /// [`Section::Mail`].
    Mail(MailForm),
}

/// How many, how long, how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most living certificates and open invitations of one person.
    pub certificates_per_person: Option<u32>,
    /// How long a link works, in hours.
    pub link_hours: Option<u32>,
    /// How long an invitation is open, in days.
    pub invitation_days: Option<u32>,
    /// How many wrong secrets lock an invitation.
    pub attempts: Option<u32>,
    /// After so many hours, what was fetched and not installed needs a hand.
    pub stuck_after_hours: u32,
    /// After so many days, a device change that nobody went on with counts as abandoned.
    pub abandoned_after_days: u32,
    /// Whether people may change to another device alone; as it was where nothing is said.
    pub change_alone: Option<bool>,
}

/// What is mailed, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailForm {
    /// Which mails people get of themselves.
    pub notices: BTreeSet<Notice>,
    /// Whether mails carry the secret.
    pub secret: SecretByMail,
    /// Minutes between the mail with the link and the one with the secret.
    pub secret_delay: u32,
    /// The languages.
    pub language: MailLanguage,
    /// The name beside the sender's address.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Where reports of undeliverable mails go.
    pub bounce: Option<String>,
}

impl Settings {
    /// The section.
    #[must_use]
    pub const fn section(&self) -> Section {
        match self {
            Self::Name { .. } => Section::Name,
            Self::Colours { .. } | Self::Logo(_) => Section::Look,
            Self::Entry(_) => Section::Entry,
            Self::Offers(_) => Section::Offers,
            Self::Limits(_) => Section::Limits,
            Self::Mail(_) => Section::Mail,
        }
    }

    /// The organization with what the form says; what does not do is kept.
    fn applied(&self, fields: &mut Fields, old: &Organization) -> Organization {
        let mut next = old.clone();
        match self {
            Self::Name { name, contact: asked } => {
                next.name = fields.line("name", name);
                next.contact = contact(fields, asked);
            }
            Self::Colours { light, dark } => {
                next.look.colour = *light;
                next.look.dark_colour = *dark;
            }
            Self::Logo(logo) => next.look.logo = logo.as_ref().map(|(logo, _)| logo.clone()),
            Self::Entry(question) => next.first_question = *question,
            Self::Offers(offers) => {
                next.policy.offers.clone_from(offers);
                next.policy.check(fields);
            }
            Self::Limits(limits) => {
                next.policy = Policy {
                    certificates_per_person: limits.certificates_per_person,
                    link_hours: limits.link_hours,
                    invitation_days: limits.invitation_days,
                    attempts: limits.attempts,
                    stuck_after_hours: limits.stuck_after_hours,
                    abandoned_after_days: limits.abandoned_after_days,
                    change_alone: limits.change_alone.unwrap_or(old.policy.change_alone),
                    ..next.policy
                };
                next.policy.check(fields);
            }
            Self::Mail(form) => form.apply(fields, &mut next),
        }
        next
    }
}

impl MailForm {
    fn apply(&self, fields: &mut Fields, next: &mut Organization) {
        next.policy.notices.clone_from(&self.notices);
        next.mail_secret(self.secret);
        let (least, most) = (*SECRET_DELAYS.start(), *SECRET_DELAYS.end());
        if !SECRET_DELAYS.contains(&self.secret_delay) {
            fields.flaw("secret-delay", Flaw::OutOfRange(i64::from(least), i64::from(most)));
        }
        next.mail.secret_delay = self.secret_delay;
        next.mail.language = self.language;
        next.mail.from_name = fields.optional("from-name", self.from_name.as_deref());
        if next.mail.from_name.as_ref().is_some_and(|name| name.chars().count() > LONGEST_SENDER) {
            fields.flaw("from-name", Flaw::TooLong(LONGEST_SENDER));
        }
        next.mail.reply_to = address(fields, "reply-to", self.reply_to.as_deref());
        next.mail.bounce = address(fields, "bounce", self.bounce.as_deref());
    }
}

fn address(fields: &mut Fields, field: &'static str, text: Option<&str>) -> Option<MailAddress> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    fields.take(field, text.parse().map_err(|_| Flaw::NotAnAddress))
}

impl Access {
    /// Changes one section of an organization's settings, on condition that nobody has changed this section since `seen`. A new
    /// logo is kept before it is named, and one that is named no more goes afterwards.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`], [`DirectoryError::Unfit`]; when there is no such organization, or the store fails.
    pub async fn change_settings(
        &self,
        id: &OrganizationId,
        seen: Version,
        settings: &Settings,
        doer: &Doer,
    ) -> Result<Organization, DirectoryError> {
        let (before, _) = self
            .organization(id)
            .await?
            .ok_or_else(|| DirectoryError::Missing(format!("organization {id}")))?;
        let mut fields = Fields::default();
        settings.applied(&mut fields, &before);
        fields.done()?;
        match settings {
            Settings::Logo(Some((logo, file))) => self.directory().put_logo(logo, file).await?,
            Settings::Entry(question) => self.directory().list_first_question(id, *question).await?,
            _ => {}
        }
        let section = settings.section();
        let mut seen = seen;
        for _ in 0..TRIES {
            let step = |old: &Organization| changed(old, settings.applied(&mut Fields::default(), old));
            match self.next_organization(id, Some(seen), doer, step).await {
                Err(DirectoryError::Changed(news))
                    if !news.news.iter().any(|event| section.is_told_of(event)) =>
                {
                    seen = news.now;
                }
                Ok(next) => {
                    if let Some(old) = before.look.logo.filter(|old| next.look.logo.as_ref() != Some(old)) {
                        self.directory().remove_logo(&old).await?;
                    }
                    return Ok(next);
                }
                Err(error) => return Err(error),
            }
        }
        Err(DirectoryError::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::encode;

    #[test]
    fn every_field_that_can_be_set_belongs_to_one_section() -> Result<(), Box<dyn std::error::Error>> {
        let organization = Organization::new("a".parse()?, "A".to_owned(), Contact::default());
        let record: serde_json::Value = serde_json::from_slice(&encode(&organization)?)?;
        let mut fields = Vec::new();
        for (name, value) in record["record"].as_object().into_iter().flatten() {
            match value.as_object() {
                Some(inner) if name != "contact" => {
                    fields.extend(inner.keys().map(|inner| format!("{name}.{inner}")));
                }
                _ if name == "id" => {}
                _ => fields.push(name.clone()),
            }
        }
        assert!(fields.len() > 15, "{fields:?}");
        for field in fields {
            let holders = Section::ALL.into_iter().filter(|section| section.holds(&field)).count();
            assert_eq!(holders, 1, "{field}");
        }
        assert!(!Section::Name.holds("names") && Section::Name.holds("contact.phone"));
        Ok(())
    }
}
