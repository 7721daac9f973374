//! What people and browsers show to be let in: made by the machine, kept as hashes only, gone from memory when dropped.

use std::fmt;

use zeroize::Zeroizing;

use super::letters::{CROCKFORD, LONGEST_INPUT, Malformed, ascii, draw, read_crockford, separates};
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::{Pepper, PepperError, Purpose, SecretHash};

/// Letters in a token: 52 × 5 = 260 bits.
const TOKEN_LENGTH: usize = 52;

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $purpose:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Draws a new one.
            pub(super) fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
                Ok(Self(Zeroizing::new(draw(entropy, CROCKFORD, TOKEN_LENGTH)?.to_ascii_lowercase())))
            }

            /// Reads what somebody shows; whether it leads anywhere is for the directory to say.
            ///
            /// # Errors
            /// When it cannot be one.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                let read = read_crockford(text, TOKEN_LENGTH)?;
                Ok(Self(Zeroizing::new(read.to_ascii_lowercase())))
            }

            /// The token itself.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// What the store knows of it.
            pub(super) fn hash(&self, pepper: &Pepper) -> Result<SecretHash, PepperError> {
                pepper.hash($purpose, stringify!($name), self.0.as_bytes())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

token!(
    /// What a browser shows that is signed in: 52 letters of Crockford's base 32 (260 bits), for a cookie.
    SessionToken, Purpose::Session
);
token!(
    /// The unguessable part of a new operator's link `/join/…`: 52 letters of Crockford's base 32 (260 bits).
    WelcomeToken, Purpose::Welcome
);
token!(
    /// What somebody holds who showed a right recovery code and registers a new passkey: 52 letters (260 bits).
    RecoveryTicket, Purpose::Recovery
);

/// Letters of a recovery code that find the account: 40 bits.
const SELECTOR_LENGTH: usize = 8;
/// Letters of a recovery code that prove it: 22 × 5 = 110 bits.
const VERIFIER_LENGTH: usize = 22;

/// What lets somebody in who has lost every passkey: 30 letters of Crockford's base 32 in six groups of five, of which 8 find
/// the account and 22 (110 bits) prove it. Shown once.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// Draws a new one.
    pub(super) fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        draw(entropy, CROCKFORD, SELECTOR_LENGTH + VERIFIER_LENGTH).map(Self)
    }

    /// Reads what somebody typed: either case, full-width letters, spaces and hyphens anywhere.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let length = SELECTOR_LENGTH + VERIFIER_LENGTH;
        let letters = Zeroizing::new(if text.len() > 4 * LONGEST_INPUT {
            // Too long for one, and refused as such.
            "-".repeat(LONGEST_INPUT + 1)
        } else {
            text.chars().map(ascii).filter(|c| !separates(*c)).collect::<String>()
        });
        read_crockford(&letters, length).map(Self)
    }

    /// As people write it down: `7KQ4M-…`.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut grouped = Zeroizing::new(String::with_capacity(self.0.len() + self.0.len() / 5));
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % 5 == 0 {
                grouped.push('-');
            }
            grouped.push(letter);
        }
        grouped
    }

    /// What finds the account.
    pub(super) fn selector(&self, pepper: &Pepper) -> Result<SecretHash, PepperError> {
        pepper.hash(Purpose::RecoverySelector, "", &self.0.as_bytes()[..SELECTOR_LENGTH])
    }

    /// What proves that it is the account's own.
    pub(super) fn verifier(&self, pepper: &Pepper, account: &str) -> Result<SecretHash, PepperError> {
        pepper.hash(Purpose::Recovery, account, &self.0.as_bytes()[SELECTOR_LENGTH..])
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_recovery_code_is_read_however_it_was_copied() {
        let pepper = Pepper::new(&[1; 32]).unwrap();
        let code = RecoveryCode::draw(&SystemEntropy).unwrap();
        let written = code.grouped();
        assert_eq!(written.len(), 35);
        let wide: String = written.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        for text in [written.to_lowercase(), written.replace('-', " "), wide, format!(" {}\n", *written)] {
            let read = RecoveryCode::parse(&text).unwrap();
            assert!(read.selector(&pepper).unwrap().matches(&code.selector(&pepper).unwrap()), "{text}");
            let [one, other] = [&read, &code].map(|code| code.verifier(&pepper, "a").unwrap());
            assert!(one.matches(&other), "{text}");
        }
        assert!(RecoveryCode::parse("").is_err());
        assert!(RecoveryCode::parse(&"7".repeat(10_000)).is_err());
        assert!(RecoveryCode::parse(&written[1..]).is_err());
    }

    #[test]
    fn no_part_of_a_token_is_shown_in_messages() {
        let token = SessionToken::draw(&SystemEntropy).unwrap();
        assert_eq!(format!("{token:?}"), "SessionToken(..)");
        assert_eq!(SessionToken::parse(token.expose()).unwrap().expose(), token.expose());
        assert!(SessionToken::parse("short").is_err());
    }
}
