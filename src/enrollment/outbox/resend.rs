//! An invitation is mailed once more, with a new link. Whoever asks for it sees neither link nor secret.

use super::nonce::{Follows, Pair};
use crate::enrollment::authority::{OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::caller::Caller;
use crate::enrollment::credentials::{Code, Number};
use crate::enrollment::hint::Hint;
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::Carrier;
use crate::enrollment::query::EnrollmentSummary;
use crate::enrollment::state::State;
use crate::pepper::Purpose;
use crate::store::{Commit, StoreError};

impl RegistrationAuthority {
    /// Mails an invitation again. Where the organization's mails carry no secret, link and number are new and the secret stays
    /// what the person has; where they do, the secret is new as well and is mailed as it was before.
    ///
    /// # Errors
    /// When there is no such enrollment, its secret has been used or its time is over, or nothing can be mailed to the person.
    pub async fn resend(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
    ) -> Result<EnrollmentSummary, OperatorError> {
        for _ in 0..TRIES {
            let loaded = self.get(caller, id).await?;
            let now = self.now();
            let enrollment = &loaded.enrollment;
            if !matches!(enrollment.state, State::Invited) || now >= enrollment.invitation_ends {
                return Err(OperatorError::NotNow {
                    id: id.clone(),
                    standing: enrollment.standing(now),
                    hint: Hint::NoNewSecret,
                });
            }
            let Some(mailing) = self.mailing_of(caller, enrollment, Carrier::Mail).await? else {
                return Err(OperatorError::Busy);
            };
            if mailing.mails_secret() {
                self.redraw(caller, id, Carrier::Mail).await?;
                return self.summary_of(caller, id).await;
            }
            let parts = &self.0.parts;
            let nonces = Pair::draw(parts.entropy.as_ref())?;
            let stream = Follows::link(&parts.pepper, nonces.link, id);
            let (code, number) = (Code::draw(&stream)?, Number::draw(&stream)?);
            let code = parts.pepper.hash(Purpose::Code, "", code.expose().as_bytes())?;
            let number = parts.pepper.hash(Purpose::Number, "", number.expose().as_bytes())?;
            let life = self.offered(&enrollment.offer)?.link_life;
            let Some((next, happened)) = enrollment.clone().relinked((code, number), life, now) else {
                continue;
            };
            if !self.pointed(&next).await? {
                continue;
            }
            let happened = [happened];
            let commit = self.change(Commit::new(), &loaded, &next, caller, &happened)?;
            let (commit, _) = self.mailed(commit, &next, &mailing, nonces)?;
            match self.store().commit(&loaded.partition, commit).await {
                Ok(_) => {
                    self.tell_all(id, &happened);
                    return Ok(self.summary(&next));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OperatorError::Busy)
    }

    async fn summary_of(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let loaded = self.get(caller, id).await?;
        Ok(self.summary(&loaded.enrollment))
    }
}
