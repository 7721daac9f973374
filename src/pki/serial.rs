//! Serial numbers of certificates.

use std::fmt;
use std::str::FromStr;

use openssl::asn1::Asn1Integer;
use openssl::bn::BigNum;
use openssl::x509::X509Ref;
use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;
use crate::pki::error::PkiError;

/// A certificate's serial number: 128 random bits, positive and never zero, at most 17 octets as a DER INTEGER (RFC
/// 5280 section 4.1.2.2 allows 20). Written as 32 lowercase hexadecimal digits, so that the text sorts like the
/// number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SerialNumber([u8; 16]);

/// A text that is no serial number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a serial number is 32 hexadecimal digits and not zero; {0:?} is not")]
pub struct SerialNumberError(String);

impl SerialNumber {
    /// Draws a new number.
    ///
    /// # Errors
    /// When there is no randomness, or when it yields nothing but zero.
    pub fn random(entropy: &dyn Entropy) -> Result<Self, PkiError> {
        for _ in 0..3 {
            if let Some(serial) = Self::from_bytes(entropy.bytes()?) {
                return Ok(serial);
            }
        }
        Err(PkiError::NotRandom)
    }

    /// Takes 16 octets, most significant first; `None` when all of them are zero.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// The 16 octets, most significant first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads a certificate's serial number.
    ///
    /// # Errors
    /// [`PkiError::ForeignSerial`] when it is negative, zero or does not fit 128 bits.
    pub fn of(certificate: &X509Ref) -> Result<Self, PkiError> {
        let number = certificate.serial_number().to_bn()?;
        let foreign = |number: &BigNum| -> Result<Self, PkiError> {
            Err(PkiError::ForeignSerial(number.to_hex_str()?.to_lowercase()))
        };
        if number.is_negative() || number.num_bytes() > 16 {
            return foreign(&number);
        }
        let padded: Option<[u8; 16]> = number.to_vec_padded(16)?.try_into().ok();
        padded.and_then(Self::from_bytes).map_or_else(|| foreign(&number), Ok)
    }

    /// As OpenSSL wants it.
    pub(crate) fn to_asn1(self) -> Result<Asn1Integer, openssl::error::ErrorStack> {
        BigNum::from_slice(&self.0)?.to_asn1_integer()
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

impl FromStr for SerialNumber {
    type Err = SerialNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)
            .ok()
            .and_then(|()| Self::from_bytes(bytes))
            .ok_or_else(|| SerialNumberError(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for SerialNumber {
    type Error = SerialNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SerialNumber> for String {
    fn from(serial: SerialNumber) -> Self {
        serial.to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::entropy::{EntropyError, SystemEntropy};
    use crate::pki::sample;
    use proptest::prelude::*;

    #[derive(Debug)]
    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
            bytes.fill(0);
            Ok(())
        }
    }

    #[test]
    fn two_draws_differ() {
        assert_ne!(
            SerialNumber::random(&SystemEntropy).unwrap(),
            SerialNumber::random(&SystemEntropy).unwrap()
        );
    }

    #[test]
    fn a_generator_of_zeros_is_found_out() {
        assert!(matches!(SerialNumber::random(&Zeros), Err(PkiError::NotRandom)));
    }

    #[test]
    fn a_serial_that_does_not_fit_is_named() {
        let long = "010203040506070809101112131415161718";
        let refused = SerialNumber::of(&sample::self_signed_with_serial(long));
        assert!(matches!(refused, Err(PkiError::ForeignSerial(number)) if number == long));
        assert!(SerialNumber::of(&sample::self_signed_with_serial("-05")).is_err());
        assert!(SerialNumber::of(&sample::self_signed_with_serial("00")).is_err());
    }

    proptest! {
        #[test]
        fn a_serial_survives_text_json_and_a_certificate(bytes in prop::array::uniform16(any::<u8>())) {
            prop_assume!(bytes != [0; 16]);
            let serial = SerialNumber::from_bytes(bytes).unwrap();
            prop_assert_eq!(serial.to_string().parse(), Ok(serial));
            prop_assert_eq!(serial.to_string().to_uppercase().parse(), Ok(serial));
            let json = serde_json::to_string(&serial).unwrap();
            prop_assert_eq!(serde_json::from_str::<SerialNumber>(&json).unwrap(), serial);
            let certificate = sample::self_signed_with_serial(&serial.to_string());
            prop_assert_eq!(SerialNumber::of(&certificate).unwrap(), serial);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
            if let Ok(serial) = text.parse::<SerialNumber>() {
                prop_assert_eq!(serial.to_string(), text.to_lowercase());
            }
        }
    }
}
