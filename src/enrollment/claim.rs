//! The one act that turns an invitation into a certificate.
//!
//! A compare-and-set moves the enrollment on *before any key exists*; whoever loses it decides again from fresh data. The
//! ticket is derived from what the person knows (the link's code or the form's nonce, and the secret), so that the same
//! form sent twice, or the same link opened again, leads to the same page, and the server alone can open nothing.

use std::time::Duration;

use jiff::SignedDuration;
use tracing::Instrument as _;
use zeroize::Zeroizing;

use super::authority::{Loaded, RegistrationAuthority, TRIES, try_again};
use super::bundle::Order;
use super::caller::Caller;
use super::credentials::{Code, Number, Secret, Ticket, draw_bundle_password};
use super::open::{Behind, Pointer, meant_for, pointer_key, serial_key};
use super::record::{Actor, Enrollment, Happening};
use super::refusal::Refusal;
use super::sealed;
use super::state::{Claim, Delivery};
use super::transition::{Door, Presented, Presenting};
use crate::device::{Device, bundle_target};
use crate::ledger::{self, CertificateRecord, CertificateStatus};
use crate::pepper::{PepperError, Purpose, SecretHash};
use crate::pki::pkcs12::BundlePassword;
use crate::pki::serial::SerialNumber;
use crate::profile::PasswordMode;
use crate::store::record::encode;
use crate::store::{Commit, EntryChange, Guard, Key, Partition, StoreError};

/// How long a ticket's page can say what became of it.
const TICKET_REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often a waiting request looks whether the certificate is there.
const LOOK_AGAIN: Duration = Duration::from_millis(40);

pub(super) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// What the person came with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The link.
    Code(Code),
    /// The number, typed into a form.
    Number {
        /// The number.
        number: Number,
        /// The random part of the form's nonce: it stands in for the code, so that the same form always gives the same ticket.
        form: [u8; 16],
    },
}

impl Credential {
    const fn door(&self) -> Door {
        match self {
            Self::Code(_) => Door::Link,
            Self::Number { .. } => Door::Number,
        }
    }
}

/// A claim as the page sends it.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// How the person came.
    pub by: Credential,
    /// What the person typed.
    pub secret: Secret,
    /// The device.
    pub device: Device,
    /// The bundle password of the person's choice, where the offer asks for one.
    pub chosen_password: Option<BundlePassword>,
    /// The page's language, BCP 47: `ja`, `ja-x-easy` or `en`; the profile's texts follow it.
    pub language: String,
}

impl RegistrationAuthority {
    /// Presents a secret. Right: a key and a certificate are made, once, and the ticket leads to them.
    ///
    /// # Errors
    /// The refusal that applies; a wrong secret is counted, everything else changes nothing.
    pub async fn claim(&self, request: ClaimRequest) -> Result<Ticket, Refusal> {
        let waiting_ends = tokio::time::Instant::now()
            + Duration::try_from(self.0.parts.settings.claim_wait).unwrap_or_default();
        let mut tries = 0;
        loop {
            match self.try_claim(&request).await.map_err(|e| try_again(e.as_ref()))? {
                Step::Done(result) => return result,
                Step::Again if tries < TRIES => tries += 1,
                Step::Wait if tokio::time::Instant::now() < waiting_ends => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Step::Again | Step::Wait => return Err(Refusal::TryAgain),
            }
        }
    }

