//! What is wrong with a list, and what to do about it.

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::foreign::Foreign;
use super::{LARGEST, MOST_COLUMNS, MOST_ROWS};

/// Why a file is no list at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It has more than [`LARGEST`] bytes.
    TooLarge,
    /// It is something else.
    Foreign(Foreign),
    /// Its headings do not do, so that no row can be read.
    Faults(Vec<Fault>),
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => write!(f, "it has more than {} MiB", LARGEST >> 20),
            Self::Foreign(foreign) => write!(f, "it is {}", foreign.what()),
            Self::Faults(faults) => match faults.first() {
                Some(first) => write!(f, "its headings do not do: {first}"),
                None => f.write_str("its headings do not do"),
            },
        }
    }
}

impl std::error::Error for Unreadable {}

/// Something that is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The row as a spreadsheet counts: the headings are row 1.
    pub row: u64,
    /// The column, where it is about one.
    pub column: Option<Column>,
    /// What.
    pub reason: Reason,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "row {}", self.row)?;
        if let Some(column) = self.column {
            write!(f, ", {}", column.name())?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// What is wrong. [`std::fmt::Display`] says it in English, with what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// The file has nothing in it.
    #[error("the file is empty; its first line names the columns")]
    NoHeadings,
    /// No row below the headings.
    #[error("nobody is in it")]
    NobodyInIt,
    /// More than [`MOST_ROWS`] rows.
    #[error("it has more than {MOST_ROWS} rows; divide it")]
    TooManyRows,
    /// More than [`MOST_COLUMNS`] columns.
    #[error("it has more than {MOST_COLUMNS} columns")]
    TooManyColumns,
    /// A heading that is not known.
    #[error("there is no column {heading:?}; {}", meant_or_all(*.meant, .known))]
    UnknownColumn {
        /// What stands there.
        heading: String,
        /// What was probably meant.
        meant: Option<Column>,
        /// What there could be.
        known: Vec<Column>,
    },
    /// Two headings that mean the same.
    #[error("it stands twice")]
    RepeatedColumn,
    /// A column that must be there.
    #[error("the first line names the columns, and there is no column {:?}", .column.name())]
    MissingColumn {
        /// Which.
        column: Column,
    },
    /// More or fewer cells than headings.
    #[error("it has {cells} columns, the first line has {headings}; put a comma in quotes")]
    UnequalCells {
        /// How many it has.
        cells: usize,
        /// How many it should have.
        headings: usize,
    },
    /// A quotation mark opens and none closes.
    #[error("a quotation mark opens here and none closes it; write \"\" for one that is meant")]
    OpenQuote,
    /// A line of JSON lines is no object of texts.
    #[error("it is no JSON object whose values are texts")]
    NotJson,
    /// A list where one text is meant.
    #[error("it is one text, not several")]
    NotOneText,
    /// Nothing stands where something must.
    #[error("it is empty")]
    Empty,
    /// Too many characters.
    #[error("it has more than {longest} characters; shorten it")]
    TooLong {
        /// How many would do.
        longest: usize,
    },
    /// It would calculate in a spreadsheet.
    #[error("it begins like a formula ({sign}); put the plain value there")]
    Formula {
        /// What it begins with.
        sign: char,
    },
    /// A spreadsheet's error.
    #[error("a spreadsheet's error stands there ({text}); mend it in the spreadsheet")]
    SpreadsheetError {
        /// Which.
        text: String,
    },
    /// A long number as a spreadsheet shortens it.
    #[error(
        "a spreadsheet has shortened a number ({text}); format the column as text and enter the number again"
    )]
    ShortenedNumber {
        /// As it stands there.
        text: String,
    },
    /// A control character, a line break included.
    #[error("it has a line break or another control character; remove it")]
    ControlCharacter,
    /// A character that is not seen and changes what is.
    #[error("it has an invisible character (U+{code:04X}); type the text anew")]
    InvisibleCharacter {
        /// Which.
        code: u32,
    },
    /// Bytes that are no text in the file's encoding.
    #[error("it has bytes that cannot be read; save the file as CSV (UTF-8), and type this cell anew")]
    Undecodable,
    /// No identifier of a person.
    #[error("a subscriber's identifier has 1 to 64 characters of A-Z, a-z, 0-9, . _ - and @, not {text:?}")]
    Identifier {
        /// What stands there.
        text: String,
    },
    /// No facility's code.
    #[error("a facility's code has 1 to 16 characters of A-Z, 0-9 and -, not {text:?}")]
    FacilityCode {
        /// What stands there.
        text: String,
    },
    /// No kind of device.
    #[error("a kind of device is one of iphone, ipad, mac, android, windows")]
    Device {
        /// What stands there.
        text: String,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// No way of handing over.
    #[error("it is one of letter, mail, none, not {text:?}")]
    Handover {
        /// What stands there.
        text: String,
    },
    /// No postal code.
    #[error("a postal code has seven digits, such as 100-0001")]
    PostalCode,
    /// An address with too many lines.
    #[error("it has more than {most} lines")]
    TooManyLines {
        /// How many would do.
        most: usize,
    },
    /// No e-mail address.
    #[error("{text:?} is no e-mail address")]
    MailAddress {
        /// What stands there.
        text: String,
    },
    /// A mail shall be sent, and nobody knows where to.
    #[error("it shall be handed over by mail, and there is no e-mail address")]
    MailWithoutAddress,
    /// No key of a row.
    #[error("a row's key has 1 to 64 characters of A-Z, a-z, 0-9, . _ - / : and @, not {text:?}")]
    RowKey {
        /// What stands there.
        text: String,
    },
    /// The same key stands in an earlier row.
    #[error("row {row} has the same key; give every row its own")]
    RepeatedKey {
        /// The earlier row.
        row: u64,
    },
    /// An earlier row says the same.
    #[error("row {row} says the same; remove one, or give both a key of their own in the column key")]
    RepeatedRow {
        /// The earlier row.
        row: u64,
    },
    /// An earlier row has the same person with another name.
    #[error("row {row} has the same person ({id}) under the name {name:?}")]
    OtherName {
        /// The earlier row.
        row: u64,
        /// The identifier.
        id: String,
        /// The name there.
        name: String,
    },
    /// The same facility stands in an earlier row.
    #[error("row {row} has the same facility; remove one")]
    RepeatedFacility {
        /// The earlier row.
        row: u64,
    },
}

