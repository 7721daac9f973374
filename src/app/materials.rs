//! What the configuration names on disk: pepper, issuer, signer, server certificates, offers. Read, and proven to fit.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};

use super::description::IssuerDescription;
use super::files::read;
use super::press::unusable;
use crate::config::{Configuration, Loaded, Place, Problem, SecretSource, Severity, check_private};
use crate::http::{AskForCertificate, TlsError, TlsFiles, TlsSource};
use crate::operations::Smtp;
use crate::pepper::Pepper;
use crate::pki::cms::ProfileSigner;
use crate::pki::import::{ImportError, read_certificates};
use crate::pki::issuer::Issuer;
use crate::pki::key_file::{KeyFileError, decrypt_key, read_open_key};
use crate::pki::validity::Standing;
use crate::pki::{SignerError, import_pem};
use crate::profile::{OfferError, Offers};

/// The most bytes of a file that the configuration names.
const LONGEST: u64 = 1 << 20;

/// Reads what a configuration names. Every problem tells the setting and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Materials<'a> {
    pub(super) settings: &'a Configuration,
    loaded: &'a Loaded,
}

impl<'a> Materials<'a> {
    /// What `settings` name; `loaded` tells where each of them stands.
    #[must_use]
    pub const fn new(settings: &'a Configuration, loaded: &'a Loaded) -> Self {
        Self { settings, loaded }
    }

    pub(super) fn problem(&self, key: &str, what: impl std::fmt::Display) -> Box<Problem> {
        Box::new(Problem::error(self.loaded.place(key), key, what.to_string()))
    }

