//! What a waiting mail says, as things stand when it is sent.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::MailError;
use super::nonce::Follows;
use super::record::{MailKind, Outgoing};
use crate::directory::{LogoFile, MailAddress, Organization, OrganizationId, SecretByMail};
use crate::enrollment::authority::RegistrationAuthority;
use crate::enrollment::credentials::{Code, Number, Secret};
use crate::enrollment::record::Enrollment;
use crate::enrollment::state::State;
use crate::mail::{
    Content, Invitation, Letterhead, Mail, MailId, MailName, Message, SecretComes, Sender, compose,
};
use crate::pepper::Purpose;

/// A mail, looked at when it was to be sent.
pub(super) enum Opened {
    /// It can be sent.
    Ready(Box<Message>),
    /// What it says is true no more.
    Obsolete(&'static str),
    /// Its time is over.
    Late(&'static str),
}

/// What an invitation's mail carries.
struct Credentials {
    link: Zeroizing<String>,
    number: Zeroizing<String>,
    secret: Option<Zeroizing<String>>,
}

/// To whom a mail goes, under which name.
struct Addressed<'a> {
    id: &'a MailId,
    to: &'a MailAddress,
    person: Option<&'a str>,
    date: Timestamp,
}

const REPLACED: &str = "a newer link, number or secret took the place of the one in it";
const USED: &str = "the invitation was used, taken back or replaced before";
const FORGOTTEN: &str = "what its link follows from was erased";
const GONE: &str = "its enrollment is gone";

impl RegistrationAuthority {
    pub(super) async fn opened_mail(
        &self,
        organization: &OrganizationId,
        mail: &Outgoing,
    ) -> Result<Opened, MailError> {
        if self.now() >= mail.gives_up_at {
            return Ok(Opened::Late("its time was over before it could be sent"));
        }
        let Some(loaded) = self.load(organization, &mail.enrollment).await? else {
            return Ok(Opened::Obsolete(GONE));
        };
        let enrollment = loaded.enrollment;
        let Some(home) = self.0.directory.find_organization(organization).await? else {
            return Ok(Opened::Obsolete(GONE));
        };
        match mail.kind {
            MailKind::Invitation => self.open_invitation(&home, &enrollment, mail).await,
            MailKind::Secret => self.open_secret(&home, &enrollment, mail).await,
            MailKind::Fetched
            | MailKind::Installed
            | MailKind::Reissued
            | MailKind::Revoked
            | MailKind::ChangeBegun => {
                let Some(content) = notice(mail) else { return Ok(Opened::Obsolete(FORGOTTEN)) };
                self.ready(&home, mail, content).await
            }
        }
    }

    /// A mail that says nothing but that it arrived; `None` where no mail is sent.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn test_mail(
        &self,
        organization: &OrganizationId,
        to: &MailAddress,
    ) -> Result<Option<Message>, MailError> {
        let Some(home) = self.0.directory.find_organization(organization).await? else { return Ok(None) };
        let id = self.draw_mail_id()?;
        let about = Addressed { id: &id, to, person: None, date: self.now() };
        match self.written(&home, about, Content::Test).await? {
            Opened::Ready(message) => Ok(Some(*message)),
            Opened::Obsolete(_) | Opened::Late(_) => Ok(None),
        }
    }

    async fn open_invitation(
        &self,
        home: &Organization,
        enrollment: &Enrollment,
        mail: &Outgoing,
    ) -> Result<Opened, MailError> {
        if !matches!(enrollment.state, State::Invited) {
            return Ok(Opened::Obsolete(USED));
        }
        let kept = match self.carried(enrollment, mail)? {
            Ok(kept) => kept,
            Err(why) => return Ok(Opened::Obsolete(why)),
        };
        if self.now() >= enrollment.link_ends {
            return Ok(Opened::Late("its link ended before it could be sent"));
        }
        let site = self.0.parts.settings.public_url.as_str();
        let content = Content::Invitation(Invitation {
            link: &kept.link,
            site,
            number: &kept.number,
            secret: match &kept.secret {
                Some(secret) => SecretComes::Here(secret),
                None if home.secret_by_mail() == SecretByMail::Apart => SecretComes::Apart,
                None => SecretComes::Otherwise,
            },
            link_ends: enrollment.link_ends,
            number_ends: enrollment.invitation_ends,
        });
        self.ready(home, mail, content).await
    }

