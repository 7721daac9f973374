//! TLS on OpenSSL: certificate and key that are read again when their files change, and, on the check host, a request for
//! a client certificate that nobody has to answer.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{
    AlpnError, SslAcceptor, SslAcceptorBuilder, SslContext, SslMethod, SslOptions, SslVerifyMode, SslVersion,
    select_next_proto,
};
use openssl::stack::Stack;
use openssl::x509::{X509, X509Name};
use zeroize::Zeroizing;

use super::hello;
use crate::pki::validity::validity;

/// A server's certificate and key on disk, PEM. The certificate comes first in its file, its chain behind it.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate with its chain.
    pub certificate: PathBuf,
    /// The key, not encrypted.
    pub key: PathBuf,
}

/// Whether the server asks clients for a certificate.
#[derive(Debug, Clone)]
pub enum AskForCertificate {
    /// Never: an ordinary site.
    No,
    /// Always, and lets everybody in whatever they answer: the page says what is wrong, not the browser.
    Yes {
        /// Certificates (DER) of the issuers whose names are advertised. iOS offers only identities whose direct issuer is
        /// among them; with an empty list every device offers all that it has.
        issuers: Vec<Vec<u8>>,
    },
}

/// Why certificate and key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificate file holds none.
    #[error("{path} holds no certificate in PEM form ({source})")]
    NoCertificate {
        /// Which one.
        path: PathBuf,
        /// What OpenSSL found.
        source: ErrorStack,
    },
    /// The key file holds none that can be read without a password.
    #[error("{path} holds no unencrypted private key in PEM form ({source})")]
    NoKey {
        /// Which one.
        path: PathBuf,
        /// What OpenSSL found.
        source: ErrorStack,
    },
    /// Key and certificate do not belong together.
    #[error("the key in {key} does not fit the first certificate in {certificate}")]
    DoNotFit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// An issuer to advertise is not a certificate.
    #[error("an issuer to advertise is not a certificate in DER form ({0})")]
    Issuer(ErrorStack),
    /// OpenSSL refused.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] ErrorStack),
}

/// What [`TlsSource::refresh`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// The files are as they were.
    Unchanged,
    /// New files are in use from the next connection on.
    Renewed,
    /// New files cannot be used; the old ones stay in use.
    Kept,
}

/// What tells a file from the one that stood in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    inode: u64,
    device: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Trace {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            device: metadata.dev(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// The server's side of TLS, always with the newest certificate that its files hold.
pub struct TlsSource {
    files: TlsFiles,
    ask: AskForCertificate,
    current: ArcSwap<SslContext>,
    seen: Mutex<[Option<Trace>; 2]>,
}

/// Names the session cache; needed for resumption where client certificates are asked for (`SSL_CTX_set_session_id_context`).
const SESSIONS: &[u8] = b"tegata";

impl TlsSource {
    /// Reads the files and proves that key and certificate fit.
    ///
    /// # Errors
    /// When they cannot be used.
    pub fn open(files: TlsFiles, ask: AskForCertificate) -> Result<Arc<Self>, TlsError> {
        let seen = traces(&files);
        let current = ArcSwap::from_pointee(builder(&files, &ask)?.build().into_context());
        Ok(Arc::new(Self { files, ask, current, seen: Mutex::new(seen) }))
    }

    /// Looks whether the files changed, and takes what they hold now. What cannot be used is logged once, and the old
    /// certificate stays in use.
    pub fn refresh(&self) -> Refreshed {
        let now = traces(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return Refreshed::Unchanged;
        }
        *seen = now;
        drop(seen);
        match builder(&self.files, &self.ask) {
            Ok(builder) => {
                self.current.store(Arc::new(builder.build().into_context()));
                tracing::info!(certificate = %self.files.certificate.display(), "the server certificate was renewed");
                Refreshed::Renewed
            }
            Err(error) => {
                tracing::error!(
                    certificate = %self.files.certificate.display(),
                    key = %self.files.key.display(),
                    %error,
                    "the new server certificate cannot be used, the old one stays in use: mend the files, they are \
                     read again as soon as they change"
                );
                Refreshed::Kept
            }
        }
    }

    /// When the certificate that is in use ends; `None` where that cannot be read.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        let current = self.current.load();
        validity(current.certificate()?).ok().map(|(_, until)| until)
    }

    /// What a listener is built from. Every handshake takes the certificate that is current then.
    ///
    /// # Errors
    /// When OpenSSL refuses, or the files broke since.
    pub fn acceptor(self: &Arc<Self>) -> Result<SslAcceptorBuilder, TlsError> {
        let mut builder = builder(&self.files, &self.ask)?;
        hello::listen(&mut builder);
        let source = Arc::clone(self);
        // Called in every handshake, with or without a name in it; the sessions and ticket keys stay those of the first
        // context, so that resumption goes on across a renewal.
        builder.set_servername_callback(move |ssl, _| {
            let current = source.current.load();
            ssl.set_ssl_context(&current).map_err(|error| {
                tracing::error!(%error, "a TLS context could not be switched");
                openssl::ssl::SniError::ALERT_FATAL
            })
        });
        Ok(builder)
    }
}

impl std::fmt::Debug for TlsSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsSource").field("files", &self.files).finish_non_exhaustive()
    }
}

fn traces(files: &TlsFiles) -> [Option<Trace>; 2] {
    [&files.certificate, &files.key].map(|path| fs::metadata(path).ok().map(|metadata| Trace::of(&metadata)))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })
}

fn builder(files: &TlsFiles, ask: &AskForCertificate) -> Result<SslAcceptorBuilder, TlsError> {
    let mut chain = X509::stack_from_pem(&read(&files.certificate)?)
        .map_err(|source| TlsError::NoCertificate { path: files.certificate.clone(), source })?
        .into_iter();
    let Some(leaf) = chain.next() else {
        return Err(TlsError::NoCertificate { path: files.certificate.clone(), source: ErrorStack::get() });
    };
    // An empty password keeps OpenSSL from asking for one on the terminal.
    let key = PKey::private_key_from_pem_passphrase(&read(&files.key)?, b"")
        .map_err(|source| TlsError::NoKey { path: files.key.clone(), source })?;
    let public = leaf.public_key()?;
    if !public.public_eq(&key) {
        return Err(TlsError::DoNotFit { certificate: files.certificate.clone(), key: files.key.clone() });
    }

    // Mozilla's intermediate list of 2020: TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3.
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_options(SslOptions::NO_RENEGOTIATION);
    builder.set_certificate(&leaf)?;
    builder.set_private_key(&key)?;
    for link in chain {
        builder.add_extra_chain_cert(link)?;
    }
    builder.set_session_id_context(SESSIONS)?;
    builder.set_alpn_select_callback(|_, offered| {
        select_next_proto(b"\x08http/1.1", offered).ok_or(AlpnError::NOACK)
    });
    if let AskForCertificate::Yes { issuers } = ask {
        // Everything is let through: a browser's own error page would tell nobody what to do. Possession of the key is
        // still proven by the handshake; whose certificate it is, the registration authority decides.
        builder.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
        let mut names = Stack::<X509Name>::new()?;
        for der in issuers {
            let issuer = X509::from_der(der).map_err(TlsError::Issuer)?;
            names.push(X509Name::from_der(&issuer.subject_name().to_der()?)?)?;
        }
        builder.set_client_ca_list(names);
    }
    Ok(builder)
}
