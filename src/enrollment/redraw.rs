//! An invitation gets a new link, number and secret: it was printed again, or the old ones are in wrong hands.

use super::acts::Asked;
use super::authority::{OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::drawn::Drawn;
use super::hint::Hint;
use super::id::EnrollmentId;
use super::invite::Carrier;
use super::outbox::NoticeFacts;
use super::view::IssuedInvitation;
use crate::directory::put_subscriber;
use crate::entropy::Entropy;
use crate::store::{Commit, StoreError};

impl RegistrationAuthority {
    /// Makes a new link, number, secret and, where the offer has one, separate bundle password. The ones before lead nowhere
    /// from then on; the invitation's time begins anew, and a lock ends.
    ///
    /// # Errors
    /// When there is no such enrollment, or its secret has been used.
    pub async fn redraw(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        carrier: Carrier,
    ) -> Result<IssuedInvitation, OperatorError> {
        self.redraw_asked(caller, id, carrier, Asked::default()).await
    }

    pub(super) async fn redraw_asked(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        carrier: Carrier,
        asked: Asked,
    ) -> Result<IssuedInvitation, OperatorError> {
        let act = format!("redraw/{id}");
        let derived = || asked.once.map(|once| self.derived(caller, &act, once)).transpose();
        // A draw whose code or number was taken is passed over, and the next one tried.
        let source = derived()?;
        for _ in 0..TRIES {
            let loaded = self.get(caller, id).await?;
            // Who moved away is no longer within the reach of those they moved from.
            let person = &loaded.enrollment.subscriber;
            let known = self.0.access.subscriber(&caller.organization, person).await?;
            if let Some((known, _)) = &known {
                caller.must_reach(known.facility.as_ref(), || format!("subscriber {}", known.id))?;
            }
            let offer = self.offered(&loaded.enrollment.offer)?;
            if let Some(again) = derived()?
                && let Some(drawn) = self.drawn_for(&loaded.enrollment, offer, &again)?
            {
                return Ok(self.handed_over(&loaded.enrollment, offer, drawn));
            }
            self.as_seen(&loaded, asked.seen).await?;
            let entropy: &dyn Entropy = match &source {
                Some(source) => source,
                None => self.0.parts.entropy.as_ref(),
            };
            let organization = self.issuing(&caller.organization, &offer.name).await?;
            let mailing = self.mailing_of(caller, &loaded.enrollment, carrier).await?;
            let drawn = Drawn::draw(entropy, offer, &self.0.parts.pepper, id)?;
            let new = self.credentials(id, offer, &drawn, (carrier, &organization.policy))?;
            let Some((next, happened)) = loaded.enrollment.clone().redrawn(new, self.now()) else {
                return Err(OperatorError::NotNow {
                    id: id.clone(),
                    standing: loaded.enrollment.standing(self.now()),
                    hint: Hint::NoNewSecret,
                });
            };
            // The pointers first: they are passed over until what they point to has been committed.
            if !self.pointed(&next).await? {
                continue;
            }
            let happened = [happened];
            let resting = match &known {
                Some(known) => {
                    let (access, doer) = (&self.0.access, caller.doer());
                    put_subscriber(access, Commit::new(), Some(known), &known.0, false, &doer)?
                }
                None => Commit::new(),
            };
            let mut commit = self.change(resting, &loaded, &next, caller, &happened)?;
            if carrier == Carrier::OwnDevice {
                let facts = NoticeFacts { at: self.now(), ..NoticeFacts::default() };
                commit = self.warned_of_change(commit, &next, facts).await;
            }
            let (commit, mails) = match &mailing {
                Some(mailing) => self.mailed(commit, &next, mailing, drawn.nonces)?,
                None => (commit, Vec::new()),
            };
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(id, &happened);
                    let secret_mailed = mailing.is_some_and(|mailing| mailing.mails_secret());
                    let issued = self.handed_over(&next, offer, drawn);
                    return Ok(IssuedInvitation { mails, secret_mailed, ..issued });
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }
}
