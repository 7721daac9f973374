//! The CA certificate that signs what subscribers get.

use std::path::PathBuf;

use url::Url;

use super::secret::SecretSource;
use super::section::section;

section! {
    /// The CA that signs the subscribers' certificates.
    IssuerSettings = "issuer" {
        /// PEM file: the issuing CA's certificate, then its chain up to the root.
        certificate: PathBuf = "issuer/issuer.pem";
        /// The issuing CA's private key: an encrypted PKCS#8 PEM file that only Tegata can read.
        key: PathBuf = "issuer/issuer.key";
        /// A file with the passphrase of the key.
        passphrase_file: SecretSource = "issuer/passphrase";
        /// Where the revocation list will be found; written into every certificate. Tegata itself makes none yet.
        crl_url: Option<Url> = none;
        /// Where OCSP is answered; written into every certificate. Tegata itself answers none yet.
        ocsp_url: Option<Url> = none;
        /// Where the issuing CA's certificate can be fetched; written into every certificate.
        certificate_url: Option<Url> = none;
    }
}
