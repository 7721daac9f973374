//! What stands in the way before anything is used up: a browser that cannot install, a system that is too old, a device
//! that nobody knows.

use askama::Template;

use super::page::{Choice, Frame};
use crate::device::Platform;

/// "Open this page in Safari": the way out of a browser that cannot install.
#[derive(Debug, Template)]
#[template(path = "browser.html")]
pub struct BrowserPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// The obstacle's stable name, for `data-obstacle`.
    pub obstacle: &'static str,
    /// Whether an application shows the page.
    pub in_app: bool,
    /// The browser to use: `safari`, `chrome` or `edge`.
    pub instead: String,
    /// The link that leads there, where there is one.
    pub hop: Option<String>,
    /// The page's address, to be copied.
    pub address: String,
    /// The same page without this question.
    pub anyway: String,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

/// A system that is too old, or of a kind that nothing is made for.
#[derive(Debug, Template)]
#[template(path = "unfit.html")]
pub struct UnfitPage {
    /// What stands around it.
    pub frame: Frame,
    /// The device.
    pub platform: Platform,
    /// The obstacle's stable name, for `data-obstacle`.
    pub obstacle: &'static str,
    /// What was recognised, and what is needed.
    pub fact: String,
    /// What to do.
    pub todo: String,
    /// The same page without this question.
    pub anyway: String,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

/// "Which device is it for?", where nothing was recognised.
#[derive(Debug, Template)]
#[template(path = "choose.html")]
pub struct ChoosePage {
    /// What stands around it.
    pub frame: Frame,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
}
