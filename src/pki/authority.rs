//! New certification authorities: a root, and an intermediate below an issuer.

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};

use crate::pki::certificate::{Powers, begin};
use crate::pki::error::PkiError;
use crate::pki::extension::Extensions;
use crate::pki::issuer::{Issuer, IssuerError};
use crate::pki::key::{KeyType, SubjectKey};
use crate::pki::public_half::PublicHalf;
use crate::pki::serial::SerialNumber;
use crate::pki::signing::digest_for;
use crate::pki::subject::Subject;
use crate::pki::validity::{BACKDATE, Standing, backdated, days, whole_second};

/// Why a CA could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A lifetime of no days, or of more than a hundred years.
    #[error("a CA lives for 1 to 36525 days, not {0}")]
    Days(u32),
    /// The issuer is not valid now.
    #[error("{issuer} is not valid now: {standing:?}")]
    IssuerNotValid {
        /// The issuer's name.
        issuer: String,
        /// Where it stands.
        standing: Standing,
    },
    /// The issuer's certificate allows no CA below it.
    #[error("{issuer} allows no CA certificates below it (its pathLenConstraint is 0)")]
    NoneBelow {
        /// The issuer's name.
        issuer: String,
    },
    /// What was made does not pass the checks of [`Issuer::new`].
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// OpenSSL refused.
    #[error(transparent)]
    Pki(#[from] PkiError),
}

impl From<openssl::error::ErrorStack> for AuthorityError {
    fn from(error: openssl::error::ErrorStack) -> Self {
        Self::Pki(error.into())
    }
}

impl Issuer {
    /// Makes a root: a new key and a self-signed certificate that allows one level of CAs below (pathLenConstraint 1)
    /// and has no name constraints.
    ///
    /// # Errors
    /// When `lifetime` (days) is out of bounds or OpenSSL refuses.
    pub fn create_root(
        subject: &Subject,
        kind: KeyType,
        lifetime: u32,
        serial: SerialNumber,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        let until = end_of(lifetime, now)?;
        let key = new_key(kind)?;
        let name = subject.to_x509_name()?;
        let half = PublicHalf::of(&key)?;
        let mut builder = begin(&name, &name, &half, serial, (backdated(now, BACKDATE), until))?;
        Extensions(&mut builder).authority(Some(1))?.key_identifiers(&half.identifier, &half.identifier)?;
        builder.sign(&key, digest_for(&key))?;
        Ok(Self::new(&builder.build(), &[], key)?)
    }

    /// Makes an intermediate: a new key and a certificate signed by this issuer that allows no CAs below
    /// (pathLenConstraint 0). It ends with its issuer at the latest.
    ///
    /// # Errors
    /// When `lifetime` (days) is out of bounds, this issuer is not valid now or allows no CA below, or OpenSSL refuses.
    pub fn create_intermediate(
        &self,
        subject: &Subject,
        kind: KeyType,
        lifetime: u32,
        serial: SerialNumber,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        let (from, until) = self.validity();
        let until = end_of(lifetime, now)?.min(until);
        let standing = self.standing(now);
        if !standing.is_valid() {
            return Err(AuthorityError::IssuerNotValid { issuer: self.name(), standing });
        }
        if Powers::of(self.certificate())?.path_length == Some(0) {
            return Err(AuthorityError::NoneBelow { issuer: self.name() });
        }
        let key = new_key(kind)?;
        let half = PublicHalf::of(&key)?;
        let name = subject.to_x509_name()?;
        let mut builder =
            begin(&name, self.subject(), &half, serial, (backdated(now, BACKDATE).max(from), until))?;
        Extensions(&mut builder)
            .authority(Some(0))?
            .key_identifiers(&half.identifier, self.key_identifier())?;
        let certificate = self.sign(builder)?;
        Ok(Self::new(&certificate, &self.bundle_chain(), key)?)
    }
}

fn new_key(kind: KeyType) -> Result<PKey<Private>, PkiError> {
    Ok(SubjectKey::generate(kind)?.as_pkey().to_owned())
}

fn end_of(lifetime: u32, now: Timestamp) -> Result<Timestamp, AuthorityError> {
    let in_bounds = Some(lifetime).filter(|lifetime| (1..=36_525).contains(lifetime));
    let end = in_bounds.and_then(|lifetime| now.checked_add(days(lifetime)).ok());
    end.map(whole_second).ok_or(AuthorityError::Days(lifetime))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::pki::sample;

    fn serial() -> SerialNumber {
        SerialNumber::random(&SystemEntropy).unwrap()
    }

    #[test]
    fn a_root_and_an_intermediate_of_every_kind_are_made() {
        for kind in KeyType::ALL {
            let root =
                Issuer::create_root(&sample::subject("Root"), kind, 3650, serial(), sample::now()).unwrap();
            assert!(root.root().is_some() && root.chain().is_empty());
            let issuer = root
                .create_intermediate(&sample::subject("Issuing"), kind, 1825, serial(), sample::now())
                .unwrap();
            assert_eq!(issuer.root().unwrap().to_der().unwrap(), root.certificate().to_der().unwrap());
            assert_eq!(issuer.bundle_chain().len(), 2);
            assert_eq!(Powers::of(root.certificate()).unwrap().path_length, Some(1));
            assert_eq!(Powers::of(issuer.certificate()).unwrap().path_length, Some(0));
        }
    }

    #[test]
    fn an_intermediate_never_outlives_its_root() {
        let root = Issuer::create_root(&sample::subject("Root"), KeyType::P256, 365, serial(), sample::now())
            .unwrap();
        let issuer = root
            .create_intermediate(&sample::subject("Issuing"), KeyType::P256, 3650, serial(), sample::now())
            .unwrap();
        assert_eq!(issuer.validity().1, root.validity().1);
        assert_eq!(root.validity().1, sample::now() + days(365));
    }

    #[test]
    fn an_intermediate_has_no_cas_below_it() {
        let issuer = sample::issuer(KeyType::P256);
        let refused =
            issuer.create_intermediate(&sample::subject("Below"), KeyType::P256, 30, serial(), sample::now());
        assert!(matches!(refused, Err(AuthorityError::NoneBelow { .. })));
    }

    #[test]
    fn an_expired_root_makes_nothing_more() {
        let root =
            Issuer::create_root(&sample::subject("Root"), KeyType::P256, 1, serial(), sample::now()).unwrap();
        let later = sample::now() + days(2);
        let refused = root.create_intermediate(&sample::subject("Late"), KeyType::P256, 30, serial(), later);
        assert!(matches!(
            refused,
            Err(AuthorityError::IssuerNotValid { standing: Standing::Expired { .. }, .. })
        ));
    }

    #[test]
    fn a_lifetime_of_nothing_or_of_ages_is_refused() {
        for lifetime in [0, 36_526, u32::MAX] {
            let refused = Issuer::create_root(
                &sample::subject("Root"),
                KeyType::P256,
                lifetime,
                serial(),
                sample::now(),
            );
            assert!(matches!(refused, Err(AuthorityError::Days(days)) if days == lifetime));
        }
    }
}
