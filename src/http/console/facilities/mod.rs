//! Facilities: found, looked at, made, changed, closed and opened again, and brought from a file.

mod close;
mod form;
mod import;
mod list;
mod one;
#[cfg(test)]
mod samples;

pub use close::{perform, show as show_act};
pub use form::{create, edit, show_edit, show_new};
pub use import::{bring, show as show_import, template as facilities_template};
pub use list::list;
pub use one::show;
#[cfg(test)]
pub(super) use samples::draw as draw_samples;

use super::desk::Desk;
use crate::directory::{Facility, FacilityCode, Version};
use crate::http::error::HttpError;

/// The facility that an address names, where it is within reach.
async fn named(desk: &Desk, text: &str) -> Result<(Facility, Version), HttpError> {
    let code: FacilityCode = text.parse().map_err(|_| HttpError::NotFound)?;
    if !desk.caller()?.reach.reach(Some(&code)) {
        return Err(HttpError::NotFound);
    }
    desk.access().facility(desk.organization_id()?, &code).await?.ok_or(HttpError::NotFound)
}
