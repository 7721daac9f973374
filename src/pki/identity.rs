//! Private key, certificate and chain of a subscriber.

use openssl::x509::X509;

use crate::pki::key::SubjectKey;

/// What a device installs: a private key, the certificate about it, and the certificates above that one.
///
/// [`write`](crate::pki::pkcs12::write) refuses a key that does not belong to the certificate.
#[derive(Debug)]
pub struct Identity {
    /// The private key.
    pub key: SubjectKey,
    /// The certificate about the key.
    pub certificate: X509,
    /// The certificates above, nearest first, the root last where it is known ([`crate::pki::Issuer::bundle_chain`]).
    pub chain: Vec<X509>,
}
