//! Wrong tries at a number that nobody has: counted, locked and forgotten like those at a real one, by as much work, so that
//! nobody can tell the one from the other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::authority::RegistrationAuthority;
use super::claim::{ClaimRequest, Credential, Fault, Step};
use super::refusal::Refusal;
use super::state::Attempts;
use super::transition::WRONG_REMEMBERED;
use crate::pepper::Purpose;
use crate::store::record::{Record, decode, encode};
use crate::store::{Commit, Guard, IndexEntry, Key, Partition, Scan, StoreError};

/// How many forgotten decoys one sweep removes.
const SWEEP: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
struct Decoy {
    attempts: Attempts,
    /// Where it stands in the index by time.
    order: String,
}

impl Record for Decoy {
    const NAME: &'static str = "decoy";
    const FORMAT: u32 = 1;
}

fn index() -> Result<Key, crate::store::KeyError> {
    Key::new("decoys")
}

/// Seconds since 1970, padded so that byte order is time order.
fn time_order(at: Timestamp) -> String {
    format!("{:012}", at.as_second().max(0))
}

/// Where a decoy stands in the index `decoys`.
pub(super) fn order_of(bytes: &[u8]) -> Result<String, StoreError> {
    decode::<Decoy>(bytes).map(|decoy| decoy.order)
}

impl RegistrationAuthority {
    /// The same work and the same answers for a code or a number that nobody has.
    pub(super) async fn claim_nothing(&self, request: &ClaimRequest) -> Result<Step, Fault> {
        let parts = &self.0.parts;
        let Credential::Number { number, .. } = &request.by else {
            return Ok(Step::Done(Err(Refusal::Unknown)));
        };
        parts.pepper.hash(Purpose::Secret, "nobody", request.secret.expose().as_bytes())?;
        let hash = parts.pepper.hash(Purpose::Number, "", number.expose().as_bytes())?.to_hex();
        let key = Key::new(format!("decoy/{hash}"))?;
        let installation = Partition::installation();
        // A real enrollment's organization is read as well.
        self.store().find(&installation, &Key::new("organization")?).await?;
        let kept = self.store().find(&installation, &key).await?;
        let now = self.now();
        let (attempts, old_order) = match &kept {
            Some(document) => {
                let decoy: Decoy = decode(&document.bytes)?;
                (decoy.attempts, Some(decoy.order))
            }
            None => (Attempts::default(), None),
        };
        if let Some(until) = attempts.lock(now) {
            return Ok(Step::Done(Err(Refusal::Locked { until })));
        }
        let policy = &parts.settings.lock;
        let (next, lock) = attempts.wrong(now, policy);
        let order = format!("{}-{hash}", time_order(now));
        let mut commit = Commit::new().guard(match &kept {
            Some(document) => Guard::Version(key.clone(), document.version),
            None => Guard::Absent(key.clone()),
        });
        if let Some(old) = old_order {
            commit = commit.unindex(index()?, old);
        }
        commit = commit
            .put(key.clone(), encode(&Decoy { attempts: next, order: order.clone() })?)
            .index(IndexEntry { index: index()?, order, document: key });
        match self.store().commit(&installation, commit).await {
            Ok(_) => {}
            Err(StoreError::Conflict(_)) => return Ok(Step::Again),
            Err(error) => return Err(error.into()),
        }
        Ok(Step::Done(Err(match lock {
            Some(until) => Refusal::Locked { until },
            None => Refusal::WrongSecret { attempts_left: next.left(now, policy) },
        })))
    }

    /// Removes what is forgotten of wrong tries at numbers that nobody has, as long as `lease` (a guard in the installation's
    /// partition) holds; says how many. For the sweep.
    ///
    /// # Errors
    /// When the store fails; [`StoreError::Conflict`] where the lease does not hold any more.
    pub async fn forget_decoys(&self, lease: &Guard) -> Result<usize, StoreError> {
        let limit = |error: crate::store::KeyError| StoreError::Limit(error.to_string());
        let installation = Partition::installation();
        let scan = Scan { limit: SWEEP, ..Scan::default() };
        let index = index().map_err(limit)?;
        let oldest = self.store().scan(&installation, &index, scan).await?;
        let kept_from = self.now().checked_sub(WRONG_REMEMBERED).unwrap_or(Timestamp::MIN);
        let kept_from = time_order(kept_from);
        let mut removed = 0;
        for (order, key) in oldest.entries.into_iter().filter(|(order, _)| *order < kept_from) {
            let Some(document) = self.store().find(&installation, &key).await? else { continue };
            let commit = Commit::new()
                .guard(lease.clone())
                .guard(Guard::Version(key.clone(), document.version))
                .delete(key.clone())
                .unindex(index.clone(), order);
            match self.store().commit(&installation, commit).await {
                Ok(_) => removed += 1,
                // Somebody tries this number just now: it is remembered again.
                Err(StoreError::Conflict(other)) if other == key => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }
}
