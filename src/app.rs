//! The composition root: from the configuration to a store, issuers, services and servers.

mod description;
mod error;
mod files;
mod foundation;
mod initialise;
mod issuing;
mod layout;
mod lock;
mod materials;
mod office;

pub use description::IssuerDescription;
pub use error::{AppError, ErrorKind};
pub use files::FileError;
pub use foundation::{
    Authorities, FoundationError, Means, Service, create_below, draw_passphrase, draw_pepper,
    issuer_certificates, issuer_key,
};
pub use initialise::{Initialised, Plan, initialise};
pub use issuing::{Foreign, check_vacant, install, put_away};
pub use layout::{CONFIGURATION, Layout, LayoutError};
pub use lock::{DirectoryLock, LockError};
pub use materials::Materials;
pub use office::{Office, StoreFile};
