//! Keys, certificates and the files that carry them, on OpenSSL. Pure: no file, no socket, no clock.
//!
//! Time and randomness come in as arguments; only OpenSSL's own key generation draws its randomness itself. What was
//! checked is a value ([`Issuer`], [`Issuance`], [`ProfileSigner`], [`FriendlyName`]) that the next step takes, so that
//! nothing unchecked is ever signed or written.

pub mod alternative_name;
pub mod authority;
pub mod certificate;
pub mod cms;
pub mod error;
pub mod extension;
pub mod identity;
pub mod import;
pub mod issuance;
pub mod issuer;
pub mod key;
pub mod key_file;
mod path;
pub mod pkcs12;
pub mod pool;
mod public_half;
pub mod serial;
pub mod service;
mod signing;
pub mod subject;
pub mod validity;
pub mod verify;

#[cfg(test)]
mod sample;

pub use self::cms::{ProfileSigner, SignerError};
pub use alternative_name::{AlternativeNameError, SubjectAltName};
pub use authority::AuthorityError;
pub use error::PkiError;
pub use identity::Identity;
pub use import::{ImportError, import_pem, import_pkcs12, read_certificates};
pub use issuance::{Issuance, IssuanceError, IssuancePolicy};
pub use issuer::{Issuer, IssuerError};
pub use key::{KeyType, SubjectKey};
pub use key_file::{KeyFileError, decrypt_key, encrypt_key, read_open_key};
pub use pkcs12::{BundlePassword, FriendlyName, Variant};
pub use pool::{KeyPool, KeyPoolSettings, Stock};
pub use serial::SerialNumber;
pub use service::{ServiceError, issue_server_certificate, issue_signer_certificate};
pub use subject::{Attribute, Subject, SubjectError};
pub use validity::{BACKDATE, Standing};
pub use verify::{Verdict, verify_client_certificate};