    async fn try_claim(&self, request: &ClaimRequest) -> Result<Step, Fault> {
        let found = match &request.by {
            Credential::Code(code) => self.behind(Purpose::Code, code.expose().as_bytes()).await?,
            Credential::Number { number, .. } => {
                self.behind(Purpose::Number, number.expose().as_bytes()).await?
            }
        };
        let loaded = match found {
            Behind::Nothing => return self.claim_nothing(request).await,
            Behind::Former(_, at) => return Ok(Step::Done(Err(Refusal::Superseded { at }))),
            Behind::Current(loaded) => loaded,
        };
        let shown = self.shown(&loaded.enrollment, request)?;
        let organization = self.organization(&loaded.enrollment.organization).await?;
        let policy = self.lock_policy_at(request.by.door(), &organization);
        let enrollment = loaded.enrollment.clone();
        match enrollment.present(request.by.door(), shown, self.now(), &policy) {
            Presented::Refuse(refusal) => Ok(Step::Done(Err(refusal))),
            Presented::Wait => Ok(Step::Wait),
            Presented::Resume => match loaded.enrollment.state.claim() {
                Some(claim) => Ok(Step::Done(Ok(self.derive(request, &loaded.enrollment, &claim.salt)?))),
                None => Ok(Step::Again),
            },
            Presented::Count { next, happened, refusal } => {
                let happened = [happened];
                let commit = self.change(Commit::new(), &loaded, &next, &Actor::Subscriber, &happened)?;
                match self.store().commit(&loaded.partition, commit).await {
                    Ok(_) => {
                        self.tell_all(&next.id, &happened);
                        Ok(Step::Done(Err(refusal)))
                    }
                    Err(StoreError::Conflict(_)) => Ok(Step::Again),
                    Err(error) => Err(error.into()),
                }
            }
            Presented::Begin { abandon } => match organization.closed_at {
                // Nothing is claimed in a closed organization, until it is opened again.
                Some(at) => Ok(Step::Done(Err(Refusal::OrganizationClosed { at }))),
                None => self.begin(request, loaded, abandon).await,
            },
        }
    }

    fn shown(&self, enrollment: &Enrollment, request: &ClaimRequest) -> Result<Presenting, Fault> {
        let secret = request.secret.expose().as_bytes();
        let hash = self.0.parts.pepper.hash(Purpose::Secret, enrollment.id.as_str(), secret)?;
        let claim = enrollment.state.claim();
        let same_ticket = match claim {
            Some(claim) => {
                let ticket = self.derive(request, enrollment, &claim.salt)?;
                self.ticket_hash(&ticket)?.matches(&claim.ticket)
            }
            None => false,
        };
        Ok(Presenting {
            right: hash.matches(&enrollment.secret),
            same_ticket,
            maker_is_dead: claim.is_some_and(|c| self.store().exclusive() && c.node != self.0.node),
        })
    }

    /// The ticket that this person gets for a claim with this salt.
    fn derive(
        &self,
        request: &ClaimRequest,
        enrollment: &Enrollment,
        salt: &str,
    ) -> Result<Ticket, PepperError> {
        let mut material = Zeroizing::new(Vec::with_capacity(64));
        match &request.by {
            Credential::Code(code) => {
                material.extend_from_slice(b"code\0");
                material.extend_from_slice(code.expose().as_bytes());
            }
            Credential::Number { form, .. } => {
                material.extend_from_slice(b"form\0");
                material.extend_from_slice(form);
            }
        }
        material.push(0);
        material.extend_from_slice(request.secret.expose().as_bytes());
        let salt = format!("{}/{salt}", enrollment.id);
        let key = self.0.parts.pepper.sealing_key(&material, salt.as_bytes(), b"tegata/1/ticket")?;
        Ok(Ticket::from_material(&key))
    }

    pub(super) fn ticket_hash(&self, ticket: &Ticket) -> Result<SecretHash, PepperError> {
        self.0.parts.pepper.hash(Purpose::Ticket, "", ticket.expose().as_bytes())
    }

