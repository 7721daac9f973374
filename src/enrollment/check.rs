//! The page behind TLS client authentication: what became of the certificate that was shown, and the proof of an installation.

use super::authority::{Loaded, RegistrationAuthority, TRIES, enrollment_key, try_again};
use super::claim::delivery_key;
use super::id::EnrollmentId;
use super::open::serial_key;
use super::outbox::NoticeFacts;
use super::record::{Actor, Happening};
use super::state::State;
use super::view::CheckOutcome;
use crate::directory::{Notice, OrganizationId};
use crate::ledger::{self, CertificateRecord, CertificateStatus, RevocationReason};
use crate::pki::serial::SerialNumber;
use crate::pki::verify::{Verdict, verify_client_certificate};
use crate::store::{Commit, EntryChange, Guard, StoreError};

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How many enrollments may stand in one line of succession.
const LONGEST_SUCCESSION: usize = 32;

impl RegistrationAuthority {
    /// Says what a certificate (DER, as the TLS connection showed it) is worth. Where it is the current one of its enrollment,
    /// the enrollment is installed, what waited to be fetched is destroyed, and the predecessor's certificate is revoked as
    /// superseded, all in one commit.
    pub async fn check(&self, shown: Option<&[u8]>) -> CheckOutcome {
        let Some(der) = shown else { return CheckOutcome::NoneShown };
        match self.judge(der).await {
            Ok(outcome) => outcome,
            Err(fault) => {
                try_again(fault.as_ref());
                CheckOutcome::TryAgain
            }
        }
    }

    async fn judge(&self, der: &[u8]) -> Result<CheckOutcome, Fault> {
        let maker = &self.0.parts.maker;
        let serial = match verify_client_certificate(der, maker.issuers(), self.now()) {
            Verdict::Good { serial } => serial,
            Verdict::OtherIssuer { issuer } => {
                return Ok(CheckOutcome::OtherIssuer { issuer, expected: maker.issuer_name() });
            }
            Verdict::Expired { at } => return Ok(CheckOutcome::Expired { at }),
            Verdict::NotYet { at } => return Ok(CheckOutcome::NotYetValid { at }),
            Verdict::OtherPurpose | Verdict::ForeignSerial | Verdict::Malformed => {
                return Ok(CheckOutcome::Unknown);
            }
        };
        let Some(pointer) = self.pointer(&serial_key(&serial)?).await? else {
            return Ok(CheckOutcome::Unknown);
        };
        for _ in 0..TRIES {
            let Some(loaded) = self.load(&pointer.organization, &pointer.enrollment).await? else {
                return Ok(CheckOutcome::Unknown);
            };
            let found = ledger::find(self.store(), &loaded.partition, &serial).await?;
            let Some((record, _)) = found else { return Ok(CheckOutcome::Unknown) };
            if record.der.as_deref() != Some(hex::encode(der).as_str()) {
                return Ok(CheckOutcome::Unknown);
            }
            match record.status {
                CertificateStatus::Valid { .. } => {}
                CertificateStatus::Revoked { at, reason: RevocationReason::Superseded } => {
                    return Ok(CheckOutcome::Superseded { at });
                }
                CertificateStatus::Revoked { at, reason } => return Ok(CheckOutcome::Revoked { at, reason }),
                CertificateStatus::Prepared { .. } | CertificateStatus::Abandoned { .. } => {
                    return Ok(CheckOutcome::Unknown);
                }
            }
            match self.install(&loaded, serial).await {
                Ok(Some(first)) => return Ok(good(&loaded, &record, first)),
                Ok(None) => return Ok(CheckOutcome::Unknown),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(CheckOutcome::TryAgain)
    }

    /// Whether this was the first proof; `None` where the certificate is not the enrollment's current one.
    async fn install(&self, loaded: &Loaded, serial: SerialNumber) -> Result<Option<bool>, StoreError> {
        if let State::Installed { serial: current, .. } = &loaded.enrollment.state {
            return Ok((*current == serial).then_some(false));
        }
        let Some((next, happened)) = loaded.enrollment.clone().installed(serial, self.now()) else {
            return Ok(None);
        };
        let happened = [happened];
        let actor = Actor::Subscriber;
        let mut commit = self.change(Commit::new(), loaded, &next, &actor, &happened)?;
        if let Some(claim) = next.state.claim() {
            let key = delivery_key(&claim.ticket).map_err(|e| StoreError::Limit(e.to_string()))?;
            commit = commit.entry(EntryChange::Delete(key));
        }
        let replaced =
            self.retire(&mut commit, &next.organization, next.predecessor.clone(), &next.id).await?;
        let facts = NoticeFacts {
            at: self.now(),
            device: next.platform().map(|platform| platform.as_str().to_owned()),
            not_after: match next.state {
                State::Installed { not_after, .. } => Some(not_after),
                _ => None,
            },
            ..NoticeFacts::default()
        };
        commit = self.noticed(commit, &next, Notice::Installed, facts).await;
        self.store().commit(&loaded.partition, commit).await?;
        self.tell_all(&next.id, &happened);
        for id in replaced {
            self.tell_all(&id, &[Happening::Replaced { by: next.id.clone() }]);
        }
        Ok(Some(true))
    }

    /// Adds the end of every predecessor that still lives to the commit of its successor's installation.
    async fn retire(
        &self,
        commit: &mut Commit,
        organization: &OrganizationId,
        mut predecessor: Option<EnrollmentId>,
        by: &EnrollmentId,
    ) -> Result<Vec<EnrollmentId>, StoreError> {
        let mut replaced = Vec::new();
        for _ in 0..LONGEST_SUCCESSION {
            let Some(id) = predecessor.take() else { break };
            let Some(old) = self.load(organization, &id).await? else { break };
            predecessor.clone_from(&old.enrollment.predecessor);
            let certificate = old.enrollment.state.certificate();
            let mut next = std::mem::take(commit);
            if let Some(serial) = certificate {
                next =
                    self.end_certificate(next, &old.partition, serial, RevocationReason::Superseded).await?;
            }
            match old.enrollment.clone().replaced(by.clone(), self.now()) {
                Some((old_next, happened)) => {
                    let mut happened = vec![happened];
                    if let Some(serial) = certificate {
                        let reason = RevocationReason::Superseded;
                        happened.insert(0, Happening::Revoked { serial, reason });
                    }
                    next = self.change(next, &old, &old_next, &Actor::System, &happened)?;
                    replaced.push(id);
                }
                // Its life had ended; that it is still so is what this commit rests on.
                None => {
                    let key = enrollment_key(&id).map_err(|e| StoreError::Limit(e.to_string()))?;
                    next = next.guard(Guard::Version(key, old.version));
                }
            }
            *commit = next;
        }
        Ok(replaced)
    }
}

fn good(loaded: &Loaded, record: &CertificateRecord, first: bool) -> CheckOutcome {
    CheckOutcome::Ok {
        enrollment: loaded.enrollment.id.clone(),
        serial: record.serial,
        subject: record.subject.clone(),
        not_after: record.not_after.unwrap_or(jiff::Timestamp::MAX),
        first,
        has_predecessor: loaded.enrollment.predecessor.is_some(),
    }
}
