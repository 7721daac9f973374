//! Lists that people bring: a file as a spreadsheet saves it → people or facilities, with everything that is wrong told by row
//! and column.
//!
//! UTF-8 with or without a mark, `Shift_JIS` as Windows writes it, UTF-16 with a mark; commas, semicolons or tabs; Japanese or
//! English headings; or one JSON object a line. Pure, and hostile bytes are its daily bread: what is too large, no text, or
//! would calculate in a spreadsheet is refused with what to do about it.

mod column;
mod facility;
mod fault;
mod foreign;
mod person;
mod sheet;
mod source;
mod word;
mod write;

pub use column::{Column, FACILITY_COLUMNS, PERSON_COLUMNS};
pub use facility::{FacilityRow, facilities};
pub use fault::{Fault, Reason, Unreadable};
pub use foreign::Foreign;
pub use person::{Handover, Person, people, postal_code};
pub use source::Encoding;
pub use word::WordLanguage;
pub use write::{SafeSheet, harmless, template};

/// No file is larger, in bytes.
pub const LARGEST: usize = 16 << 20;
/// No file has more rows below its headings.
pub const MOST_ROWS: usize = 20_000;
/// No cell has more characters.
pub const LONGEST_CELL: usize = 1_000;
/// No file has more columns.
pub const MOST_COLUMNS: usize = 100;
/// So many faults are kept; the others are counted.
pub const MOST_FAULTS: usize = 1_000;
/// The most lines of an address.
pub const MOST_LINES: usize = 4;
/// The longest line of an address, in characters.
pub const LONGEST_LINE: usize = 80;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster<T> {
    /// Every row without a fault, in the order of the file.
    pub rows: Vec<Listed<T>>,
    /// What is wrong with the others, at most [`MOST_FAULTS`].
    pub faults: Vec<Fault>,
    /// How many faults there are beyond those.
    pub more_faults: usize,
    /// How many rows the file has below its headings, faulty ones included, empty ones not.
    pub total: usize,
    /// How its text was written.
    pub encoding: Encoding,
    /// The columns that it has, in its order.
    pub columns: Vec<Column>,
}

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// Its number as a spreadsheet shows it: the headings are row 1.
    pub row: u64,
    /// What stands in it.
    pub value: T,
}

/// A file while its rows are judged.
#[derive(Debug, Default)]
struct Judged {
    faults: Vec<Fault>,
    more: usize,
}

impl Judged {
    fn fault(&mut self, row: u64, column: Option<Column>, reason: Reason) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { row, column, reason });
        } else {
            self.more += 1;
        }
    }

    fn count(&self) -> usize {
        self.faults.len() + self.more
    }
}

/// Reads a file whose rows `read` understands.
fn read<T>(
    bytes: &[u8],
    columns: &'static [Column],
    required: &[Column],
    read: impl Fn(&mut person::Checked<'_, '_>) -> T,
) -> Result<Roster<T>, Unreadable> {
    let source = source::text(bytes)?;
    let sheet = sheet::rows(&source.text, columns, required).map_err(Unreadable::Faults)?;
    let mut judged = sheet.judged;
    let total = sheet.total;
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for (row, cells) in sheet.rows {
        let before = judged.count();
        let value = read(&mut person::Checked::new(row, &cells, &mut judged));
        if judged.count() == before {
            rows.push(Listed { row, value });
        }
    }
    if total == 0 {
        judged.fault(1, None, Reason::NobodyInIt);
    }
    judged.faults.sort_by_key(|fault| fault.row);
    Ok(Roster {
        rows,
        faults: judged.faults,
        more_faults: judged.more,
        total,
        encoding: source.encoding,
        columns: sheet.columns,
    })
}

#[cfg(test)]
mod tests;
