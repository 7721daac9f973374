//! The nonce of a form: proves, without anything kept on the server, that this server made the form, for this page, not
//! long ago.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use openssl::memcmp;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::pepper::{Pepper, PepperError, Purpose};

/// How long a form can be sent after it was shown: a working day, so that a tab left open over lunch still works.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// How far another node's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

const RANDOM: usize = 16;
const TIME: usize = 8;
const MAC: usize = 32;

/// Why a form is not taken. What was typed into it was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceProblem {
    /// The form has none, or not one of ours for this page.
    Forged,
    /// It was shown too long ago.
    Expired,
}

/// Makes and reads nonces. Shape: random (16) ‖ seconds since 1970 (8, big-endian) ‖ HMAC-SHA-256 (32), base64url.
#[derive(Clone)]
pub struct FormNonces {
    pepper: Arc<Pepper>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl FormNonces {
    /// Nonces under `pepper`.
    #[must_use]
    pub fn new(pepper: Arc<Pepper>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { pepper, clock, entropy }
    }

    /// A new nonce for the form called `scope` (a link's code, or the name of a page that needs none).
    ///
    /// # Errors
    /// When there is no randomness, or OpenSSL refuses.
    pub fn issue(&self, scope: &str) -> Result<String, PepperError> {
        let mut bytes = Vec::with_capacity(RANDOM + TIME + MAC);
        bytes.extend_from_slice(&self.entropy.bytes::<RANDOM>()?);
        bytes.extend_from_slice(&self.clock.now().as_second().to_be_bytes());
        let mac = self.pepper.hash(Purpose::FormNonce, scope, &bytes)?;
        bytes.extend_from_slice(mac.as_bytes());
        Ok(BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads what came back for `scope`; gives the nonce's random part, which is the form's own name.
    ///
    /// # Errors
    /// The problem, when the form must be shown again.
    pub fn open(&self, scope: &str, nonce: &str) -> Result<[u8; RANDOM], NonceProblem> {
        if nonce.len() > 2 * (RANDOM + TIME + MAC) {
            return Err(NonceProblem::Forged);
        }
        let bytes = BASE64URL_NOPAD.decode(nonce.as_bytes()).map_err(|_| NonceProblem::Forged)?;
        let Some((signed, mac)) = bytes.split_at_checked(RANDOM + TIME) else {
            return Err(NonceProblem::Forged);
        };
        let expected =
            self.pepper.hash(Purpose::FormNonce, scope, signed).map_err(|_| NonceProblem::Forged)?;
        if mac.len() != MAC || !memcmp::eq(mac, expected.as_bytes()) {
            return Err(NonceProblem::Forged);
        }
        let mut random = [0; RANDOM];
        let mut seconds = [0; TIME];
        random.copy_from_slice(&signed[..RANDOM]);
        seconds.copy_from_slice(&signed[RANDOM..]);
        let made = Timestamp::from_second(i64::from_be_bytes(seconds)).map_err(|_| NonceProblem::Forged)?;
        let age = self.clock.now().duration_since(made);
        if age > LIFETIME || age < -AHEAD { Err(NonceProblem::Expired) } else { Ok(random) }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::entropy::SystemEntropy;

    fn nonces() -> (FormNonces, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at("2026-11-21T00:00:00Z".parse().unwrap()));
        let pepper = Arc::new(Pepper::new(&[3; 32]).unwrap());
        (FormNonces::new(pepper, clock.clone(), Arc::new(SystemEntropy)), clock)
    }

    #[test]
    fn a_nonce_opens_for_its_own_form_only() {
        let (nonces, _) = nonces();
        let nonce = nonces.issue("A").unwrap();
        assert!(nonces.open("A", &nonce).is_ok());
        assert_eq!(nonces.open("B", &nonce), Err(NonceProblem::Forged));
        assert_ne!(nonces.open("A", &nonce), nonces.open("A", &nonces.issue("A").unwrap()));
    }

    #[test]
    fn a_nonce_ends_after_twelve_hours() {
        let (nonces, clock) = nonces();
        let nonce = nonces.issue("A").unwrap();
        clock.advance(LIFETIME);
        assert!(nonces.open("A", &nonce).is_ok());
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(nonces.open("A", &nonce), Err(NonceProblem::Expired));
    }

    #[test]
    fn a_nonce_of_a_clock_far_ahead_is_refused() {
        let (nonces, clock) = nonces();
        let nonce = nonces.issue("A").unwrap();
        clock.advance(-AHEAD);
        assert!(nonces.open("A", &nonce).is_ok());
        clock.advance(SignedDuration::from_secs(-1));
        assert_eq!(nonces.open("A", &nonce), Err(NonceProblem::Expired));
    }

    #[test]
    fn an_altered_nonce_is_refused() {
        let (nonces, _) = nonces();
        let nonce = nonces.issue("A").unwrap();
        let bytes = BASE64URL_NOPAD.decode(nonce.as_bytes()).unwrap();
        for position in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[position] ^= 1;
            assert_eq!(nonces.open("A", &BASE64URL_NOPAD.encode(&altered)), Err(NonceProblem::Forged));
        }
        for bad in ["", "あ", "AAAA", &nonce[..nonce.len() - 1], &"A".repeat(100_000)] {
            assert_eq!(nonces.open("A", bad), Err(NonceProblem::Forged));
        }
    }
}
