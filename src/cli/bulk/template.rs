//! `tegata bulk template`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::status::write;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::roster::{FACILITY_COLUMNS, PERSON_COLUMNS, WordLanguage, template};

/// What a list is, for the help of the commands that take one.
pub(super) const COLUMNS: &str = "\
A list is a file as a spreadsheet saves it (commas, semicolons or tabs; UTF-8, UTF-16 or Shift_JIS)
whose first line names the columns in English or Japanese, or one JSON object a line with these keys:
  name           the person's name, as it shall stand in the certificate (the one that must be there)
  subscriber_id  your own identifier for the person
  kana           how the name is read
  email          the e-mail address
  facility       the facility's code
  facility_name  the facility's name, where the facility is new
  offer          what is handed out
  device         kinds of device, with spaces between them
  note           a note for operators
  handover       letter, mail or none
  key            what names the row, so that it is issued once; without it, what the row says does
  postal_code, address, address2
                 where a letter goes

Examples:
  tegata bulk template people.csv
  tegata bulk check people.csv
  tegata bulk check people.csv --json | jq '.faults[]'";

/// Write an empty list with the right headings
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tegata bulk template people.csv
  tegata bulk template facilities.csv --facilities --language en")]
pub(super) struct Arguments {
    /// Where it goes
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The language of the headings: ja or en
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value = "ja", hide_possible_values = true)]
    language: Language,
    /// A list of facilities instead of people
    #[arg(long)]
    facilities: bool,
    #[arg(long, help = "Print JSON: file, columns")]
    pub(super) json: bool,
}

/// The language of headings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Japanese
    Ja,
    /// English
    En,
}

/// What `bulk template --json` prints.
#[derive(Debug, Serialize)]
struct Told {
    file: String,
    columns: Vec<&'static str>,
}

pub(super) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let columns = if arguments.facilities { FACILITY_COLUMNS } else { PERSON_COLUMNS };
    let language = match arguments.language {
        Language::Ja => WordLanguage::Japanese,
        Language::En => WordLanguage::English,
    };
    write(&arguments.file, &template(columns, language))?;
    let file = arguments.file.display().to_string();
    let text = format!("{file} has the headings; columns that you do not need can be removed\n");
    session
        .output
        .result(&text, &Told { file, columns: columns.iter().map(|column| column.name()).collect() })
}
