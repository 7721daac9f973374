//! The page behind TLS client authentication: does the certificate work, and if not, why?

use askama::Template;

use super::page::{Frame, Problem};

/// The outcome of a check.
#[derive(Debug, Template)]
#[template(path = "check.html")]
pub struct CheckPage {
    /// What stands around it.
    pub frame: Frame,
    /// The outcome's stable name, for `data-outcome`.
    pub outcome: &'static str,
    /// What is wrong; nothing when all is well.
    pub problem: Option<Problem>,
    /// What is known of the certificate: names and values.
    pub details: Vec<(String, String)>,
    /// This very page.
    pub again: String,
}
