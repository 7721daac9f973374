//! The fetches under a ticket: identical bytes, a few times, for some minutes.

use jiff::Timestamp;

use super::authority::{Loaded, RegistrationAuthority, TRIES, try_again};
use super::claim::delivery_key;
use super::credentials::Ticket;
use super::open::{Pointer, pointer_key};
use super::outbox::NoticeFacts;
use super::record::{Actor, Happening};
use super::refusal::Refusal;
use super::sealed::{self, Opened};
use super::state::{Claim, State};
use super::view::{
    BundleFile, FetchPart, FetchedBundle, FetchedFile, OpenedTicket, TicketProgress, TicketStanding,
};
use crate::directory::{Notice, Organization};
use crate::pepper::Purpose;
use crate::pki::serial::SerialNumber;
use crate::store::record::decode;
use crate::store::{Commit, Partition, StoreError};

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A ticket that leads somewhere.
struct Found {
    loaded: Loaded,
    serial: SerialNumber,
}

/// When a delivery was first fetched whole.
const fn fetched_at(state: &State) -> Option<Timestamp> {
    match state {
        State::Fetched { at, .. } => Some(*at),
        _ => None,
    }
}

impl RegistrationAuthority {
    async fn behind_ticket(&self, ticket: &Ticket) -> Result<Option<Found>, Fault> {
        let key = pointer_key(Purpose::Ticket, &self.ticket_hash(ticket)?)?;
        let Some(bytes) = self.store().find_entry(&Partition::installation(), &key).await? else {
            return Ok(None);
        };
        let pointer: Pointer = decode(&bytes)?;
        let Some(serial) = pointer.serial else { return Ok(None) };
        let loaded = self.load(&pointer.organization, &pointer.enrollment).await?;
        Ok(loaded.map(|loaded| Found { loaded, serial }))
    }

    async fn found(&self, ticket: &Ticket) -> Result<Found, Refusal> {
        let found = self.behind_ticket(ticket).await.map_err(|e| try_again(e.as_ref()))?;
        found.ok_or(Refusal::Unknown)
    }

    /// The opened delivery; `None` where its lifetime is over.
    async fn opened(&self, found: &Loaded, claim: &Claim, ticket: &Ticket) -> Result<Option<Opened>, Fault> {
        let key = delivery_key(&claim.ticket)?;
        let Some(sealed) = self.store().find_entry(&found.partition, &key).await? else {
            return Ok(None);
        };
        Ok(Some(sealed::open(&self.0.parts.pepper, ticket, claim, &sealed)?))
    }

