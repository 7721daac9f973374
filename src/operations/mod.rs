//! What runs by itself, on one node at a time: sweeps and mail now; lists and webhooks later.

mod lease;
mod post;
mod recurring;
mod smtp;
mod sweep;

pub use lease::{Held, Leases};
pub use post::{Post, PostWatch, Posted, Queue};
pub use recurring::{Stop, Stopper, recur, stopper};
pub use smtp::{Security, Smtp, SmtpError, SmtpSettings};
pub use sweep::sweep;
