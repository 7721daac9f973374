//! Mails are written down, in the commit of what they tell.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::MailError;
use super::nonce::{Nonces, Pair};
use super::record::{MailKind, MailState, Outgoing, places};
use crate::directory::{
    DirectoryError, MailAddress, Notice, OrganizationId, SecretByMail, Subscriber, SubscriberId,
};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority};
use crate::enrollment::caller::Caller;
use crate::enrollment::credentials::draw_identifier;
use crate::enrollment::hint::Hint;
use crate::enrollment::invite::Carrier;
use crate::enrollment::record::Enrollment;
use crate::enrollment::state::Standing;
use crate::mail::MailId;
use crate::store::record::encode;
use crate::store::{Commit, IndexEntry, Key, StoreError};

/// Letters in a mail's identifier.
const ID_LENGTH: usize = 12;

/// How an invitation is mailed.
#[derive(Debug, Clone)]
pub(in crate::enrollment) struct Mailing {
    pub(in crate::enrollment) to: MailAddress,
    /// Whether the secret goes by mail too, and how.
    secret: SecretByMail,
    delay: SignedDuration,
}

impl Mailing {
    /// Whether the secret goes by mail too.
    pub(in crate::enrollment) fn mails_secret(&self) -> bool {
        self.secret != SecretByMail::Never
    }
}

/// What a notice tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::enrollment) struct NoticeFacts {
    /// When it happened.
    pub(in crate::enrollment) at: Timestamp,
    /// On what kind of device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::enrollment) device: Option<String>,
    /// When the certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::enrollment) not_after: Option<Timestamp>,
    /// Whether the certificate before has ended with it.
    #[serde(default)]
    pub(in crate::enrollment) ended: bool,
}

impl RegistrationAuthority {
    /// How an invitation to this person is mailed; `None` where it travels otherwise.
    ///
    /// # Errors
    /// When it shall be mailed and cannot be.
    pub(in crate::enrollment) async fn mailing(
        &self,
        organization: &OrganizationId,
        subscriber: &Subscriber,
        carrier: Carrier,
    ) -> Result<Option<Mailing>, OperatorError> {
        let unfit = |what, why: String| Err(OperatorError::Unfit { what, why });
        if carrier != Carrier::Mail {
            return Ok(None);
        }
        if self.0.parts.settings.mail.is_none() {
            return unfit("the mail", "this installation sends none: mail.server is not set".to_owned());
        }
        let Some(email) = &subscriber.email else {
            return unfit("the e-mail address", format!("none is known of {}", subscriber.name));
        };
        let to = match email.parse() {
            Ok(to) => to,
            Err(error) => return unfit("the e-mail address", format!("{error}")),
        };
        let found = self.0.directory.find_organization(organization).await?;
        let found = found.ok_or_else(|| OperatorError::NoSuchOrganization(organization.clone()))?;
        let delay = SignedDuration::from_mins(i64::from(found.mail.secret_delay));
        Ok(Some(Mailing { to, secret: found.secret_by_mail(), delay }))
    }

    /// As [`Self::mailing`], for the person of an enrollment.
    pub(in crate::enrollment) async fn mailing_of(
        &self,
        caller: &Caller,
        enrollment: &Enrollment,
        carrier: Carrier,
    ) -> Result<Option<Mailing>, OperatorError> {
        if carrier != Carrier::Mail {
            return Ok(None);
        }
        let person = self.0.directory.find_subscriber(&caller.organization, &enrollment.subscriber).await?;
        let person =
            person.ok_or_else(|| DirectoryError::Missing(format!("subscriber {}", enrollment.subscriber)))?;
        self.mailing(&caller.organization, &person, carrier).await
    }

    /// How an invitation that is open is mailed once more.
    ///
    /// # Errors
    /// [`OperatorError::NotNow`] where it is not open any more, or nothing can be mailed to the person.
    pub(in crate::enrollment) async fn mailable(
        &self,
        caller: &Caller,
        enrollment: &Enrollment,
    ) -> Result<Mailing, OperatorError> {
        let now = self.now();
        let not_now = |hint| {
            Err(OperatorError::NotNow { id: enrollment.id.clone(), standing: enrollment.standing(now), hint })
        };
        match enrollment.standing(now) {
            Standing::Invited | Standing::Locked => {}
            Standing::Expired => return not_now(Hint::Expired),
            _ => return not_now(Hint::NoNewSecret),
        }
        if !self.sends_mail() {
            return not_now(Hint::NoMail);
        }
        match self.mailing_of(caller, enrollment, Carrier::Mail).await {
            Ok(Some(mailing)) => Ok(mailing),
            Ok(None) | Err(OperatorError::Unfit { .. }) => not_now(Hint::NoAddress),
            Err(error) => Err(error),
        }
    }