    /// What the ticket's page shows. Changes nothing.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn ticket(&self, ticket: &Ticket) -> Result<TicketStanding, Refusal> {
        let Found { loaded, serial } = self.found(ticket).await?;
        let enrollment = &loaded.enrollment;
        let (claim, delivery) = match enrollment.delivery(serial, self.now()) {
            Ok(found) => found,
            Err(Refusal::AlreadyInstalled { at, platform }) => {
                return Ok(TicketStanding::Installed {
                    at,
                    platform,
                    os_version: enrollment.state.claim().and_then(|claim| claim.os_version.clone()),
                    has_predecessor: enrollment.predecessor.is_some(),
                });
            }
            Err(refusal) => return Err(refusal),
        };
        let opened = self.opened(&loaded, claim, ticket).await.map_err(|e| try_again(e.as_ref()))?;
        let Some(opened) = opened else {
            return Err(Refusal::WindowOver { at: claim.window_ends, fetched: delivery.fetches > 0 });
        };
        let offer = self.offer(&enrollment.offer)?;
        let organization = self.organization(&enrollment.organization).await.map_err(|e| try_again(&e))?;
        let fetched_at = fetched_at(&enrollment.state);
        Ok(TicketStanding::Open(Box::new(OpenedTicket {
            enrollment: enrollment.id.clone(),
            organization: organization.name,
            contact: organization.contact,
            look: organization.look,
            offer: offer.title.clone(),
            platform: claim.platform,
            os_version: claim.os_version.clone(),
            target: claim.target,
            files: delivery.files.clone(),
            password: opened.password,
            password_mode: offer.bundle.password,
            embedded: super::bundle::embeds(offer, claim.target),
            certificate_name: delivery.certificate_name.clone(),
            window_ends: claim.window_ends,
            fetches_left: claim.fetches_allowed.saturating_sub(delivery.fetches),
            has_trust_anchor: super::bundle::has_trust_anchor(offer, claim.target),
            has_consent: super::bundle::has_consent(offer, claim.target),
            check_url: self.0.parts.settings.check_url.to_string(),
            not_after: delivery.not_after,
            fetched_at,
        })))
    }

    /// What was fetched under a ticket and is not installed yet, so that its steps can still be told when the window is over.
    /// Changes nothing.
    pub async fn fetched_bundle(&self, ticket: &Ticket) -> Option<FetchedBundle> {
        let Found { loaded, serial } = self.behind_ticket(ticket).await.ok().flatten()?;
        let State::Fetched { claim, delivery, .. } = &loaded.enrollment.state else { return None };
        if claim.serial != serial {
            return None;
        }
        let offer = self.offer(&loaded.enrollment.offer).ok()?;
        Some(FetchedBundle {
            offer: offer.title.clone(),
            platform: claim.platform,
            os_version: claim.os_version.clone(),
            file: delivery.files.first()?.name.clone(),
            embedded: super::bundle::embeds(offer, claim.target),
            certificate_name: delivery.certificate_name.clone(),
            has_trust_anchor: super::bundle::has_trust_anchor(offer, claim.target),
            has_consent: super::bundle::has_consent(offer, claim.target),
        })
    }

    /// How far the delivery behind a ticket is. Changes nothing and opens nothing.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn progress(&self, ticket: &Ticket) -> Result<TicketProgress, Refusal> {
        let Found { loaded, serial } = self.found(ticket).await?;
        match loaded.enrollment.delivery(serial, self.now()) {
            Ok((claim, delivery)) => Ok(TicketProgress::Open {
                target: claim.target,
                fetches_left: claim.fetches_allowed.saturating_sub(delivery.fetches),
                fetched_at: fetched_at(&loaded.enrollment.state),
            }),
            Err(Refusal::AlreadyInstalled { .. }) => Ok(TicketProgress::Installed),
            Err(refusal) => Err(refusal),
        }
    }

    /// The organization behind a ticket, for the page of a refusal. Changes nothing.
    pub async fn organization_behind_ticket(&self, ticket: &Ticket) -> Option<Organization> {
        let found = self.behind_ticket(ticket).await.ok().flatten()?;
        self.organization(&found.loaded.enrollment.organization).await.ok()
    }

    /// Describes a file without counting a fetch.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn look_at_file(&self, ticket: &Ticket, file: &str) -> Result<BundleFile, Refusal> {
        let Found { loaded, serial } = self.found(ticket).await?;
        let (_, delivery) = loaded.enrollment.delivery(serial, self.now())?;
        // Whether it may be fetched once more is for `fetch` to say: the last allowed fetch may have to be continued.
        let known = delivery.files.iter().find(|known| known.name == file).ok_or(Refusal::Unknown)?;
        Ok(known.clone())
    }

    /// The bytes of a file. The fetch is counted, durably, before they are returned.
    ///
    /// # Errors
    /// The refusal that applies.
    pub async fn fetch(&self, ticket: &Ticket, file: &str, part: FetchPart) -> Result<FetchedFile, Refusal> {
        let fault = |e: Fault| try_again(e.as_ref());
        for _ in 0..TRIES {
            let Found { loaded, serial } = self.found(ticket).await?;
            let (next, happened) = loaded.enrollment.clone().fetch(serial, file, part, self.now())?;
            let (claim, delivery) = loaded.enrollment.delivery(serial, self.now())?;
            let Some(opened) = self.opened(&loaded, claim, ticket).await.map_err(fault)? else {
                return Err(Refusal::WindowOver { at: claim.window_ends, fetched: delivery.fetches > 0 });
            };
            let found = opened.files.into_iter().find(|(known, _)| known.name == file);
            let Some((file, bytes)) = found else { return Err(Refusal::Unknown) };
            let happened = [happened];
            let commit = self.change(Commit::new(), &loaded, &next, &Actor::Subscriber, &happened);
            let commit = commit.map_err(|e| try_again(&e))?;
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(&next.id, &happened);
                    return Ok(FetchedFile { file, bytes, begun_before: delivery.fetches > 0 });
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(try_again(&error)),
            }
        }
        Err(Refusal::TryAgain)
    }

    /// The whole file has left, as far as can be seen from here. A failure is only logged: the person can fetch again, and
    /// the check page settles it.
    pub async fn fetched_whole(&self, ticket: &Ticket) {
        for _ in 0..TRIES {
            let Ok(Found { loaded, serial }) = self.found(ticket).await else { return };
            let Some((next, happened)) = loaded.enrollment.clone().fetched(serial, self.now()) else {
                return;
            };
            let happened: [Happening; 1] = [happened];
            let commit = self.change(Commit::new(), &loaded, &next, &Actor::Subscriber, &happened);
            let facts = NoticeFacts {
                at: self.now(),
                device: next.platform().map(|platform| platform.as_str().to_owned()),
                ..NoticeFacts::default()
            };
            let commit = match commit {
                Ok(commit) => Ok(self.noticed(commit, &next, Notice::Fetched, facts).await),
                Err(error) => Err(error),
            };
            let done = match commit {
                Ok(commit) => self.store().commit(&loaded.partition, commit).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(_) => return self.tell_all(&next.id, &happened),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => {
                    try_again(&error);
                    return;
                }
            }
        }
    }
}
