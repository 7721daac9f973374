//! Mail: what waits, what was sent, what did not arrive and why, and trying it again.

mod line;
mod list;
#[cfg(test)]
mod samples;
mod why;

pub use line::MailLine;
#[cfg(test)]
pub use list::MailPage;
pub use list::{list, retry};
#[cfg(test)]
pub(super) use samples::line as sample_line;
