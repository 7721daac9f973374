//! One certificate of the ledger against the enrollment that it was made for.

use super::{Auditor, Fault, Judged, Seen, StoreError};
use crate::enrollment::open::{Pointer, serial_key};
use crate::enrollment::state::State;
use crate::ledger::{self, CertificateRecord, CertificateStatus};
use crate::store::{KeyError, Partition};

impl Auditor<'_> {
    pub(super) async fn judge_record(
        &self,
        partition: &Partition,
        key: &str,
        record: &CertificateRecord,
    ) -> Result<Judged, StoreError> {
        let mut judged = Judged::default();
        let serial = record.serial;
        if key != format!("certificate/{serial}") {
            return Ok(Judged::is(Fault::Misplaced, format!("it is certificate {serial}")));
        }
        for (index, order) in ledger::places(record) {
            let found = self.place(partition, index, &order).await?;
            if found.is_none_or(|found| found.as_str() != key) {
                judged.fault(Fault::NotInIndex, format!("it does not stand at {order} of index {index}"));
            }
        }
        let pointer = serial_key(&serial).map_err(|error: KeyError| StoreError::Limit(error.to_string()))?;
        match self.see::<Pointer>(&Partition::installation(), pointer.as_str()).await? {
            Seen::Nothing => judged.fault(Fault::PointerMissing, format!("there is no pointer {pointer}")),
            Seen::It(found) if found.enrollment.as_str() != record.enrollment => {
                judged.fault(
                    Fault::PointerMissing,
                    format!("the pointer {pointer} leads to {}", found.enrollment),
                );
            }
            Seen::It(_) | Seen::Unreadable => {}
        }
        let Ok(id) = record.enrollment.parse() else {
            judged.fault(Fault::Unreadable, format!("{:?} is no enrollment", record.enrollment));
            return Ok(judged);
        };
        let enrollment = match self.enrollment(partition, &id).await? {
            Seen::It(enrollment) => enrollment,
            Seen::Unreadable => return Ok(judged),
            Seen::Nothing => {
                judged.fault(Fault::OwnerMissing, format!("there is no enrollment {id}"));
                return Ok(judged);
            }
        };
        let current = enrollment.state.certificate() == Some(serial);
        match record.status {
            CertificateStatus::Valid { .. } if !current => {
                let what = match enrollment.state.certificate() {
                    Some(other) => format!("it is valid, and enrollment {id} has certificate {other}"),
                    None => format!("it is valid, and enrollment {id} is {}", enrollment.standing(self.now)),
                };
                judged.fault(Fault::SecondCertificate, what);
            }
            CertificateStatus::Prepared { .. }
                if !current || !matches!(enrollment.state, State::Issuing { .. }) =>
            {
                judged.fault(
                    Fault::LedgerDisagrees,
                    format!("it is prepared, and enrollment {id} is not making it"),
                );
            }
            _ => {}
        }
        if matches!(record.status, CertificateStatus::Valid { .. }) && record.der.is_none() {
            judged.fault(Fault::LedgerDisagrees, "it is valid, and the certificate itself is not kept");
        }
        Ok(judged)
    }
}
