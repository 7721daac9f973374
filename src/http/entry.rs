//! The first screen: number and secret, or the secret alone where a link brought the person here.

use askama::Template;

use super::page::{Choice, Frame, Problem};
use crate::device::Platform;

/// The device as the form names it.
#[derive(Debug, Clone)]
pub struct RecognisedDevice {
    /// Its kind.
    pub platform: Platform,
    /// Its name with the version where that is known.
    pub name: String,
    /// Whether the person chose it; then the form repeats the choice.
    pub chosen: bool,
}

/// The form that claims. `data-page` is `number` or `secret`.
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// What stands around it.
    pub frame: Frame,
    /// Where the form is sent, relative to the page.
    pub action: String,
    /// The form's nonce.
    pub nonce: String,
    /// What is handed out, where a link told it.
    pub offer: Option<String>,
    /// Whether the number is asked for.
    pub asks_number: bool,
    /// The number that was typed before, so that nobody types it twice.
    pub number: String,
    /// Whether the person chooses the bundle password.
    pub asks_password: bool,
    /// Why the form is shown again.
    pub problem: Option<Problem>,
    /// How many wrong secrets are left, where that should be told.
    pub attempts: Option<u32>,
    /// Until when a claim that was made already can be taken up again.
    pub resumable_until: Option<String>,
    /// Until when the invitation is open.
    pub open_until: Option<String>,
    /// The device; nothing where the form cannot know it.
    pub device: Option<RecognisedDevice>,
    /// What the device can be corrected to.
    pub choices: Vec<Choice>,
}

/// What previewers and crawlers get in place of the form: nothing to press, nothing to learn.
#[derive(Debug, Template)]
#[template(path = "preview.html")]
pub struct PreviewPage {
    /// What stands around it.
    pub frame: Frame,
}
