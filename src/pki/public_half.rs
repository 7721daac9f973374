//! The public half of a key, as certificates carry it.

use openssl::bn::BigNumContext;
use openssl::ec::{EcKey, EcPoint, PointConversionForm};
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Public};
use openssl::rsa::Rsa;
use openssl::sha::sha1;

use crate::pki::error::PkiError;
use crate::pki::key::KeyType;

/// A public key that shares nothing with its private half, and what certificates say of it.
///
/// OpenSSL keeps the key that a certificate is built with beside the certificate; built with a whole key, a certificate
/// would keep the subscriber's private key alive. (Rebuilt from its numbers, a key is also encoded twice as fast.)
pub(crate) struct PublicHalf {
    /// The key.
    pub(crate) key: PKey<Public>,
    /// Its kind; `None` when Tegata would not have made it.
    pub(crate) kind: Option<KeyType>,
    /// The SHA-1 of its bits (RFC 5280 section 4.2.1.2, method 1). A name, not a proof.
    pub(crate) identifier: [u8; 20],
}

impl PublicHalf {
    /// Takes the public numbers out of an RSA or EC key.
    pub(crate) fn of<T: HasPublic>(key: &PKeyRef<T>) -> Result<Self, PkiError> {
        let (public, bits) = match key.id() {
            Id::RSA => {
                let rsa = key.rsa()?;
                let public = Rsa::from_public_components(rsa.n().to_owned()?, rsa.e().to_owned()?)?;
                let bits = public.public_key_to_der_pkcs1()?;
                (PKey::from_rsa(public)?, bits)
            }
            Id::EC => {
                let ec = key.ec_key()?;
                let group = ec.group();
                let mut context = BigNumContext::new()?;
                let bits =
                    ec.public_key().to_bytes(group, PointConversionForm::UNCOMPRESSED, &mut context)?;
                // Read back, the point is in the affine form that every later encoding would have to compute again.
                let point = EcPoint::from_bytes(group, &bits, &mut context)?;
                (PKey::from_ec_key(EcKey::from_public_key(group, &point)?)?, bits)
            }
            other => return Err(PkiError::KeyKind(format!("{other:?}"))),
        };
        Ok(Self { kind: KeyType::of(&public), key: public, identifier: sha1(&bits) })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::pki::key::SubjectKey;
    use crate::pki::sample;
    use der::Decode;
    use x509_cert::spki::SubjectPublicKeyInfoRef;

    #[test]
    fn the_identifier_is_the_hash_of_the_bits_in_the_certificate() {
        let issuer = sample::issuer(KeyType::P256);
        for kind in KeyType::ALL {
            let identity = sample::identity(&issuer, kind);
            let half = PublicHalf::of(identity.key.as_pkey()).unwrap();
            assert_eq!(half.kind, Some(kind));
            assert_eq!(identity.certificate.subject_key_id().unwrap().as_slice(), half.identifier);
            let encoded = identity.certificate.public_key().unwrap().public_key_to_der().unwrap();
            let info = SubjectPublicKeyInfoRef::from_der(&encoded).unwrap();
            assert_eq!(sha1(info.subject_public_key.raw_bytes()), half.identifier);
            assert_eq!(encoded, identity.key.as_pkey().public_key_to_der().unwrap());
        }
    }

    #[test]
    fn a_key_that_no_certificate_here_carries_is_named() {
        let key = SubjectKey::from(PKey::generate_ed25519().unwrap());
        assert!(matches!(PublicHalf::of(key.as_pkey()), Err(PkiError::KeyKind(_))));
    }
}
