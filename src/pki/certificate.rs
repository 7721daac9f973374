//! What certificates say about themselves, read by the types of `x509-cert`.

use der::Decode;
use jiff::Timestamp;
use openssl::x509::{X509, X509Builder, X509NameRef, X509Ref, X509VerifyResult};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};

use crate::pki::error::PkiError;
use crate::pki::public_half::PublicHalf;
use crate::pki::serial::SerialNumber;
use crate::pki::validity::asn1_time;

/// What the extensions of a certificate allow it to do.
#[derive(Debug)]
pub(crate) struct Powers {
    /// Whether basicConstraints says that this is a CA.
    pub(crate) authority: bool,
    /// How many CA certificates may follow below this one; `None` for any number.
    pub(crate) path_length: Option<u8>,
    /// keyUsage, where present.
    pub(crate) key_usage: Option<KeyUsage>,
    /// extendedKeyUsage, where present.
    pub(crate) extended_key_usage: Option<ExtendedKeyUsage>,
    /// subjectKeyIdentifier, where present.
    pub(crate) key_identifier: Option<Vec<u8>>,
}

impl Powers {
    /// Reads the extensions of a certificate; each at most once (RFC 5280 section 4.2).
    pub(crate) fn of(certificate: &X509Ref) -> Result<Self, PkiError> {
        let parsed = Certificate::from_der(&certificate.to_der()?)?;
        let body = parsed.tbs_certificate();
        let constraints = body.get_extension::<BasicConstraints>()?.map(|(_, value)| value);
        Ok(Self {
            authority: constraints.as_ref().is_some_and(|value| value.ca),
            path_length: constraints.and_then(|value| value.path_len_constraint),
            key_usage: body.get_extension()?.map(|(_, value)| value),
            extended_key_usage: body.get_extension()?.map(|(_, value)| value),
            key_identifier: body
                .get_extension::<SubjectKeyIdentifier>()?
                .map(|(_, value)| value.0.into_bytes().into()),
        })
    }

    /// Whether a certificate without keyUsage, or with it, may sign certificates.
    pub(crate) fn may_sign_certificates(&self) -> bool {
        self.authority && self.key_usage.as_ref().is_none_or(KeyUsage::key_cert_sign)
    }
}

/// Whether a certificate claims to be signed by its own key: names and key identifiers fit. A CA's roll-over
/// certificate, signed by its former key under the same name, is none of these.
pub(crate) fn is_self_signed(certificate: &X509Ref) -> bool {
    certificate.issued(certificate) == X509VerifyResult::OK
}

/// Whether `child` names the subject of `parent` as its issuer, byte for byte or by RFC 5280's comparison of names.
fn same_name(child: &X509Ref, parent: &X509Ref) -> bool {
    child.issuer_name().try_cmp(parent.subject_name()).is_ok_and(std::cmp::Ordering::is_eq)
}

/// Whether `parent` signed `child`: names fit and the signature verifies.
pub(crate) fn is_signed_by(child: &X509Ref, parent: &X509Ref) -> bool {
    same_name(child, parent)
        && parent.public_key().is_ok_and(|key| child.verify(&key).unwrap_or_else(|_| forget_errors()))
}

/// A failed verification leaves its reasons in OpenSSL's queue, where a later call would take them for its own.
fn forget_errors() -> bool {
    drop(openssl::error::ErrorStack::get());
    false
}

/// The subject for messages, such as `CN=Tegata Issuing CA, O=Example`.
pub(crate) fn name_text(name: &X509NameRef) -> String {
    let entries = name.entries().map(|entry| {
        let attribute = entry.object().nid().short_name().unwrap_or("?").to_owned();
        let value =
            entry.data().to_string().map_or_else(|_| "?".to_owned(), |text| text.chars().take(200).collect());
        format!("{attribute}={value}")
    });
    entries.take(20).collect::<Vec<_>>().join(", ")
}

/// A copy that shares nothing with the original, such as an alias that a PKCS#12 writer would pick up.
pub(crate) fn detached(certificate: &X509Ref) -> Result<X509, PkiError> {
    Ok(X509::from_der(&certificate.to_der()?)?)
}

/// The part that every certificate has: version 3, serial, names, validity and public key (RFC 5280 section 4.1.2).
pub(crate) fn begin(
    subject: &X509NameRef,
    issuer: &X509NameRef,
    key: &PublicHalf,
    serial: SerialNumber,
    (from, until): (Timestamp, Timestamp),
) -> Result<X509Builder, PkiError> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1()?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_not_before(&*asn1_time(from)?)?;
    builder.set_not_after(&*asn1_time(until)?)?;
    builder.set_pubkey(&key.key)?;
    Ok(builder)
}