    /// Whether this installation sends mail.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.0.parts.settings.mail.is_some()
    }

    /// Adds the mails of an invitation to its commit: the one with the link and, where the secret travels apart, another one.
    pub(in crate::enrollment) fn mailed(
        &self,
        mut commit: Commit,
        enrollment: &Enrollment,
        mailing: &Mailing,
        nonces: Pair,
    ) -> Result<(Commit, Vec<MailId>), MailError> {
        let now = self.now();
        let (link, secret) = (Some(nonces.link), Some(nonces.secret));
        let apart = mailing.secret == SecretByMail::Apart;
        let together = mailing.secret == SecretByMail::Together;
        let first = Nonces { link, secret: secret.filter(|_| together) };
        let mut mails = vec![self.outgoing(
            enrollment,
            &mailing.to,
            MailKind::Invitation,
            first,
            enrollment.link_ends,
        )?];
        if apart {
            let second = Nonces { link: None, secret };
            let mut mail =
                self.outgoing(enrollment, &mailing.to, MailKind::Secret, second, enrollment.invitation_ends)?;
            let due = now.checked_add(mailing.delay).unwrap_or(now);
            mail.gives_up_at = mail.gives_up_at.checked_add(mailing.delay).unwrap_or(mail.gives_up_at);
            mail.state = MailState::Waiting { due };
            mails.push(mail);
        }
        let ids = mails.iter().map(|mail| mail.id.clone()).collect();
        for mail in &mails {
            commit = put(commit, None, mail)?;
        }
        Ok((commit, ids))
    }

    /// Adds a notice to the commit of what it tells, where mail is sent, the organization wants this notice sent, and the
    /// person has an address. A notice that cannot be written keeps nothing from happening.
    pub(in crate::enrollment) async fn noticed(
        &self,
        commit: Commit,
        enrollment: &Enrollment,
        notice: Notice,
        facts: NoticeFacts,
    ) -> Commit {
        if self.0.parts.settings.mail.is_none() {
            return commit;
        }
        let to = self.notice_to(enrollment, notice).await;
        self.told(commit, enrollment, (to, notice.into()), facts)
    }

    /// Adds a warning that somebody begins a change to another device: it is no notice that an organization chooses, since it
    /// is how a person learns that it was somebody else.
    pub(in crate::enrollment) async fn warned_of_change(
        &self,
        commit: Commit,
        enrollment: &Enrollment,
        facts: NoticeFacts,
    ) -> Commit {
        if self.0.parts.settings.mail.is_none() {
            return commit;
        }
        let to = self.address_of(&enrollment.organization, &enrollment.subscriber).await;
        self.told(commit, enrollment, (to, MailKind::ChangeBegun), facts)
    }

    /// Adds a mail of this kind. One that cannot be written keeps nothing from happening.
    fn told(
        &self,
        commit: Commit,
        enrollment: &Enrollment,
        (to, kind): (Result<Option<MailAddress>, MailError>, MailKind),
        facts: NoticeFacts,
    ) -> Commit {
        let written = to.and_then(|to| {
            let Some(to) = to else { return Ok(None) };
            let mail = self.outgoing(enrollment, &to, kind, Nonces::default(), Timestamp::MAX)?;
            put(commit.clone(), None, &Outgoing { facts: Some(facts), ..mail }).map(Some)
        });
        match written {
            Ok(Some(with)) => with,
            Ok(None) => commit,
            Err(error) => {
                tracing::warn!(%error, enrollment = %enrollment.id, notice = kind.name(), "a notice could not be written");
                commit
            }
        }
    }

    /// Where a notice about an enrollment goes; `None` where it is not sent.
    async fn notice_to(
        &self,
        enrollment: &Enrollment,
        notice: Notice,
    ) -> Result<Option<MailAddress>, MailError> {
        let organization = self.0.directory.find_organization(&enrollment.organization).await?;
        if organization.is_none_or(|organization| !organization.policy.notices.contains(&notice)) {
            return Ok(None);
        }
        self.address_of(&enrollment.organization, &enrollment.subscriber).await
    }

    /// The address of a person, where one is known to which mail can be sent.
    pub(super) async fn address_of(
        &self,
        organization: &OrganizationId,
        subscriber: &SubscriberId,
    ) -> Result<Option<MailAddress>, MailError> {
        let found = self.0.directory.find_subscriber(organization, subscriber).await?;
        Ok(found.and_then(|person| person.email).and_then(|email| email.parse().ok()))
    }

    fn outgoing(
        &self,
        enrollment: &Enrollment,
        to: &MailAddress,
        kind: MailKind,
        nonces: Nonces,
        ends: Timestamp,
    ) -> Result<Outgoing, MailError> {
        let now = self.now();
        Ok(Outgoing {
            id: self.draw_mail_id()?,
            kind,
            enrollment: enrollment.id.clone(),
            subscriber: enrollment.subscriber.clone(),
            person: enrollment.subscriber_name.clone(),
            facility: enrollment.facility.clone(),
            to: to.clone(),
            created_at: now,
            gives_up_at: self.gives_up_at().min(ends),
            attempts: 0,
            problem: None,
            nonces,
            facts: None,
            state: MailState::Waiting { due: now },
        })
    }

    /// A name for a new mail.
    pub(super) fn draw_mail_id(&self) -> Result<MailId, MailError> {
        let drawn = draw_identifier(self.0.parts.entropy.as_ref(), ID_LENGTH)?;
        let named = drawn.parse().map_err(|error: crate::mail::NotAMailName| {
            StoreError::Limit(format!("a new mail has no name: {error}"))
        });
        Ok(named?)
    }

    /// Until when a mail that is written now is tried.
    pub(super) fn gives_up_at(&self) -> Timestamp {
        let lasts =
            self.0.parts.settings.mail.as_ref().map_or(SignedDuration::ZERO, |mail| mail.gives_up_after);
        self.now().checked_add(lasts).unwrap_or(Timestamp::MAX)
    }
}

/// Adds a mail to a commit; what it was `before` is taken out of the indexes.
pub(super) fn put(
    mut commit: Commit,
    before: Option<&Outgoing>,
    mail: &Outgoing,
) -> Result<Commit, MailError> {
    let key = mail.key()?;
    let (old, new) = (before.map(places).unwrap_or_default(), places(mail));
    for (index, order) in old.iter().filter(|place| !new.contains(place)) {
        commit = commit.unindex(Key::new(index)?, order.clone());
    }
    for (index, order) in new.into_iter().filter(|place| !old.contains(place)) {
        commit = commit.index(IndexEntry { index: Key::new(index)?, order, document: key.clone() });
    }
    Ok(commit.put(key, encode(mail)?))
}