    async fn begin(
        &self,
        request: &ClaimRequest,
        loaded: Loaded,
        abandon: Option<SerialNumber>,
    ) -> Result<Step, Fault> {
        let Loaded { enrollment, partition, .. } = loaded.clone();
        let offer = match self.offer(&enrollment.offer) {
            Ok(offer) => offer,
            Err(refusal) => return Ok(Step::Done(Err(refusal))),
        };
        let meant_for = meant_for(&enrollment.platforms, offer);
        if !meant_for.contains(&request.device.platform) {
            return Ok(Step::Done(Err(Refusal::OtherDevice { meant_for })));
        }
        let Some(password) = self.password(offer.bundle.password, &enrollment, request)? else {
            return Ok(Step::Done(Err(Refusal::WeakPassword)));
        };
        let parts = &self.0.parts;
        let salt: [u8; 16] = parts.entropy.bytes()?;
        let salt = hex::encode(salt);
        let ticket = self.derive(request, &enrollment, &salt)?;
        let now = self.now();
        let claim = Claim {
            at: now,
            salt,
            ticket: self.ticket_hash(&ticket)?,
            serial: SerialNumber::random(parts.entropy.as_ref())?,
            node: self.0.node.clone(),
            lease_until: now.checked_add(parts.settings.claim_lease)?,
            window_ends: now.checked_add(offer.delivery.window)?,
            fetches_allowed: offer.delivery.fetches,
            platform: request.device.platform,
            os_version: request.device.os_version.as_ref().map(ToString::to_string),
            target: bundle_target(&request.device),
        };
        let given_up = enrollment.state.claim().map(|old| old.ticket);
        self.point(&enrollment, &claim).await?;

        let mut commit = Commit::new();
        if let Some(serial) = abandon {
            commit = self.abandon_certificate(commit, &partition, serial).await?;
        }
        if let Some(ticket) = given_up {
            commit = commit.entry(EntryChange::Delete(delivery_key(&ticket)?));
        }
        let (next, happened) = enrollment.begin(claim.clone());
        commit = ledger::add(commit, &prepared(&next, &claim, &parts.maker.issuer_name()))?;
        commit = self.change(commit, &loaded, &next, &Actor::Subscriber, &happened)?;
        let order =
            Order { claim, language: request.language.clone(), device: request.device.clone(), password };
        // From the commit on, the person's connection may break at any moment: the work goes on by itself, and the same form
        // finds its result.
        let authority = self.clone();
        let span = tracing::info_span!(
            "claim",
            tegata.enrollment = %next.id,
            tegata.platform = order.claim.platform.as_str(),
        );
        let work = async move {
            let begun = Begun { enrollment: next, partition, commit, happened };
            authority.carry_through(begun, order, ticket).await
        };
        tokio::spawn(work.instrument(span)).await?
    }

    /// Commits a claim that begins, and makes its certificate.
    async fn carry_through(&self, begun: Begun, order: Order, ticket: Ticket) -> Result<Step, Fault> {
        let Begun { enrollment, partition, commit, happened } = begun;
        match self.store().commit(&partition, commit).await {
            Ok(_) => {}
            Err(StoreError::Conflict(_)) => return Ok(Step::Again),
            Err(error) => {
                // Perhaps it was done all the same; then nobody would be making the certificate.
                let caller = Caller::new(enrollment.organization.clone(), Actor::System);
                self.give_back(&caller, &enrollment.id, order.claim.serial).await?;
                return Err(error.into());
            }
        }
        self.tell_all(&enrollment.id, &happened);
        let made = self.make(enrollment, order, &ticket).await;
        Ok(Step::Done(made.map(|()| ticket)))
    }

    /// Writes where ticket and serial number lead, before they exist.
    async fn point(&self, enrollment: &Enrollment, claim: &Claim) -> Result<(), Fault> {
        let mut pointer = Pointer {
            organization: enrollment.organization.clone(),
            enrollment: enrollment.id.clone(),
            serial: None,
        };
        let serial = serial_key(&claim.serial)?;
        let commit = Commit::new().guard(Guard::Absent(serial.clone())).put(serial, encode(&pointer)?);
        pointer.serial = Some(claim.serial);
        let commit = commit.entry(EntryChange::Put {
            key: pointer_key(Purpose::Ticket, &claim.ticket)?,
            bytes: encode(&pointer)?,
            lifetime: TICKET_REMEMBERED,
        });
        self.store().commit(&Partition::installation(), commit).await?;
        Ok(())
    }

    /// The bundle password; `None` where the person's own choice does not do.
    fn password(
        &self,
        mode: PasswordMode,
        enrollment: &Enrollment,
        request: &ClaimRequest,
    ) -> Result<Option<BundlePassword>, Fault> {
        match mode {
            PasswordMode::Secret => Ok(Some(BundlePassword::parse(&request.secret.grouped())?)),
            PasswordMode::Shown => {
                let drawn = draw_bundle_password(self.0.parts.entropy.as_ref())?;
                Ok(Some(BundlePassword::parse(&drawn)?))
            }
            PasswordMode::Separate => {
                let sealed = enrollment.separate_password.as_deref().ok_or("no separate password is kept")?;
                let key = self.separate_key(&enrollment.id, &request.secret)?;
                let plain = key.open(enrollment.id.as_str().as_bytes(), &hex::decode(sealed)?)?;
                Ok(Some(BundlePassword::parse(std::str::from_utf8(&plain)?)?))
            }
            PasswordMode::Chosen => Ok(request
                .chosen_password
                .clone()
                .filter(|chosen| super::bundle::strong_enough(chosen, &enrollment.subscriber_name))),
        }
    }

