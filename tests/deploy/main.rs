//! What is shipped for running Tegata: the images, docker-compose.yml, the systemd unit, nginx and Redis. No container engine
//! is needed: the files are validated by their own programs, and what would run in containers runs here with the same settings.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

#[path = "../console/authenticator.rs"]
#[expect(dead_code, reason = "the stories of the console do more with a passkey")]
mod authenticator;
#[path = "../console/browser.rs"]
#[expect(dead_code, reason = "here a browser speaks TLS, and the pages alone are the same")]
mod browser;
mod compose;
mod console;
mod container;
mod image;
#[path = "../service/phone/page.rs"]
#[expect(dead_code, reason = "the stories of the service read more of a page")]
mod page;
mod passing;
#[path = "../program/ports.rs"]
#[expect(dead_code, reason = "Redis needs pairs")]
mod ports;
mod premises;
mod preparing;
mod story;
mod unit;

use std::path::Path;
use std::process::{Command, Output};

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Runs a command that must succeed; what it printed.
#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = run(command);
    let told = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{said}{told}", output.status);
    said
}

/// Runs a command.
#[track_caller]
fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `make packages` installs what tests use"))
}
