//! The organization's settings: an overview, a form with its own history for each section, the logo, and the end of the
//! organization.

mod close;
mod form;
mod logo;
mod overview;
#[cfg(test)]
mod samples;
mod section;

pub use close::{close, reopen, show as show_close};
pub use logo::{bring as bring_logo, remove as remove_logo};
pub use overview::show as overview;
#[cfg(test)]
pub(super) use samples::draw as draw_samples;
pub use section::{change, show};
