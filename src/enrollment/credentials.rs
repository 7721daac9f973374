//! What opens an enrollment: the link code, the retrieval number, the secret and the ticket. Made by the machine, kept as
//! hashes only, gone from memory when dropped.

use std::fmt;

use zeroize::Zeroizing;

pub use crate::directory::letters::Malformed;
use crate::directory::letters::{CROCKFORD, LONGEST_INPUT, ascii, draw, read_crockford, separates};
use crate::entropy::{Entropy, EntropyError};
use crate::pepper::SealingKey;

/// What a person reads from paper and types on a phone: no 0 1 i l o u, lower case. 30 letters, 4.9 bits each.
const TYPED: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";

/// Letters in a code or a ticket: 26 × 5 = 130 bits.
const CODE_LENGTH: usize = 26;
/// Letters in a secret: 10 × log2(30) = 49.07 bits.
const SECRET_LENGTH: usize = 10;
/// Digits in a retrieval number.
const NUMBER_LENGTH: usize = 8;

macro_rules! hidden {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

/// What the link and the QR code carry: 26 characters of Crockford's base 32 (130 bits), read in either case.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);
hidden!(Code);

impl Code {
    /// Draws a new code.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        draw(entropy, CROCKFORD, CODE_LENGTH).map(Self)
    }

    /// Reads a code from a URL's path.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        read_crockford(text, CODE_LENGTH).map(Self)
    }

    /// The code in capitals, as it stands in the QR code.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What a person types when there is no link: 8 digits.
#[derive(Clone)]
pub struct Number(Zeroizing<String>);
hidden!(Number);

impl Number {
    /// Draws a new number.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        draw(entropy, b"0123456789", NUMBER_LENGTH).map(Self)
    }

    /// Reads what was typed: full-width digits, spaces and hyphens are fine.
    ///
    /// # Errors
    /// When it has not exactly 8 digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = |found| Malformed { found, expected: NUMBER_LENGTH, alphabet: "0-9" };
        if text.len() > LONGEST_INPUT {
            return Err(malformed(text.len()));
        }
        let digits: String = text.chars().map(ascii).filter(|c| !separates(*c)).collect();
        let digits = Zeroizing::new(digits);
        if digits.len() == NUMBER_LENGTH && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(malformed(digits.chars().filter(char::is_ascii_digit).count()))
        }
    }

    /// The eight digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// As people read it: `1234 5678`.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let (left, right) = self.0.split_at(NUMBER_LENGTH / 2);
        Zeroizing::new(format!("{left} {right}"))
    }
}

/// What the human types to claim: 10 letters and digits that cannot be mistaken for each other (49 bits), shown as
/// `abcde-fghjk`. Never in a link.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);
hidden!(Secret);

impl Secret {
    /// Draws a new secret.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        draw(entropy, TYPED, SECRET_LENGTH).map(Self)
    }

    /// Reads what was typed: capitals, full-width letters, spaces and hyphens are fine. A text that cannot be a secret
    /// is refused here, before an attempt is counted.
    ///
    /// # Errors
    /// When it has other letters or another length.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed =
            |found| Malformed { found, expected: SECRET_LENGTH, alphabet: "2-9 and a-z without i l o u" };
        if text.len() > LONGEST_INPUT {
            return Err(malformed(text.len()));
        }
        let mut read = Zeroizing::new(String::with_capacity(LONGEST_INPUT));
        for c in text.chars().map(ascii).filter(|c| !separates(*c)) {
            read.push(c.to_ascii_lowercase());
        }
        let usable = read.bytes().filter(|b| TYPED.contains(b)).count();
        if usable == SECRET_LENGTH && read.len() == SECRET_LENGTH {
            Ok(Self(read))
        } else {
            Err(malformed(usable))
        }
    }

    /// The ten letters, without the hyphen.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// As it is printed, and as it is used where it serves as the bundle password: people type what they see.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let (left, right) = self.0.split_at(SECRET_LENGTH / 2);
        Zeroizing::new(format!("{left}-{right}"))
    }
}

/// The unguessable part of the URL under which a claimed bundle is fetched: 26 characters (130 bits).
#[derive(Clone)]
pub struct Ticket(Zeroizing<String>);
hidden!(Ticket);

