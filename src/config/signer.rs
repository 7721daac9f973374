//! What configuration profiles are signed with.

use std::path::PathBuf;

use super::secret::SecretSource;
use super::section::section;

section! {
    /// Signs configuration profiles (iPhone, iPad, Mac). A public TLS certificate, such as the landing site's own, makes
    /// the device call the profile verified. The files are read again when they change; no restart is needed.
    SignerSettings = "signer" {
        /// PEM file: the signer's certificate, then its intermediate certificates.
        certificate: PathBuf = "signer/signer.pem";
        /// The signer's private key, a PEM file that only Tegata can read.
        key: PathBuf = "signer/signer.key";
        /// A file with the passphrase of the key, where it is encrypted.
        passphrase_file: Option<SecretSource> = none;
    }
}