    pub(super) fn bytes(&self, key: &str, path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Box<Problem>> {
        read(path, LONGEST).map_err(|error| self.problem(key, error))
    }

    fn private(&self, key: &str, path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, Box<Problem>> {
        check_private(path).map_err(|error| self.problem(key, error))?;
        self.bytes(key, path)
    }

    pub(super) fn secret(
        &self,
        key: &str,
        source: &SecretSource,
    ) -> Result<zeroize::Zeroizing<String>, Box<Problem>> {
        source.read().map_err(|error| self.problem(key, error))
    }

    /// The pepper.
    ///
    /// # Errors
    /// When it cannot be read, or is no pepper.
    pub fn pepper(&self) -> Result<Pepper, Box<Problem>> {
        let key = "pepper.file";
        let text = self.secret(key, &self.settings.pepper.file)?;
        let right =
            "64 hexadecimal digits, as `tegata init` writes them; after a loss, from your copy of the file";
        let bytes = hex::decode(text.trim())
            .map(zeroize::Zeroizing::new)
            .map_err(|_| Box::new(self.problem(key, "it is no text of hexadecimal digits").right(right)))?;
        Pepper::new(&bytes).map_err(|error| Box::new(self.problem(key, error).right(right)))
    }

    /// The issuing CA, proven to fit together. Says nothing about its dates.
    ///
    /// # Errors
    /// When a file cannot be read, or the parts do not fit.
    pub fn issuer(&self) -> Result<Issuer, Box<Problem>> {
        let settings = &self.settings.issuer;
        let certificates = self.bytes("issuer.certificate", &settings.certificate)?;
        let key = self.private("issuer.key", &settings.key)?;
        let passphrase = self.secret("issuer.passphrase_file", &settings.passphrase_file)?;
        import_pem(&certificates, &key, Some(&passphrase)).map_err(|error| self.unfit_issuer(&error))
    }

    fn unfit_issuer(&self, error: &ImportError) -> Box<Problem> {
        let settings = &self.settings.issuer;
        let at = |path: &Path| format!("{}: {error}", path.display());
        match error {
            ImportError::KeyFile(KeyFileError::WrongPassphrase) => {
                let right = "the passphrase with which the key was encrypted";
                Box::new(self.problem("issuer.passphrase_file", at(&settings.key)).right(right))
            }
            ImportError::KeyFile(_) => self.problem("issuer.key", at(&settings.key)),
            ImportError::NoCertificateForKey(_) => {
                let right =
                    "the certificate that belongs to issuer.key, or the key that belongs to the certificate";
                Box::new(self.problem("issuer.certificate", at(&settings.certificate)).right(right))
            }
            _ => self.problem("issuer.certificate", at(&settings.certificate)),
        }
    }

    /// What the issuer's certificates say of it; its key is not needed for that.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn issuer_description(&self) -> Result<IssuerDescription, Box<Problem>> {
        let path = &self.settings.issuer.certificate;
        let problem = |error: &dyn std::fmt::Display| {
            self.problem("issuer.certificate", format!("{}: {error}", path.display()))
        };
        let bytes = self.bytes("issuer.certificate", path)?;
        let certificates = read_certificates(&bytes).map_err(|error| problem(&error))?;
        IssuerDescription::of(&certificates).map_err(|error| problem(&error))
    }

    /// What is to be said of the issuer's dates at `now`.
    #[must_use]
    pub fn issuer_dates(&self, issuer: &Issuer, now: Timestamp) -> Option<Problem> {
        let key = "issuer.certificate";
        let name = issuer.name();
        let problem = match issuer.standing(now) {
            Standing::Valid => return None,
            Standing::ExpiresSoon { at } => {
                let what = format!("the issuer {name}, or one above it, ends on {}", day(at));
                Problem::warning(self.loaded.place(key), key, what)
            }
            Standing::Expired { at } => {
                let what = format!("the issuer {name}, or one above it, ended on {}", day(at));
                *self.problem(key, what)
            }
            Standing::NotYet { from } => {
                let what = format!("the issuer {name}, or one above it, is valid from {} on only", day(from));
                return Some(self.problem(key, what).right("a clock that is right, or another issuer"));
            }
        };
        Some(problem.right("a new issuer: `tegata issuer create`, or `tegata issuer import`"))
    }

    /// What signs profiles, proven to fit together.
    ///
    /// # Errors
    /// When a file cannot be read, or the parts do not fit.
    pub fn signer(&self) -> Result<ProfileSigner, Box<Problem>> {
        let settings = &self.settings.signer;
        let (certificate_key, key_key) = ("signer.certificate", "signer.key");
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", settings.certificate.display());
        let bytes = self.bytes(certificate_key, &settings.certificate)?;
        let certificates =
            read_certificates(&bytes).map_err(|error| self.problem(certificate_key, at(&error)))?;
        let key = self.signer_key()?;
        let [certificate, chain @ ..] = &certificates[..] else {
            return Err(self.problem(certificate_key, at(&ImportError::NoCertificate)));
        };
        ProfileSigner::new(certificate, chain, key).map_err(|error| match error {
            SignerError::KeyDoesNotFit { .. } => self.problem(key_key, at(&error)),
            _ => self.problem(certificate_key, at(&error)),
        })
    }

    fn signer_key(&self) -> Result<PKey<Private>, Box<Problem>> {
        let settings = &self.settings.signer;
        let key = self.private("signer.key", &settings.key)?;
        let opened = match &settings.passphrase_file {
            None => read_open_key(&key),
            Some(source) => decrypt_key(&key, &self.secret("signer.passphrase_file", source)?),
        };
        opened.map_err(|error| {
            let problem = self.problem("signer.key", format!("{}: {error}", settings.key.display()));
            match error {
                KeyFileError::Encrypted => {
                    Box::new(problem.right("signer.passphrase_file with its passphrase"))
                }
                _ => problem,
            }
        })
    }

    /// What is to be said of the signer's dates at `now`. Profiles of an expired signer still install, "not verified"; so it
    /// keeps nobody from starting.
    #[must_use]
    pub fn signer_dates(&self, signer: &ProfileSigner, now: Timestamp) -> Option<Problem> {
        let what = match signer.standing(now) {
            Standing::Valid => return None,
            Standing::ExpiresSoon { at } => format!("it ends on {}", day(at)),
            Standing::Expired { at } => {
                format!("it ended on {}; devices call new profiles not verified", day(at))
            }
            Standing::NotYet { from } => {
                format!("it is valid from {} on only; devices call new profiles not verified", day(from))
            }
        };
        let key = "signer.certificate";
        let problem = Problem::warning(self.loaded.place(key), key, format!("{}: {what}", signer.name()));
        Some(problem.right("a renewed certificate in the same file; it is read without a restart"))
    }
}

/// Everything that a service needs, proven to fit.
#[derive(Debug)]
pub struct Whole {
    /// The pepper.
    pub pepper: Pepper,
    /// The issuing CA.
    pub issuer: Issuer,
    /// What signs profiles.
    pub signer: ProfileSigner,
    /// The offers in force.
    pub offers: Offers,
    /// The way to the mail server, where mail is sent.
    pub smtp: Option<Arc<Smtp>>,
    /// What keeps nobody from starting, but should be looked at.
    pub warnings: Vec<Problem>,
}

impl Materials<'_> {
    /// Reads everything that a service needs at `now`.
    ///
    /// # Errors
    /// Everything that is wrong, the warnings too, where at least one problem is an error.
    pub fn whole(&self, now: Timestamp) -> Result<Whole, Vec<Problem>> {
        let mut problems: Vec<Problem> = self
            .loaded
            .problems
            .iter()
            .filter(|problem| problem.severity == Severity::Warning)
            .cloned()
            .collect();
        let pepper = noted(self.pepper(), &mut problems);
        let issuer = noted(self.issuer(), &mut problems);
        problems.extend(issuer.as_ref().and_then(|issuer| self.issuer_dates(issuer, now)));
        let signer = noted(self.signer(), &mut problems);
        problems.extend(signer.as_ref().and_then(|signer| self.signer_dates(signer, now)));
        let offers = self.offers().map_err(|wrong| problems.extend(wrong)).ok();
        problems.extend(self.server_files());
        problems.extend(self.letters());
        problems.extend(match self.settings.store.url {
            None => self.data_directory(),
            Some(_) => self.redis().err().map(|problem| *problem),
        });
        let smtp = noted(self.smtp(), &mut problems);
        let is_right = problems.iter().all(|problem| problem.severity == Severity::Warning);
        match (pepper, issuer, signer, offers, smtp) {
            (Some(pepper), Some(issuer), Some(signer), Some(offers), Some(smtp)) if is_right => {
                Ok(Whole { pepper, issuer, signer, offers, smtp, warnings: problems })
            }
            _ => {
                problems.sort_by(|a, b| (b.severity, &a.place).cmp(&(a.severity, &b.place)));
                Err(problems)
            }
        }
    }