impl Ticket {
    /// The ticket that belongs to derived key material: the same material always gives the same ticket, so that the person
    /// who sends the form twice comes back to the same page.
    #[must_use]
    pub fn from_material(material: &SealingKey) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(CODE_LENGTH));
        let (mut bits, mut held) = (0u32, 0u32);
        let mut bytes = material.expose().iter();
        while text.len() < CODE_LENGTH {
            if held < 5 {
                // 26 letters take 130 of the material's 256 bits.
                bits = (bits << 8) | bytes.next().copied().map_or(0, u32::from);
                held += 8;
            }
            held -= 5;
            text.push(char::from(CROCKFORD[((bits >> held) & 31) as usize]));
            bits &= (1 << held) - 1;
        }
        Self(text)
    }

    /// Reads a ticket from a URL's path.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        read_crockford(text, CODE_LENGTH).map(Self)
    }

    /// The ticket in capitals.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A bundle password that the machine makes to be copied: 15 letters of the typed alphabet (73 bits), in three groups.
///
/// # Errors
/// When there is no randomness.
pub fn draw_bundle_password(entropy: &dyn Entropy) -> Result<Zeroizing<String>, EntropyError> {
    draw(entropy, TYPED, 15)
}

/// An enrollment's name in the store and for operators: 12 characters of Crockford's base 32 in lower case. Not secret.
///
/// # Errors
/// When there is no randomness.
pub(super) fn draw_identifier(entropy: &dyn Entropy, length: usize) -> Result<String, EntropyError> {
    Ok(draw(entropy, CROCKFORD, length)?.to_ascii_lowercase())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::pepper::Pepper;

    #[test]
    fn a_code_is_read_in_either_case_and_with_the_letters_people_confuse() {
        let code = Code::draw(&SystemEntropy).unwrap();
        assert_eq!(code.expose().len(), 26);
        let lower = Code::parse(&code.expose().to_ascii_lowercase()).unwrap();
        assert_eq!(lower.expose(), code.expose());
        let confused = code.expose().replace('0', "o").replace('1', "l");
        assert_eq!(Code::parse(&confused).unwrap().expose(), code.expose());
    }

    #[test]
    fn a_secret_has_at_least_49_bits() {
        let letters = u128::try_from(TYPED.len()).unwrap();
        assert!(letters.pow(u32::try_from(SECRET_LENGTH).unwrap()) >= 1 << 49);
    }

    #[test]
    fn a_secret_is_read_as_people_type_it() {
        let secret = Secret::parse("abcde-fghjk").unwrap();
        assert_eq!(secret.expose(), "abcdefghjk");
        assert_eq!(secret.grouped().as_str(), "abcde-fghjk");
        for typed in ["ABCDE FGHJK", " abcdefghjk ", "ａｂｃｄｅ－ｆｇｈｊｋ", "abcdeーfghjk"] {
            assert_eq!(Secret::parse(typed).unwrap().expose(), secret.expose(), "{typed}");
        }
        for bad in ["", "abcdefghj", "abcdefghjkm", "abcdefghj0", "abcdefghjあ", &"a".repeat(5_000)] {
            assert!(Secret::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        assert_eq!(Number::parse("1234 5678").unwrap().expose(), "12345678");
        assert_eq!(Number::parse("１２３４－５６７８").unwrap().expose(), "12345678");
        for bad in ["", "1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨"] {
            assert!(Number::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn equal_material_gives_the_same_ticket_and_other_material_another() {
        let pepper = Pepper::new(&[7; 32]).unwrap();
        let ticket = |m: &[u8]| Ticket::from_material(&pepper.sealing_key(m, b"s", b"ticket").unwrap());
        assert_eq!(ticket(b"a").expose(), ticket(b"a").expose());
        assert_ne!(ticket(b"a").expose(), ticket(b"b").expose());
        assert_eq!(Ticket::parse(ticket(b"a").expose()).unwrap().expose(), ticket(b"a").expose());
    }

    #[test]
    fn nothing_secret_shows_in_debug_output() {
        let secret = Secret::draw(&SystemEntropy).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }

    proptest! {
        #[test]
        fn no_input_breaks_a_parser(text in ".*") {
            let _ = Code::parse(&text);
            let _ = Ticket::parse(&text);
            if let Ok(number) = Number::parse(&text) {
                prop_assert_eq!(number.expose().len(), 8);
            }
            if let Ok(secret) = Secret::parse(&text) {
                let again = Secret::parse(&secret.grouped()).unwrap();
                prop_assert_eq!(again.expose(), secret.expose());
            }
        }
    }
}
