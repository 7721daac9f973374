//! The documentation of every key, printed from the same description that files are checked by.

use std::fmt::Write;

use super::keys;
use super::payload;
use super::schema::{Key, Kind, Presence};
use super::variable::Variable;

/// Every key of an offer with its meaning, bounds and default, in Markdown.
pub(super) fn reference() -> String {
    let mut text = String::from(INTRODUCTION);
    for variable in Variable::ALL {
        line(&mut text, format_args!("| `{variable}` | {} |", variable.meaning()));
    }
    line(&mut text, format_args!("\n## The file itself\n"));
    describe(&mut text, keys::OFFER);
    for key in keys::OFFER {
        if let Kind::Table(keys) = key.kind {
            line(&mut text, format_args!("\n## `[{}]`\n\n{}\n", key.name, key.doc));
            describe(&mut text, keys);
        }
    }
    for (kind, keys, doc) in payload::KINDS {
        line(&mut text, format_args!("\n## `[[payloads]]`, `type = \"{kind}\"`\n\n{doc}\n"));
        describe(&mut text, keys);
    }
    text
}

const INTRODUCTION: &str = "\
# Offers

An offer is one TOML file in the directory of offers: what an organization hands out, to whom it is made out, how it
is fetched, and what else the device is set up with. `tegata offer check FILE` reads a file and lists everything that
is wrong with it, with line, column and what would be right. Three offers are built in; `profiles/` has them to start
from. Each of the three gives an iPhone, iPad or Mac an icon that opens the check page, so that it is at hand after the ticket is gone.

A *table of texts by language* is written as `{ ja = \"…\", en = \"Certificate\" }`; `ja` must be there, since
every other language falls back to it. A *time* is written as `\"48 h\"`, `\"10 min\"`, `\"2 days\"` or
`\"1 h 30 min\"`.

A *text with {places}* names values in braces; `{{` and `}}` stand for the braces themselves:

| place | stands for |
|---|---|
";

fn describe(text: &mut String, keys: &[Key]) {
    for key in keys {
        let presence = match key.presence {
            Presence::Required => "required".to_owned(),
            Presence::Optional => "optional".to_owned(),
            Presence::Default(value) => format!("default `{value}`"),
        };
        line(text, format_args!("- **`{}`**: {}; {presence}. {}", key.name, key.kind, key.doc));
        let has_example =
            !key.example.is_empty() && !matches!(key.kind, Kind::Table(_) | Kind::Payloads { .. });
        if has_example && key.name != "type" {
            line(text, format_args!("  Example: `{}`", key.example()));
        }
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
