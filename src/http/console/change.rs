//! A change of the directory that is shown before it is made: what will happen, what somebody else did meanwhile, and what must be
//! typed so that it is not done by mistake.

use askama::Template;

use super::audit::HistoryLine;
use super::entered::Entered;
use super::frame::ConsoleFrame;

/// Something that the change ends.
#[derive(Debug)]
pub struct Item {
    /// Its page.
    pub href: String,
    /// What it is.
    pub text: String,
    /// Its state, as an element.
    pub state: String,
}

/// What is typed so that nothing is done by mistake.
#[derive(Debug)]
pub struct Confirm {
    /// The words.
    pub words: String,
    /// Whether the change can be taken back.
    pub returns: bool,
}

/// What a change will do.
#[derive(Debug, Template)]
#[template(path = "console/change.html")]
pub struct ChangePage {
    /// What stands around it.
    pub frame: ConsoleFrame,
    /// The change's word, for tests.
    pub act: &'static str,
    /// What it will do.
    pub effects: Vec<String>,
    /// What it ends, one by one.
    pub items: Vec<Item>,
    /// What somebody else did since the page was shown.
    pub changed: Vec<HistoryLine>,
    /// Reasons to choose from, where one is asked for.
    pub reasons: Vec<(&'static str, String)>,
    /// What must be typed, where anything must.
    pub confirm: Option<Confirm>,
    /// The version that is shown.
    pub version: u64,
    /// What was typed.
    pub entered: Entered,
    /// Back to what would change.
    pub back: String,
}
