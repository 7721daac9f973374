//! Whether the certificates of an issuer and those above it make a path (RFC 5280 section 6.1).

use const_oid::db::rfc5280::ANY_EXTENDED_KEY_USAGE;
use openssl::x509::{X509, X509Ref};

use crate::pki::certificate::{Powers, is_self_signed, is_signed_by, name_text};
use crate::pki::extension::KeyPurpose;
use crate::pki::issuer::IssuerError;

/// Checks that a certificate may have `below` CA certificates below it.
pub(crate) fn check_authority(certificate: &X509Ref, below: usize) -> Result<Powers, IssuerError> {
    let powers = Powers::of(certificate)?;
    let subject = || name_text(certificate.subject_name());
    if !powers.authority {
        return Err(IssuerError::NotAnAuthority { subject: subject() });
    }
    if !powers.may_sign_certificates() {
        return Err(IssuerError::MustNotSign { subject: subject() });
    }
    match powers.path_length {
        Some(allowed) if usize::from(allowed) < below => {
            Err(IssuerError::PathTooLong { subject: subject(), allowed, count: below })
        }
        _ => Ok(powers),
    }
}

/// Checks that each certificate is signed by the next, and that each of those may have what stands below it.
pub(crate) fn check_chain(certificate: &X509Ref, chain: &[X509]) -> Result<(), IssuerError> {
    let mut child = certificate;
    for (i, parent) in chain.iter().enumerate() {
        if is_self_signed(child) || !is_signed_by(child, parent) {
            return Err(IssuerError::ChainBreaks {
                child: name_text(child.subject_name()),
                parent: name_text(parent.subject_name()),
            });
        }
        check_authority(parent, i + 1)?;
        child = parent;
    }
    Ok(())
}

/// Whether extendedKeyUsage, where a CA has it, takes in client certificates.
pub(crate) fn may_serve_clients(powers: &Powers) -> bool {
    let allowed = [KeyPurpose::ClientAuth.oid(), ANY_EXTENDED_KEY_USAGE];
    powers.extended_key_usage.as_ref().is_none_or(|usage| usage.0.iter().any(|oid| allowed.contains(oid)))
}
