//! One enrollment against everything that belongs to it.

use super::{Auditor, Fault, Judged, Seen, StoreError};
use crate::directory::{Facility, Subscriber};
use crate::enrollment::claim::delivery_key;
use crate::enrollment::open::{Pointer, pointer_key, serial_key};
use crate::enrollment::places::{later_places, places};
use crate::enrollment::record::{Enrollment, Happening, LifeEvent};
use crate::enrollment::state::{Claim, State};
use crate::ledger::{CertificateRecord, CertificateStatus};
use crate::pepper::{Purpose, SecretHash};
use crate::store::record::decode;
use crate::store::{KeyError, MAX_PAGE, Partition, Position};

fn limit(error: &KeyError) -> StoreError {
    StoreError::Limit(error.to_string())
}

impl Auditor<'_> {
    pub(super) async fn judge_enrollment(
        &self,
        partition: &Partition,
        key: &str,
        enrollment: &Enrollment,
    ) -> Result<Judged, StoreError> {
        let mut judged = Judged::default();
        if key != format!("enrollment/{}", enrollment.id)
            || super::organization_of(partition).as_ref() != Some(&enrollment.organization)
        {
            judged.fault(
                Fault::Misplaced,
                format!("it is enrollment {} of {}", enrollment.id, enrollment.organization),
            );
            return Ok(judged);
        }
        let subscriber = format!("subscriber/{}", enrollment.subscriber);
        if let Seen::Nothing = self.see::<Subscriber>(partition, &subscriber).await? {
            judged.fault(Fault::OwnerMissing, format!("there is no {subscriber}"));
        }
        if let Some(code) = &enrollment.facility
            && let Seen::Nothing = self.see::<Facility>(partition, &format!("facility/{code}")).await?
        {
            judged.fault(Fault::OwnerMissing, format!("there is no facility/{code}"));
        }
        let coming = if self.built { Vec::new() } else { later_places(enrollment) };
        for (index, order) in places(enrollment).into_iter().filter(|place| !coming.contains(place)) {
            let found = self.place(partition, index, &order).await?;
            if found.is_none_or(|found| found.as_str() != key) {
                judged.fault(Fault::NotInIndex, format!("it does not stand at {order} of index {index}"));
            }
        }
        self.judge_pointers(enrollment, &mut judged).await?;
        self.judge_succession(partition, enrollment, &mut judged).await?;
        self.judge_events(partition, enrollment, &mut judged).await?;
        if let Some(claim) = enrollment.state.claim() {
            self.judge_certificate(partition, enrollment, claim, &mut judged).await?;
        }
        if let State::Claimed { claim, .. } | State::Fetched { claim, .. } = &enrollment.state {
            self.judge_delivery(partition, claim, &mut judged).await?;
        }
        Ok(judged)
    }

    async fn leads_here(
        &self,
        key: &str,
        enrollment: &Enrollment,
        judged: &mut Judged,
    ) -> Result<(), StoreError> {
        match self.see::<Pointer>(&Partition::installation(), key).await? {
            Seen::Nothing => judged.fault(Fault::PointerMissing, format!("there is no pointer {key}")),
            Seen::It(pointer)
                if pointer.enrollment != enrollment.id || pointer.organization != enrollment.organization =>
            {
                judged.fault(
                    Fault::PointerMissing,
                    format!("the pointer {key} leads to {}", pointer.enrollment),
                );
            }
            Seen::It(_) | Seen::Unreadable => {}
        }
        Ok(())
    }

    async fn judge_pointers(&self, enrollment: &Enrollment, judged: &mut Judged) -> Result<(), StoreError> {
        let credentials: [(Purpose, &SecretHash); 2] =
            [(Purpose::Code, &enrollment.code), (Purpose::Number, &enrollment.number)];
        for (purpose, hash) in credentials {
            let key = pointer_key(purpose, hash).map_err(|error| limit(&error))?;
            self.leads_here(key.as_str(), enrollment, judged).await?;
        }
        if let Some(claim) = enrollment.state.claim() {
            let key = serial_key(&claim.serial).map_err(|error| limit(&error))?;
            self.leads_here(key.as_str(), enrollment, judged).await?;
        }
        Ok(())
    }

    async fn judge_succession(
        &self,
        partition: &Partition,
        enrollment: &Enrollment,
        judged: &mut Judged,
    ) -> Result<(), StoreError> {
        if let Some(id) = &enrollment.successor {
            match self.enrollment(partition, id).await? {
                Seen::Nothing => {
                    judged.fault(Fault::SuccessionBroken, format!("its successor {id} is not there"));
                }
                Seen::It(successor) if successor.predecessor.as_ref() != Some(&enrollment.id) => {
                    judged.fault(Fault::SuccessionBroken, format!("its successor {id} does not know it"));
                }
                Seen::It(_) | Seen::Unreadable => {}
            }
        }
        let by = match &enrollment.state {
            State::Replaced { by, .. } => Some(by),
            _ => None,
        };
        for id in enrollment.predecessor.iter().chain(by) {
            if let Seen::Nothing = self.enrollment(partition, id).await? {
                judged.fault(Fault::SuccessionBroken, format!("it names {id}, which is not there"));
            }
        }
        Ok(())
    }

    async fn judge_events(
        &self,
        partition: &Partition,
        enrollment: &Enrollment,
        judged: &mut Judged,
    ) -> Result<(), StoreError> {
        let about = super::named(format!("enrollment/{}", enrollment.id))?;
        let (mut invited, mut told) = (false, false);
        let mut after = Position(0);
        loop {
            let page = self.store.events_about(partition, &about, after, MAX_PAGE).await?;
            for event in &page {
                // What cannot be read is reported where it stands.
                let Ok(event) = decode::<LifeEvent>(&event.bytes) else { continue };
                invited |= matches!(event.happening, Happening::Invited { .. });
                told |= tells_of(&event.happening, &enrollment.state);
            }
            match page.last() {
                Some(last) if page.len() == MAX_PAGE => after = last.position,
                _ => break,
            }
        }
        if !invited {
            judged.fault(Fault::EventMissing, "the log does not tell of its invitation");
        }
        if !told {
            judged.fault(Fault::EventMissing, "the log does not tell how it came to its state");
        }
        Ok(())
    }

    async fn judge_certificate(
        &self,
        partition: &Partition,
        enrollment: &Enrollment,
        claim: &Claim,
        judged: &mut Judged,
    ) -> Result<(), StoreError> {
        let serial = claim.serial;
        let record: CertificateRecord = match self.see(partition, &format!("certificate/{serial}")).await? {
            Seen::It(record) => record,
            Seen::Unreadable => return Ok(()),
            Seen::Nothing => {
                judged.fault(Fault::NotInLedger, format!("the ledger has no certificate {serial}"));
                return Ok(());
            }
        };
        if record.enrollment != enrollment.id.as_str() {
            judged.fault(
                Fault::LedgerDisagrees,
                format!("certificate {serial} is of enrollment {}", record.enrollment),
            );
        }
        let agrees = matches!(
            (&enrollment.state, &record.status),
            (State::Issuing { .. }, CertificateStatus::Prepared { .. })
                | (
                    State::Claimed { .. } | State::Fetched { .. } | State::Installed { .. },
                    CertificateStatus::Valid { .. },
                )
                | (
                    State::Replaced { .. } | State::Revoked { .. },
                    CertificateStatus::Revoked { .. } | CertificateStatus::Abandoned { .. },
                )
        );
        if !agrees {
            let status = match record.status {
                CertificateStatus::Prepared { .. } => "prepared",
                CertificateStatus::Valid { .. } => "valid",
                CertificateStatus::Revoked { .. } => "revoked",
                CertificateStatus::Abandoned { .. } => "abandoned",
            };
            let standing = enrollment.standing(self.now);
            judged.fault(
                Fault::LedgerDisagrees,
                format!("it is {standing}, and its certificate {serial} is {status}"),
            );
        }
        Ok(())
    }

    /// While the window is open, ticket and files are there.
    async fn judge_delivery(
        &self,
        partition: &Partition,
        claim: &Claim,
        judged: &mut Judged,
    ) -> Result<(), StoreError> {
        if self.now >= claim.window_ends {
            return Ok(());
        }
        let ticket = pointer_key(Purpose::Ticket, &claim.ticket).map_err(|error| limit(&error))?;
        let delivery = delivery_key(&claim.ticket).map_err(|error| limit(&error))?;
        for (partition, key) in [(&Partition::installation(), ticket), (partition, delivery)] {
            if self.store.find_entry(partition, &key).await?.is_none() {
                judged.fault(
                    Fault::DeliveryMissing,
                    format!("it can be fetched until {}, and there is no entry {key}", claim.window_ends),
                );
            }
        }
        Ok(())
    }
}

/// Whether this is how an enrollment came to this state.
fn tells_of(happening: &Happening, state: &State) -> bool {
    match (state, happening) {
        // It began so, or an abandoned claim came back to it.
        (State::Invited, _)
        | (State::Fetched { .. }, Happening::Fetched)
        | (State::Replaced { .. }, Happening::Replaced { .. })
        | (State::Cancelled { .. }, Happening::Cancelled) => true,
        (State::Issuing { claim }, Happening::Claimed { serial, .. })
        | (State::Claimed { claim, .. }, Happening::Issued { serial, .. })
        | (State::Revoked { claim, .. }, Happening::Revoked { serial, .. })
        | (State::Installed { claim, .. }, Happening::Installed { serial }) => claim.serial == *serial,
        _ => false,
    }
}
