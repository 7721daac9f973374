//! An invitation is mailed once more, with a new link. Whoever asks for it sees neither link nor secret.

use super::nonce::{Follows, Pair};
use crate::enrollment::acts::Asked;
use crate::enrollment::authority::{OperatorError, RegistrationAuthority, TRIES};
use crate::enrollment::caller::Caller;
use crate::enrollment::credentials::{Code, Number};
use crate::enrollment::id::EnrollmentId;
use crate::enrollment::invite::Carrier;
use crate::enrollment::query::EnrollmentSummary;
use crate::entropy::Entropy;
use crate::pepper::{Purpose, SecretHash};
use crate::store::{Commit, StoreError};

/// A new link and number, of which only hashes stay, and what they follow from.
struct NewLink {
    nonces: Pair,
    code: SecretHash,
    number: SecretHash,
}

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
        self.resend_asked(caller, id, Asked::default()).await
    }

    /// As [`Self::resend`], as it was seen; the same form sent again sends no second mail.
    pub(in crate::enrollment) async fn resend_asked(
        &self,
        caller: &Caller,
        id: &EnrollmentId,
        asked: Asked,
    ) -> Result<EnrollmentSummary, OperatorError> {
        let act = format!("resend/{id}");
        let derived = || asked.once.map(|once| self.derived(caller, &act, once)).transpose();
        // A draw whose code or number was taken is passed over, and the next one tried.
        let source = derived()?;
        for _ in 0..TRIES {
            let loaded = self.get(caller, id).await?;
            let enrollment = &loaded.enrollment;
            if let Some(again) = derived()?
                && self.new_link(id, &again)?.code.matches(&enrollment.code)
            {
                return Ok(self.summary(enrollment));
            }
            let mailing = self.mailable(caller, enrollment).await?;
            if mailing.mails_secret() {
                self.redraw_asked(caller, id, Carrier::Mail, asked).await?;
                return self.summary_of(caller, id).await;
            }
            self.as_seen(&loaded, asked.seen).await?;
            let entropy: &dyn Entropy = match &source {
                Some(source) => source,
                None => self.0.parts.entropy.as_ref(),
            };
            let NewLink { nonces, code, number } = self.new_link(id, entropy)?;
            let life = self.offered(&enrollment.offer)?.link_life;
            let Some((next, happened)) = enrollment.clone().relinked((code, number), life, self.now()) else {
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

    fn new_link(&self, id: &EnrollmentId, entropy: &dyn Entropy) -> Result<NewLink, OperatorError> {
        let pepper = &self.0.parts.pepper;
        let nonces = Pair::draw(entropy)?;
        let stream = Follows::link(pepper, nonces.link, id);
        let (code, number) = (Code::draw(&stream)?, Number::draw(&stream)?);
        Ok(NewLink {
            nonces,
            code: pepper.hash(Purpose::Code, "", code.expose().as_bytes())?,
            number: pepper.hash(Purpose::Number, "", number.expose().as_bytes())?,
        })
    }
}
