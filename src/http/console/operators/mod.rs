//! Who may do what in the organization: listed, invited, changed, ended.

mod end;
mod invite;
mod list;
mod one;
mod picker;
#[cfg(test)]
mod samples;

pub use end::{end, show as show_end};
pub(super) use invite::joining;
pub use invite::{LinkPage, invite, show as show_invite};
pub(super) use list::{InvitedRow, invited as invited_row};
pub use list::{list, withdraw};
pub use one::{change, show};
#[cfg(test)]
pub(super) use samples::draw as draw_samples;