    /// What is named for letters and cannot be used.
    fn letters(&self) -> Vec<Problem> {
        let wrong = unusable(&self.settings.letters).into_iter();
        wrong.map(|(key, error)| self.problem(key, error.message).right(error.right)).collect()
    }

    /// What is wrong with the server certificates.
    fn server_files(&self) -> Vec<Problem> {
        let (http, check) = (&self.settings.http, &self.settings.check);
        let mut problems = Vec::new();
        if let (Some(certificate), Some(key)) = (&http.certificate, &http.key) {
            problems.extend(self.server_pair("http.certificate", certificate, "http.key", key));
        }
        let console = &self.settings.console;
        if let (Some(_), Some(certificate), Some(key)) =
            (&console.public_url, &console.certificate, &console.key)
        {
            problems.extend(self.server_pair("console.certificate", certificate, "console.key", key));
        }
        if !check.behind_proxy {
            problems.extend(self.server_pair(
                "check.certificate",
                &check.certificate,
                "check.key",
                &check.key,
            ));
        }
        problems
    }

    fn server_pair(
        &self,
        certificate_key: &str,
        certificate: &Path,
        key_key: &str,
        key: &Path,
    ) -> Option<Problem> {
        if let Err(problem) = self.bytes(certificate_key, certificate) {
            return Some(*problem);
        }
        if let Err(problem) = self.private(key_key, key) {
            return Some(*problem);
        }
        let files = TlsFiles { certificate: certificate.to_owned(), key: key.to_owned() };
        let error = TlsSource::open(files, AskForCertificate::No).err()?;
        let at = if matches!(error, TlsError::NoKey { .. }) { key_key } else { certificate_key };
        Some(*self.problem(at, error))
    }

    fn data_directory(&self) -> Option<Problem> {
        let directory = &self.settings.store.directory;
        let key = "store.directory";
        let problem = match std::fs::metadata(directory) {
            Ok(found) if found.is_dir() => return None,
            Ok(_) => self.problem(key, format!("{} is no directory", directory.display())),
            Err(error) => self.problem(key, format!("{} cannot be used: {error}", directory.display())),
        };
        Some(problem.right("the data directory that `tegata init` made"))
    }
}

/// The value, or `None` and one more problem.
fn noted<T>(outcome: Result<T, Box<Problem>>, problems: &mut Vec<Problem>) -> Option<T> {
    outcome.map_err(|problem| problems.push(*problem)).ok()
}

/// The most files that are looked at in a directory of offers.
const MOST_OFFERS: usize = 1_000;

impl Materials<'_> {
    /// The offers in force: those of the directory, or else those that Tegata brings along.
    ///
    /// # Errors
    /// Everything that is wrong in their files.
    pub fn offers(&self) -> Result<Offers, Vec<Problem>> {
        let Some(directory) = &self.settings.organization.offers else {
            return Offers::embedded().map_err(|errors| Self::wrong_offers(Path::new(""), &errors));
        };
        let texts = self.offer_texts(directory).map_err(|problem| vec![*problem])?;
        Offers::from_texts(texts).map_err(|errors| Self::wrong_offers(directory, &errors))
    }

    fn offer_texts(&self, directory: &Path) -> Result<Vec<(String, String)>, Box<Problem>> {
        let key = "organization.offers";
        let unreadable = |error: std::io::Error| {
            self.problem(key, format!("{} cannot be read: {error}", directory.display()))
        };
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.extension().is_none_or(|extension| extension != "toml") || name.starts_with('.') {
                continue;
            }
            let bytes = self.bytes(key, &path)?;
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| self.problem(key, format!("{} is no UTF-8 text", path.display())))?;
            texts.push((name, text.to_owned()));
            if texts.len() > MOST_OFFERS {
                let what = format!("{} has more than {MOST_OFFERS} offers", directory.display());
                return Err(self.problem(key, what));
            }
        }
        texts.sort();
        if texts.is_empty() {
            let none = self.problem(key, format!("there is no offer (*.toml) in {}", directory.display()));
            return Err(Box::new(
                none.right(
                    "the directory of your offers; or leave it out for those that Tegata brings along",
                ),
            ));
        }
        Ok(texts)
    }

    fn wrong_offers(directory: &Path, errors: &[OfferError]) -> Vec<Problem> {
        let problems = errors.iter().flat_map(OfferError::problems);
        problems
            .map(|wrong| Problem {
                severity: Severity::Error,
                place: Place::File {
                    path: directory.join(&wrong.file),
                    line: wrong.line,
                    column: wrong.column,
                },
                key: None,
                value: None,
                what: format!("{} {}", wrong.key, wrong.wrong).trim().to_owned(),
                right: Some(wrong.right.trim_start_matches("write for example: ").to_owned()),
            })
            .collect()
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
