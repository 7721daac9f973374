//! Lists that people take away: CSV that every spreadsheet opens, and that calculates in none.

use std::borrow::Cow;

use super::column::Column;
use super::word::WordLanguage;

/// A cell as it may stand in a file for a spreadsheet: what would be taken for a formula begins with an apostrophe.
#[must_use]
pub fn harmless(cell: &str) -> Cow<'_, str> {
    // Some programs pass over white space in front of a formula.
    let first = cell.chars().find(|c| !c.is_whitespace() || matches!(c, '\t' | '\r' | '\n'));
    match first {
        Some(
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}',
        ) => Cow::Owned(format!("'{cell}")),
        _ => Cow::Borrowed(cell),
    }
}

/// A file of comma separated values: UTF-8 with a mark (Excel needs it), lines that end as on Windows, every cell harmless.
#[derive(Debug)]
pub struct SafeSheet(csv::Writer<Vec<u8>>);

impl SafeSheet {
    /// A file with these headings.
    #[must_use]
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sheet = Self::onto(b"\xef\xbb\xbf".to_vec());
        sheet.row(headings);
        sheet
    }

    /// A further part of a file that is sent while it is made.
    #[must_use]
    pub fn further() -> Self {
        Self::onto(Vec::new())
    }

    fn onto(bytes: Vec<u8>) -> Self {
        let mut builder = csv::WriterBuilder::new();
        Self(builder.terminator(csv::Terminator::CRLF).flexible(true).from_writer(bytes))
    }

    /// Adds a row.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let cells: Vec<_> = cells.into_iter().map(harmless).collect();
        // It is written to memory, which takes everything.
        let _ = self.0.write_record(cells.iter().map(|cell| cell.as_bytes()));
    }

    /// The file.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}

/// An empty list with the headings of these columns, to be filled in.
#[must_use]
pub fn template(columns: &[Column], language: WordLanguage) -> Vec<u8> {
    SafeSheet::new(columns.iter().map(|column| column.heading(language))).finish()
}
