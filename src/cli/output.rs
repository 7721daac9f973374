//! What a command says: text for people or JSON for programs on standard output, everything else on standard error.

use std::io::{self, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use serde::Serialize;

use super::failure::{Exit, Failure};
use super::style;

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    fn choice(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self {
            Self::Auto => AutoStream::choice(stream),
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// JSON instead of text.
    pub json: bool,
    /// No hints, no pictures, no progress.
    pub quiet: bool,
    /// When colours are used.
    pub colour: Colour,
}

impl Output {
    /// Whether standard output shows colours.
    #[must_use]
    pub fn is_coloured(self) -> bool {
        self.colour.choice(&io::stdout()) != ColorChoice::Never
    }

    /// Writes the command's result.
    ///
    /// # Errors
    /// When standard output takes nothing more; a reader who has gone away is no error.
    pub fn print(self, text: &str) -> Result<(), Failure> {
        let stream = io::stdout();
        let choice = self.colour.choice(&stream);
        written(write_all(AutoStream::new(stream.lock(), choice), text))
    }

    /// Writes a part of a long result as it stands; whether anybody still reads.
    ///
    /// # Errors
    /// When standard output takes nothing more; a reader who has gone away is no error.
    pub fn stream(text: &str) -> Result<bool, Failure> {
        let mut stream = io::stdout().lock();
        match write_all(&mut stream, text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            outcome => written(outcome).map(|()| true),
        }
    }

    /// Writes a result as JSON, on one line in a pipe and indented on a terminal. The keys keep the order of the struct.
    ///
    /// # Errors
    /// As [`Output::print`].
    pub fn print_json(self, value: &impl Serialize) -> Result<(), Failure> {
        let text = if io::stdout().is_terminal() {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        match text {
            Ok(text) => self.print(&(text + "\n")),
            Err(error) => Err(Failure::new(Exit::Failed, "json", format!("the result is no JSON: {error}"))),
        }
    }

    /// Writes JSON on one line, for results that come one after the other.
    ///
    /// # Errors
    /// As [`Output::print`].
    pub fn print_line(self, value: &impl Serialize) -> Result<(), Failure> {
        match serde_json::to_string(value) {
            Ok(text) => self.print(&(text + "\n")),
            Err(error) => Err(Failure::new(Exit::Failed, "json", format!("the result is no JSON: {error}"))),
        }
    }

    /// Writes the result that fits: `value` with `--json`, `text` without.
    ///
    /// # Errors
    /// As [`Output::print`].
    pub fn result(self, text: &str, value: &impl Serialize) -> Result<(), Failure> {
        if self.json { self.print_json(value) } else { self.print(text) }
    }

    /// Says something on the side, unless `--quiet` or `--json` was given.
    pub fn note(self, text: &str) {
        if !self.quiet && !self.json {
            self.aside(text);
        }
    }

    /// Says something that should be looked at.
    pub fn warn(self, text: &str) {
        if !self.json {
            self.aside(&format!("{} {text}", style::warning("warning:")));
        }
    }

    /// Says why it did not work.
    pub fn fail(self, failure: &Failure) {
        if self.json {
            self.aside(&failure.json());
        } else {
            self.aside(failure.text().trim_end());
        }
    }

    /// Whether progress is shown.
    #[must_use]
    pub fn shows_progress(self) -> bool {
        !self.quiet && !self.json && io::stderr().is_terminal()
    }

    fn aside(self, text: &str) {
        let stream = io::stderr();
        let choice = self.colour.choice(&stream);
        // Where standard error takes nothing, there is nobody left to tell.
        let _ = write_all(AutoStream::new(stream.lock(), choice), &format!("{text}\n"));
    }
}

fn write_all(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, "output", format!("standard output takes nothing more: {error}")))
        }
        _ => Ok(()),
    }
}
