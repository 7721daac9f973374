//! What runs by itself, on one node at a time: sweeps, mail and jobs of many rows now; lists and webhooks later.

mod jobs;
mod lease;
mod post;
mod printing;
mod recurring;
mod smtp;
mod sweep;

pub use jobs::{JobRunner, Round};
pub use lease::{Held, Leases};
pub use post::{Post, PostWatch, Posted, Queue};
pub use printing::{MOST_LETTERS, Press, PrintOrder, PrintState, PrintToken, Printed, Printing};
pub use recurring::{Stop, Stopper, recur, stopper};
pub use smtp::{Security, Smtp, SmtpError, SmtpSettings};
pub use sweep::sweep;
