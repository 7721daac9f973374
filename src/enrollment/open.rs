//! Finding an enrollment by what a person has: code, number or ticket. Changes nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authority::{Loaded, NoticeKind, RegistrationAuthority, try_again};
use super::credentials::Code;
use super::id::EnrollmentId;
use super::refusal::Refusal;
use super::state::State;
use super::transition::{Door, LockPolicy};
use super::view::{OpenedInvitation, Resumable};
use crate::device::Platform;
use crate::directory::{DirectoryError, Organization, OrganizationId};
use crate::pepper::{Purpose, SecretHash};
use crate::pki::serial::SerialNumber;
use crate::profile::Offer;
use crate::store::record::{Record, decode};
use crate::store::{Key, KeyError, Partition, StoreError};

/// Where a code, a number, a ticket or a serial number leads: across partitions, so a document of its own, written before what
/// it points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pointer {
    pub(super) organization: OrganizationId,
    pub(super) enrollment: EnrollmentId,
    /// For tickets: the certificate that this ticket hands out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) serial: Option<SerialNumber>,
}

impl Record for Pointer {
    const NAME: &'static str = "pointer";
    const FORMAT: u32 = 1;
}

/// The key of the pointer for a hashed credential.
pub(super) fn pointer_key(purpose: Purpose, hash: &SecretHash) -> Result<Key, KeyError> {
    let kind = match purpose {
        Purpose::Code => "code",
        Purpose::Number => "number",
        Purpose::Ticket => "ticket",
        _ => "other",
    };
    Key::new(format!("{kind}/{}", hash.to_hex()))
}

/// The key of the pointer for a certificate.
pub(super) fn serial_key(serial: &SerialNumber) -> Result<Key, KeyError> {
    Key::new(format!("serial/{serial}"))
}

/// What a code or a number leads to.
pub(super) enum Behind {
    /// Nothing.
    Nothing,
    /// An enrollment that has got another link since, and when.
    Former(Loaded, Timestamp),
    /// The enrollment.
    Current(Loaded),
}

impl RegistrationAuthority {
    pub(super) async fn pointer(&self, key: &Key) -> Result<Option<Pointer>, StoreError> {
        match self.store().find(&Partition::installation(), key).await? {
            Some(document) => decode(&document.bytes).map(Some),
            None => Ok(None),
        }
    }

    /// The enrollment behind a code or a number.
    pub(super) async fn behind(
        &self,
        purpose: Purpose,
        text: &[u8],
    ) -> Result<Behind, Box<dyn std::error::Error + Send + Sync>> {
        let hash = self.0.parts.pepper.hash(purpose, "", text)?;
        let Some(pointer) = self.pointer(&pointer_key(purpose, &hash)?).await? else {
            return Ok(Behind::Nothing);
        };
        let Some(loaded) = self.load(&pointer.organization, &pointer.enrollment).await? else {
            return Ok(Behind::Nothing);
        };
        let own = match purpose {
            Purpose::Number => &loaded.enrollment.number,
            _ => &loaded.enrollment.code,
        };
        Ok(match (hash.matches(own), purpose, loaded.enrollment.redrawn_at) {
            (true, ..) => Behind::Current(loaded),
            (false, Purpose::Code, Some(at)) => Behind::Former(loaded, at),
            // A number is guessed more easily than a link: a former one is nobody's. So is what is yet to be committed.
            (false, ..) => Behind::Nothing,
        })
    }

    pub(super) async fn organization(&self, id: &OrganizationId) -> Result<Organization, DirectoryError> {
        let found = self.0.directory.find_organization(id).await?;
        found.ok_or_else(|| DirectoryError::Missing(format!("organization {id}")))
    }

    /// How wrong secrets are met in this organization, where the person comes by the link.
    pub(super) fn lock_policy(&self, organization: &Organization) -> LockPolicy {
        let lock = self.0.parts.settings.lock;
        LockPolicy { attempts: organization.policy.attempts.unwrap_or(lock.attempts), ..lock }
    }

    /// How wrong secrets are met where the person comes by number: alike everywhere, as at a number that nobody has. Eight
    /// digits can be guessed, and an organization's own way to lock would tell whose they are, or that they are somebody's.
    pub(super) fn lock_policy_at(&self, door: Door, organization: &Organization) -> LockPolicy {
        match door {
            Door::Link => self.lock_policy(organization),
            Door::Number => self.0.parts.settings.lock,
        }
    }

    /// The offer of this name as it is now.
    pub(super) fn offer(&self, name: &str) -> Result<&Offer, Refusal> {
        self.0.parts.offers.get(name).ok_or_else(|| {
            tracing::error!(offer = name, "an invitation names an offer that is not there any more");
            Refusal::TryAgain
        })
    }

    /// What the holder of a link may know before typing the secret. Changes nothing.
    ///
    /// # Errors
    /// The refusal that applies; [`Refusal::Unknown`] for every code that leads nowhere.
    pub async fn open(&self, code: &Code) -> Result<OpenedInvitation, Refusal> {
        let found = self.behind(Purpose::Code, code.expose().as_bytes()).await;
        let enrollment = match found.map_err(|e| try_again(e.as_ref()))? {
            Behind::Nothing => return Err(Refusal::Unknown),
            Behind::Former(_, at) => return Err(Refusal::Superseded { at }),
            Behind::Current(Loaded { enrollment, .. }) => enrollment,
        };
        let now = self.now();
        if matches!(enrollment.state, State::Invited) {
            self.0.openings.remember(&enrollment.id, now);
        }
        self.tell(&enrollment.id, NoticeKind::Opened);
        enrollment.admits(Door::Link, now)?;
        let organization = self.organization(&enrollment.organization).await.map_err(|e| try_again(&e))?;
        if let Some(at) = organization.closed_at.filter(|_| enrollment.state.claim().is_none()) {
            return Err(Refusal::OrganizationClosed { at });
        }
        if let Some(until) = enrollment.attempts.lock(now) {
            return Err(Refusal::Locked { until });
        }
        let offer = self.offer(&enrollment.offer)?;
        let attempts_left = enrollment.attempts.left(now, &self.lock_policy(&organization));
        Ok(OpenedInvitation {
            organization: organization.name,
            contact: organization.contact,
            look: organization.look,
            offer: offer.title.clone(),
            password: offer.bundle.password,
            platforms: meant_for(&enrollment.platforms, offer),
            attempts_left,
            open_until: enrollment.invitation_ends.min(enrollment.link_ends),
            resumable: resumable(&enrollment.state, now),
            enrollment: enrollment.id,
        })
    }

    /// The organization behind a link, for the page of a refusal. Changes nothing.
    pub async fn organization_behind_code(&self, code: &Code) -> Option<Organization> {
        let (Behind::Former(found, _) | Behind::Current(found)) =
            self.behind(Purpose::Code, code.expose().as_bytes()).await.ok()?
        else {
            return None;
        };
        self.organization(&found.enrollment.organization).await.ok()
    }
}

/// The kinds of device that an invitation is for: its own choice, or else the offer's.
pub(super) fn meant_for(chosen: &[Platform], offer: &Offer) -> Vec<Platform> {
    if chosen.is_empty() { super::bundle::platforms(offer) } else { chosen.to_vec() }
}

fn resumable(state: &State, now: Timestamp) -> Option<Resumable> {
    match state {
        State::Claimed { claim, .. } | State::Fetched { claim, .. } if now < claim.window_ends => {
            Some(Resumable { at: claim.at, platform: claim.platform, until: claim.window_ends })
        }
        _ => None,
    }
}
