//! What is wrong with a row, in the page's language.

use crate::enrollment::{LeftOut, Refused};
use crate::http::console::telling;
use crate::http::language::Language;
use crate::http::words::{Phrase, Words};
use crate::roster::{Column, Foreign, MOST_COLUMNS, MOST_ROWS, Reason, Unreadable, WordLanguage};

/// A row that is left out, as a page shows it.
#[derive(Debug, Clone)]
pub struct LeftOutLine {
    /// The row as a spreadsheet counts.
    pub row: u64,
    /// The column's heading.
    pub column: String,
    /// What is wrong, and what would be right.
    pub why: String,
    /// The enrollment that stands in the way.
    pub enrollment: Option<String>,
}

/// The language of headings on a page.
pub const fn heading_language(words: Words) -> WordLanguage {
    match words.0 {
        Language::Japanese | Language::EasyJapanese => WordLanguage::Japanese,
        Language::English => WordLanguage::English,
    }
}

/// A row that is left out.
pub fn left_out(words: Words, fault: &LeftOut) -> LeftOutLine {
    LeftOutLine {
        row: fault.row,
        column: fault.refused.column.map_or_else(String::new, |column| heading(words, column)),
        why: refused(words, &fault.refused),
        enrollment: fault.refused.enrollment.as_ref().map(ToString::to_string),
    }
}

fn heading(words: Words, column: Column) -> String {
    column.heading(heading_language(words)).to_owned()
}

/// Why a row is refused.
pub fn refused(words: Words, refused: &Refused) -> String {
    if let Some(reason) = &refused.reason {
        return reason_of(words, reason).to_string();
    }
    if let Some(hint) = refused.hint {
        return words.say(telling::hint(hint)).to_string();
    }
    let key = match refused.code.as_str() {
        "no-such-offer" => "row-no-such-offer",
        "no-such-facility" => "row-no-such-facility",
        "beyond-reach" => "row-beyond-reach",
        "duplicate" => "row-duplicate",
        "key-taken" => "row-key-taken",
        "cap" => "row-cap",
        "not-now" => "row-not-now",
        "no-such-enrollment" => "row-no-such-enrollment",
        _ => "row-unfit",
    };
    words.say(key).with("detail", refused.why.clone()).to_string()
}

/// What is wrong with a cell, a row or the headings.
fn reason_of(words: Words, reason: &Reason) -> Phrase<'static> {
    let known = |columns: &[Column]| {
        let headings: Vec<_> = columns.iter().map(|column| heading(words, *column)).collect();
        headings.join(" / ")
    };
    match reason {
        Reason::NoHeadings => words.say("row-no-headings"),
        Reason::NobodyInIt => words.say("row-nobody-in-it"),
        Reason::TooManyRows => words.say("row-too-many-rows").with("most", MOST_ROWS.to_string()),
        Reason::TooManyColumns => words.say("row-too-many-columns").with("most", MOST_COLUMNS.to_string()),
        Reason::UnknownColumn { heading: found, meant: Some(meant), .. } => words
            .say("row-unknown-column-meant")
            .with("heading", found.clone())
            .with("meant", heading(words, *meant)),
        Reason::UnknownColumn { heading: found, known: all, .. } => {
            words.say("row-unknown-column").with("heading", found.clone()).with("known", known(all))
        }
        Reason::RepeatedColumn => words.say("row-repeated-column"),
        Reason::MissingColumn { column } => {
            words.say("row-missing-column").with("heading", heading(words, *column))
        }
        Reason::UnequalCells { cells, headings } => words
            .say("row-unequal-cells")
            .with("cells", i64::try_from(*cells).unwrap_or(i64::MAX))
            .with("headings", i64::try_from(*headings).unwrap_or(i64::MAX)),
        Reason::OpenQuote => words.say("row-open-quote"),
        Reason::NotJson => words.say("row-not-json"),
        Reason::NotOneText => words.say("row-not-one-text"),
        Reason::Empty => words.say("row-empty"),
        Reason::TooLong { longest } => {
            words.say("row-too-long").with("most", i64::try_from(*longest).unwrap_or(i64::MAX))
        }
        Reason::Formula { sign } => words.say("row-formula").with("sign", sign.to_string()),
        Reason::SpreadsheetError { text } => words.say("row-spreadsheet-error").with("text", text.clone()),
        Reason::ShortenedNumber { text } => words.say("row-shortened-number").with("text", text.clone()),
        Reason::ControlCharacter => words.say("row-control-character"),
        Reason::InvisibleCharacter { code } => {
            words.say("row-invisible-character").with("text", format!("U+{code:04X}"))
        }
        Reason::Undecodable => words.say("row-undecodable"),
        Reason::Identifier { text } => words.say("row-identifier").with("text", text.clone()),
        Reason::FacilityCode { text } => words.say("row-facility-code").with("text", text.clone()),
        Reason::Device { text, .. } => words.say("row-device").with("text", text.clone()),
        Reason::Handover { text } => words.say("row-handover").with("text", text.clone()),
        Reason::PostalCode => words.say("row-postal-code"),
        Reason::TooManyLines { most } => {
            words.say("row-too-many-lines").with("most", i64::try_from(*most).unwrap_or(i64::MAX))
        }
        Reason::MailAddress { text } => words.say("row-mail-address").with("text", text.clone()),
        Reason::MailWithoutAddress => words.say("row-mail-without-address"),
        Reason::RowKey { text } => words.say("row-row-key").with("text", text.clone()),
        Reason::RepeatedKey { row } => words.say("row-repeated-key").with("row", row.to_string()),
        Reason::RepeatedRow { row } => words.say("row-repeated-row").with("row", row.to_string()),
        Reason::OtherName { row, id, name } => words
            .say("row-other-name")
            .with("row", row.to_string())
            .with("id", id.clone())
            .with("name", name.clone()),
        Reason::RepeatedFacility { row } => words.say("row-repeated-facility").with("row", row.to_string()),
    }
}

/// Why a file is no list: what it is, and how it becomes one.
pub fn unreadable(words: Words, error: &Unreadable) -> (String, String) {
    let told = |wrong: &'static str, right: &'static str| {
        (words.say(wrong).to_string(), words.say(right).to_string())
    };
    match error {
        Unreadable::TooLarge => told("list-too-large", "list-divide"),
        Unreadable::Foreign(foreign) => match foreign {
            Foreign::Xlsx | Foreign::Xls => told("list-is-excel", "list-save-excel"),
            Foreign::Ods => told("list-is-ods", "list-save-ods"),
            Foreign::Numbers => told("list-is-numbers", "list-save-numbers"),
            Foreign::Pdf => told("list-is-pdf", "list-save-csv"),
            Foreign::Html => told("list-is-html", "list-save-csv"),
            Foreign::Archive => told("list-is-archive", "list-save-csv"),
            Foreign::Picture => told("list-is-picture", "list-save-csv"),
            Foreign::Binary => told("list-is-binary", "list-save-csv"),
        },
        Unreadable::Faults(_) => told("list-headings", "list-use-template"),
    }
}
