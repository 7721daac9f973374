//! What operators see: lists, and one enrollment whole.

use jiff::Timestamp;
use serde::Serialize;

use super::authority::{OperatorError, RegistrationAuthority, enrollment_key};
use super::caller::Caller;
use super::id::EnrollmentId;
use super::record::{Enrollment, LifeEvent};
use super::state::{Attempts, Standing, State};
use crate::device::Platform;
use crate::directory::{FacilityCode, SubscriberId, partition};
use crate::ledger::{self, CertificateRecord, CertificateStatus};
use crate::pki::serial::SerialNumber;
use crate::store::record::decode;
use crate::store::{Cursor, Key, Position, Scan};

/// How many enrollments one look at the index reads.
const PAGE: usize = 200;
/// How many enrollments one list may look through before it returns what it has, with a cursor.
const MOST_LOOKED_AT: usize = 100_000;

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
}

/// Which enrollments.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only those that stand so.
    pub state: Option<Standing>,
    /// Only those of this facility.
    pub facility: Option<FacilityCode>,
    /// Go on after this, as the page before told.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// The enrollments.
    pub enrollments: Vec<EnrollmentSummary>,
    /// What to ask for next; `None` when this was all.
    pub next: Option<String>,
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
        }
    }

    /// The caller's enrollments, newest first. A list by state looks through the index and may return fewer than asked for,
    /// with a cursor to go on.
    ///
    /// # Errors
    /// When the query does not do, or the store fails.
    pub async fn list(&self, caller: &Caller, query: ListQuery) -> Result<Listed, OperatorError> {
        if !(1..=1_000).contains(&query.limit) {
            let why = "between 1 and 1,000 enrollments fit on a page".to_owned();
            return Err(OperatorError::Unfit { what: "the limit", why });
        }
        let partition = partition(&caller.organization)?;
        let (index, prefix) = match &query.facility {
            Some(code) => (Key::new("enrollments-by-facility")?, format!("{code}/")),
            None => (Key::new("enrollments")?, String::new()),
        };
        let mut after = query.after.map(Cursor);
        let mut enrollments = Vec::new();
        let mut looked_at = 0;
        loop {
            let scan = Scan { prefix: prefix.clone(), after: after.take(), descending: true, limit: PAGE };
            let page = self.store().scan(&partition, &index, scan).await?;
            for (order, key) in page.entries {
                looked_at += 1;
                let Some(document) = self.store().find(&partition, &key).await? else { continue };
                let enrollment: Enrollment = decode(&document.bytes)?;
                let fits = caller.reaches(&enrollment)
                    && query.state.is_none_or(|state| enrollment.standing(self.now()) == state);
                if fits {
                    enrollments.push(self.summary(&enrollment));
                }
                if enrollments.len() == query.limit {
                    return Ok(Listed { enrollments, next: Some(order) });
                }
            }
            match page.next {
                None => return Ok(Listed { enrollments, next: None }),
                Some(next) if looked_at >= MOST_LOOKED_AT => {
                    return Ok(Listed { enrollments, next: Some(next.0) });
                }
                Some(next) => after = Some(next),
            }
        }
    }

    /// One enrollment with its certificate and its history.
    ///
    /// # Errors
    /// When there is no such enrollment in the caller's organization, or the store fails.
    pub async fn show(&self, caller: &Caller, id: &EnrollmentId) -> Result<EnrollmentDetail, OperatorError> {
        let loaded = self.get(caller, id).await?;
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
