//! The log: what was done and what was refused, by whom, about whom, when and from where; of an organization, and of the
//! installation.

mod deed;
mod field;
mod file;
mod history;
mod page;
#[cfg(test)]
mod samples;

pub use file::{installation_file, organization_file};
#[cfg(test)]
pub(super) use history::sample as sample_history;
pub(super) use history::{HistoryLine, history, told};
pub use page::{installation, organization};
#[cfg(test)]
pub(super) use samples::draw as draw_samples;
