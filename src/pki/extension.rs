//! Certificate extensions, encoded from types: no text is ever parsed into one.

use const_oid::AssociatedOid;
use const_oid::db::rfc5280::{
    ID_AD_CA_ISSUERS, ID_AD_OCSP, ID_KP_CLIENT_AUTH, ID_KP_EMAIL_PROTECTION, ID_KP_SERVER_AUTH,
};
use der::asn1::{Ia5String, OctetString};
use der::flagset::FlagSet;
use der::{Encode, oid::ObjectIdentifier};
use openssl::asn1::{Asn1Object, Asn1OctetString};
use openssl::x509::{X509Builder, X509Extension};
use url::Url;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier,
};

use crate::pki::error::PkiError;

/// What an end entity's key is for (RFC 5280 section 4.2.1.12).
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyPurpose {
    ClientAuth,
    ServerAuth,
    EmailProtection,
}

impl KeyPurpose {
    pub(crate) const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::ClientAuth => ID_KP_CLIENT_AUTH,
            Self::ServerAuth => ID_KP_SERVER_AUTH,
            Self::EmailProtection => ID_KP_EMAIL_PROTECTION,
        }
    }
}

/// Collects extensions into a certificate under construction.
pub(crate) struct Extensions<'a>(pub(crate) &'a mut X509Builder);

impl Extensions<'_> {
    fn push<T: AssociatedOid + Encode>(&mut self, critical: bool, value: &T) -> Result<&mut Self, PkiError> {
        let oid = Asn1Object::from_str(&T::OID.to_string())?;
        let value = Asn1OctetString::new_from_bytes(&value.to_der()?)?;
        self.0.append_extension2(&*X509Extension::new_from_der(&oid, critical, &value)?)?;
        Ok(self)
    }

    /// basicConstraints, critical: a CA with at most `path_length` CAs below; and keyUsage.
    pub(crate) fn authority(&mut self, path_length: Option<u8>) -> Result<&mut Self, PkiError> {
        self.authority_without_usage(path_length)?;
        self.key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign | KeyUsages::DigitalSignature)
    }

    /// basicConstraints alone, as old CAs have it.
    pub(crate) fn authority_without_usage(&mut self, path_length: Option<u8>) -> Result<&mut Self, PkiError> {
        self.push(true, &BasicConstraints { ca: true, path_len_constraint: path_length })
    }

    /// basicConstraints, critical: no CA.
    pub(crate) fn end_entity(&mut self) -> Result<&mut Self, PkiError> {
        self.push(true, &BasicConstraints { ca: false, path_len_constraint: None })
    }

    /// keyUsage, critical.
    pub(crate) fn key_usage(&mut self, usages: impl Into<FlagSet<KeyUsages>>) -> Result<&mut Self, PkiError> {
        self.push(true, &KeyUsage(usages.into()))
    }

    /// keyUsage of a key that signs, and with RSA also decrypts (TLS 1.2's RSA key exchange, which old boxes still
    /// ask for).
    pub(crate) fn end_entity_key_usage(&mut self, rsa: bool) -> Result<&mut Self, PkiError> {
        if rsa {
            self.key_usage(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment)
        } else {
            self.key_usage(KeyUsages::DigitalSignature)
        }
    }

    /// extendedKeyUsage.
    pub(crate) fn purpose(&mut self, purpose: KeyPurpose) -> Result<&mut Self, PkiError> {
        self.push(false, &ExtendedKeyUsage(vec![purpose.oid()]))
    }

    /// subjectKeyIdentifier and authorityKeyIdentifier.
    pub(crate) fn key_identifiers(
        &mut self,
        subject: &[u8],
        authority: &[u8],
    ) -> Result<&mut Self, PkiError> {
        self.push(false, &SubjectKeyIdentifier(OctetString::new(subject)?))?;
        self.push(
            false,
            &AuthorityKeyIdentifier {
                key_identifier: Some(OctetString::new(authority)?),
                authority_cert_issuer: None,
                authority_cert_serial_number: None,
            },
        )
    }

    /// subjectAltName; nothing where there are no names.
    pub(crate) fn names(&mut self, names: GeneralNames) -> Result<&mut Self, PkiError> {
        if names.is_empty() { Ok(self) } else { self.push(false, &SubjectAltName(names)) }
    }

    /// cRLDistributionPoints: one point with all places where the same list is found.
    pub(crate) fn revocation_lists(&mut self, urls: &[Url]) -> Result<&mut Self, PkiError> {
        if urls.is_empty() {
            return Ok(self);
        }
        let places = urls.iter().map(uri).collect::<Result<_, _>>()?;
        let point = DistributionPoint {
            distribution_point: Some(DistributionPointName::FullName(places)),
            reasons: None,
            crl_issuer: None,
        };
        self.push(false, &CrlDistributionPoints(vec![point]))
    }

    /// authorityInfoAccess: OCSP responders and the issuer's own certificate.
    pub(crate) fn authority_access(&mut self, ocsp: &[Url], issuers: &[Url]) -> Result<&mut Self, PkiError> {
        let describe =
            |access_method, url| Ok(AccessDescription { access_method, access_location: uri(url)? });
        let descriptions = (ocsp.iter().map(|url| describe(ID_AD_OCSP, url)))
            .chain(issuers.iter().map(|url| describe(ID_AD_CA_ISSUERS, url)))
            .collect::<Result<Vec<_>, PkiError>>()?;
        if descriptions.is_empty() {
            Ok(self)
        } else {
            self.push(false, &AuthorityInfoAccessSyntax(descriptions))
        }
    }
}

fn uri(url: &Url) -> Result<GeneralName, PkiError> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(url.as_str())?))
}
