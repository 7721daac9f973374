//! A form that is sent twice issues once.
//!
//! Everything that an issuing act draws (the enrollment's name, link, number, secret, separate password) is derived from the
//! form's own random part and the pepper. The same form leads to the same name, and where that enrollment is there already, to
//! the same credentials again: nothing secret has to be kept for that, and the form alone opens nothing.

use super::authority::{OperatorError, RegistrationAuthority, TRIES};
use super::caller::Caller;
use super::drawn::Drawn;
use super::id::EnrollmentId;
use super::record::Enrollment;
use super::view::IssuedInvitation;
use crate::pepper::{Derived, PepperError, Purpose};
use crate::profile::Offer;

const INFO: &[u8] = b"tegata/1/once";

/// What makes an issuing act happen once, however often it is asked for: the random part of the form that asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Once(pub [u8; 16]);

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Once(..)")
    }
}

impl RegistrationAuthority {
    /// What is drawn for `act` of this caller's organization under this key.
    pub(super) fn derived(&self, caller: &Caller, act: &str, once: Once) -> Result<Derived, PepperError> {
        let salt = format!("{}/{act}", caller.organization);
        let seed = self.0.parts.pepper.sealing_key(&once.0, salt.as_bytes(), INFO)?;
        Ok(Derived::new(seed))
    }

    /// The enrollment that this key has issued already, with its credentials.
    ///
    /// # Errors
    /// [`OperatorError::LinkRenewed`] when it has got others since.
    pub(super) async fn issued_before(
        &self,
        caller: &Caller,
        act: &str,
        once: Once,
    ) -> Result<Option<(Enrollment, IssuedInvitation)>, OperatorError> {
        let derived = self.derived(caller, act, once)?;
        let id = EnrollmentId::draw(&derived)?;
        let Some(loaded) = self.load(&caller.organization, &id).await? else { return Ok(None) };
        let offer = self.offered(&loaded.enrollment.offer)?;
        match self.drawn_for(&loaded.enrollment, offer, &derived)? {
            Some(drawn) => {
                let issued = self.handed_over(&loaded.enrollment, offer, drawn);
                Ok(Some((loaded.enrollment, issued)))
            }
            None => Err(OperatorError::LinkRenewed(id)),
        }
    }

    /// What was drawn for this enrollment, where it was drawn from `derived`: a draw whose code or number was taken was passed
    /// over.
    pub(super) fn drawn_for(
        &self,
        enrollment: &Enrollment,
        offer: &Offer,
        derived: &Derived,
    ) -> Result<Option<Drawn>, OperatorError> {
        for _ in 0..TRIES {
            let drawn = Drawn::draw(derived, offer, &self.0.parts.pepper, &enrollment.id)?;
            let code = self.0.parts.pepper.hash(Purpose::Code, "", drawn.code.expose().as_bytes())?;
            if code.matches(&enrollment.code) {
                return Ok(Some(drawn));
            }
        }
        Ok(None)
    }
}
