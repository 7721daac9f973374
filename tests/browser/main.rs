//! A real browser: Debian's Chromium, driven by WebDriver, with a home, a profile and a certificate store of its own.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod certificates;
mod chromium;
mod ground;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "the crashes use more of it")]
mod program;
mod walk;