fn meant_or_all(meant: Option<Column>, known: &[Column]) -> String {
    match meant {
        Some(meant) => format!("did you mean {}?", meant.name()),
        None => {
            let names: Vec<_> = known.iter().map(|column| column.name()).collect();
            format!("the columns are {}", names.join(", "))
        }
    }
}

impl Reason {
    /// Its stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoHeadings => "no-headings",
            Self::NobodyInIt => "nobody-in-it",
            Self::TooManyRows => "too-many-rows",
            Self::TooManyColumns => "too-many-columns",
            Self::UnknownColumn { .. } => "unknown-column",
            Self::RepeatedColumn => "repeated-column",
            Self::MissingColumn { .. } => "missing-column",
            Self::UnequalCells { .. } => "unequal-cells",
            Self::OpenQuote => "open-quote",
            Self::NotJson => "not-json",
            Self::NotOneText => "not-one-text",
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::Formula { .. } => "formula",
            Self::SpreadsheetError { .. } => "spreadsheet-error",
            Self::ShortenedNumber { .. } => "shortened-number",
            Self::ControlCharacter => "control-character",
            Self::InvisibleCharacter { .. } => "invisible-character",
            Self::Undecodable => "undecodable",
            Self::Identifier { .. } => "identifier",
            Self::FacilityCode { .. } => "facility-code",
            Self::Device { .. } => "device",
            Self::Handover { .. } => "handover",
            Self::PostalCode => "postal-code",
            Self::TooManyLines { .. } => "too-many-lines",
            Self::MailAddress { .. } => "mail-address",
            Self::MailWithoutAddress => "mail-without-address",
            Self::RowKey { .. } => "row-key",
            Self::RepeatedKey { .. } => "repeated-key",
            Self::RepeatedRow { .. } => "repeated-row",
            Self::OtherName { .. } => "other-name",
            Self::RepeatedFacility { .. } => "repeated-facility",
        }
    }
}