    /// The credentials of an invitation's mail, proven to be those of its enrollment.
    fn carried(
        &self,
        enrollment: &Enrollment,
        mail: &Outgoing,
    ) -> Result<Result<Credentials, &'static str>, MailError> {
        let pepper = &self.0.parts.pepper;
        let Some(nonce) = mail.nonces.link else { return Ok(Err(FORGOTTEN)) };
        let stream = Follows::link(pepper, nonce, &enrollment.id);
        let (code, number) = (Code::draw(&stream)?, Number::draw(&stream)?);
        let known = pepper.hash(Purpose::Code, "", code.expose().as_bytes())?.matches(&enrollment.code)
            && pepper.hash(Purpose::Number, "", number.expose().as_bytes())?.matches(&enrollment.number);
        if !known {
            return Ok(Err(REPLACED));
        }
        let secret = match mail.nonces.secret {
            Some(_) => match self.carried_secret(enrollment, mail)? {
                Ok(secret) => Some(secret.grouped()),
                Err(why) => return Ok(Err(why)),
            },
            None => None,
        };
        let site = self.0.parts.settings.public_url.as_str().trim_end_matches('/');
        let link = Zeroizing::new(format!("{site}/c/{}", code.expose()));
        Ok(Ok(Credentials { link, number: number.grouped(), secret }))
    }

    fn carried_secret(
        &self,
        enrollment: &Enrollment,
        mail: &Outgoing,
    ) -> Result<Result<Secret, &'static str>, MailError> {
        let pepper = &self.0.parts.pepper;
        let Some(nonce) = mail.nonces.secret else { return Ok(Err(FORGOTTEN)) };
        let secret = Secret::draw(&Follows::secret(pepper, nonce, &enrollment.id))?;
        let hash = pepper.hash(Purpose::Secret, enrollment.id.as_str(), secret.expose().as_bytes())?;
        Ok(if hash.matches(&enrollment.secret) { Ok(secret) } else { Err(REPLACED) })
    }

    async fn open_secret(
        &self,
        home: &Organization,
        enrollment: &Enrollment,
        mail: &Outgoing,
    ) -> Result<Opened, MailError> {
        let secret = match self.carried_secret(enrollment, mail)? {
            // A secret that was used is of no use; the separate password is, until the file is installed.
            Ok(_) if !is_open(enrollment) => return Ok(Opened::Obsolete(USED)),
            Ok(secret) => secret,
            Err(why) => return Ok(Opened::Obsolete(why)),
        };
        let password = self.separate_password(enrollment, &secret)?;
        let content = Content::Secret {
            secret: &secret.grouped(),
            password: password.as_ref().map(|password| password.as_str()),
        };
        self.ready(home, mail, content).await
    }

    /// The bundle password that travels with the secret, where the offer has one.
    fn separate_password(
        &self,
        enrollment: &Enrollment,
        secret: &Secret,
    ) -> Result<Option<Zeroizing<String>>, MailError> {
        let Some(sealed) = &enrollment.separate_password else { return Ok(None) };
        let sealed = hex::decode(sealed).map_err(|_| crate::pepper::PepperError::Sealed)?;
        let key = self.separate_key(&enrollment.id, secret)?;
        let plain = key.open(enrollment.id.as_str().as_bytes(), &sealed)?;
        Ok(Some(Zeroizing::new(String::from_utf8_lossy(&plain).into_owned())))
    }

    async fn ready(
        &self,
        home: &Organization,
        mail: &Outgoing,
        content: Content<'_>,
    ) -> Result<Opened, MailError> {
        // The date is the same at every attempt, as the whole mail is.
        let about =
            Addressed { id: &mail.id, to: &mail.to, person: Some(&mail.person), date: mail.created_at };
        self.written(home, about, content).await
    }

    async fn written(
        &self,
        home: &Organization,
        about: Addressed<'_>,
        content: Content<'_>,
    ) -> Result<Opened, MailError> {
        let Some(settings) = &self.0.parts.settings.mail else {
            return Ok(Opened::Late("this installation sends no mail any more"));
        };
        let policy = &home.mail;
        let logo = match &home.look.logo {
            Some(logo) => self.0.directory.find_logo(&logo.name).await?.map(LogoFile::into_bytes),
            None => None,
        };
        let sender = Sender {
            from: settings.from.clone(),
            name: policy.from_name.clone().unwrap_or_else(|| home.name.clone()),
            reply_to: policy.reply_to.clone().or_else(|| settings.reply_to.clone()),
            bounce: policy.bounce.clone().or_else(|| settings.bounce.clone()),
            bounce_by_mail: settings.bounce_by_mail,
        };
        let name = MailName { organization: home.id.clone(), mail: about.id.clone() };
        let written = Mail {
            name: &name,
            to: about.to,
            person: about.person,
            date: about.date,
            language: policy.language,
            head: Letterhead {
                organization: &home.name,
                contact: &home.contact,
                look: &home.look,
                logo: logo.as_deref(),
            },
            content,
        };
        Ok(Opened::Ready(Box::new(compose(&written, &sender)?)))
    }
}

/// Whether the secret still opens something, or the separate password does.
fn is_open(enrollment: &Enrollment) -> bool {
    match &enrollment.state {
        State::Invited | State::Issuing { .. } | State::Claimed { .. } => true,
        State::Fetched { .. } => enrollment.separate_password.is_some(),
        _ => false,
    }
}

/// What a notice says.
fn notice(mail: &Outgoing) -> Option<Content<'_>> {
    let facts = mail.facts.as_ref()?;
    let (at, device) = (facts.at, facts.device.as_deref());
    Some(match mail.kind {
        MailKind::Fetched => Content::Fetched { at, device },
        MailKind::Installed => Content::Installed { at, device, not_after: facts.not_after },
        MailKind::Reissued => Content::Reissued { at, ended: facts.ended },
        MailKind::Revoked => Content::Revoked { at },
        MailKind::ChangeBegun => Content::ChangeBegun { at },
        MailKind::Invitation | MailKind::Secret => return None,
    })
}
