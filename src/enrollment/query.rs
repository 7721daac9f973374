//! What operators see: lists, and one enrollment whole.

use jiff::Timestamp;
use serde::Serialize;

use super::acts::Seen;
use super::authority::{OperatorError, RegistrationAuthority, enrollment_key};
use super::caller::Caller;
use super::id::EnrollmentId;
use super::record::{Enrollment, LifeEvent};
use super::refusal::Refusal;
use super::state::{Attempts, Standing, State};
use super::transition::Door;
use crate::device::Platform;
use crate::directory::{FacilityCode, SubscriberId};
use crate::ledger::{self, CertificateRecord, CertificateStatus};
use crate::pki::serial::SerialNumber;
use crate::store::Position;
use crate::store::record::decode;

/// An enrollment in a list.
#[derive(Debug, Clone, Serialize)]
pub struct EnrollmentSummary {
    /// Its name.
    pub enrollment: EnrollmentId,
    /// Where it stands.
    pub state: Standing,
    /// The person's identifier.
    pub subscriber: SubscriberId,
    /// The person's name.
    pub name: String,
    /// The facility.
    pub facility: Option<FacilityCode>,
    /// The offer.
    pub offer: String,
    /// On what kind of device it was claimed.
    pub platform: Option<Platform>,
    /// What the operator noted.
    pub note: Option<String>,
    /// When it was issued.
    pub invited_at: Timestamp,
    /// When the link ends.
    pub link_expires_at: Timestamp,
    /// When the invitation ends.
    pub expires_at: Timestamp,
    /// When the lock ends, while it is locked.
    pub locked_until: Option<Timestamp>,
    /// When the right secret came.
    pub claimed_at: Option<Timestamp>,
    /// When the whole file reached the device.
    pub fetched_at: Option<Timestamp>,
    /// When the check page saw the certificate.
    pub installed_at: Option<Timestamp>,
    /// The current certificate's serial number.
    pub serial: Option<SerialNumber>,
    /// When the certificate ends, once it is ready.
    pub not_after: Option<Timestamp>,
    /// In whose place it was issued.
    pub predecessor: Option<EnrollmentId>,
    /// What was issued in its place.
    pub successor: Option<EnrollmentId>,
    /// Whether the person began it alone, to change to another device.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_person: bool,
}

/// A certificate as the ledger has it.
#[derive(Debug, Clone, Serialize)]
pub struct CertificateSummary {
    /// Its serial number.
    pub serial: SerialNumber,
    /// Its subject, RFC 4514.
    pub subject: String,
    /// Its issuer, RFC 4514.
    pub issuer: String,
    /// From when on it is valid.
    pub not_before: Option<Timestamp>,
    /// When it ends.
    pub not_after: Option<Timestamp>,
    /// Where it is in its life.
    #[serde(flatten)]
    pub status: CertificateStatus,
}

/// One enrollment whole.
#[derive(Debug, Clone, Serialize)]
pub struct EnrollmentDetail {
    /// As in the list.
    #[serde(flatten)]
    pub summary: EnrollmentSummary,
    /// Wrong secrets.
    pub attempts: Attempts,
    /// The certificate of its newest claim.
    pub certificate: Option<CertificateSummary>,
    /// What happened, oldest first.
    pub events: Vec<LifeEvent>,
    /// Why the holder of the link is refused at this moment; `None` where the secret is asked for or the file lies ready.
    #[serde(skip)]
    pub link_refuses: Option<Refusal>,
    /// Up to where the log was read: what goes with an act on what is shown here.
    #[serde(skip)]
    pub seen: Seen,
}

impl RegistrationAuthority {
    pub(super) fn summary(&self, enrollment: &Enrollment) -> EnrollmentSummary {
        let now = self.now();
        let claim = enrollment.state.claim();
        let (fetched_at, installed_at, not_after) = match &enrollment.state {
            State::Claimed { delivery, .. } => (None, None, Some(delivery.not_after)),
            State::Fetched { delivery, at, .. } => (Some(*at), None, Some(delivery.not_after)),
            State::Installed { at, not_after, .. } => (None, Some(*at), Some(*not_after)),
            _ => (None, None, None),
        };
        EnrollmentSummary {
            enrollment: enrollment.id.clone(),
            state: enrollment.standing(now),
            subscriber: enrollment.subscriber.clone(),
            name: enrollment.subscriber_name.clone(),
            facility: enrollment.facility.clone(),
            offer: enrollment.offer.clone(),
            platform: claim.map(|claim| claim.platform),
            note: enrollment.note.clone(),
            invited_at: enrollment.invited_at,
            link_expires_at: enrollment.link_ends,
            expires_at: enrollment.invitation_ends,
            locked_until: enrollment.attempts.lock(now),
            claimed_at: claim.map(|claim| claim.at),
            fetched_at,
            installed_at,
            serial: claim.map(|claim| claim.serial),
            not_after,
            predecessor: enrollment.predecessor.clone(),
            successor: enrollment.successor.clone(),
            by_person: enrollment.by_person,
        }
    }

    /// One enrollment as a list shows it.
    ///
    /// # Errors
    /// When there is no such enrollment within the caller's reach, or the store fails.
    pub async fn summary_of(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let loaded = self.get(caller, id).await?;
        Ok(self.summary(&loaded.enrollment))
    }

    /// One enrollment with its certificate and its history.
    ///
    /// # Errors
    /// When there is no such enrollment in the caller's organization, or the store fails.
    pub async fn show(&self, caller: &Caller, id: &EnrollmentId) -> Result<EnrollmentDetail, OperatorError> {
        let seen = self.seen(caller).await?;
        let loaded = self.get(caller, id).await?;
        let now = self.now();
        let locked = loaded.enrollment.attempts.lock(now).map(|until| Refusal::Locked { until });
        let link_refuses = loaded.enrollment.admits(Door::Link, now).err().or(locked);
        let certificate = match loaded.enrollment.state.claim() {
            Some(claim) => ledger::find(self.store(), &loaded.partition, &claim.serial).await?,
            None => None,
        };
        let events =
            self.store().events_about(&loaded.partition, &enrollment_key(id)?, Position(0), 1_000).await?;
        let events = events.iter().map(|event| decode(&event.bytes)).collect::<Result<_, _>>()?;
        Ok(EnrollmentDetail {
            summary: self.summary(&loaded.enrollment),
            attempts: loaded.enrollment.attempts,
            certificate: certificate.map(|(record, _)| certificate_summary(record)),
            events,
            link_refuses,
            seen,
        })
    }
}

fn certificate_summary(record: CertificateRecord) -> CertificateSummary {
    CertificateSummary {
        serial: record.serial,
        subject: record.subject,
        issuer: record.issuer,
        not_before: record.not_before,
        not_after: record.not_after,
        status: record.status,
    }
}
