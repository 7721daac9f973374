//! The installation above its organizations, for its administrators: which organizations there are, who administers.

mod administrators;
mod found;
mod organization;
mod organizations;
#[cfg(test)]
mod samples;

pub use administrators::{
    end as end_administrator, invite as invite_administrator, list as administrators,
    show_end as show_end_administrator, show_invite as show_invite_administrator,
    withdraw as withdraw_administrator,
};
pub use found::{found, show as show_found};
pub use organization::{close, invite, reopen, show, show_close, show_invite, withdraw};
pub use organizations::list as organizations;
#[cfg(test)]
pub(super) use samples::draw as draw_samples;
