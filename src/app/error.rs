//! Why Tegata does not start, or a command cannot reach its installation.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::files::FileError;
use super::foundation::FoundationError;
use super::layout::LayoutError;
use super::lock::LockError;
use crate::config::{PrivateFileError, Problem};
use crate::directory::{DirectoryError, OrganizationId};
use crate::enrollment::OperatorError;
use crate::entropy::EntropyError;
use crate::pepper::PepperError;
use crate::pki::ImportError;
use crate::store::StoreError;
use crate::store::dump::DumpError;
use crate::store::embedded::{BackupError, OpenError};
use crate::store::redis::OpenError as RedisOpenError;
use crate::store::transfer::TransferError;

/// Why Tegata does not start, or a command cannot reach its installation.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The configuration, or what it names, is wrong.
    #[error("the configuration has {} problems", .0.len())]
    Configuration(Vec<Problem>),
    /// The store cannot be opened.
    #[error(transparent)]
    StoreUnopened(#[from] OpenError),
    /// The store in Redis cannot be opened.
    #[error(transparent)]
    RedisUnopened(#[from] RedisOpenError),
    /// A store stands where a new one should go.
    #[error("a store stands already in Redis at {url} (keys that begin with `{prefix}:`)")]
    StoreStands {
        /// Where Redis is.
        url: String,
        /// What the keys begin with.
        prefix: String,
    },
    /// Traces cannot be sent.
    #[error("telemetry.otlp_endpoint: {0}")]
    Traces(String),
    /// There is no file of the store.
    #[error("the store is no file: it is in Redis at {0}")]
    NoStoreFile(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store cannot be backed up.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The store could not be copied, exported or imported.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// A file is no whole export.
    #[error("{}: {source}", path.display())]
    Dump {
        /// The file.
        path: PathBuf,
        /// Why.
        source: DumpError,
    },
    /// The directory of organizations failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// There is no such organization in the store.
    #[error("there is no organization {0} in the store")]
    NoOrganization(OrganizationId),
    /// The data directory is in use.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The directory of the installation cannot be made.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// What an installation stands on cannot be made.
    #[error(transparent)]
    Foundation(#[from] FoundationError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something stands where a file should go.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// A CA cannot be imported.
    #[error("{}: {source}", path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ImportError,
    },
    /// A secret cannot be read.
    #[error(transparent)]
    Private(#[from] PrivateFileError),
    /// A port cannot be listened on.
    #[error("{site} cannot listen on {address}: {source}")]
    Listen {
        /// Which site: "the landing site" or "the check site".
        site: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A server stopped by itself.
    #[error("a server stopped: {0}")]
    Server(std::io::Error),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// Hashing failed.
    #[error(transparent)]
    Pepper(#[from] PepperError),
    /// What the operator asked for was not done.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

/// What an error is about; every kind has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Refused, or failed in another way.
    Failed,
    /// The configuration, or what it names.
    Configuration,
    /// The store.
    Store,
    /// What was named does not exist.
    NotFound,
    /// Something is in use.
    InUse,
}

impl AppError {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Configuration(_) | Self::Directory(DirectoryError::OtherPepper) => ErrorKind::Configuration,
            Self::Lock(LockError::Held { .. })
            | Self::Layout(LayoutError::AtWork(_))
            | Self::Listen { .. }
            | Self::Transfer(TransferError::SourceChanged(_)) => ErrorKind::InUse,
            Self::StoreUnopened(_)
            | Self::RedisUnopened(_)
            | Self::Store(_)
            | Self::Transfer(_)
            | Self::Directory(DirectoryError::Store(_)) => ErrorKind::Store,
            Self::Operator(error) => operator_kind(error),
            Self::NoOrganization(_) => ErrorKind::NotFound,
            _ => ErrorKind::Failed,
        }
    }

    /// A stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Configuration(_) => "configuration",
            Self::StoreUnopened(_)
            | Self::RedisUnopened(_)
            | Self::Store(_)
            | Self::Transfer(TransferError::Store { .. })
            | Self::Directory(DirectoryError::Store(_)) => "store",
            Self::Transfer(TransferError::SourceChanged(_)) => "store-in-use",
            Self::Transfer(TransferError::OtherSource) => "other-source",
            Self::Transfer(TransferError::Unreadable { .. }) => "unsound",
            Self::Transfer(TransferError::Differs { .. }) => "differs",
            Self::Dump { .. } => "export",
            Self::StoreStands { .. } => "store-stands",
            Self::NoStoreFile(_) => "no-store-file",
            Self::Traces(_) => "traces",
            Self::Backup(_) => "backup",
            Self::Directory(DirectoryError::OtherPepper) => "other-pepper",
            Self::Directory(_) => "directory",
            Self::NoOrganization(_) => "no-such-organization",
            Self::Lock(LockError::Held { .. }) => "already-serving",
            Self::Layout(LayoutError::Initialised(_)) => "already-initialised",
            Self::Layout(LayoutError::NotEmpty { .. }) => "not-empty",
            Self::Layout(LayoutError::AtWork(_)) => "init-at-work",
            Self::Layout(LayoutError::Unsafe { .. }) => "unsafe-directory",
            Self::Lock(LockError::File(_)) | Self::Layout(LayoutError::File(_)) | Self::File(_) => "file",
            Self::Foundation(_) => "foundation",
            Self::Exists(_) => "exists",
            Self::Import { .. } => "import",
            Self::Private(_) => "secret",
            Self::Listen { .. } => "listen",
            Self::Server(_) => "server",
            Self::Tls(_) => "tls",
            Self::Entropy(_) | Self::Pepper(_) => "internal",
            Self::Operator(error) => operator_code(error),
        }
    }

    /// What to do about it, where the message does not say so itself.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::Store(error) | Self::Operator(OperatorError::Store(error)) => return store_remedy(error),
            Self::Operator(OperatorError::NoSuchEnrollment(_)) => "`tegata list` shows them",
            Self::Operator(OperatorError::NoSuchMail(_)) => "`tegata mail list` shows them",
            Self::Operator(OperatorError::NoSuchJob(_)) => "`tegata bulk status` shows them",
            Self::Operator(OperatorError::NoSuchOrganization(_)) | Self::NoOrganization(_) => {
                "organization.id in the configuration names it, `tegata init` creates it"
            }
            Self::Operator(OperatorError::NoSuchOffer { .. }) => {
                "`tegata offer list` shows them; organization.offers in the configuration is their directory"
            }
            Self::Lock(LockError::Held { .. }) => {
                "stop the other one first, or give each its own store.directory; several nodes share a Redis (store.url)"
            }
            Self::Transfer(TransferError::SourceChanged(_)) => {
                "stop every `tegata serve` that uses it, run no other command meanwhile, and begin anew with an empty target"
            }
            Self::Transfer(TransferError::OtherSource) => {
                "remove what was begun (a file that ends with .incoming and its note, or the keys in Redis), then run it again"
            }
            Self::Transfer(TransferError::Unreadable { .. }) => {
                "`tegata store check` names everything that is damaged"
            }
            Self::Transfer(TransferError::Differs { .. }) => {
                "make sure that nobody uses either store, remove what was begun, then run it again"
            }
            Self::Transfer(TransferError::Store { .. }) => {
                "run the same command again: it goes on where it ended"
            }
            Self::Dump { .. } => "nothing was written; use another copy of the export",
            Self::StoreStands { .. } => {
                "an installation uses it, or an init that was interrupted left it; a second node gets a copy of the first \
                 one's directory, another installation another prefix (--store-prefix)"
            }
            Self::NoStoreFile(_) => {
                "back up Redis by its own means (a copy of its append-only files, or of the file that BGSAVE writes), or write its content with `tegata store export`"
            }
            Self::Layout(LayoutError::NotEmpty { .. }) => {
                "name a directory that does not exist yet, or an empty one"
            }
            Self::Exists(_) => "nothing is written over; move it away first, and keep it",
            Self::Import { source: ImportError::NoCertificateForKey(_), .. } => {
                "the certificate and the key must be of the same CA"
            }
            Self::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
                "another program uses this port: stop it, or choose another port"
            }
            Self::Listen { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege (CAP_NET_BIND_SERVICE): choose a higher port behind a proxy, or grant it"
            }
            Self::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrNotAvailable => {
                "no network interface of this machine has this address"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

const fn operator_kind(error: &OperatorError) -> ErrorKind {
    match error {
        OperatorError::NoSuchEnrollment(_)
        | OperatorError::NoSuchSubscriber(_)
        | OperatorError::NoSuchMail(_)
        | OperatorError::NoSuchJob(_)
        | OperatorError::NoSuchOrganization(_)
        | OperatorError::NoSuchOffer { .. } => ErrorKind::NotFound,
        OperatorError::Store(_) | OperatorError::Directory(DirectoryError::Store(_)) => ErrorKind::Store,
        _ => ErrorKind::Failed,
    }
}

const fn operator_code(error: &OperatorError) -> &'static str {
    match error {
        OperatorError::NoSuchEnrollment(_) => "no-such-enrollment",
        OperatorError::NoSuchJob(_) => "no-such-job",
        OperatorError::NoSuchOrganization(_) => "no-such-organization",
        OperatorError::NoSuchSubscriber(_) => "no-such-subscriber",
        OperatorError::BeyondReach(_) => "beyond-reach",
        OperatorError::NoSuchOffer { .. } => "no-such-offer",
        OperatorError::Changed { .. } => "changed",
        OperatorError::SentBefore(_) => "sent-before",
        OperatorError::LinkRenewed(_) => "link-renewed",
        OperatorError::NoSuchMail(_) => "no-such-mail",
        OperatorError::NotNow { .. } | OperatorError::MailNotNow { .. } => "not-now",
        OperatorError::Unfit { .. } => "unfit",
        OperatorError::Busy => "busy",
        OperatorError::Store(_) | OperatorError::Directory(DirectoryError::Store(_)) => "store",
        OperatorError::Directory(_) => "directory",
        OperatorError::Pepper(_)
        | OperatorError::Entropy(_)
        | OperatorError::Key(_)
        | OperatorError::Pki(_) => "internal",
    }
}

fn store_remedy(error: &StoreError) -> Option<String> {
    let text = match error {
        StoreError::Full(_) => {
            "make room on the disk (Redis: raise maxmemory), then try again; nothing was changed"
        }
        StoreError::Damaged(_) => "keep a copy for analysis, and restore the store from a backup",
        StoreError::Unavailable(_) => "nothing was changed; try again",
        StoreError::Unknown(_) => "look with `tegata list` or `tegata show` before you try again",
        StoreError::Conflict(_) | StoreError::Limit(_) => return None,
    };
    Some(text.to_owned())
}

impl From<Box<Problem>> for AppError {
    fn from(problem: Box<Problem>) -> Self {
        Self::Configuration(vec![*problem])
    }
}
