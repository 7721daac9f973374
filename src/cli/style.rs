//! Colours. They are always written, and stripped where the stream is no terminal or nobody wants them.

use anstyle::{AnsiColor, Color, Style};

use crate::config::{Problem, Severity};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

const fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour))).bold()
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// What stands before an error.
#[must_use]
pub fn error(text: &str) -> String {
    styled(coloured(AnsiColor::Red), text)
}

/// What stands before a warning.
#[must_use]
pub fn warning(text: &str) -> String {
    styled(coloured(AnsiColor::Yellow), text)
}

/// What stands before a hint.
#[must_use]
pub fn hint(text: &str) -> String {
    styled(coloured(AnsiColor::Cyan), text)
}

/// What went well.
#[must_use]
pub fn good(text: &str) -> String {
    styled(coloured(AnsiColor::Green), text)
}

/// What the eye should find first.
#[must_use]
pub fn strong(text: &str) -> String {
    styled(BOLD, text)
}

/// What explains.
#[must_use]
pub fn faint(text: &str) -> String {
    styled(DIM, text)
}

/// A problem of the configuration, led by its severity.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    let severity = match problem.severity {
        Severity::Error => error("error:"),
        Severity::Warning => warning("warning:"),
    };
    format!("{severity} {problem}")
}

/// A text of foreign origin on one line, without what could steer a terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_directional(c) { '\u{fffd}' } else { c }).collect()
}

/// Characters that turn the direction of what follows (Unicode Annex 9), with which a line can be made to lie.
const fn is_directional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(plain("山田\u{1b}[2J\u{202e}\n花子"), "山田\u{fffd}[2J\u{fffd}\u{fffd}花子");
    }
}
