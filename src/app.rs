//! The composition root: from the configuration to a store, issuers, services and servers.

mod background;
mod description;
mod error;
mod files;
mod foundation;
mod initialise;
mod issuing;
mod layout;
mod lock;
mod logs;
mod mailing;
mod materials;
mod observed;
mod office;
mod press;
mod renewal;
mod service;
mod storage;
mod tools;
mod watching;

pub use description::IssuerDescription;
pub use error::{AppError, ErrorKind};
pub use files::FileError;
pub use foundation::{
    Authorities, FoundationError, Means, OwnCertificate, create_below, draw_passphrase, draw_pepper,
    issuer_certificates, issuer_key,
};
pub use initialise::{Initialised, Plan, initialise};
pub use issuing::{Foreign, check_vacant, install, put_away};
pub use layout::{CONFIGURATION, Layout, LayoutError};
pub use lock::{DirectoryLock, LockError};
pub use logs::start as start_log;
pub use materials::{Materials, Whole};
pub use observed::Observed;
pub use office::Office;
pub use press::{PressError, letter_font, stationery};
pub use service::{Listeners, Prepared, Service};
pub use storage::{StoreFile, check_store, write_alone};
pub use tools::{Destination, EngineFacts, Exported, Progress, Stage, Transferred, WholeStore, import};
