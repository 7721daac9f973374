//! What can go wrong in the machinery.

/// Why the machinery below could not do what it was asked; none of these is caused by what a person typed.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// OpenSSL refused.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// A structure could not be read or written as DER.
    #[error("DER: {0}")]
    Der(#[from] der::Error),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] crate::entropy::EntropyError),
    /// The generator gave the same useless number again and again; its numbers are not random.
    #[error("the random number generator gave zero as a serial number, again and again")]
    NotRandom,
    /// A kind of key that no certificate here carries.
    #[error("a certificate's key is RSA or EC, not {0}")]
    KeyKind(String),
    /// A time that certificates cannot carry (before 1970 or after 9999).
    #[error("{0} is no time that a certificate can carry")]
    Time(jiff::Timestamp),
    /// The private key is not the one that the certificate is about.
    #[error("the private key does not belong to the certificate of {subject:?}")]
    KeyDoesNotFit {
        /// The certificate's subject.
        subject: String,
    },
    /// The certificate's serial number is negative, zero or longer than 128 bits, so no Tegata made it.
    #[error("the certificate's serial number {0} is not between 1 and 2^128 - 1")]
    ForeignSerial(String),
}
