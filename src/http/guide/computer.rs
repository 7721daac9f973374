//! Chromebooks and Linux: whatever browser there is has a place for certificates of its own.

use super::edition::{Edition, Step, When};

const fn step(text: &'static str, when: When) -> Step {
    Step { text, when, scenes: &[], otherwise: None }
}

/// One guide for all of them.
pub static EDITIONS: [Edition; 1] = [Edition {
    name: "computer",
    from: 0,
    label: None,
    steps: &[
        step("step-browser-save", When::Downloads),
        step("step-browser-import", When::Always),
        step("step-browser-password", When::Password),
    ],
    nothing: "ticket-trouble-prompt-pc",
    removal: &[step("removal-browser", When::Always)],
    asking: &[
        step("asking-windows-close", When::Always),
        step("asking-windows-open", When::Always),
        step("asking-windows-private", When::Always),
    ],
    kind: &[],
}];
