//! "No", with what happened, why, what to do, and whom to ask.

use askama::Template;

use super::page::{Frame, Problem};

/// A way on from a refusal.
#[derive(Debug, Clone)]
pub struct Action {
    /// Where to.
    pub href: String,
    /// What the button says.
    pub text: String,
}

/// A refusal. `data-page` is `refusal`, or `error` where the request itself was at fault.
#[derive(Debug, Template)]
#[template(path = "refusal.html")]
pub struct RefusalPage {
    /// What stands around it.
    pub frame: Frame,
    /// What happened.
    pub problem: Problem,
    /// The way on, where there is one.
    pub action: Option<Action>,
    /// The code's own page.
    pub help: String,
}