    /// Makes the certificate of a begun claim and lays the bundle ready; gives the claim back when that fails.
    async fn make(&self, begun: Enrollment, order: Order, ticket: &Ticket) -> Result<(), Refusal> {
        let caller = Caller::new(begun.organization.clone(), Actor::System);
        let serial = order.claim.serial;
        let (id, organization) = (begun.id.clone(), begun.organization.clone());
        match self.make_and_keep(begun, order, ticket).await {
            Ok(result) => result,
            Err(fault) => {
                let refusal = try_again(fault.as_ref());
                if let Err(error) = self.give_back(&caller, &id, serial).await {
                    tracing::error!(%error, enrollment = %id, %organization, "a claim could not be given back; its lease will end");
                }
                Err(refusal)
            }
        }
    }

    async fn make_and_keep(
        &self,
        begun: Enrollment,
        order: Order,
        ticket: &Ticket,
    ) -> Result<Result<(), Refusal>, Fault> {
        let parts = &self.0.parts;
        let claim = order.claim.clone();
        let made = self.make_bundle(&begun, order).await?;
        let shown = made.shown_password();
        let sealed = sealed::seal(
            &parts.pepper,
            parts.entropy.as_ref(),
            ticket,
            &claim,
            &made.files,
            shown.as_ref().map(|password| password.as_str()),
        )?;
        let lives = claim.window_ends.duration_since(self.now());
        for _ in 0..TRIES {
            let Some(loaded) = self.load(&begun.organization, &begun.id).await? else {
                return Ok(Err(Refusal::Unknown));
            };
            let Some((record, read)) = ledger::find(self.store(), &loaded.partition, &claim.serial).await?
            else {
                return Err(format!("certificate {} is not in the ledger", claim.serial).into());
            };
            let delivery = Delivery {
                files: made.files.iter().map(|made| made.file.clone()).collect(),
                certificate_name: made.certificate_name.clone(),
                not_after: made.not_after,
                fetches: 0,
                continuations: 0,
            };
            let (next, happened) = match loaded.enrollment.clone().issued(claim.serial, delivery) {
                Ok(next) => next,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let happened = [happened];
            let commit = Commit::new().entry(EntryChange::Put {
                key: delivery_key(&claim.ticket)?,
                bytes: sealed.clone(),
                lifetime: lives,
            });
            let commit = ledger::change(commit, &made.recorded(record, self.now()), read)?;
            let commit = self.change(commit, &loaded, &next, &Actor::System, &happened)?;
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(&next.id, &happened);
                    return Ok(Ok(()));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Err(Refusal::TryAgain))
    }

    async fn give_back(
        &self,
        caller: &Caller,
        id: &super::id::EnrollmentId,
        serial: SerialNumber,
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let Some(loaded) = self.load(&caller.organization, id).await? else { return Ok(()) };
            let Some((next, happened)) = loaded.enrollment.clone().give_back(serial) else { return Ok(()) };
            let happened = [happened];
            let commit = self.abandon_certificate(Commit::new(), &loaded.partition, serial).await?;
            let commit = self.change(commit, &loaded, &next, caller, &happened)?;
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(id, &happened);
                    return Ok(());
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A claim that is about to begin.
struct Begun {
    enrollment: Enrollment,
    partition: Partition,
    commit: Commit,
    happened: Vec<Happening>,
}

/// What one try led to.
pub(super) enum Step {
    /// This is the answer.
    Done(Result<Ticket, Refusal>),
    /// Somebody was quicker; decide again.
    Again,
    /// Somebody is making the certificate; look again soon.
    Wait,
}

/// The entry that holds the sealed delivery of a ticket.
pub(super) fn delivery_key(ticket: &SecretHash) -> Result<Key, crate::store::KeyError> {
    Key::new(format!("delivery/{}", ticket.to_hex()))
}

fn prepared(enrollment: &Enrollment, claim: &Claim, issuer: &str) -> CertificateRecord {
    CertificateRecord {
        serial: claim.serial,
        enrollment: enrollment.id.to_string(),
        issuer: issuer.to_owned(),
        subject: String::new(),
        status: CertificateStatus::Prepared { at: claim.at },
        not_before: None,
        not_after: None,
        der: None,
    }
}
