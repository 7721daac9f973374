//! What cannot be a code, a number or a ticket is asked for all the same, under one that nobody was given: the same work,
//! the same time, the same answer as for one that could be.

use std::sync::Arc;

use crate::enrollment::{Code, Number, Ticket};
use crate::pepper::{Pepper, Purpose};

/// Makes stand-ins.
pub struct StandIns(Arc<Pepper>);

/// The letters of Crockford's base 32 that a digest's low bits choose.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl StandIns {
    /// Stand-ins under `pepper`.
    #[must_use]
    pub const fn new(pepper: Arc<Pepper>) -> Self {
        Self(pepper)
    }

    /// 32 bytes that follow from `text` and from nothing that anybody outside knows.
    fn digest(&self, purpose: Purpose, text: &str) -> [u8; 32] {
        self.0.hash(purpose, "stand-in", text.as_bytes()).map_or([0; 32], |hash| *hash.as_bytes())
    }

    fn letters(&self, purpose: Purpose, text: &str) -> String {
        let digest = self.digest(purpose, text);
        digest.iter().take(26).map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
    }

    /// The code in `text`, or its stand-in: one of 2^130, that nobody was given.
    #[must_use]
    pub fn code(&self, text: &str) -> Option<Code> {
        Code::parse(text).or_else(|_| Code::parse(&self.letters(Purpose::Code, text))).ok()
    }

    /// The ticket in `text`, or its stand-in.
    #[must_use]
    pub fn ticket(&self, text: &str) -> Option<Ticket> {
        Ticket::parse(text).or_else(|_| Ticket::parse(&self.letters(Purpose::Ticket, text))).ok()
    }

    /// The number in `text`, or its stand-in. It may by chance be somebody's, as any number that is tried may be; the
    /// secret beside it is still wrong.
    #[must_use]
    pub fn number(&self, text: &str) -> Option<Number> {
        let digits = || {
            let digest = self.digest(Purpose::Number, text);
            digest.iter().take(8).map(|byte| char::from(b'0' + byte % 10)).collect::<String>()
        };
        Number::parse(text).or_else(|_| Number::parse(&digits())).ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stand_ins() -> StandIns {
        StandIns::new(Arc::new(Pepper::new(&[5; 32]).unwrap()))
    }

    #[test]
    fn what_can_be_a_credential_is_taken_as_it_is() {
        assert_eq!(stand_ins().number("1234 5678").unwrap().expose(), "12345678");
        let code = "0123456789abcdefghjkmnpqrs";
        assert_eq!(stand_ins().code(code).unwrap().expose(), code.to_ascii_uppercase());
        assert_eq!(stand_ins().ticket(code).unwrap().expose(), code.to_ascii_uppercase());
    }

    proptest! {
        #[test]
        fn every_text_leads_to_something_that_can_be_asked_for(text in ".{0,200}", other in ".{0,200}") {
            let stand_ins = stand_ins();
            let code = stand_ins.code(&text).unwrap();
            let again = stand_ins.code(&text).unwrap();
            prop_assert_eq!(code.expose(), again.expose());
            prop_assert!(stand_ins.number(&text).is_some() && stand_ins.ticket(&text).is_some());
            if text != other {
                let another = stand_ins.code(&other).unwrap();
                prop_assert_ne!(code.expose(), another.expose());
            }
        }
    }
}
