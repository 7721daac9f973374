//! The issuing CA of an installation: made, imported, put into its files.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::AppError;
use super::files::{Access, make_directory, read, sync_directory, write_new};
use super::foundation::{FoundationError, Means, draw_passphrase, issuer_certificates, issuer_key};
use crate::config::{Configuration, SecretSource};
use crate::pki::ImportError;
use crate::pki::import::{FILE_LIMIT, import_pem, import_pkcs12};
use crate::pki::issuer::Issuer;

/// Where a CA comes from that another product made.
#[derive(Debug)]
pub enum Foreign {
    /// PEM files: certificates in any order, and the key.
    Pem {
        /// The CA's certificate and those above it.
        certificates: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// One PKCS#12 file.
    Pkcs12(PathBuf),
}

impl Foreign {
    /// Whether a passphrase is needed to read it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_encrypted(&self) -> Result<bool, AppError> {
        match self {
            Self::Pem { key, .. } => {
                let text = read(key, FILE_LIMIT as u64)?;
                Ok(text.windows(9).any(|window| window == b"ENCRYPTED"))
            }
            Self::Pkcs12(_) => Ok(true),
        }
    }

    /// Reads the CA, and proves that its parts fit together.
    ///
    /// # Errors
    /// What cannot be read, or does not fit.
    pub fn read(&self, passphrase: Option<&str>) -> Result<Issuer, AppError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source: ImportError| AppError::Import { path, source }
        };
        match self {
            Self::Pem { certificates, key } => {
                let (chain, key_text) =
                    (read(certificates, FILE_LIMIT as u64)?, read(key, FILE_LIMIT as u64)?);
                import_pem(&chain, &key_text, passphrase).map_err(|error| match error {
                    ImportError::KeyFile(_) => failed(key)(error),
                    _ => failed(certificates)(error),
                })
            }
            Self::Pkcs12(path) => {
                let archive = read(path, FILE_LIMIT as u64)?;
                import_pkcs12(&archive, passphrase.unwrap_or_default()).map_err(failed(path))
            }
        }
    }
}

/// Makes sure that no issuer stands where a new one shall go.
///
/// # Errors
/// [`AppError::Exists`] with the file that is there.
pub fn check_vacant(settings: &Configuration) -> Result<(), AppError> {
    let files = [&settings.issuer.certificate, &settings.issuer.key];
    match files.into_iter().find(|path| path.exists()) {
        Some(path) => Err(AppError::Exists(path.clone())),
        None => Ok(()),
    }
}

/// Puts an issuer into the files that the configuration names, its key encrypted under the installation's passphrase,
/// which is made where there is none yet.
///
/// # Errors
/// When an issuer stands there already, or a file cannot be written.
pub fn install(settings: &Configuration, issuer: &Issuer, means: Means<'_>) -> Result<(), AppError> {
    check_vacant(settings)?;
    let passphrase = passphrase(&settings.issuer.passphrase_file, means)?;
    let key = issuer_key(issuer, &passphrase, means.entropy)?;
    let certificates = issuer_certificates(issuer)?;
    write(&settings.issuer.key, key.as_bytes(), Access::Private)?;
    let written = write(&settings.issuer.certificate, &certificates, Access::Public);
    if written.is_err() {
        // A key without its certificate would stand in the way of the next try.
        let _ = std::fs::remove_file(&settings.issuer.key);
    }
    written
}

/// Puts a root's certificate and encrypted key into a directory; says the passphrase.
///
/// # Errors
/// When something stands there already, or a file cannot be written.
pub fn put_away(root: &Issuer, directory: &Path, means: Means<'_>) -> Result<Zeroizing<String>, AppError> {
    let passphrase = draw_passphrase(means.entropy).map_err(FoundationError::from)?;
    let key = issuer_key(root, &passphrase, means.entropy)?;
    write(&directory.join("root.pem"), &issuer_certificates(root)?, Access::Public)?;
    write(&directory.join("root.key"), key.as_bytes(), Access::Private)?;
    Ok(passphrase)
}

fn passphrase(source: &SecretSource, means: Means<'_>) -> Result<Zeroizing<String>, AppError> {
    match source {
        SecretSource::File(path) if !path.exists() => {
            let made = draw_passphrase(means.entropy)?;
            write(path, format!("{}\n", made.as_str()).as_bytes(), Access::Private)?;
            Ok(made)
        }
        source => Ok(source.read()?),
    }
}

fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), AppError> {
    if path.exists() {
        return Err(AppError::Exists(path.to_owned()));
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    make_directory(above)?;
    write_new(path, bytes, access)?;
    Ok(sync_directory(above)?)
}
