//! Many at once: a list is brought, judged, issued, followed; its letters are printed.

mod begin;
mod job;
mod list;
mod reason;
mod result;
#[cfg(test)]
mod samples;
mod template;
mod upload;

pub use begin::{begin, cancel};
#[cfg(test)]
pub use job::JobPage;
pub use job::show;
pub(in crate::http::console) use job::trouble;
pub(super) use job::{JobLine, named};
#[cfg(test)]
pub use list::BulkPage;
pub use list::{bring, list};
pub(super) use reason::{LeftOutLine, heading_language, left_out, refused, unreadable};
pub use result::result;
#[cfg(test)]
pub(super) use samples::line as sample_line;
pub(super) use template::csv;
pub use template::people as people_template;
pub(super) use upload::{Upload, receive, room};
