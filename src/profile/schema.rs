//! What the keys of an offer are: one description from which the file is checked, its errors are worded, and the
//! documentation is printed.

use std::fmt;

use jiff::SignedDuration;

use super::variable::Variable;

/// A key of an offer or of one of its tables.
pub(super) struct Key {
    /// The key's name in its table.
    pub(super) name: &'static str,
    /// What its value must be.
    pub(super) kind: Kind,
    /// What holds when it is left out.
    pub(super) presence: Presence,
    /// A value as one would write it; empty where the default is example enough.
    pub(super) example: &'static str,
    /// What it does, in a sentence or two for the operator.
    pub(super) doc: &'static str,
}

/// What holds when a key is left out.
#[derive(Clone, Copy)]
pub(super) enum Presence {
    /// It must be there.
    Required,
    /// Then the thing does not exist.
    Optional,
    /// Then it has this value, written as in the file.
    Default(&'static str),
}

/// What the value of a key must be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// One line of text.
    Text { longest: usize },
    /// Several lines of text.
    Lines { longest: usize },
    /// A table of texts by language.
    Localized { longest: usize, lines: bool },
    /// A text with places for values.
    Template { longest: usize, variables: &'static [Variable] },
    /// A whole number.
    Whole { least: i64, most: i64, unit: &'static str },
    /// One of some numbers.
    Number(&'static [i64]),
    /// A span of time.
    Time { least: SignedDuration, most: SignedDuration },
    /// true or false.
    Flag,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Any number of some words.
    Choices(&'static [&'static str]),
    /// A list of texts.
    Texts { most: usize, longest: usize },
    /// A list of texts with places for values.
    Templates { most: usize, longest: usize, variables: &'static [Variable] },
    /// A table with keys of its own.
    Table(&'static [Key]),
    /// A list of tables, each of which names its own kind.
    Payloads { most: usize },
}

impl Key {
    /// A line that could stand in the file.
    pub(super) fn example(&self) -> String {
        let value = match (self.example, self.presence) {
            ("", Presence::Default(value)) => value,
            (example, _) => example,
        };
        match self.kind {
            Kind::Table(_) => format!("[{}]", self.name),
            Kind::Payloads { .. } => format!("[[{}]]", self.name),
            _ => format!("{} = {value}", self.name),
        }
    }
}

impl fmt::Display for Kind {
    /// A noun with its bounds: "a whole number from 1 to 20".
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { longest } => write!(formatter, "a text of 1 to {longest} characters on one line"),
            Self::Lines { longest } => write!(formatter, "a text of 1 to {longest} characters"),
            Self::Localized { longest, .. } => {
                write!(formatter, "a table of texts by language, each of 1 to {longest} characters")
            }
            Self::Template { longest, .. } => {
                write!(formatter, "a text with {{places}} for values, of at most {longest} characters")
            }
            Self::Whole { least, most, unit: "" } => {
                write!(formatter, "a whole number from {least} to {most}")
            }
            Self::Whole { least, most, unit } => {
                write!(formatter, "a whole number of {unit} from {least} to {most}")
            }
            Self::Number(numbers) => write!(formatter, "one of the numbers {}", listed(numbers.iter())),
            Self::Time { least, most } => {
                write!(formatter, "a time in quotes, from {} to {}", time(*least), time(*most))
            }
            Self::Flag => write!(formatter, "true or false"),
            Self::Choice(words) => write!(formatter, "one of {}", quoted(words)),
            Self::Choices(words) => write!(formatter, "a list of some of {}", quoted(words)),
            Self::Texts { most, longest } => {
                write!(formatter, "a list of at most {most} texts, each of 1 to {longest} characters")
            }
            Self::Templates { most, longest, .. } => {
                write!(
                    formatter,
                    "a list of at most {most} texts with {{places}} for values, each of at most {longest} characters"
                )
            }
            Self::Table(_) => write!(formatter, "a table"),
            Self::Payloads { most } => write!(formatter, "a list of at most {most} tables"),
        }
    }
}

fn listed(items: impl Iterator<Item: fmt::Display>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn quoted(words: &[&str]) -> String {
    listed(words.iter().map(|word| format!("\"{word}\"")))
}

/// A span of time as one would write it in the file.
pub(super) fn time(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        _ if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}
